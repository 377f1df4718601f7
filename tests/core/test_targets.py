"""A target's clock, against the hours it runs on."""

import math
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overflow.core.hours import ALWAYS_OPEN, Holidays, parse_hours
from overflow.core.targets import due_at, partner_breach, remaining, staffed_segments

BERLIN = ZoneInfo("Europe/Berlin")
HOURS = parse_hours("Mo-Fr 09:00-17:00; PH off", "Europe/Berlin", Holidays("DE"))
NEVER = parse_hours("off", "Europe/Berlin")

moments = st.floats(1.7e9, 2.0e9)
durations = st.floats(0, 20 * 86400)


def at(day: int, hour: int, minute: int = 0) -> float:
    """A moment in June 2026, which begins on a Monday."""
    return datetime(2026, 6, day, hour, minute, tzinfo=BERLIN).timestamp()


def test_a_wall_clock_runs_at_night():
    assert due_at(at(1, 20), 3600, "wall", HOURS) == at(1, 21)


def test_a_business_clock_waits_for_the_opening():
    assert due_at(at(1, 16), 2 * 3600, "business", HOURS) == at(2, 10)
    assert due_at(at(5, 20), 1800, "business", HOURS) == at(8, 9, 30)


def test_a_business_clock_that_never_runs_is_never_due():
    assert due_at(at(1, 9), 60, "business", NEVER) is None
    assert remaining(at(1, 9), None) == math.inf


@given(moments, durations)
def test_clocks_agree_round_the_clock(arrival, seconds):
    wall = due_at(arrival, seconds, "wall", ALWAYS_OPEN)
    assert due_at(arrival, seconds, "business", ALWAYS_OPEN) == pytest.approx(wall, abs=1e-3)


@given(moments, durations)
def test_due_is_open_time_away_on_a_business_clock(arrival, seconds):
    due = due_at(arrival, seconds, "business", HOURS)
    assert HOURS.open_seconds(arrival, due) == pytest.approx(seconds, abs=1e-3)


def test_late_is_negative():
    assert remaining(100.0, 40.0) == -60.0


def test_one_stretch_while_open_through_due():
    assert staffed_segments(at(1, 10), at(1, 11), HOURS, 4) == ((3600.0, 4),)


def test_a_night_between_has_no_slots():
    assert staffed_segments(at(1, 16), at(2, 10), HOURS, 4) == (
        (3600.0, 4),
        (16 * 3600.0, 0.0),
        (3600.0, 4),
    )


def test_closed_time_at_both_ends_is_told():
    assert staffed_segments(at(1, 8), at(1, 18), HOURS, 4) == (
        (3600.0, 0.0),
        (8 * 3600.0, 4),
        (3600.0, 0.0),
    )
    assert staffed_segments(at(6, 8), at(6, 18), HOURS, 4) == ((36000.0, 0.0),)


def test_nothing_is_left_once_due_has_passed():
    assert staffed_segments(at(1, 10), at(1, 10), HOURS, 4) == ()
    assert staffed_segments(at(1, 10), at(1, 9), HOURS, 4) == ()


@given(moments, durations)
def test_stretches_make_up_the_time_left(now, length):
    segments = staffed_segments(now, now + length, HOURS, 3)
    assert sum(seconds for seconds, _ in segments) == pytest.approx(length, abs=1e-4)
    staffed = sum(seconds for seconds, slots in segments if slots)
    assert staffed == pytest.approx(HOURS.open_seconds(now, now + length), abs=1e-4)
    assert all(a[1] != b[1] for a, b in pairwise(segments))


def test_a_partner_that_answers_at_once_is_never_late():
    assert partner_breach(60.0, 0.0) == 0.0
    assert partner_breach(0.0, 0.0) == 0.0


def test_a_partner_with_no_time_left_is_late():
    assert partner_breach(0.0, 60.0) == 1.0
    assert partner_breach(-1.0, 0.0) == 1.0


@given(st.floats(0, 1e6), st.floats(1, 1e5))
def test_a_partners_chance_is_the_exponential_tail(left, answer):
    chance = partner_breach(left, answer)
    assert chance == pytest.approx(math.exp(-left / answer))
    assert partner_breach(left * 2, answer) == pytest.approx(chance**2)
