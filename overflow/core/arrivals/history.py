"""What usually arrives: a shop's normal week and its holidays, from what arrived before.

One figure for each queue, kind of day (the seven weekdays, public holidays) and quarter of an hour
on the wall clock. Behind it stand the days of that kind in the last eight weeks, each without the
peaks that the calendar knows of it; of holidays the last eight within 14 months, for there are
few. Days before a queue's first ticket say nothing about it.

The mean over the days is robust: each day's figure, smoothed over the neighbouring quarters with
weights 1:2:1, is first moved to at most three standard deviations from the days' median (a
winsorised mean; Huber, Robust Statistics, 1981). The deviation is the larger one of what the days
show (1.4826 x median absolute deviation) and what chance alone does to a count of that mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from overflow.core.arrivals.peaks import Calendar, wall

QUARTER: Final = 900.0
"""Seconds."""
SLOTS: Final = 96
"""Quarters of an hour of the wall clock's day."""
HOLIDAY: Final = 7
"""The kind of day after the weekdays 0 to 6."""
KINDS: Final = 8
_SUNDAY: Final = 6
WEEKS: Final = 8
HOLIDAYS_BACK: Final = 425
"""Days in which holidays are looked for; tallies are kept a month longer."""
MOST_HOLIDAYS: Final = 8
_SMOOTH: Final = (1.0, 2.0, 1.0)
_FURTHEST: Final = 3.0
"""Standard deviations."""

Figures = npt.NDArray[np.float64]


class Day(NamedTuple):
    """A local day of the past."""

    date: date
    start: float
    end: float
    kind: int


class Usual(NamedTuple):
    """What one queue usually gets."""

    days: tuple[int, ...]
    """How many days stand behind each kind of day; 0: other days stand in."""
    arrivals: tuple[tuple[float, ...], ...]
    """Kind of day -> quarter of the wall clock's day -> tickets."""

    def stand_in(self, kind: int) -> str:
        """Which days stand in for a kind of which none was seen; empty: it was."""
        if self.days[kind]:
            return ""
        return "Sundays" if kind == HOLIDAY and self.days[_SUNDAY] else "other days"


@dataclass(frozen=True, slots=True)
class Profile:
    """A shop's usual arrivals."""

    made: float
    """When (epoch seconds)."""
    usual: Mapping[str, Usual]
    """By queue; those of which at least one day is known."""
    policy_version: int = 0
    """The version whose calendar it was made with."""


class Slot(NamedTuple):
    """Where a moment lies in the usual."""

    kind: int
    number: int
    """Quarter of the wall clock's day."""


def slot(quarter: int, calendar: Calendar) -> Slot:
    """Of a quarter of an hour, numbered since the epoch."""
    day, number = _wall_clock(quarter, calendar.zone)
    return Slot(kind_of(day, calendar), number)


def kind_of(day: date, calendar: Calendar) -> int:
    """The weekday, or that it is a public holiday of the shop's."""
    return HOLIDAY if calendar.holidays.is_holiday(day) else day.weekday()


def days_behind(calendar: Calendar, since: float, now: float) -> list[Day]:
    """The past days that the profile is made from, in order.

    Whole local days between the two moments: of the last ``WEEKS`` weeks all, before that holidays.
    """
    today = datetime.fromtimestamp(now, ZoneInfo(calendar.zone)).date()
    found: list[Day] = []
    holidays = 0
    for back in range(1, HOLIDAYS_BACK):
        day = today - timedelta(back)
        kind = kind_of(day, calendar)
        holidays += kind == HOLIDAY
        is_wanted = holidays <= MOST_HOLIDAYS if kind == HOLIDAY else back <= 7 * WEEKS
        start = wall(day, 0.0, calendar.zone)
        if start < since:
            break
        if is_wanted:
            found.append(Day(day, start, wall(day + timedelta(1), 0.0, calendar.zone), kind))
    return found[::-1]


def profile(
    days: Iterable[tuple[Day, Mapping[int, Mapping[str, int]]]],
    calendar: Calendar,
    made: float,
    policy_version: int = 0,
) -> Profile:
    """The usual arrivals from days in order, each with quarter -> queue -> tickets that arrived.

    A quarter that is not named had none.
    """
    known = list(days)
    queues = sorted({queue for _, counts in known for each in counts.values() for queue in each})
    usual = {queue: _usual(queue, known, calendar) for queue in queues}
    return Profile(made, usual, policy_version)


def _usual(
    queue: str, days: list[tuple[Day, Mapping[int, Mapping[str, int]]]], calendar: Calendar
) -> Usual:
    by_kind: list[list[Figures]] = [[] for _ in range(KINDS)]
    has_begun = False
    for day, counts in days:
        has_begun = has_begun or any(queue in each for each in counts.values())
        if has_begun:
            by_kind[day.kind].append(_without_peaks(queue, day, counts, calendar))
    rows = [robust_mean(np.array(each)) if each else None for each in by_kind]
    number = tuple(len(each) for each in by_kind)
    return Usual(number, tuple(tuple(map(float, row)) for row in _filled(rows, number)))


def _without_peaks(
    queue: str, day: Day, counts: Mapping[int, Mapping[str, int]], calendar: Calendar
) -> Figures:
    """Arrivals by quarter of the wall clock; NaN where it has none, or none were to come.

    Of the hour that comes twice the mean counts.
    """
    places, lifts = _shape(day, queue.partition(".")[0], calendar)
    quarters = range(int(day.start // QUARTER), int(day.end // QUARTER))
    came = np.array([counts[n].get(queue, 0) if n in counts else 0 for n in quarters], float)
    usable = lifts > 0.0
    total = np.bincount(places[usable], came[usable] / lifts[usable], SLOTS)
    seen = np.bincount(places[usable], minlength=SLOTS)
    found: Figures = np.divide(total, seen, out=np.full(SLOTS, np.nan), where=seen > 0)
    return found


@lru_cache(maxsize=2048)
def _shape(day: Day, channel: str, calendar: Calendar) -> tuple[npt.NDArray[np.int64], Figures]:
    """Each quarter's place on the wall clock, and what peaks lifted the channel by in it."""
    quarters = range(int(day.start // QUARTER), int(day.end // QUARTER))
    places = np.array([_wall_clock(n, calendar.zone)[1] for n in quarters], np.int64)
    lifts = [calendar.factor(channel, (n + 0.5) * QUARTER) for n in quarters]
    return places, np.array(lifts, float)


def robust_mean(days: Figures) -> Figures:
    """Days x quarters -> the smoothed, winsorised mean of each quarter.

    NaN counts nowhere; a quarter that no day has is 0.
    """
    smooth = _smoothed(days)
    known = ~np.isnan(smooth)
    filled = np.where(known, smooth, np.inf)
    middle = _median(filled, known)
    away = np.where(known, np.abs(smooth - middle), np.inf)
    by_chance = np.sqrt(np.maximum(middle, 0.25))
    limit = _FURTHEST * np.maximum(1.4826 * _median(away, known), by_chance)
    held = np.clip(smooth, middle - limit, middle + limit)
    count = known.sum(axis=0)
    total = np.where(known, held, 0.0).sum(axis=0)
    found: Figures = np.divide(total, count, out=np.zeros(days.shape[1]), where=count > 0)
    return found


def _smoothed(days: Figures) -> Figures:
    """Each quarter with its neighbours of the same day, 1:2:1; what a day lacks stays unknown."""
    known = ~np.isnan(days)
    padded = np.pad(np.where(known, days, 0.0), ((0, 0), (1, 1)))
    there = np.pad(known.astype(float), ((0, 0), (1, 1)))
    size = days.shape[1]
    total = sum(w * padded[:, i : i + size] for i, w in enumerate(_SMOOTH))
    weight: Any = sum(w * there[:, i : i + size] for i, w in enumerate(_SMOOTH))
    found: Figures = np.divide(total, weight, out=np.full(days.shape, np.nan), where=known)
    return found


def _median(values: Figures, known: npt.NDArray[np.bool_]) -> Figures:
    """Of each column, unknown values being infinite; 0 where none is known."""
    ordered = np.sort(values, axis=0)
    count = known.sum(axis=0)
    columns = np.arange(values.shape[1])
    low = ordered[np.maximum(count - 1, 0) // 2, columns]
    high = ordered[np.minimum(count // 2, np.maximum(count - 1, 0)), columns]
    found: Figures = np.where(count > 0, (low + high) / 2.0, 0.0)
    return found


def _filled(rows: list[Figures | None], days: tuple[int, ...]) -> list[Figures]:
    """With something for kinds of day that were not seen: ``Usual.stand_in`` says what."""
    weekdays = [(n, row) for n, row in zip(days[:HOLIDAY], rows, strict=False) if row is not None]
    known = weekdays or [(n, row) for n, row in zip(days, rows, strict=True) if row is not None]
    mean: Figures = np.average([row for _, row in known], axis=0, weights=[n for n, _ in known])
    filled = [mean if row is None else row for row in rows]
    if rows[HOLIDAY] is None and rows[_SUNDAY] is not None:
        filled[HOLIDAY] = rows[_SUNDAY]
    return filled


@lru_cache(maxsize=16384)
def _wall_clock(quarter: int, zone: str) -> tuple[date, int]:
    """The local day of a quarter of an hour, and its number on the wall clock."""
    here = datetime.fromtimestamp(quarter * QUARTER, UTC).astimezone(ZoneInfo(zone))
    return here.date(), here.hour * 4 + here.minute // 15
