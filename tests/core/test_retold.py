"""What the journal keeps is enough to decide again."""

from dataclasses import replace

import orjson
from hypothesis import given

from overflow.core.decide import decide
from overflow.core.decision import trace_of
from overflow.core.model import HOME, Cause
from overflow.core.retold import beyond, ticket_of
from overflow.core.review import review
from tests.core import make, strategies

AS_NEW = {
    "ahead": None,
    "moves_out": 0,
    "moves_back": 0,
    "refused_by": frozenset(),
    "handled_by": "",
}


def kept(value):
    return orjson.loads(orjson.dumps(value))


@given(strategies.tickets, strategies.situations(), strategies.policies())
def test_a_ticket_told_by_the_journal_is_decided_the_same_again(ticket, situation, policy):
    if ticket.cause is Cause.NEW:
        ticket = replace(ticket, **AS_NEW)
    is_waiting = ticket.cause in {Cause.LATE, Cause.UNTOUCHED}
    if is_waiting:
        ticket = replace(ticket, cause=Cause.LATE if ticket.team == HOME else Cause.UNTOUCHED)
    again = review if is_waiting else decide
    made = again(ticket, situation, policy, make.NOON)
    if made is None:
        return
    told = kept(trace_of(made))

    same = ticket_of(told, kept(beyond(ticket)), ticket.arrived)

    looked_at = {} if ticket.cause is Cause.UNTOUCHED else {"held_since": same.held_since}
    assert same == replace(ticket, **looked_at)
    assert trace_of(again(same, situation, policy, told["at"])) == trace_of(made)


def test_a_ticket_that_has_just_come_costs_the_entry_nothing():
    assert beyond(make.ticket()) == {}
