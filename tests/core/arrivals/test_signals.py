"""Signals from outside, and what rules make of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overflow.core.arrivals.peaks import ALL
from overflow.core.arrivals.signals import (
    Condition,
    Signal,
    SignalRule,
    lasts,
    lifted,
    name_of,
    parse_condition,
)

NOW, HOUR = 1_800_000_000.0, 3600.0


def rule(when, factor=1.6, hours=6.0, channel=ALL):
    return SignalRule(parse_condition(when), ((channel, factor),), hours * HOUR)


WARM, HOT = rule("temperature >= 18", 1.6), rule("temperature >= 30", 2.5, 2.0)


def given_now(value=None, hours=6.0, **more):
    return Signal(NOW, NOW + hours * HOUR, value, **more)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("temperature >= 18", Condition("temperature", ">=", 18.0)),
        ("temperature>=-1.5", Condition("temperature", ">=", -1.5)),
        ("  Carrier   Strike ", Condition("carrier strike")),
        ("stock < 3", Condition("stock", "<", 3.0)),
        ("level = 2", Condition("level", "=", 2.0)),
    ],
)
def test_a_condition_is_read(text, found):
    assert parse_condition(text) == found
    assert parse_condition(str(found)) == found


@pytest.mark.parametrize("text", ["", ">= 18", "temperature >=", "a => 1", "x" * 61, "a:b", "a|b"])
def test_what_is_no_condition_is_refused_in_words(text):
    with pytest.raises(ValueError, match="temperature >= 18"):
        parse_condition(text)


@given(st.text(max_size=80))
def test_any_text_is_a_condition_or_refused(text):
    try:
        made = parse_condition(text)
    except ValueError:
        return
    assert parse_condition(str(made)) == made
    assert made.name == name_of(made.name)


def test_a_rule_lifts_while_its_signal_stands_and_meets_it():
    rules, signals = [WARM], {"temperature": given_now(19.0)}

    assert lifted("chat", NOW, signals, rules) == [("temperature", 1.6, NOW + 6 * HOUR)]
    assert lifted("chat", NOW + 6 * HOUR, signals, rules) == []
    assert lifted("chat", NOW - 1, signals, rules) == []
    assert lifted("chat", NOW, {"temperature": given_now(17.0)}, rules) == []
    assert lifted("chat", NOW, {"temperature": given_now(None)}, rules) == []
    assert lifted("chat", NOW, {}, rules) == []


def test_of_rules_about_one_signal_the_strongest_counts():
    signals = {"temperature": given_now(31.0)}

    assert lifted("chat", NOW, signals, [WARM, HOT]) == [("temperature", 2.5, NOW + 2 * HOUR)]
    assert lifted("chat", NOW + 3 * HOUR, signals, [HOT, WARM]) == [
        ("temperature", 1.6, NOW + 6 * HOUR)
    ]


def test_different_signals_stand_side_by_side():
    signals = {"temperature": given_now(19.0), "strike": given_now()}

    found = lifted("chat", NOW, signals, [WARM, rule("strike", 2.0)])

    assert [name for name, _, _ in found] == ["temperature", "strike"]


def test_a_rule_lifts_the_channels_that_it_names():
    signals = {"strike": given_now()}

    assert lifted("email", NOW, signals, [rule("strike", 2.0, channel="chat")]) == []


def test_whoever_gives_a_signal_may_say_until_when():
    signals = {"temperature": given_now(19.0, hours=24.0, is_fixed=True)}

    assert lifted("chat", NOW + 23 * HOUR, signals, [WARM])
    assert not lifted("chat", NOW + 24 * HOUR, signals, [WARM])


def test_a_signal_lasts_as_long_as_it_is_of_use():
    assert lasts("temperature", 31.0, [WARM, HOT]) == 6 * HOUR
    assert lasts("temperature", 5.0, [HOT]) == 2 * HOUR
    assert lasts("rain", 5.0, [WARM, HOT]) == 0.0


@given(st.sampled_from([">=", ">", "<=", "<", "="]), st.floats(-50, 50), st.floats(-50, 50))
def test_a_comparison_is_what_it_says(comparison, value, level):
    holds = Condition("x", comparison, level).holds(value)

    python = "==" if comparison == "=" else comparison
    assert holds == eval(f"{value!r} {python} {level!r}")
