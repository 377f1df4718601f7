"""What became of a request, read off its journal entries."""

import pytest

from overflow.core.decide import decide
from overflow.core.decision import trace_of
from overflow.core.model import HOME, Cause
from overflow.core.retold import beyond
from overflow.simulate.replay.past import LEFT_BEFORE, LEFT_DROPPED, Reader
from overflow.store.journal import Entry
from tests.core import make

HOUR = 3600.0


class Journal:
    """Entries as commits write them, at the moments that a test names."""

    def __init__(self):
        self.entries = []

    def add(self, ticket, at, kind="event", data=None, **fields):
        place = {name: value.encode() for name, value in fields.items()}
        number = f"{round(at * 1000)}-{len(self.entries)}"
        taken = None
        if kind == "decision" and "moved_by_person" not in (data or {}).get("events", ()):
            taken = (at, [b"z", b"UTC"])
        self.entries.append(Entry(number, at, kind, ticket, data or {}, place, taken))

    def decided(self, ticket, at, cause=Cause.NEW, **changes):
        seen = make.ticket(id=ticket, arrived=at, due=at + 120.0, cause=cause, **changes)
        made = decide(seen, make.situation(at), make.policy(), at)
        data = {"decision": trace_of(made), "ticket": beyond(seen)}
        arrived = f"{round(at * 1e6)} offered/{seen.channel}"
        place = f"{made.team}|w|{made.queue}|{seen.channel}|"
        self.add(ticket, at, "decision", data, b="-", a=place, q=arrived)

    def read(self):
        live = frozenset({"chat", "phone"})
        return Reader(make.NOON, make.NOON + HOUR, live).read(self.entries)


@pytest.fixture
def journal():
    return Journal()


def here(letter, team=HOME, channel="chat"):
    return f"{team}|{letter}|{channel}.de|{channel}|"


def ended(at, status="solved", channel="chat"):
    return f"{round(at * 1e6)} ended/{status}/inhouse/{channel}"


def test_an_answer_in_time(journal):
    journal.decided("7", make.NOON)
    journal.add("7", make.NOON + 40, b=here("w"), a=here("i"))
    answered = f"{round(make.NOON * 1e6)} answered/inhouse/chat/in_time"
    journal.add("7", make.NOON + 50, q=answered, m="300.0")

    (case,) = journal.read().cases

    assert (case.taken_up, case.answered) == (make.NOON + 40, make.NOON + 50)
    assert (case.response, case.is_late, case.work) == (make.NOON + 50, False, 300.0)
    assert (case.team, case.arrived) == (HOME, make.NOON)


def test_who_hangs_up_unanswered_gave_up(journal):
    journal.decided("7", make.NOON)
    journal.add("7", make.NOON + 90, b=here("w"), a="-", q=ended(make.NOON))

    (case,) = journal.read().cases

    assert case.is_abandoned
    assert (case.ended, case.response) == (make.NOON + 90, None)


def test_a_call_that_was_taken_up_was_answered(journal):
    journal.decided("7", make.NOON)
    journal.add("7", make.NOON + 30, b=here("w"), a=here("i"))
    journal.add("7", make.NOON + 90, b=here("i"), a="-", q=ended(make.NOON))

    (case,) = journal.read().cases

    assert not case.is_abandoned
    assert case.response == make.NOON + 30


def test_a_letter_that_is_closed_while_it_waits_was_not_answered(journal):
    journal.decided("7", make.NOON, channel="email")
    place = here("w", channel="email")
    journal.add("7", make.NOON + 90, b=place, a="-", q=ended(make.NOON, channel="email"))

    (case,) = journal.read().cases

    assert (case.is_abandoned, case.response) == (False, None)


def test_a_letter_that_somebody_worked_on_was_done_with_it(journal):
    journal.decided("7", make.NOON, channel="email")
    journal.add("7", make.NOON + 60, b=here("w", channel="email"), a=here("i", channel="email"))
    place = here("i", channel="email")
    journal.add("7", make.NOON + 90, b=place, a="-", q=ended(make.NOON, channel="email"))

    (case,) = journal.read().cases

    assert case.response == make.NOON + 90


@pytest.mark.parametrize("status", ["spam", "merged", "deleted"])
def test_what_nobody_had_to_answer_is_left_out(journal, status):
    journal.decided("7", make.NOON)
    journal.add("7", make.NOON + 90, b=here("w"), a="-", q=ended(make.NOON, status))

    past = journal.read()

    assert past.cases == []
    assert past.left_out == {LEFT_DROPPED: 1}


def test_a_reopening_is_a_request_of_its_own(journal):
    journal.decided("7", make.NOON)
    journal.add("7", make.NOON + 90, b=here("i"), a="-", q=ended(make.NOON))
    journal.decided("7", make.NOON + 600, Cause.REOPENED, handled_by=HOME)

    first, second = journal.read().cases

    assert (first.number, second.number) == (0, 1)
    assert (second.arrived, second.handled_by) == (make.NOON + 600, HOME)


def test_a_persons_move_is_done_again(journal):
    journal.decided("7", make.NOON)
    told = {"at": make.NOON + 60, "team": "lumen", "headline": "Moved to lumen by a person."}
    data = {"events": ["moved_by_person"], "decision": told}
    journal.add("7", make.NOON + 60, "decision", data, b=here("w"), a=here("w", "lumen"))

    (case,) = journal.read().cases

    (done,) = case.done
    assert (done.at, done.what, done.team) == (make.NOON + 60, "moved", "lumen")
    assert case.handed == [(make.NOON + 60, "lumen")]
    assert case.team == "lumen"


def test_what_was_there_when_the_service_came_is_held_where_it_stood(journal):
    journal.add("7", make.NOON, data={"events": ["imported"]}, b="-", a=here("i"))

    past = journal.read()

    (case,) = past.cases
    assert (case.taken_over, case.is_touched) == (HOME, True)
    assert past.left_out == {}


def test_what_came_before_the_period_is_counted_and_left_alone(journal):
    journal.add("3", make.NOON, b=here("w"), a=here("i"))
    journal.decided("7", make.NOON + 1)

    past = journal.read()

    assert [case.ticket for case in past.cases] == ["7"]
    assert past.left_out == {LEFT_BEFORE: 1}
