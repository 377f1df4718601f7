"""What lifts a channel: peaks and signals together, in forecast and trace."""

import pytest

from overflow.core.arrivals.day_rules import parse_rule
from overflow.core.arrivals.lifts import NO_LIFT, Cause, inputs, lift
from overflow.core.arrivals.peaks import ALL, Calendar, Peak
from overflow.core.arrivals.signals import Signal, SignalRule, parse_condition
from overflow.core.decide import decide
from overflow.core.decision import trace_of
from tests.core import make
from tests.core.make import HOUR, NOON

SALE = Calendar((Peak("sale", parse_rule("09-16"), ((ALL, 3.0),)),), make.ZONE)
WARM = SignalRule(parse_condition("temperature >= 18"), (("chat", 1.5),), 6 * HOUR)
GIVEN = {"temperature": Signal(NOON - HOUR, NOON + 5 * HOUR, 19.0)}


def test_nothing_is_lifted_where_nothing_is_foreseen():
    policy, situation = make.policy(), make.situation()

    assert lift("chat", NOON, policy, situation) is NO_LIFT
    assert inputs("chat", NOON, policy, situation) == ()


def test_peaks_and_signals_multiply_and_are_named():
    policy = make.policy(calendar=SALE, signals=(WARM,))
    found = lift("chat", NOON, policy, make.situation(signals=GIVEN))

    assert found.factor == pytest.approx(4.5)
    assert found.causes == (
        Cause("peak", "sale", 3.0, NOON + 12 * HOUR),
        Cause("signal", "temperature", 1.5, NOON + 5 * HOUR),
    )


def test_peaks_are_left_out_where_the_figures_have_them_already():
    policy = make.policy(calendar=SALE, signals=(WARM,))

    found = lift("chat", NOON, policy, make.situation(signals=GIVEN), with_peaks=False)

    assert found.factor == 1.5


def test_both_stand_among_the_inputs_of_a_trace():
    policy = make.policy(calendar=SALE, signals=(WARM,))

    made = decide(make.ticket(), make.situation(signals=GIVEN), policy, NOON)

    told = {each["name"]: each for each in trace_of(made)["inputs"]}
    assert told["peak: sale"] == {
        "name": "peak: sale",
        "age": None,
        "limit": None,
        "effect": "expected arrivals x3",
    }
    assert told["signal: temperature 19"] == {
        "name": "signal: temperature 19",
        "age": HOUR,
        "limit": 6 * HOUR,
        "effect": "expected arrivals x1.5",
    }


def test_an_expired_signal_and_one_without_a_rule_lift_nothing():
    policy = make.policy(signals=(WARM,))
    over = make.situation(signals={"temperature": Signal(NOON - 9 * HOUR, NOON - HOUR, 19.0)})

    assert inputs("chat", NOON, policy, over) == ()
    assert inputs("chat", NOON, make.policy(), make.situation(signals=GIVEN)) == ()
