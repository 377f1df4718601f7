"""Killed in the middle of a burst: API, worker and store in turn, each more than once.

The senders are the sandbox's webhooks, callers of ``POST /tickets`` and a partner's agents; all of
them send again what was not acknowledged. When all is over, nothing may be missing and nothing
doubled.
"""

from __future__ import annotations

import random
from collections import Counter

import pytest

from overflow.store.tallies import Tallies
from tests.e2e.agreement import moves, settled
from tests.e2e.eventually import eventually
from tests.e2e.processes import kill
from tests.e2e.sandbox_world import SandboxWorld, sandbox_world
from tests.e2e.service import Part
from tests.e2e.shop import PARTNER, SHOP, Routed, routed
from tests.e2e.stubborn import Burst, insist, people
from tests.e2e.world import HOME_GROUP

pytestmark = [pytest.mark.slow, pytest.mark.needs("ps"), pytest.mark.timeout(300)]

PARTS: tuple[Part, ...] = ("api", "workers", "store")
WRITTEN = 45
"""Tickets of a burst that the helpdesk tells of."""
SUBMITTED = 15
"""Tickets of a burst that a caller submits, whom the helpdesk's webhooks do not help."""
KILLS = 2
"""In each burst."""


def test_what_is_killed_in_a_burst_loses_nothing_and_doubles_nothing():
    chance = random.Random("kill -9")
    with sandbox_world() as world, routed(world, processes=2) as shop, people(12) as pool:
        answered: list[str] = []
        for part in PARTS:
            acts, replies = _acts(shop, world, part)
            chance.shuffle(acts)
            burst = Burst(acts, pool)
            for share in sorted(chance.uniform(0.1, 0.8) for _ in range(KILLS)):
                _kill_at(shop, part, burst, int(share * len(acts)), chance)
            burst.results()
            answered += replies
        _reckon(shop, world, answered)


def _acts(shop: Routed, world: SandboxWorld, part: Part) -> tuple[list, list[str]]:
    """What people do in one burst, and the tickets that the partner answers in it."""
    ours = [shop.arrives("email", "nl") for _ in range(10)]
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


def _kill_at(shop: Routed, part: Part, burst: Burst, when: int, chance: random.Random) -> None:
    """Kill one of the part's processes, leader or not, once so many acts are done."""
    eventually(f"{when} acts are done", lambda: burst.done >= when, within=90, every=0.01)
    alive = eventually(f"{part} is alive", lambda: shop.service.processes(part))
    kill(chance.choice(alive).pid)


def _reckon(shop: Routed, world: SandboxWorld, answered: list[str]) -> None:
    settled(shop, within=120)
    webhooks = Counter(world.people.wait_until_quiet()["webhooks"])
    assert webhooks["given_up"] == webhooks["refused"] == 0
    settled(shop)
    tickets = world.tickets()
    assert len(tickets) == len(PARTS) * (WRITTEN + SUBMITTED + 10)
    made = {ticket: shop.shop.decisions(ticket) for ticket in tickets}
    causes = {t: Counter(d["cause"] for d in ds) for t, ds in made.items()}
    assert {t: c for t, c in causes.items() if c["new"] != 1} == {}
    for ticket in tickets:
        assert len(moves(shop, ticket)) <= 1, ticket
        assert len(world.show(ticket).references) == len(moves(shop, ticket)), ticket
    assert {t: n for t in answered if (n := len(world.show(t).answers)) != 1} == {}
    store = shop.service.store()
    totals = Tallies(store).totals(SHOP)
    store.close()
    assert totals["offered/chat"] + totals["offered/email"] == len(tickets)
