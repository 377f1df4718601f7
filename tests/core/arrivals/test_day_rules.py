"""Rules that name days of a year."""

from datetime import date, timedelta

import pytest
from holidays import country_holidays
from hypothesis import given
from hypothesis import strategies as st

from overflow.core.arrivals.day_rules import parse_rule
from overflow.core.public_holidays import NO_HOLIDAYS, Holidays

BERLIN = "Europe/Berlin"
years = st.integers(1971, 2099)


def days(text, year=2026, zone=BERLIN, holidays=NO_HOLIDAYS):
    return [day.isoformat() for day in parse_rule(text).days(year, zone, holidays)]


@pytest.mark.parametrize(
    ("text", "year", "found"),
    [
        ("2026-11-27", 2026, ["2026-11-27"]),
        ("2026-11-27", 2027, []),
        ("11-11", 2031, ["2031-11-11"]),
        ("02-29", 2028, ["2028-02-29"]),
        ("02-29", 2027, []),
        ("black friday", 2024, ["2024-11-29"]),  # that November began on a Friday
        ("Black  Friday", 2026, ["2026-11-27"]),
        ("cyber monday", 2024, ["2024-12-02"]),
        ("fourth friday of november", 2024, ["2024-11-22"]),
        ("second sunday of may", 2026, ["2026-05-10"]),
        ("last monday of february", 2028, ["2028-02-28"]),
        ("easter sunday", 2026, ["2026-04-05"]),
        ("2 days before easter sunday", 2026, ["2026-04-03"]),
        ("1 day after 12-31", 2026, ["2027-01-01"]),
        ("summer time begins", 2026, ["2026-03-29"]),
        ("summer time ends", 2026, ["2026-10-25"]),
        ("clock change", 2026, ["2026-03-29", "2026-10-25"]),
        ("1 day after summer time begins", 2026, ["2026-03-30"]),
    ],
)
def test_a_rule_names_its_days(text, year, found):
    assert days(text, year) == found


@pytest.mark.parametrize(
    ("zone", "forward", "back"),
    [
        ("America/New_York", ["2026-03-08"], ["2026-11-01"]),
        ("Australia/Sydney", ["2026-10-04"], ["2026-04-05"]),
        ("Europe/Dublin", ["2026-03-29"], ["2026-10-25"]),
        ("Asia/Kolkata", [], []),
        ("UTC", [], []),
    ],
)
def test_the_clocks_are_those_of_the_shops_zone(zone, forward, back):
    assert days("summer time begins", zone=zone) == forward
    assert days("summer time ends", zone=zone) == back


def test_public_holidays_are_the_shops_own():
    holidays = Holidays("NL", None, frozenset({date(2026, 12, 24)}), frozenset({date(2026, 1, 1)}))

    found = days("public holiday", holidays=holidays)

    assert "2026-12-24" in found
    assert "2026-12-25" in found
    assert "2026-01-01" not in found
    assert days("public holiday") == []


@given(years)
def test_easter_is_the_one_that_others_know(year):
    known = country_holidays("SE", years=year, language="en_US")
    [ours] = parse_rule("easter sunday").days(year, BERLIN, NO_HOLIDAYS)

    assert "Easter Sunday" in known.get(ours, "")


@given(years, st.sampled_from(["first", "second", "third", "fourth", "last"]), st.integers(1, 12))
def test_a_weekday_of_a_month_lies_where_it_is_named(year, ordinal, month):
    name = date(2000, month, 1).strftime("%B")
    [day] = parse_rule(f"{ordinal} friday of {name}").days(year, BERLIN, NO_HOLIDAYS)

    assert (day.weekday(), day.month, day.year) == (4, month, year)
    if ordinal == "last":
        assert (day + timedelta(7)).month != month
    else:
        assert (day.day - 1) // 7 == ["first", "second", "third", "fourth"].index(ordinal)


@given(years, st.integers(0, 60), st.sampled_from(["before", "after"]))
def test_a_shift_moves_every_day_alike(year, shift, way):
    plain = parse_rule("clock change").days(year, BERLIN, NO_HOLIDAYS)
    moved = parse_rule(f"{shift} days {way} clock change").days(year, BERLIN, NO_HOLIDAYS)

    assert moved == tuple(day + timedelta(shift if way == "after" else -shift) for day in plain)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "christmas",
        "2026-02-30",
        "02-30",
        "13-01",
        "fifth friday of november",
        "fourth fryday of november",
        "61 days before easter",
        "1 day after 1 day after easter",
        "-1 days after easter",
    ],
)
def test_what_names_no_day_is_refused(text):
    with pytest.raises(ValueError, match=r"must be|is no day|more than"):
        parse_rule(text)


@given(st.text(max_size=40))
def test_any_text_is_a_rule_or_refused_in_words(text):
    try:
        rule = parse_rule(text)
    except ValueError:
        return
    assert rule.text == " ".join(text.casefold().split())
    rule.days(2026, BERLIN, NO_HOLIDAYS)
