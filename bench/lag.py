"""Drain rate and sync lag against a helpdesk that takes 100 ms a call, by the service's processes.

The lag of a ticket runs from the commit of its decision until the helpdesk's state has been read
back, found as decided, and the note posted: as long as it is marked dirty in the store. A reader
beside the service looks at those marks every few milliseconds, so a lag is never told too short.
"""

import sys
import threading
from dataclasses import dataclass, field

from bench.figures import quantile, table, verdict
from bench.places import Place, free_port, places, wait_for
from bench.shop import GROUPS, QUEUES, SECRET, SECRET_NAME, SHOP, events, everything_overflows
from overflow.clock import SystemClock, monotonic
from overflow.demo.sandbox import People
from overflow.policies import build
from overflow.serve.supervisor import Program
from overflow.settings import environment
from overflow.store import keys
from overflow.store.connect import StoreClient
from overflow.store.policies import Policies
from overflow.store.situations import Situations
from overflow.store.tallies import Tallies

GOAL = 2.0
RATE = 50.0
LATENCY = 0.1
LOOK = 0.01
_CUSTOMERS = 4
"""Threads that write tickets: one could be late for the next."""


def run(*, is_full: bool) -> None:
    """One worker process, every ticket overflowing."""
    seconds, heap = (600.0, 3_000) if is_full else (60.0, 1_000)
    with places("service") as (place,):
        port = free_port()
        desk = f"http://127.0.0.1:{port}"
        client = place.start_store()
        policy = everything_overflows(f"{desk}/api")
        Policies(client).put(SHOP, policy, build(policy, SHOP), 0)
        place.start(sandbox(place, port))
        people = [People(desk) for _ in range(_CUSTOMERS)]
        wait_for(lambda: bool(people[0].state()), "the sandbox does not start")
        place.start_api()
        place.start_worker()
        wait_for(lambda: is_imported(client), "the first walk does not end")
        lags, arrived = _lag(client, people, seconds)
        tallies = Tallies(client).lag(SHOP)
        rate = _drain(client, place, people, heap)
        disagree = _disagreeing(people[0])
        dead = client.zcount(keys.dirty(SHOP), "+inf", "+inf")
        for person in people:
            person.close()
    counted = sum(n for _, n in tallies.buckets)
    ordered = sorted(lags)
    head = ("tickets", "arrived/s", "p50 s", "p90 s", "p99 s", "worst s", "mean by the service s")
    row = (
        len(lags),
        arrived,
        *(quantile(ordered, q) for q in (0.5, 0.9, 0.99)),
        ordered[-1],
        tallies.total / counted,
    )
    table(f"Sync lag over {seconds:.0f} s, {LATENCY * 1e3:.0f} ms a call, one worker", head, [row])
    print(f"goal for p99 {verdict(quantile(ordered, 0.99), GOAL)}")
    print(
        f"drain of {heap:,} tickets at once: {rate:.0f} tickets/s; "
        f"not as decided in the helpdesk: {disagree}, dead letters: {dead}"
    )


def sandbox(place: Place, port: int, shop: str = SHOP) -> Program:
    """A shop's helpdesk, which sends its webhooks to the place's API."""
    groups = [word for group in GROUPS.values() for word in ("--group", group)]
    command = (
        sys.executable,
        *("-m", "overflow.demo.sandbox", "--port", str(port), "--secret-env", SECRET_NAME),
        *("--webhook-url", f"http://127.0.0.1:{place.port}{events(shop)}"),
        *("--latency", str(LATENCY), *groups),
    )
    return Program(f"sandbox {shop}", command, environment(**{SECRET_NAME: SECRET}))


def is_imported(client: StoreClient, shop: str = SHOP) -> bool:
    """Whether its first walk is done."""
    return "import" in Situations(client).get(shop, SystemClock().now()).seen


@dataclass
class Watch:
    """Looks at the dirty marks until told to stop."""

    client: StoreClient
    shop: str = SHOP
    lags: list[float] = field(default_factory=list)
    _since: dict[bytes, float] = field(default_factory=dict)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        clock = SystemClock()
        while not self._stopping.is_set() or self._since:
            marks = dict(self.client.zrange(keys.dirty(self.shop), 0, -1, withscores=True))
            now = clock.now()
            for ticket in self._since.keys() - marks.keys():
                self.lags.append(now - self._since.pop(ticket))
            for ticket, score in marks.items():
                # The first mark is due when it was committed; one put off is due later.
                self._since.setdefault(ticket, score / 1e6)
            clock.sleep(LOOK)

    def stop(self) -> None:
        self._stopping.set()


def _lag(client: StoreClient, people: list[People], seconds: float) -> tuple[list[float], float]:
    """The lags of what arrives evenly for so long, and how many a second did arrive."""
    watch = Watch(client)
    watching = threading.Thread(target=watch.run)
    watching.start()
    begun = monotonic()
    write(people, int(RATE * seconds), RATE)
    took = monotonic() - begun
    wait_for(lambda: is_settled(client, people[0]), "it does not settle", 120.0)
    watch.stop()
    watching.join()
    return watch.lags, len(watch.lags) / took


def write(people: list[People], count: int, rate: float) -> None:
    """Customers write so many tickets at that rate; 0: as fast as the helpdesk takes them."""
    begun = monotonic()

    def customer(own: int) -> None:
        for number in range(own, count, len(people)):
            if rate:
                SystemClock().sleep(max(0.0, begun + number / rate - monotonic()))
            channel, language = QUEUES[number % len(QUEUES)]
            people[own].create(channel, language)

    threads = [threading.Thread(target=customer, args=(n,)) for n in range(len(people))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _drain(client: StoreClient, place: Place, people: list[People], heap: int) -> float:
    """Tickets a second that a worker puts in step when many wait, from its first to its last."""
    place.stop("worker")
    write(people, heap, 0.0)
    wait_for(
        lambda: client.zcard(keys.dirty(SHOP)) >= heap and is_told(people[0]), "a webhook is lost"
    )
    place.start_worker()
    wait_for(lambda: client.zcard(keys.dirty(SHOP)) < heap, "the worker does not begin")
    begun, left = monotonic(), client.zcard(keys.dirty(SHOP))
    wait_for(lambda: client.zcard(keys.dirty(SHOP)) == 0, "the heap stays", 600.0)
    return left / (monotonic() - begun)


def is_settled(client: StoreClient, person: People, shop: str = SHOP) -> bool:
    """Whether all its webhooks are sent and nothing is left to be done."""
    return is_told(person) and not client.zcard(keys.dirty(shop))


def is_told(person: People) -> bool:
    """Whether all its webhooks are sent."""
    return person.state()["webhooks"]["pending"] == 0


def _disagreeing(person: People) -> int:
    """Tickets that do not stand at a partner, tagged, with one note."""
    away = {GROUPS[team] for team in GROUPS if team != "inhouse"}
    return sum(
        not (t["group"] in away and "overflow" in t["tags"] and len(t["notes"]) == 1)
        for t in person.tickets()
    )
