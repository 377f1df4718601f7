"""Overflows at once against what each vendor's plan allows, by the service's own processes.

Every ticket is new, comes by the vendor's webhook and overflows; the little servers of the tests
stand for the vendors, keep to a plan of theirs and count what is asked of them; where its rules can
(Freshdesk), the shop has left the service's own user out, as is advised. Beside the time
until group, tag, reason and note of all tickets stand there is the least that the plan allows:

    max(time in which they arrive, (calls - what may be asked at once) / rate of the plan)

with the fewest calls for which the vendor has a way (``FEWEST``), each filled to the brim.
"""

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Final

import httpx

from bench.figures import shown, table, verdict
from bench.lag import is_imported
from bench.places import Place, places, wait_for
from bench.shop import GROUPS, HOME_GROUP, LANGUAGES, SHOP, document
from overflow.clock import SystemClock, monotonic
from overflow.policies import build
from overflow.store.policies import Policies
from tests.helpdesks.vendors.plans import PLANS, Bucket, Plan

GOAL: Final = 1.2
PER_MINUTE: Final = 1000
LOOK: Final = 0.05
LONGEST: Final = 3600.0
_CLOCK: Final = SystemClock()
_THEIRS: Final = {HOME_GROUP: "shop", GROUPS["daytime"]: "near", GROUPS["nightowl"]: "far"}
"""The bench's groups by those that the little servers have."""

FEWEST: Final[dict[str, tuple[Callable[[int], float], str]]] = {
    "zendesk": (
        lambda n: 4 * -(-n // 100),
        "by 100: read, change with note, ask the job, read",
    ),
    "freshdesk": (
        lambda n: n + 7 * -(-n // 100),
        "a note each; by 100: list (counts as 3), change, list",
    ),
    "gorgias": (
        lambda n: 3 * n + 3 * -(-n // 100),
        "tag, reason and note each; by 100: list, change of team, list",
    ),
    "chatwoot": (
        lambda n: 2 * n + 3 * -(-n // 100),
        "reason and note each; by 100: list, change of team and label, list",
    ),
}
"""Calls for so many tickets, and why."""


@dataclass
class Shop:
    """One vendor's little server with its plan, customers, and the wire to the service."""

    vendor: str
    module: Any
    server: Any
    numbers: list[str] = field(default_factory=list)

    @property
    def plan(self) -> Plan:
        plan: Plan = self.server.plan
        return plan

    def policy(self) -> dict[str, Any]:
        """Home is closed, and hands everything over then."""
        own = json.loads(json.dumps(self.module.OPTIONS))  # as a document has it
        groups = {ours: self.module.GROUPS[theirs] for ours, theirs in _THEIRS.items()}
        helpdesk = {
            "connector": self.vendor,
            "options": {"url": self.server.url, **own, "groups": groups},
            "secrets": {"token": "env:BENCH_TOKEN", "webhook": "env:BENCH_HOOK"},
        }
        home = {"group": HOME_GROUP, "hours": "off", "agents": 8, "languages": list(LANGUAGES)}
        words = {"reason_field": self.module.REASON}
        return document(helpdesk=helpdesk, inhouse=home, closed="overflow", words=words)

    def stands(self, number: str) -> bool:
        shown = self.server.shown(number)
        is_away = shown.group in {"near", "far"} and "overflow" in shown.tags
        return is_away and bool(shown.reason) and len(shown.notes) == 1


def run(*, is_full: bool) -> None:
    """A thousand in a minute; in short, at the same rate and by the same plans, a tenth of them."""
    count = PER_MINUTE if is_full else PER_MINUTE // 10
    rows = []
    for vendor in FEWEST:
        rows.append(_row(vendor, count))
        print(*(shown(value) for value in rows[-1]), sep="; ", flush=True)
    head = (
        "vendor, plan",
        "tickets",
        "calls a ticket",
        "fewest",
        "429",
        "all stand after s",
        "at least s",
        "ratio",
    )
    table(f"{count} overflows in {count * 60 / PER_MINUTE:.0f} s", head, rows)
    for vendor, (_, why) in FEWEST.items():
        print(f"{vendor}: {why}")
    worst = max(float(row[-1]) for row in rows)
    print(f"goal for the ratio {verdict(worst, GOAL)}")


def _row(vendor: str, count: int) -> tuple[Any, ...]:
    with _shop(vendor) as shop, places(vendor) as (place,):
        client = place.start_store()
        policy = shop.policy()
        Policies(client).put(SHOP, policy, build(policy, SHOP), 0)
        place.start_api()
        place.start_worker()
        wait_for(lambda: is_imported(client), "the first walk does not end")
        shop.plan.spent = 0
        took = _play(shop, place, count)
        fewest = FEWEST[vendor][0](count)
        least = _least(shop.plan, fewest, count * 60 / PER_MINUTE)
        plan = shop.plan
        told = f"{vendor}, {plan.name}"
        calls = plan.spent / count
        return told, count, calls, fewest / count, plan.refused, took, least, took / least


def _least(plan: Plan, calls: float, arriving: float) -> float:
    """Seconds. Only a bucket that is empty at the beginning takes many at once."""
    budget = plan.budget
    at_once = budget.size if isinstance(budget, Bucket) else 0
    return max(arriving, (calls - at_once) * budget.seconds / budget.size)


def _play(shop: Shop, place: Place, count: int) -> float:
    """Seconds from the first arrival until all stand in the helpdesk."""
    ended = threading.Event()
    wire = threading.Thread(target=_deliver, args=(shop, place, ended))
    wire.start()
    try:
        return _until_all_stand(shop, count)
    finally:
        ended.set()
        wire.join()


def _until_all_stand(shop: Shop, count: int) -> float:
    begun = monotonic()
    for number in range(count):
        _CLOCK.sleep(max(0.0, begun + number * 60 / PER_MINUTE - monotonic()))
        with shop.server.lock:
            shop.numbers.append(shop.server.create())
    left = set(shop.numbers)
    while left:
        _CLOCK.sleep(LOOK)
        with shop.server.lock:
            left = {number for number in left if not shop.stands(number)}
        if monotonic() - begun > LONGEST:
            sys.exit(f"bench: {len(left)} tickets do not stand in {shop.vendor}")
    return monotonic() - begun


def _deliver(shop: Shop, place: Place, ended: threading.Event) -> None:
    """The vendor's webhooks, each once, as they leave."""
    url = f"http://127.0.0.1:{place.port}/v1/shops/{SHOP}/events/{shop.vendor}"
    with httpx.Client(timeout=10.0) as client:
        while not ended.is_set():
            for hook in shop.server.take():
                headers = {"content-type": "application/json", **hook.headers}
                where = f"{url}/{hook.token}" if hook.token else url
                client.post(where, headers=headers, content=hook.body)
            _CLOCK.sleep(LOOK)


@contextmanager
def _shop(vendor: str) -> Iterator[Shop]:
    module = import_module(f"tests.helpdesks.vendors.{vendor}_server")
    server = module.Server(_CLOCK.now)
    server.page, server.echoes, server.plan = 100, False, PLANS[vendor]()
    os.environ["BENCH_TOKEN"] = module.TOKEN  # noqa: TID251  what the policy's references stand for
    os.environ["BENCH_HOOK"] = module.SECRET  # noqa: TID251
    try:
        yield Shop(vendor, module, server)
    finally:
        server.close()
