"""Whatever the plan says from one look to the next, a ticket does not go back and forth."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from overflow.core import lifecycle
from overflow.core.decide import decide
from overflow.core.decision import Outcome
from overflow.core.model import HOME, Cause, Load, MoveLimits, QueuePlan, Switch
from overflow.core.optimum.course import NEVER
from overflow.core.review import CALM, review
from overflow.core.trace import Reason
from tests.core import make
from tests.core.make import CHAT, NOON

LIMITS = st.builds(
    MoveLimits, out=st.integers(0, 3), back=st.integers(0, 3), gain=st.sampled_from([0.0, 1.0, 4.0])
)
LOOKS = st.lists(
    st.tuples(
        st.floats(1.0, 900.0),  # seconds since the look before
        st.integers(0, 30),  # waiting at home
        st.integers(0, 14),  # in work there
        st.sampled_from([1, 4, 8, 13, 20, NEVER]),  # the plan's threshold
        st.booleans(),  # whether the partner is open to it
    ),
    min_size=1,
    max_size=20,
)
CHANNELS = st.sampled_from([CHAT, replace(CHAT, live=False)])


def situation(now, waiting, wip, level, is_open):
    plan = QueuePlan(now, now + 120.0, "rolling", (now,), (level,), level)
    switched = {} if is_open else {"partner:lumen": Switch(now + 60.0, "a test", "nobody")}
    return make.situation(
        now,
        loads={(HOME, "chat.de"): Load(waiting, wip)},
        plans={"chat": plan},
        switched_off=switched,
    )


def day(limits, channel, looks):
    """Every decision on one ticket, with the record and time it was made at."""
    policy = make.policy(
        planning="cost", moves=limits, channels=(channel,), partners=(make.partner(),)
    )
    record, now, made = make.record(), NOON, []
    for number, (seconds, *what) in enumerate(looks):
        now += seconds if number else 0.0
        here = situation(now, *what)
        cause = Cause.LATE if number else Cause.NEW
        ticket = lifecycle.ticket_of(record, cause, policy, ahead=what[0] if number else None)
        found = (review if number else decide)(ticket, here, policy, now)
        if found is not None:
            made.append((found, record, now))
            record = lifecycle.settle(record, found, policy, now)
            record = replace(record, confirmed_group=record.desired_group)
    return policy, record, made


@settings(max_examples=100, deadline=None)
@given(LIMITS, CHANNELS, LOOKS)
def test_no_ticket_moves_more_often_than_the_policy_allows(limits, channel, looks):
    _, record, made = day(limits, channel, looks)

    assert record.moves_out <= limits.out
    assert record.moves_back <= limits.back
    assert sum(found.is_move for found, _, _ in made) <= limits.out + limits.back


@settings(max_examples=100, deadline=None)
@given(LIMITS, CHANNELS, LOOKS)
def test_home_takes_back_only_what_saves_enough_and_was_away_long_enough(limits, channel, looks):
    policy, _, made = day(limits, channel, looks)

    for found, record, now in made:
        if found.outcome is Outcome.RECALL and found.reason is Reason.HOME_FREE:
            (there,) = found.trace.partners
            plan = found.trace.plan
            assert there.cost - found.trace.home.cost >= policy.moves.gain
            assert now - record.held_since >= channel.thresholds.hold
            assert plan.have < CALM * plan.level
