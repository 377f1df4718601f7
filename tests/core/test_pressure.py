"""Pressure and its hysteresis."""

from hypothesis import given
from hypothesis import strategies as st

from overflow.core.decision import Measure
from overflow.core.model import Levels, Pressure, Thresholds
from overflow.core.pressure import step

UNKNOWN = Measure(None, "why not")
CALM = Pressure()
RULES = Thresholds(
    backlog=Levels(20, 14), expected_wait=Levels(120, 60), breach=Levels(0.5, 0.3), hold=300
)
ON = Pressure(on=True, since=1000, measure="backlog", rev=4)


def after(before, now=1000.0, *, backlog=None, wait=None, breach=None, rules=RULES):
    measures = [UNKNOWN if v is None else Measure(v, "") for v in (backlog, wait, breach)]
    return step(before, rules, *measures, now)


def test_below_all_start_levels_nothing_changes():
    assert after(CALM, backlog=19, wait=119, breach=0.49) is CALM


def test_any_start_level_turns_it_on_and_says_which():
    assert after(CALM, backlog=20) == Pressure(on=True, since=1000, measure="backlog", rev=1)
    assert after(CALM, backlog=0, wait=120).measure == "expected_wait"
    assert after(CALM, backlog=0, wait=0, breach=0.5).measure == "breach"


def test_it_stays_on_between_stop_and_start():
    assert after(ON, 9999, backlog=14, wait=0, breach=0) is ON


def test_it_stays_on_for_the_hold():
    assert after(ON, 1299, backlog=0, wait=0, breach=0) is ON


def test_below_all_stop_levels_after_the_hold_it_goes_off():
    off = after(ON, 1300, backlog=13, wait=59, breach=0.29)
    assert off == Pressure(on=False, since=1300, measure="backlog", rev=5)


def test_an_unknown_measure_takes_no_part_in_turning_off():
    assert not after(ON, 1300, backlog=13).on
    assert after(ON, 1300, backlog=13, wait=60) is ON


def test_all_unknown_leaves_it_as_it_is():
    assert after(ON, 9999) is ON
    assert after(CALM) is CALM


def test_a_measure_without_levels_takes_no_part():
    only = Thresholds(breach=Levels(0.5, 0.3), hold=0)
    assert after(CALM, backlog=999, wait=999, breach=0.1, rules=only) is CALM
    assert not after(ON, 9999, backlog=999, breach=0.1, rules=only).on


def test_levels_taken_out_of_the_policy_end_the_pressure_they_brought():
    none = Thresholds(hold=300)
    assert after(ON, 1299, backlog=99, rules=none) is ON
    assert not after(ON, 1300, backlog=99, rules=none).on


levels = st.tuples(st.floats(0, 100), st.floats(0, 100)).map(lambda two: Levels(max(two), min(two)))
rules = st.builds(
    Thresholds,
    backlog=st.none() | levels,
    expected_wait=st.none() | levels,
    breach=st.none() | levels,
    hold=st.floats(0, 50),
)
values = st.none() | st.floats(0, 120)
looks = st.lists(st.tuples(st.floats(0, 30), values, values, values), max_size=40)


@given(rules=rules, looks=looks)
def test_it_never_goes_off_before_the_hold_nor_flaps_between_the_levels(rules, looks):
    now, pressure = 0.0, CALM
    for pause, backlog, wait, breach in looks:
        now += pause
        known = [
            (level, value)
            for level, value in (
                (rules.backlog, backlog),
                (rules.expected_wait, wait),
                (rules.breach, breach),
            )
            if level is not None and value is not None
        ]
        new = after(pressure, now, backlog=backlog, wait=wait, breach=breach, rules=rules)
        assert new.rev == pressure.rev + (new is not pressure)
        if new.on and not pressure.on:
            assert any(value >= level.start for level, value in known)
        if pressure.on and not new.on:
            assert now - pressure.since >= rules.hold
            assert all(value < level.stop for level, value in known)
        if new is pressure and not pressure.on:
            assert all(value < level.start for level, value in known)
        pressure = new
