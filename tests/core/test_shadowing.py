"""A shadow sees the shop as its own decisions would have made it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overflow.core.decide import decide
from overflow.core.decision import trace_of
from overflow.core.model import HOME, Cause, Costs, Load, Mode, QueuePlan, Target
from overflow.core.shadowing import Astray, as_the_shadow_has_it, decided, due_by
from tests.core import make, strategies

LIVE = st.just(Mode.LIVE)


@given(strategies.tickets, strategies.situations(), strategies.policies(mode=Mode.LIVE))
def test_the_live_policy_as_its_own_shadow_decides_the_same(ticket, situation, policy):
    if ticket.cause in {Cause.LATE, Cause.UNTOUCHED}:
        return
    situation = replace(situation, virtual={}, policy_version=policy.version)
    made = decided(ticket, situation, (policy, policy), {}, situation.pressure, make.NOON)

    expected = decide(
        replace(ticket, due=due_by(ticket, policy, policy)), situation, policy, make.NOON
    )
    assert trace_of(made) == trace_of(expected)


def test_a_ticket_counts_where_the_shadow_has_it():
    situation = make.situation(
        loads={(HOME, "chat.de"): Load(3, 2), ("lumen", "chat.de"): Load(1, 0)},
        held={("lumen", "chat"): 1, ("lumen", "*"): 1},
    )
    astray = [
        Astray("lumen", HOME, "w", "chat.de", "chat"),
        Astray(HOME, "lumen", "w", "chat.de", "chat"),
        Astray("castor", HOME, "i", "chat.de", "chat"),
        Astray("castor", HOME, "p", "chat.de", "chat"),
    ]
    policy = make.policy()

    seen = as_the_shadow_has_it(situation, (policy, policy), astray, {})

    assert seen.loads == {
        (HOME, "chat.de"): Load(3, 1),
        ("lumen", "chat.de"): Load(1, 0),
        ("castor", "chat.de"): Load(0, 1),
    }
    assert seen.held == {
        ("lumen", "chat"): 1,
        ("lumen", "*"): 1,
        ("castor", "chat"): 1,
        ("castor", "*"): 1,
    }


def test_what_the_sweep_moves_that_the_shadow_has_elsewhere_is_no_question():
    policy = make.policy()
    astray = {"7": Astray("lumen", HOME, "w", "chat.de", "chat")}
    late = make.ticket(cause=Cause.LATE, ahead=0)

    assert decided(late, make.situation(), (policy, policy), astray, {}, make.NOON) is None


def test_a_target_of_the_shadows_own_counts():
    own = make.policy()
    chat = replace(make.CHAT, target=Target(600.0))
    other = make.policy(channels=(chat, make.EMAIL, make.PHONE))
    ticket = make.ticket()

    assert due_by(ticket, own, other) == make.NOON + 600.0
    assert due_by(replace(ticket, due=make.NOON + 999.0), own, other) == make.NOON + 999.0
    assert due_by(replace(ticket, due=None), own, other) is None


@pytest.mark.parametrize(
    ("changes", "is_kept"),
    [({}, True), ({"breach_margin": 0.5}, True), ({"costs": Costs(1, 1, 1)}, False)],
)
def test_a_plan_counts_where_it_would_have_been_the_same(changes, is_kept):
    plan = QueuePlan(make.NOON, make.NOON + 60, "rolling", (make.NOON,), (3,))
    situation = replace(make.situation(), plans={"chat": plan})

    seen = as_the_shadow_has_it(situation, (make.policy(), make.policy(**changes)), [], {})

    assert bool(seen.plans) == is_kept
