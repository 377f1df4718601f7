"""What every connector has to pass, whatever its vendor is like."""

import random
from dataclasses import replace

import pytest

from overflow.core.model import HOME, Status
from overflow.errors import HelpdeskAway
from overflow.flows import sweep, views
from overflow.flows.people import work
from overflow.flows.people.work import By
from overflow.flows.people.writing import PARKED
from overflow.flows.routing.errand import Along
from overflow.flows.routing.route import route
from overflow.helpdesks.port import Desired
from overflow.store import keys
from tests.flows.house import NEAR_GROUP, SHOP
from tests.flows.test_sync import drain, settle

WRITES = ("PUT", "POST", "DELETE", "PATCH")


def overflowed(world):
    """Three tickets at home, and a fourth that went to the partner."""
    return world.arrivals(4)


def agrees(world, *numbers):
    """Whether helpdesk and service show the same."""
    for number in numbers:
        record, shown = world.record(number), world.server.shown(number)
        assert record.desired_group == world.named(shown.group), (record, shown)
        assert (record.assignee or None) == shown.assignee, (record, shown)
        assert (record.team != HOME) == ("overflow" in shown.tags), (record, shown)
        assert not record.is_dirty, (record, shown)
    assert world.house.faults() == []


def test_what_overflows_stands_there_with_group_tag_reason_and_note(world):
    *home, away = overflowed(world)

    shown = world.server.shown(away)
    assert (shown.group, shown.assignee) == (NEAR_GROUP, None)
    assert "overflow" in shown.tags
    assert shown.reason == world.record(away).reason
    [note] = shown.notes
    assert "ovf-" in note
    assert "near takes over" in note
    assert all(not world.server.shown(number).notes for number in home)
    agrees(world, *home, away)


def test_a_ticket_that_comes_back_home_loses_every_mark(world):
    away = overflowed(world)[-1]
    work.move(world.house.services, SHOP, away, By("", "ann"), to=HOME)
    settle(world.house)

    shown = world.server.shown(away)
    assert (shown.group, shown.reason, "overflow" in shown.tags) == ("shop", "", False)
    agrees(world, away)


def test_an_assignee_is_cleared_with_the_move_and_other_tags_stay(world):
    number = world.settled(world.arrive(tags=("vip", "retoure")))
    world.server.assign(number)
    world.deliver()
    settle(world.house)
    work.move(world.house.services, SHOP, number, By("", "ann"), to="near")
    settle(world.house)

    shown = world.server.shown(number)
    assert (shown.group, shown.assignee) == (NEAR_GROUP, None)
    assert shown.tags == {"vip", "retoure", "overflow"}


def test_a_tag_that_a_person_adds_after_we_looked_is_not_lost(world):
    """But where the vendor replaces all and knows no locking: then it has to be added again."""
    number = world.server.create(tags=("vip",))
    wanted = Desired(world.named("near"), "overflow", is_tagged=True, reason_field=None, reason="")
    seen = world.desk.read(number)
    world.clock.advance(1.0)
    world.server.tag(number, "eilig")
    try:
        world.desk.write(seen, wanted)
    except HelpdeskAway:  # it has noticed
        world.desk.write(world.desk.read(number), wanted)

    lost = {"eilig"} if getattr(world.vendor, "LAST_WRITER_WINS", False) else set()
    assert world.server.shown(number).tags == {"vip", "eilig", "overflow"} - lost


@pytest.mark.parametrize("how", ["lose_answer", "swallow"])
def test_a_note_is_posted_once_where_answers_are_lost(world, how):
    world.arrivals(3)
    away = world.server.create()
    hit = iter([True])
    setattr(
        world.server.bad,
        how,
        lambda asked: (
            asked.method in WRITES and "takes over" in str(asked.body) and next(hit, False)
        ),
    )
    world.deliver()
    settle(world.house)

    assert len(world.server.shown(away).notes) == 1
    assert world.house.totals()["sync/failed"] >= 1
    agrees(world, away)


def test_any_write_may_be_lost_either_way_and_all_ends_the_same(world):
    world.arrivals(3)
    rng = random.Random(7)
    world.server.bad.lose_answer = lambda asked: asked.method in WRITES and rng.random() < 0.2
    world.server.bad.swallow = lambda asked: asked.method in WRITES and rng.random() < 0.1
    numbers = [world.server.create() for _ in range(4)]
    world.deliver()
    for _ in range(4):
        drain(world.house)
        world.house.later(2.0)
    world.server.bad.lose_answer = world.server.bad.swallow = lambda asked: False
    views.retry_dead_letters(world.house.services, SHOP)
    settle(world.house)

    for number in numbers:
        is_away = world.record(number).team != HOME
        assert len(world.server.shown(number).notes) == is_away
    agrees(world, *numbers)


def test_echoes_of_our_own_writes_change_nothing(world):
    *home, away = overflowed(world)
    before = {number: world.server.shown(number) for number in (*home, away)}
    written = len(world.server.calls(*WRITES))
    for _ in range(3):
        world.deliver()
        settle(world.house)

    assert {number: world.server.shown(number) for number in before} == before
    assert len(world.server.calls(*WRITES)) == written
    assert not world.record(away).manual


def test_duplicates_under_new_delivery_ids_and_in_any_order_change_nothing(world):
    *home, away = overflowed(world)
    world.clock.advance(2.0)
    world.server.assign(home[0])
    world.server.answer(away)
    hooks = world.take()
    hooks += [world.server.again(hook) for hook in hooks]
    random.Random(3).shuffle(hooks)
    world.deliver(*hooks)
    settle(world.house)

    agrees(world, *home, away)
    assert world.record(away).answered
    assert world.record(home[0]).assignee
    assert len(world.server.shown(away).notes) == 1


def test_open_pending_open_is_no_duplicate(world):
    number = world.settled(world.arrive())
    for _ in range(2):
        world.clock.advance(2.0)
        world.server.solve(number)
        world.deliver()
        settle(world.house)
        assert world.record(number).status.is_ended
        world.clock.advance(2.0)
        world.server.customer_writes(number)
        world.deliver()
        settle(world.house)
        assert world.record(number).status is Status.OPEN


def test_a_lost_webhook_costs_one_poll(world):
    first = world.arrivals(3)
    world.poll()
    world.house.later(130.0)
    number = world.server.create()
    world.server.assign(first[0])
    world.server.solve(first[1])
    world.take()
    world.house.later(70.0)
    world.poll()
    settle(world.house)

    assert world.record(number) is not None
    assert world.record(first[0]).assignee == world.server.shown(first[0]).assignee
    assert world.record(first[1]).status.is_ended
    agrees(world, *first, number)


def test_what_agrees_is_found_to_agree(world):
    numbers = overflowed(world)
    world.poll()
    world.house.later(130.0)
    world.poll()
    world.house.later(130.0)
    world.server.tag(numbers[0], "kein Unterschied")
    world.take()
    world.house.later(70.0)
    world.poll()

    assert world.house.totals().get("reconcile/differs", 0) == 0


def test_a_reopened_ticket_goes_back_to_those_who_handled_it(world):
    away = overflowed(world)[-1]
    world.clock.advance(2.0)
    world.server.solve(away)
    world.deliver()
    settle(world.house)
    assert world.record(away).status.is_ended

    world.clock.advance(2.0)
    world.server.customer_writes(away)
    world.deliver()
    settle(world.house)

    record = world.record(away)
    assert (record.status, record.team) == (Status.OPEN, "near")
    agrees(world, away)


def test_a_merged_ticket_is_over(world):
    numbers = overflowed(world)
    world.clock.advance(2.0)
    world.server.merge(numbers[-1], numbers[0])
    world.deliver()
    written = len(world.server.calls(*WRITES))
    settle(world.house)

    assert world.record(numbers[-1]).status.is_ended
    assert len(world.server.calls(*WRITES)) == written
    assert views.dead_letters(world.house.services, SHOP)[0] == []


@pytest.mark.parametrize("how", ["delete", "spam"])
def test_what_is_thrown_away_is_over(world, how):
    numbers = overflowed(world)
    world.deliver()
    world.house.later(200.0)
    getattr(world.server, how)(numbers[0])
    world.deliver()
    settle(world.house)
    assert world.record(numbers[0]).status.is_ended


def test_what_is_thrown_away_without_a_word_is_found(world):
    numbers = overflowed(world)
    world.poll()
    world.house.later(700.0)
    world.server.delete(numbers[0])
    world.take()
    world.house.later(700.0)
    world.poll()
    settle(world.house)
    assert world.record(numbers[0]).status.is_ended


def test_a_person_s_move_wins(world):
    *_, away = overflowed(world)
    world.clock.advance(2.0)
    world.server.move(away, world.server.elsewhere)
    world.deliver()
    settle(world.house)

    record = world.record(away)
    assert (record.team, record.manual) == (HOME, True)
    assert world.server.shown(away).group == world.server.elsewhere


def test_an_outage_of_ten_minutes_ends_in_step_and_without_a_storm(world):
    world.arrivals(3)
    world.server.bad.refuse = lambda asked: (503, {})
    numbers = [world.server.create() for _ in range(8)]
    world.deliver()
    for _ in range(20):
        drain(world.house)
        world.house.services.redis.delete(keys.drain_lease(SHOP))
        world.clock.advance(30.0)
    during = len(world.server.asked)
    assert during < 20 * 8 * 4

    world.server.bad.refuse = lambda asked: None
    world.poll()
    sweep.run(world.house.services, SHOP)
    settle(world.house, 30.0)

    assert views.dead_letters(world.house.services, SHOP)[0] == []
    agrees(world, *numbers)
    away = [n for n in numbers if world.record(n).team != HOME]
    assert all(len(world.server.shown(n).notes) == 1 for n in away)
    assert len(world.server.asked) - during < 20 * len(numbers) + 60


def test_a_storm_of_429_ends_in_step_and_retry_after_is_kept(world):
    world.arrivals(3)
    numbers = [world.server.create() for _ in range(6)]
    opens = world.server.now() + 20.0
    world.server.bad.refuse = lambda asked: (
        (429, {"Retry-After": str(int(opens - asked.at) + 1)}) if asked.at < opens else None
    )
    world.deliver()
    drain(world.house)
    refused = len(world.server.asked)
    drain(world.house)
    assert len(world.server.asked) == refused, "asked again before its time"

    world.house.services.redis.delete(keys.drain_lease(SHOP))
    world.clock.advance(25.0)
    settle(world.house)
    agrees(world, *numbers)


SKEWED = (
    "test_webhooks_of_a_clock_that_is_minutes_off_are_taken",
    "test_polling_a_clock_that_is_hours_off_misses_nothing",
)
"""Not asked of a real helpdesk, which goes by the machine's clock."""


@pytest.mark.parametrize("skew", [-240.0, 240.0])
def test_webhooks_of_a_clock_that_is_minutes_off_are_taken(world, skew):
    world.server.skew = skew
    numbers = overflowed(world)
    agrees(world, *numbers)


@pytest.mark.parametrize("skew", [-7200.0, 7200.0])
def test_polling_a_clock_that_is_hours_off_misses_nothing(world, skew):
    world.server.skew = skew
    world.poll()
    world.house.later(300.0)
    number = world.server.create()
    world.take()
    world.house.later(70.0)
    world.poll()
    settle(world.house)
    assert world.record(number) is not None


def test_all_that_is_open_is_walked_over_page_after_page(world):
    numbers = {world.server.create() for _ in range(8)}
    ended = world.server.create()
    world.server.solve(ended)
    seen, cursor = set(), ""
    for _ in range(40):
        page = world.desk.walk_open(cursor)
        seen |= {ticket.id for ticket in page.tickets if not ticket.status.is_ended}
        cursor = page.cursor
        if page.is_last:
            break
    assert numbers <= seen
    assert ended not in seen


def test_groups_that_are_there_are_named(world):
    there = world.desk.groups()
    assert there is None or set(map(world.named, ("shop", "near"))) <= set(there)


def test_an_answer_and_every_status_stand_there_after_they_were_written(world):
    number = world.server.create()
    assert world.desk.read(number).answered is None
    world.desk.reply(number, "Es ist unterwegs.", "ovf-REPLY1")
    assert world.desk.read(number).answered
    assert world.desk.has_note(number, "ovf-REPLY1")
    assert not world.desk.has_note(number, "ovf-OTHER1")
    for status in (Status.ON_HOLD, Status.OPEN, Status.PENDING, Status.OPEN, Status.SOLVED):
        world.desk.set_status(number, status)
        shown = world.desk.read(number).status
        assert shown is status or {shown, status} == PARKED


def test_a_note_is_found_behind_many_others(world):
    number = world.server.create()
    world.desk.add_note(number, "the first [ovf-FIRST1]", "ovf-FIRST1")
    for count in range(28):
        world.desk.add_note(number, f"another {count}", f"ovf-{count:06}")
    assert world.desk.has_note(number, "ovf-FIRST1")


def test_a_ticket_that_is_not_there_reads_as_none(world):
    assert world.desk.read("99999999") is None


def test_nothing_more_is_written_to_what_is_closed_for_good(world):
    number = world.settled(world.arrive())
    world.clock.advance(2.0)
    world.server.shut(number)
    world.deliver()
    settle(world.house)
    assert world.record(number).status.is_ended
    assert not world.record(number).is_dirty


def test_a_ticket_closed_for_good_while_we_write_is_given_up_quietly(world):
    number = world.settled(world.arrive())
    work.move(world.house.services, SHOP, number, By("", "ann"), to="near")
    world.clock.advance(2.0)
    world.server.shut(number)
    settle(world.house)
    assert not world.record(number).is_dirty
    assert views.dead_letters(world.house.services, SHOP)[0] == []


def test_a_ticket_of_no_channel_of_the_policy_is_kept_and_harms_nobody(world):
    number = world.server.create()
    seen = replace(world.desk.read(number), channel="carrier-pigeon")
    routed = route(world.house.services, SHOP, seen, Along("webhook"), is_new=True)
    assert routed.record is None or routed.record.team == HOME
    settle(world.house)
