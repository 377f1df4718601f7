"""Peaks of the calendar: how much they lift, when, and how they meet."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from math import prod
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overflow.core.arrivals.day_rules import parse_rule
from overflow.core.arrivals.peaks import ALL, Calendar, Peak, factor_of, wall
from overflow.core.public_holidays import Holidays

DAY, HOUR = 86400.0, 3600.0
BERLIN = "Europe/Berlin"


def at(text, zone=BERLIN):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def peak(day="2026-11-27", lift=3.0, name="sale", **more):
    factors = ((ALL, lift),) if isinstance(lift, float) else tuple(lift.items())
    return Peak(name, parse_rule(day), factors, **more)


def calendar(*peaks, zone=BERLIN, holidays=None):
    return Calendar(peaks, zone, holidays or Holidays("DE"))


def factor(peaks, moment, channel="chat", **more):
    return calendar(*peaks, **more).factor(channel, at(moment, more.get("zone", BERLIN)))


def test_a_peak_lifts_its_local_day_and_nothing_beside_it():
    one = [peak()]

    assert factor(one, "2026-11-26T23:59:59") == 1.0
    assert factor(one, "2026-11-27T00:00:00") == 3.0
    assert factor(one, "2026-11-27T23:59:59") == 3.0
    assert factor(one, "2026-11-28T00:00:00") == 1.0


def test_it_rises_and_falls_in_a_straight_line():
    one = [peak(before=2 * DAY, after=DAY)]

    assert factor(one, "2026-11-25T00:00:00") == 1.0
    assert factor(one, "2026-11-25T12:00:00") == 1.5
    assert factor(one, "2026-11-26T00:00:00") == 2.0
    assert factor(one, "2026-11-28T12:00:00") == 2.0
    assert factor(one, "2026-11-29T00:00:00") == 1.0


def test_only_channels_that_are_named_are_lifted():
    one = [peak(lift={"chat": 3.0, "email": 0.5})]

    assert [factor(one, "2026-11-27T12:00", c) for c in ("chat", "email", "phone")] == [3, 0.5, 1]


def test_hours_are_those_of_each_of_its_days():
    one = [peak(days=2, hours=(10 * HOUR, 14 * HOUR))]

    clock = ["09:59", "10:00", "13:59", "14:00"]
    for day in ("2026-11-27", "2026-11-28"):
        assert [factor(one, f"{day}T{time}") for time in clock] == [1, 3, 3, 1]


def test_different_peaks_multiply_and_one_peak_counts_once():
    often = peak("public holiday", 2.0, "holidays", before=3 * DAY, after=3 * DAY)

    assert factor([often], "2026-12-25T12:00") == 2.0  # the 26th rises on it too
    assert factor([often, peak("12-25", 1.5, "gifts")], "2026-12-25T12:00") == 3.0


def test_a_peak_at_new_year_reaches_over_it():
    one = [peak("01-01", before=DAY, after=DAY), peak("12-31", 2.0, "eve", days=2)]

    assert factor(one[:1], "2026-12-31T12:00") == 2.0
    assert factor(one, "2027-01-01T12:00") == 6.0
    assert factor([peak("3 days before 01-01")], "2026-12-29T12:00") == 3.0


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_a_day_on_which_the_clocks_change_is_lifted_for_its_true_length(day, hours):
    quarters = int((at("2026-12-01T00:00") - at("2026-01-01T00:00")) // 900)
    one, start = calendar(peak(day)), at("2026-01-01T00:00")

    lifted = sum(one.factor("chat", start + 900 * i) > 1 for i in range(quarters))

    assert lifted == 4 * hours


def test_hours_that_the_clock_skips_are_none():
    one = calendar(peak("summer time begins", hours=(2 * HOUR, 3 * HOUR)))

    assert one.coming(one.peaks[0], at("2026-01-01T00:00")) is None
    assert one.factor("chat", at("2026-03-29T03:00")) == 1.0


def test_what_comes_next_is_told_and_what_stands_counts_as_next():
    one = calendar(peak("black friday", before=DAY))

    coming = one.coming(one.peaks[0], at("2026-11-28T00:00"))
    assert coming.begins == at("2027-11-26T00:00")
    assert one.coming(one.peaks[0], at("2026-11-27T13:00")).begins == at("2026-11-27T00:00")
    assert calendar(peak("2026-01-01")).coming(peak("2026-01-01"), at("2026-02-01T00:00")) is None


def test_a_channels_own_factor_or_that_of_all_counts():
    assert factor_of((("chat", 2.0),), "chat") == 2.0
    assert factor_of((("chat", 2.0),), "email") == 1.0
    assert factor_of(((ALL, 2.0),), "email") == 2.0


zones = st.sampled_from([BERLIN, "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Kolkata"])
rules = st.sampled_from(
    ["11-11", "12-31", "01-01", "black friday", "public holiday", "clock change", "2027-03-28"]
)
moments = st.floats(at("2020-01-01T00:00"), at("2035-01-01T00:00"))
ramps = st.floats(0, 20 * DAY)


@st.composite
def some_peaks(draw):
    return [
        peak(
            draw(rules),
            draw(st.floats(0, 20)),
            f"peak {i}",
            days=draw(st.integers(1, 10)),
            before=draw(ramps),
            after=draw(ramps),
        )
        for i in range(draw(st.integers(0, 4)))
    ]


@given(some_peaks(), moments, zones)
def test_peaks_multiply_whatever_their_order(peaks, moment, zone):
    alone = [calendar(one, zone=zone).factor("chat", moment) for one in peaks]

    assert calendar(*peaks, zone=zone).factor("chat", moment) == pytest.approx(prod(alone))
    assert calendar(*peaks[::-1], zone=zone).factor("chat", moment) == pytest.approx(prod(alone))


@given(some_peaks(), moments, zones)
def test_every_factor_lies_between_nothing_special_and_the_whole_lift(peaks, moment, zone):
    for one, now, until in calendar(*peaks, zone=zone).lifted("chat", moment):
        [(_, full)] = one.lift
        assert min(1.0, full) <= now <= max(1.0, full)
        assert until > moment


@given(some_peaks(), moments, zones)
def test_what_is_told_to_be_next_has_not_ended_and_is_whole_at_its_beginning(peaks, moment, zone):
    for one in peaks:
        made = calendar(one, zone=zone)
        span = made.coming(one, moment)
        if span is not None:
            assert span.falls > moment
            [(_, full)] = one.lift
            assert made.factor("chat", span.begins) == pytest.approx(full)


@given(st.dates(date(1971, 1, 1), date(2190, 1, 1)), zones, st.integers(1, 20))
def test_days_in_a_row_are_those_of_the_wall_clock(day, zone, days):
    made = calendar(peak(day.isoformat(), days=days), zone=zone)
    first, after = wall(day, 0.0, zone), wall(day + timedelta(days), 0.0, zone)

    inside = [made.factor("chat", t) for t in (first, (first + after) / 2, after - 1)]
    outside = [made.factor("chat", t) for t in (first - 1, after)]

    assert inside == [3.0] * 3
    assert outside == [1.0] * 2


@given(moments, ramps)
def test_a_longer_ramp_never_lifts_less(moment, ramp):
    one = peak("black friday", before=ramp)
    longer = replace(one, before=ramp + DAY)

    assert calendar(one).factor("chat", moment) <= calendar(longer).factor("chat", moment)
