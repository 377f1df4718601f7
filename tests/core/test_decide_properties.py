"""What holds for every decision, whatever the policy and the situation."""

import json
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from overflow.core.decide import decide
from overflow.core.decision import Outcome, Reason, headline, stays, trace_of
from overflow.core.model import HOME, Cause, Load, Mode
from overflow.core.review import review, review_queue
from tests.core import make
from tests.core.strategies import (
    QUEUES,
    loads,
    moments,
    policies,
    pressures,
    situations,
    some,
    thresholds,
    tickets,
)

wide = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

TESTS = {
    Reason.CLOSED,
    Reason.CHANNEL,
    Reason.LANGUAGE,
    Reason.FULL,
    Reason.DAILY_LIMIT,
    Reason.SWITCHED_OFF,
    Reason.MOVE_LIMIT,
    Reason.REFUSED,
}


@wide
@given(tickets, situations(), policies(), moments)
def test_every_ticket_gets_one_team_and_a_complete_trace(ticket, situation, policy, now):
    made = decide(ticket, situation, policy, now)
    assert made.team in {HOME, ticket.team, *(p.name for p in policy.partners)}
    assert [t.team for t in made.trace.partners] == [p.name for p in policy.partners]
    for test in (made.trace.home, *made.trace.partners):
        assert {check.reason for check in test.checks} == TESTS
        assert set(test.failed) == {c.reason for c in test.checks if not c.is_passed}
    told = json.loads(json.dumps(trace_of(made), allow_nan=False))
    assert told["headline"] == headline(made)
    assert "{" not in told["headline"]


@wide
@given(tickets, situations(), policies(), moments)
def test_it_is_the_same_for_the_same_input(ticket, situation, policy, now):
    assert decide(ticket, situation, policy, now) == decide(ticket, situation, policy, now)


@wide
@given(tickets, situations(), policies(), moments)
def test_outcome_team_and_holder_agree(ticket, situation, policy, now):
    made = decide(ticket, situation, policy, now)
    match made.outcome:
        case Outcome.KEEP:
            assert (ticket.team, made.team) == (HOME, HOME)
        case Outcome.OVERFLOW:
            assert made.team not in {HOME, ticket.team}
        case Outcome.RETURN_HOME | Outcome.RECALL:
            assert made.team == HOME != ticket.team
        case Outcome.ACCEPT:
            assert made.team == ticket.team
        case Outcome.LATE:
            raise AssertionError("only a review overflows late")


@wide
@given(tickets, situations(), policies(), moments)
def test_nobody_gets_a_ticket_that_it_cannot_take(ticket, situation, policy, now):
    made = decide(ticket, situation, policy, now)
    if made.team not in {HOME, ticket.team}:
        test = next(t for t in made.trace.partners if t.team == made.team)
        assert test.is_able
        assert made.team not in ticket.refused_by
        assert policy.mode is not Mode.OFF


@wide
@given(tickets, situations(), policies(), moments)
def test_the_move_limits_hold(ticket, situation, policy, now):
    for made in (
        decide(ticket, situation, policy, now),
        review(ticket, situation, policy, now),
    ):
        if made is None or made.reason in {Reason.PINNED_PARTNER, Reason.REOPENED}:
            continue
        if made.outcome in {Outcome.OVERFLOW, Outcome.LATE} and ticket.asked != "partner":
            assert ticket.moves_out < policy.moves.out
        if made.outcome is Outcome.RECALL:
            assert ticket.moves_back < policy.moves.back


@wide
@given(tickets, situations(), policies(), moments)
def test_nothing_unknown_is_taken_for_zero(ticket, situation, policy, now):
    made = decide(ticket, situation, policy, now)
    for measure in (made.trace.backlog, made.trace.wait, made.trace.breach):
        if measure.value is None:
            assert measure.method
    if made.reason is Reason.BREACH and made.pressure is not None:
        assert made.trace.breach.value is not None


@wide
@given(tickets, situations(), policies(), moments)
def test_only_a_ticket_that_joins_moves_the_pressure(ticket, situation, policy, now):
    made = decide(ticket, situation, policy, now)
    if made.pressure is not None:
        assert ticket.cause in {Cause.NEW, Cause.HANDOVER}
        assert not made.trace.home.failed
        assert made.pressure.rev == made.trace.before.rev + 1
        assert made.pressure.on != made.trace.before.on


@wide
@given(
    rules=thresholds,
    before=pressures,
    loads=some([(HOME, queue) for queue in QUEUES], loads),
    queue=st.sampled_from(QUEUES),
    more=loads,
    answer_time=st.floats(0, 300),
)
def test_more_load_at_home_never_brings_a_ticket_home(
    rules, before, loads, queue, more, answer_time
):
    policy = make.policy(
        channels=(replace(make.CHAT, thresholds=rules), make.EMAIL, make.PHONE),
        partners=(make.partner(answer_time=answer_time),),
    )
    less = make.situation(loads=loads, pressure={"chat.de": before})
    load = loads.get((HOME, queue), Load())
    added = Load(load.waiting + more.waiting, load.wip + more.wip)
    busier = replace(less, loads={**loads, (HOME, queue): added})
    if decide(make.ticket(), less, policy, make.NOON).outcome is Outcome.OVERFLOW:
        assert decide(make.ticket(), busier, policy, make.NOON).outcome is Outcome.OVERFLOW


@wide
@given(tickets, situations(), policies(), moments)
def test_a_review_moves_or_says_nothing(ticket, situation, policy, now):
    made = review(ticket, situation, policy, now)
    if made is not None:
        assert made.is_move
        assert made.pressure is None
        assert made.outcome in {Outcome.LATE, Outcome.RECALL, Outcome.OVERFLOW}
        assert made.cause is (Cause.LATE if ticket.team == HOME else Cause.UNTOUCHED)
        assert headline(made)


@wide
@given(st.sampled_from(QUEUES), situations(), policies(), moments)
def test_a_queue_can_always_be_looked_at(queue, situation, policy, now):
    pressure = review_queue(queue, situation, policy, now)
    if pressure is not None:
        assert pressure.on != (queue in situation.pressure and situation.pressure[queue].on)


@wide
@given(tickets, situations(), policies(), moments)
def test_a_lost_race_leaves_the_ticket_where_it_may_stay(ticket, situation, policy, now):
    left = stays(decide(ticket, situation, policy, now))
    assert left.team in {HOME, ticket.team}
    assert left.reason is Reason.CONTENDED
