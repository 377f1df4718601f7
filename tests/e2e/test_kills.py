"""Killed in the middle of a burst: API, worker and store in turn, each twice, and at last all.

The senders are the sandbox's webhooks, callers of ``POST /tickets`` and a partner's agents; all of
them send again what was not acknowledged. When all is over, nothing may be missing and nothing
doubled.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import pytest

from overflow.clock import SystemClock
from overflow.store.tallies import Tallies
from tests.e2e.agreement import moves, settled
from tests.e2e.eventually import eventually
from tests.e2e.processes import Process, kill
from tests.e2e.sandbox_world import SandboxWorld, sandbox_world
from tests.e2e.service import Part
from tests.e2e.shop import PARTNER, SHOP, Routed, routed
from tests.e2e.stubborn import Burst, insist, people
from tests.e2e.world import HOME_GROUP, PARTNER_GROUP

pytestmark = [pytest.mark.slow, pytest.mark.needs("ps"), pytest.mark.timeout(300)]

PARTS: tuple[Part, ...] = ("api", "workers", "store")
WRITTEN = 60
"""Tickets of a burst that the helpdesk tells of."""
SUBMITTED = 15
"""Tickets of a burst that a caller submits, whom the helpdesk's webhooks do not help."""
ANSWERED = 10
"""Tickets that the partner answers in a burst."""
GOES_ON_WITHIN = 30.0
"""Seconds."""


def test_what_is_killed_in_a_burst_loses_nothing_and_doubles_nothing():
    chance = random.Random("kill -9")
    with sandbox_world() as world, routed(world, processes=2) as shop, people(30) as pool:
        world.people.switch(latency=0.05)
        answered: list[str] = []
        bursts: list[Burst] = []
        for part in PARTS:
            acts, replies = _acts(shop, world)
            chance.shuffle(acts)
            bursts.append(Burst(acts, pool))
            answered += replies
            progress = _notes(world) if part == "workers" else lambda: bursts[-1].done
            _kill_below(shop, part, progress, int(chance.uniform(0.1, 0.4) * WRITTEN))
            _kill_leader(shop, part, progress, int(chance.uniform(0.4, 0.7) * WRITTEN))
            if part == PARTS[-1]:
                shop.service.kill()
                shop.service.start()
            eventually("work goes on", lambda: _stands_as_held(shop), within=GOES_ON_WITHIN)
        for burst in bursts:  # an answer that got lost is not given again for a minute
            burst.results()
        _reckon(shop, world, answered)


def _acts(shop: Routed, world: SandboxWorld) -> tuple[list, list[str]]:
    """What people do in one burst, and the tickets that the partner answers in it."""
    ours = [shop.arrives("email", "nl") for _ in range(ANSWERED)]
    for ticket in ours:
        eventually(f"{ticket} goes", lambda t=ticket: shop.holder(t) == PARTNER)
    unseen = _unseen(world)
    acts = [lambda: world.write("chat", "de") for _ in range(WRITTEN)]
    acts += [lambda t=ticket: _submit(shop, t) for ticket in unseen]
    acts += [lambda t=ticket: _reply(shop, t) for ticket in ours]
    return acts, ours


def _unseen(world: SandboxWorld) -> list[str]:
    """Tickets of which no webhook tells."""
    world.people.switch(webhooks=False)
    unseen = [world.write("email", "de") for _ in range(SUBMITTED)]
    world.people.switch(webhooks=True)
    return unseen


def _submit(shop: Routed, ticket: str) -> None:
    body = {"id": ticket, "channel": "email", "language": "de", "group": HOME_GROUP}
    insist(shop.shop, "/tickets", body, f"submit-{ticket}")


def _reply(shop: Routed, ticket: str) -> None:
    body = {"agent": "amelie", "text": "It left today."}
    insist(shop.partner, f"/tickets/{ticket}/reply", body, f"reply-{ticket}")


def _notes(world: SandboxWorld) -> Callable[[], int]:
    """How many notes were posted from now on: so workers are killed while others are under way."""

    def posted() -> int:
        calls = world.people.state()["calls"]
        return int(calls.get("ticket.note", 0))

    before = posted()
    return lambda: posted() - before


def _kill_below(shop: Routed, part: Part, progress: Callable[[], int], when: int) -> None:
    """Once so much is done, kill what the part's first process has started, or else itself."""
    first, *others = _alive_at(shop, part, progress, when)
    for each in others or [first]:
        kill(each.pid)


def _kill_leader(shop: Routed, part: Part, progress: Callable[[], int], when: int) -> None:
    kill(_alive_at(shop, part, progress, when)[0].pid)


def _alive_at(shop: Routed, part: Part, progress: Callable[[], int], when: int) -> list[Process]:
    eventually(f"{when} are done", lambda: progress() >= when, within=90, every=0.01)
    return eventually(f"{part} is alive", lambda: shop.service.processes(part))


def _stands_as_held(shop: Routed) -> bool:
    """Every ticket that a partner holds stands with it; a note may take a minute longer."""
    assert shop.service.processes("workers")
    held = list(shop.shop.client.pages(f"{shop.shop.path}/tickets", team=PARTNER, limit=200))
    elsewhere = {t["id"] for t in held if shop.world.show(t["id"]).group != PARTNER_GROUP}
    assert elsewhere == set()
    return True


def _reckon(shop: Routed, world: SandboxWorld, answered: list[str]) -> None:
    settled(shop, within=120)
    webhooks = Counter(world.people.wait_until_quiet()["webhooks"])
    assert webhooks["given_up"] == webhooks["refused"] == 0
    assert webhooks["again"] > 0, "nothing was hit"
    settled(shop)
    tickets = world.tickets()
    assert len(tickets) == len(PARTS) * (WRITTEN + SUBMITTED + ANSWERED)
    made = {ticket: shop.shop.decisions(ticket) for ticket in tickets}
    causes = {t: Counter(d["cause"] for d in ds) for t, ds in made.items()}
    assert {t: c for t, c in causes.items() if c["new"] != 1} == {}
    moved = {ticket: moves(shop, ticket) for ticket in tickets}
    assert {t: m for t, m in moved.items() if len(m) > 1} == {}
    noted = {ticket: len(world.show(ticket).references) for ticket in tickets}
    assert noted == {ticket: len(outcomes) for ticket, outcomes in moved.items()}
    assert {t: n for t in answered if (n := len(world.show(t).answers)) != 1} == {}
    assert _offered(shop) == len(tickets)


def _offered(shop: Routed) -> int:
    """How many tickets were counted when they arrived."""
    store = shop.service.store()
    try:
        quarters = list(Tallies(store).cohorts(SHOP, 0.0, SystemClock().now() + 900))
    finally:
        store.close()
    return sum(
        n for each in quarters for name, n in each.tallies.items() if name.startswith("offered/")
    )
