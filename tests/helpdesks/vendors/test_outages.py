"""A helpdesk that is away for hours or days: nothing is lost, and no storm follows."""

from contextlib import suppress
from dataclasses import replace

import pytest

from overflow.core.model import HOME
from overflow.errors import HelpdeskAway
from overflow.flows import sweep, views
from overflow.flows.desks import Desks
from overflow.flows.polling import reconcile
from overflow.flows.polling.reconcile import CHANGED
from overflow.store import keys
from tests.flows.house import SHOP, document
from tests.flows.test_sync import drain
from tests.helpdesks.vendors.suite import agrees
from tests.helpdesks.vendors.worlds import VENDORS, connect

HELPDESKS = VENDORS
HOUR, DAY = 3600.0, 86_400.0
ROUNDS = 6
"""Of what the workers do, while it is away."""
BUDGET = 60
ON_THE_WAY = 5.0
"""Seconds that a slow machine may hold a call up after it was let go."""
"""Calls a minute that the shop's helpdesk is to be asked at the most."""


@pytest.fixture
def away(world):
    """Behind the gate of the shop, in simulated time: whoever waits lets it pass."""
    world.clock.sleep = world.clock.advance
    house = world.house
    desks = Desks(
        lambda config, words, gate: connect(world.vendor, world.server, world.clock, gate),
        world.clock,
        house.services.throttle,
    )
    pace = replace(house.services.pace, linger=0.0)
    house.services = replace(house.services, desks=desks, pace=pace)
    options = {"url": world.server.url, "limit": {"requests": BUDGET, "seconds": 60}}
    words = {"reason_field": world.vendor.REASON}
    house.change(helpdesk=document()["helpdesk"] | {"options": options}, words=words)
    house.services.book.forget(SHOP)
    yield world
    desks.close()


def work_on(world):
    """What the workers do again and again."""
    with suppress(HelpdeskAway):
        reconcile.poll(world.house.services, SHOP)
    sweep.run(world.house.services, SHOP)
    drain(world.house)
    world.house.services.redis.delete(keys.drain_lease(SHOP))


def is_all_done(world):
    counts = world.house.services.marks.counts(SHOP)
    return not (counts.dirty or counts.to_read or counts.dead)


def most_within(moments, seconds):
    """The most moments that any stretch of so many seconds has."""
    return max(sum(start <= at < start + seconds for at in moments) for start in moments)


@pytest.mark.parametrize("length", [6 * HOUR, 10 * DAY], ids=["six hours", "ten days"])
def test_whatever_its_length_everything_comes_into_step_without_a_storm(away, length):
    world = away
    known = world.arrivals(4)
    world.deliver()
    world.clock.advance(700.0)
    world.poll()
    cursor = world.house.services.progress.get(SHOP, CHANGED)

    world.server.bad.refuse = lambda asked: (503, {})
    before = len(world.server.asked)
    decided = [world.server.create() for _ in range(2)]
    world.deliver()
    for number in range(ROUNDS):
        world.clock.advance(length / ROUNDS)
        work_on(world)
        if number == ROUNDS // 2:
            world.server.assign(known[0])
            world.server.solve(known[1])
            world.server.delete(known[2])
            unheard = [world.server.create() for _ in range(3)]
            world.take()
    assert world.house.services.progress.get(SHOP, CHANGED) == cursor
    assert len(world.server.asked) - before < 12 + 4 * ROUNDS, "it was asked again and again"

    world.server.bad.refuse = lambda asked: None
    recovered = len(world.server.asked)
    for _ in range(60):
        world.clock.advance(20.0)
        work_on(world)
        if is_all_done(world) and all(map(world.record, unheard)):
            break
    world.clock.advance(700.0)
    world.poll()
    work_on(world)

    agrees(world, known[0], known[3], *decided, *unheard)
    assert world.record(known[0]).assignee
    assert [world.record(number).status.is_ended for number in known[1:3]] == [True, True]
    moved = [n for n in (known[3], *decided, *unheard) if world.record(n).team != HOME]
    assert moved
    assert all(len(world.server.shown(n).notes) == 1 for n in moved)
    assert views.dead_letters(world.house.services, SHOP)[0] == []
    asked = [each.at for each in world.server.asked[recovered:]]
    assert most_within(asked, 60.0 - ON_THE_WAY) <= BUDGET
    assert len(asked) < 12 * len(known + decided + unheard) + 60
