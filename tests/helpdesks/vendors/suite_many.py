"""What every connector has to pass with many tickets at once, be it by bulk calls or one by one."""

import pytest

from overflow.core.model import HOME
from overflow.flows import views
from overflow.flows.people import work
from overflow.flows.people.work import By
from tests.flows.house import NEAR_GROUP, SHOP
from tests.flows.test_sync import settle
from tests.helpdesks.vendors.suite import WRITES, agrees

MANY = 8


def crowd(world):
    """Three tickets at home, and eight that are due at once, all of which leave."""
    world.arrivals(3)
    world.server.page = 100
    numbers = [world.server.create(tags=("vip",) if n == 5 else ()) for n in range(MANY)]
    world.deliver()
    return numbers


def is_bulk(world, asked):
    """Whether a request is about many tickets, or about one where there is no such call."""
    path = getattr(world.vendor, "BULK", "")
    return asked.method in WRITES and (asked.path == path if path else True)


def test_many_stand_there_with_group_tag_reason_and_one_note_each(world):
    numbers = crowd(world)
    before = len(world.server.asked)
    settle(world.house)

    for number in numbers:
        shown = world.server.shown(number)
        assert world.record(number).team != HOME
        assert (shown.assignee, shown.reason) == (None, world.record(number).reason)
        assert len(shown.notes) == 1
    assert world.server.shown(numbers[5]).tags == {"vip", "overflow"}
    agrees(world, *numbers)
    most = getattr(world.vendor, "CALLS_FOR_EIGHT", 8 * MANY)
    assert len(world.server.asked) - before <= most


def test_the_echoes_of_many_writes_change_nothing(world):
    numbers = crowd(world)
    settle(world.house)
    written = len(world.server.calls(*WRITES))
    world.deliver()
    settle(world.house)

    assert len(world.server.calls(*WRITES)) == written
    agrees(world, *numbers)


@pytest.mark.parametrize("how", ["lose_answer", "swallow"])
def test_each_of_many_notes_is_posted_once_when_a_bulk_call_is_lost(world, how):
    numbers = crowd(world)
    hit = iter([True])
    setattr(world.server.bad, how, lambda asked: is_bulk(world, asked) and next(hit, False))
    settle(world.house)

    assert next(hit, None) is None
    assert [len(world.server.shown(number).notes) for number in numbers] == [1] * MANY
    agrees(world, *numbers)


def leaving(world):
    """Three tickets that were at home and are about to be written to the partner's group."""
    numbers = [world.settled(world.arrive()) for _ in range(3)]
    for number in numbers:
        work.move(world.house.services, SHOP, number, By("", "ann"), to="near")
    world.clock.advance(2.0)
    return numbers


def test_a_person_who_moves_one_of_many_wins(world):
    numbers = leaving(world)
    world.server.move(numbers[1], world.server.elsewhere)
    world.take()
    settle(world.house)

    assert [world.record(number).team for number in numbers] == ["near", HOME, "near"]
    assert world.server.shown(numbers[1]).group == world.server.elsewhere
    agrees(world, *numbers[::2])


def test_one_of_many_that_is_closed_for_good_while_we_write_is_given_up_quietly(world):
    numbers = leaving(world)
    closing = iter([True])

    def close(asked):
        if is_bulk(world, asked) and next(closing, False):
            world.server.shut(numbers[1])

    world.server.bad.meanwhile = close
    settle(world.house)

    assert [world.server.shown(n).group for n in numbers[::2]] == [NEAR_GROUP] * 2
    assert not any(world.record(number).is_dirty for number in numbers)
    assert views.dead_letters(world.house.services, SHOP)[0] == []
