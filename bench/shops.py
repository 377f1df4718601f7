"""Sync lag of many shops that one worker serves, each with a helpdesk of its own.

The lag is that of ``lag``, read from outside in the same way.
"""

import threading
from functools import partial

from bench.figures import quantile, table
from bench.lag import LATENCY, Watch, is_imported, is_settled, is_told, sandbox, write
from bench.places import Place, free_port, places, wait_for
from bench.shop import SHOP, everything_overflows
from overflow.clock import monotonic
from overflow.demo.sandbox import People
from overflow.policies import build
from overflow.store import keys
from overflow.store.connect import StoreClient
from overflow.store.policies import Policies

SHOPS = 10
RATE = 2.0
"""Tickets a second, of each shop."""
HEAP = 200
"""Tickets of each shop that wait when the worker begins."""


def run(*, is_full: bool) -> None:
    """One worker process, every ticket overflowing."""
    seconds = 120.0 if is_full else 20.0
    with places("service") as (place,):
        client = place.start_store()
        people = {f"{SHOP}-{n}": _opened(place, client, f"{SHOP}-{n}") for n in range(SHOPS)}
        for person in people.values():
            wait_for(person.state, "a sandbox does not start")
        place.start_api()
        place.start_worker()
        for shop in people:
            wait_for(partial(is_imported, client, shop), "a first walk does not end")
        ordered = sorted(_lags(client, people, seconds))
        rate = _heaps(client, place, people)
        for person in people.values():
            person.close()
    head = ("shops", "tickets/s of each", "tickets", "p50 s", "p90 s", "p99 s", "worst s")
    figures = (*(quantile(ordered, q) for q in (0.5, 0.9, 0.99)), ordered[-1])
    title = f"Sync lag over {seconds:.0f} s, {LATENCY * 1e3:.0f} ms a call, one worker"
    table(title, head, [(SHOPS, RATE, len(ordered), *figures)])
    print(f"drain of {HEAP} tickets of each at once: {rate:.0f} tickets/s in all")


def _opened(place: Place, client: StoreClient, shop: str) -> People:
    """A shop with a helpdesk; the people who write to it."""
    port = free_port()
    desk = f"http://127.0.0.1:{port}"
    policy = everything_overflows(f"{desk}/api") | {"shop": shop}
    Policies(client).put(shop, policy, build(policy, shop), 0)
    place.start(sandbox(place, port, shop))
    return People(desk)


def _lags(client: StoreClient, people: dict[str, People], seconds: float) -> list[float]:
    watches = [Watch(client, shop) for shop in people]
    watching = [threading.Thread(target=watch.run) for watch in watches]
    for thread in watching:
        thread.start()
    _all_write(people, int(RATE * seconds), RATE)
    for shop, person in people.items():
        wait_for(partial(is_settled, client, person, shop), "a shop does not settle")
    for watch, thread in zip(watches, watching, strict=True):
        watch.stop()
        thread.join()
    return [lag for watch in watches for lag in watch.lags]


def _heaps(client: StoreClient, place: Place, people: dict[str, People]) -> float:
    """Tickets a second that a worker puts in step when many wait in every shop."""
    place.stop("worker")
    _all_write(people, HEAP, 0.0)

    def left() -> int:
        return sum(int(client.zcard(keys.dirty(shop))) for shop in people)

    everybody = [*people.values()]
    wait_for(
        lambda: left() >= HEAP * SHOPS and all(is_told(each) for each in everybody),
        "a webhook is lost",
    )
    place.start_worker()
    wait_for(lambda: left() < HEAP * SHOPS, "the worker does not begin")
    begun, count = monotonic(), left()
    wait_for(lambda: not left(), "a heap stays", 600.0)
    return count / (monotonic() - begun)


def _all_write(people: dict[str, People], count: int, rate: float) -> None:
    """Every shop's customers write so many tickets, at that rate or as fast as they are taken."""
    threads = [
        threading.Thread(target=write, args=([person], count, rate)) for person in people.values()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
