"""Rules that name days of a year: dates, weekdays of a month, holidays, changes of the clocks.

    2026-11-27                              once
    11-11                                   every year; 02-29 in leap years only
    first ... fourth, last WEEKDAY of MONTH   second sunday of may
    black friday, cyber monday              the day after the fourth Thursday of November, and its
                                            Monday
    easter sunday
    public holiday                          every one of the shop's
    summer time begins, summer time ends    the days on which the clocks go forward, back
    clock change                            either

each of them after ``N days before`` or ``N days after`` if so wished.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, Literal, assert_never
from zoneinfo import ZoneInfo

from overflow.core.public_holidays import Holidays

MOST_SHIFT: Final = 60
"""Days before or after."""

_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_ORDINALS: Final = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}

_SHIFT: Final = re.compile(r"(\d{1,3}) days? (before|after) (.+)")
_ONCE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_YEARLY: Final = re.compile(r"(\d\d?)-(\d\d?)")
_NTH: Final = re.compile(
    rf"({'|'.join(_ORDINALS)}) ({'|'.join(_WEEKDAYS)}) (?:of|in) ({'|'.join(_MONTHS)})"
)


@dataclass(frozen=True, slots=True)
class Once:
    """One date."""

    day: date


@dataclass(frozen=True, slots=True)
class Yearly:
    """A date of every year that has it."""

    month: int
    day: int


@dataclass(frozen=True, slots=True)
class Nth:
    """A weekday of a month, counted from its beginning; -1: the last."""

    number: int
    weekday: int
    month: int


@dataclass(frozen=True, slots=True)
class Easter:
    """Easter Sunday of the Gregorian calendar."""


@dataclass(frozen=True, slots=True)
class PublicHoliday:
    """Every public holiday."""


@dataclass(frozen=True, slots=True)
class ClockChange:
    """Days on which the local clock is changed."""

    way: Literal["forward", "back", "either"]


Moment = Once | Yearly | Nth | Easter | PublicHoliday | ClockChange

_NAMED: Final[dict[str, tuple[Moment, int]]] = {
    "black friday": (Nth(4, 3, 11), 1),
    "cyber monday": (Nth(4, 3, 11), 4),
    "easter": (Easter(), 0),
    "easter sunday": (Easter(), 0),
    "public holiday": (PublicHoliday(), 0),
    "public holidays": (PublicHoliday(), 0),
    "summer time begins": (ClockChange("forward"), 0),
    "summer time ends": (ClockChange("back"), 0),
    "clock change": (ClockChange("either"), 0),
}
EXAMPLES: Final = (
    "2026-11-27, 11-11, black friday, first monday of may, public holiday, "
    "2 days after summer time begins"
)


@dataclass(frozen=True, slots=True)
class DayRule:
    """Days of a year: a moment and so many days after it (negative: before)."""

    text: str
    moment: Moment
    shift: int = 0

    def days(self, year: int, zone: str, holidays: Holidays) -> tuple[date, ...]:
        """The days, in order, whose moment lies in that year; shifted they may lie outside."""
        shift = timedelta(self.shift)
        return tuple(sorted(day + shift for day in _moments(self.moment, year, zone, holidays)))


def parse_rule(text: str) -> DayRule:
    """The rule that a text means. Raises ValueError with a message for a person."""
    plain = " ".join(text.casefold().split())
    shift, rest = 0, plain
    if found := _SHIFT.fullmatch(plain):
        shift = int(found[1]) * (1 if found[2] == "after" else -1)
        rest = found[3]
    if abs(shift) > MOST_SHIFT:
        raise ValueError(f"is more than {MOST_SHIFT} days away from {rest}")
    moment, own = _moment(rest)
    return DayRule(plain, moment, shift + own)


def _moment(text: str) -> tuple[Moment, int]:
    if text in _NAMED:
        return _NAMED[text]
    if _ONCE.fullmatch(text):
        return Once(_real(text)), 0
    if found := _YEARLY.fullmatch(text):
        month, day = int(found[1]), int(found[2])
        _real(f"2000-{month:02}-{day:02}", f"{month:02}-{day:02}")
        return Yearly(month, day), 0
    if found := _NTH.fullmatch(text):
        weekday, month = _WEEKDAYS.index(found[2]), _MONTHS.index(found[3]) + 1
        return Nth(_ORDINALS[found[1]], weekday, month), 0
    raise ValueError(f"must be a day or a rule for days, such as {EXAMPLES}")


def _real(text: str, told: str = "") -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{told or text} is no day of the calendar") from None


def _moments(moment: Moment, year: int, zone: str, holidays: Holidays) -> Iterator[date]:
    match moment:
        case Once(day):
            if day.year == year:
                yield day
        case Yearly(month, number):
            if number <= _length(year, month):
                yield date(year, month, number)
        case Nth():
            yield _nth(moment, year)
        case Easter():
            yield _easter(year)
        case PublicHoliday():
            yield from _holidays(year, holidays)
        case ClockChange(way):
            yield from (day for day, went in _clock_changes(zone, year) if way in {went, "either"})
        case _:
            assert_never(moment)


def _length(year: int, month: int) -> int:
    following = date(year, month, 28) + timedelta(4)
    return (following - timedelta(following.day)).day


def _nth(rule: Nth, year: int) -> date:
    if rule.number < 0:
        last = date(year, rule.month, _length(year, rule.month))
        return last - timedelta((last.weekday() - rule.weekday) % 7)
    first = date(year, rule.month, 1)
    return first + timedelta((rule.weekday - first.weekday()) % 7 + 7 * (rule.number - 1))


def _easter(year: int) -> date:
    """The anonymous Gregorian algorithm (Nature, 20 April 1876; Meeus, Astronomical Algorithms)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=256)
def _holidays(year: int, holidays: Holidays) -> tuple[date, ...]:
    return tuple(day for day in _year(year) if holidays.is_holiday(day))


@lru_cache(maxsize=256)
def _clock_changes(zone: str, year: int) -> tuple[tuple[date, str], ...]:
    """(day, forward or back): days at whose two ends the offset from UTC differs."""
    where = ZoneInfo(zone)
    found: list[tuple[date, str]] = []
    for day in _year(year):
        before, after = _offset(day, where), _offset(day + timedelta(1), where)
        if before != after:
            found.append((day, "forward" if after > before else "back"))
    return tuple(found)


def _offset(day: date, zone: ZoneInfo) -> timedelta:
    return datetime.combine(day, time(), zone).utcoffset() or timedelta()


def _year(year: int) -> Iterator[date]:
    first = date(year, 1, 1)
    return (first + timedelta(i) for i in range((date(year, 12, 31) - first).days + 1))
