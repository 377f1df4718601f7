"""Waits promised, and what came of them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overflow.core.decide import decide
from overflow.core.lifecycle import settle, ticket_of
from overflow.core.model import HOME, Cause, Load, Status
from overflow.core.waits import Ending, Promise, closed, ending, promise
from tests.core import make
from tests.core.make import NOON

RULES = make.policy()
BUSY = make.situation(loads={(HOME, "chat.de"): Load(40, 12)})
CALM = make.situation(loads={(HOME, "chat.de"): Load(0, 12)})


def decided(record, seen=CALM, now=NOON, cause=Cause.NEW):
    ticket = ticket_of(record, cause, RULES)
    return decide(ticket, seen, RULES, now)


def settled(record=None, seen=CALM, now=NOON, cause=Cause.NEW):
    record = record or make.record()
    return settle(record, decided(record, seen, now, cause), RULES, now)


def test_a_kept_ticket_carries_the_wait_that_the_trace_told():
    made, kept = decided(make.record()), settled()

    assert kept.team == HOME
    assert promise(kept) == Promise("line", pytest.approx(made.trace.wait.value, rel=1e-4), NOON)


def test_a_ticket_that_overflows_carries_its_partners_usual_answer_time():
    gone = settled(seen=BUSY, now=NOON + 12.5)

    assert gone.team == "lumen"
    assert promise(gone) == Promise("usual", 60.0, NOON + 12.5)


def test_an_unknown_wait_is_no_promise():
    stale = make.situation(seen={"helpdesk": NOON - 9999})

    assert promise(settled(seen=stale)) is None


def test_a_ticket_that_was_answered_is_promised_nothing():
    assert promise(settled(make.record(answered=NOON - 5))) is None


def test_the_first_promise_of_a_holder_stands():
    first = settled()
    again = settled(first, seen=make.situation(loads={(HOME, "chat.de"): Load(0, 9)}), now=NOON + 9)

    assert (again.team, again.promised) == (HOME, first.promised)


@pytest.mark.parametrize(("seconds", "outcome"), [(5.0, "sooner"), (500.0, "later")])
def test_the_first_answer_tells_whether_it_was_kept(seconds, outcome):
    before = make.record(promised="line 60 0")
    after = closed(before, replace(before, answered=NOON + seconds))

    assert ending(before, after) == Ending("line", outcome, 60.0, seconds)
    assert after.promised == ""
    assert ending(after, after) is None


def test_a_promise_counts_from_when_it_was_given():
    before = make.record(promised="usual 60 30")
    after = closed(before, replace(before, answered=NOON + 100))

    assert ending(before, after).waited == 70.0


def test_a_wait_that_a_clock_makes_negative_is_none_at_all():
    before = make.record(promised="line 60 0")

    after = closed(before, replace(before, answered=NOON - 3))

    assert ending(before, after) == Ending("line", "sooner", 60.0, 0.0)


def test_a_ticket_that_ends_unanswered_says_nothing_of_the_wait():
    before = make.record(promised="line 60 0")
    after = closed(before, replace(before, status=Status.CLOSED))

    assert ending(before, after) == Ending("line", "unanswered", 60.0, None)
    assert after.promised == ""


def test_a_ticket_moved_by_a_person_is_no_promise_of_its_new_holder():
    before = make.record(promised="line 60 0")
    after = closed(before, replace(before, team="lumen"))

    assert ending(before, after) == Ending("line", "moved", 60.0, None)
    assert after.promised == ""


def test_a_ticket_moved_by_a_decision_has_the_new_holders_promise():
    before = settled()
    after = closed(before, settled(before, seen=BUSY, now=NOON + 60, cause=Cause.CHANGED))

    assert after.team == HOME or ending(before, after).outcome == "moved"
    moved = closed(before, replace(before, team="lumen", promised="usual 60 60"))
    assert ending(before, moved).outcome == "moved"
    assert promise(moved) == Promise("usual", 60.0, NOON + 60)


def test_nothing_comes_of_no_promise():
    assert ending(None, make.record(promised="line 1 0")) is None
    assert ending(make.record(), make.record(answered=NOON)) is None


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_a_promise_ends_once_whatever_happens(promised, waited):
    before = make.record(promised=f"line {promised:.5g} 0")
    answered = closed(before, replace(before, answered=NOON + waited + 1))
    solved = closed(answered, replace(answered, status=Status.SOLVED))
    ends = [ending(before, answered), ending(answered, solved)]

    assert [each is not None for each in ends] == [True, False]
