"""The usual arrivals, from what arrived before."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overflow.core.arrivals.day_rules import parse_rule
from overflow.core.arrivals.history import (
    HOLIDAY,
    QUARTER,
    days_behind,
    kind_of,
    profile,
    robust_mean,
    slot,
)
from overflow.core.arrivals.peaks import ALL, Calendar, Peak
from overflow.core.public_holidays import NO_HOLIDAYS, Holidays

BERLIN = "Europe/Berlin"
GERMAN = Calendar((), BERLIN, Holidays("DE"))
PLAIN = Calendar((), BERLIN, NO_HOLIDAYS)
DAY = 86400.0


def at(text, zone=BERLIN):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


NOW = at("2026-11-18T11:07")


def past(arrivals, calendar=GERMAN, since=0.0, now=NOW):
    """The days behind, each quarter of chat.de with ``arrivals(start of the quarter)``."""
    for day in days_behind(calendar, since, now):
        quarters = range(int(day.start // QUARTER), int(day.end // QUARTER))
        yield day, {n: {"chat.de": k} for n in quarters if (k := arrivals(n * QUARTER))}


def made(arrivals, calendar=GERMAN, **more):
    return profile(past(arrivals, calendar, **more), calendar, NOW).usual["chat.de"]


def here(start, zone=BERLIN):
    return datetime.fromtimestamp(start, ZoneInfo(zone))


def test_eight_weeks_stand_behind_a_weekday_and_more_behind_holidays():
    days = days_behind(GERMAN, 0.0, NOW)

    assert [day.date for day in days] == sorted({day.date for day in days})
    assert days[-1].date == date(2026, 11, 17)
    assert [sum(day.kind == kind for day in days) for kind in range(8)] == [8] * 5 + [7, 8, 8]
    assert date(2026, 10, 3) in {day.date for day in days if day.kind == HOLIDAY}


def test_only_whole_days_since_the_shop_was_known_count():
    days = days_behind(GERMAN, at("2026-11-15T00:01"), NOW)

    assert [day.date.day for day in days] == [16, 17]
    assert days_behind(GERMAN, NOW - 3600, NOW) == []


def test_a_quarter_keeps_its_place_on_the_wall_clock_when_the_clocks_change():
    before, after = (int(at(f"2026-{d}T09:30") // QUARTER) for d in ("10-23", "10-26"))

    assert slot(before, PLAIN) == (4, 38)
    assert slot(after, PLAIN) == (0, 38)


def test_a_week_that_is_always_the_same_is_the_usual_one():
    usual = made(lambda start: 4 + here(start).weekday() if here(start).hour >= 9 else 0, PLAIN)

    for kind in range(7):
        assert usual.days[kind] == 8
        assert usual.arrivals[kind][48] == pytest.approx(4 + kind)
        assert usual.arrivals[kind][20] == 0.0


def test_holidays_stand_apart():
    closed = GERMAN.holidays.is_holiday

    usual = made(lambda start: 1 if closed(here(start).date()) else 6)

    assert usual.arrivals[HOLIDAY][40] == pytest.approx(1)
    assert usual.arrivals[5][40] == pytest.approx(6)  # one Saturday was a holiday
    assert usual.days[5] == 7


def test_a_past_peak_is_taken_out():
    sale = Peak("sale", parse_rule("2026-11-11"), ((ALL, 3.0),))
    calendar = Calendar((sale,), BERLIN, NO_HOLIDAYS)
    is_sale = date(2026, 11, 11)

    usual = made(lambda start: 12 if here(start).date() == is_sale else 4, calendar)

    assert usual.arrivals[2][48] == pytest.approx(4)


def test_one_wild_day_hardly_moves_the_usual():
    wild = date(2026, 11, 11)

    usual = made(lambda start: 400 if here(start).date() == wild else 4, PLAIN)

    assert 4 <= usual.arrivals[2][48] < 5


def test_days_before_a_queues_first_ticket_say_nothing():
    begun = at("2026-11-04T00:00")

    usual = made(lambda start: 5 if start >= begun else 0, PLAIN)

    assert usual.days == (2, 2, 2, 2, 2, 2, 2, 0)
    assert usual.arrivals[0][48] == pytest.approx(5)


def test_other_days_stand_in_for_a_day_not_seen():
    usual = made(lambda start: 4, since=at("2026-11-14T00:00"))  # from a Saturday to a Tuesday

    assert [usual.stand_in(kind) for kind in (0, 2, 6, HOLIDAY)] == [
        "",
        "other days",
        "",
        "Sundays",
    ]
    assert usual.arrivals[2][48] == pytest.approx(4)


def test_holidays_before_the_last_weeks_need_not_be_all_there_is():
    calendar = Calendar((), BERLIN, Holidays("", None, frozenset({date(2026, 11, 17)})))

    usual = made(lambda start: 4, calendar, since=at("2026-11-17T00:00"))

    assert usual.days == (0,) * 7 + (1,)
    assert usual.stand_in(0) == "other days"
    assert usual.arrivals[0][48] == pytest.approx(4)


@pytest.mark.parametrize("zone", [BERLIN, "America/New_York", "Asia/Kathmandu", "UTC"])
def test_the_usual_of_steady_arrivals_is_their_rate_in_every_zone(zone):
    calendar = Calendar((), zone, NO_HOLIDAYS)

    usual = made(lambda start: 3, calendar, now=at("2026-04-10T10:00", zone))

    assert {round(k, 9) for row in usual.arrivals for k in row} == {3.0}


def test_nothing_seen_is_no_queue():
    assert profile([], GERMAN, NOW).usual == {}
    assert profile(past(lambda start: 0), GERMAN, NOW).usual == {}


figures = st.lists(st.lists(st.floats(0, 1e4), min_size=6, max_size=6), min_size=1, max_size=9).map(
    np.array
)


@given(figures)
def test_a_robust_mean_lies_within_what_was_seen(days):
    found = robust_mean(days)

    assert np.all(found >= days.min() - 1e-9)
    assert np.all(found <= days.max() + 1e-6)


@given(figures, st.floats(1, 1e6))
def test_no_single_day_of_five_can_move_the_mean_far(days, wild):
    rows = np.vstack([days[0]] * 5)
    rows[2] += wild

    usual = robust_mean(np.vstack([days[0]] * 5))

    assert np.all(robust_mean(rows) - usual <= 3 * np.sqrt(np.maximum(usual, 0.25)) / 5 + 1e-6)


@given(figures, st.permutations(range(9)))
def test_the_order_of_the_days_is_nothing_to_it(days, order):
    places = [n for n in order if n < len(days)]

    assert robust_mean(days[places]) == pytest.approx(robust_mean(days), abs=1e-6)


def test_what_a_day_lacks_counts_nowhere():
    days = np.array([[2.0, np.nan, 4.0], [2.0, 6.0, 4.0], [np.nan] * 3])

    assert robust_mean(days) == pytest.approx([(2 + 10 / 3) / 2, 4.5, (4 + 14 / 3) / 2])
    assert robust_mean(np.full((2, 3), np.nan)) == pytest.approx([0, 0, 0])


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_day_is_a_weekday_or_a_holiday(day):
    is_free = GERMAN.holidays.is_holiday(day)

    assert kind_of(day, GERMAN) == (HOLIDAY if is_free else day.weekday())
    assert kind_of(day + timedelta(7), PLAIN) == kind_of(day, PLAIN)


@pytest.mark.parametrize("rate", [0.05, 1.0, 20.0])
def test_of_chance_arrivals_the_mean_is_neither_high_nor_low_and_steadier_than_the_plain_one(rate):
    chance = np.random.default_rng(7)
    weeks = chance.poisson(rate, (300, 8, 96)).astype(float)

    found = np.array([robust_mean(days) for days in weeks])

    assert found.mean() == pytest.approx(rate, rel=0.03)
    assert found.std() < 0.75 * weeks.mean(axis=1).std()
