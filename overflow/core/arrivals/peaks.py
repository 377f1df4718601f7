"""Peaks that a calendar foresees: how much more than usual arrives, on which channel, when.

A peak lifts the expected arrivals of a channel by a factor on the days that its rule names, rises
to it beforehand and falls back afterwards, both in a straight line. One cause counts once: where a
peak's own days or ramps overlap, the higher share counts. Different peaks multiply, for they are
different causes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from overflow.core.arrivals.day_rules import DayRule
from overflow.core.public_holidays import NO_HOLIDAYS, Holidays

ALL: Final = "*"
"""In place of a channel: every one."""
WHOLE_DAY: Final = (0.0, 86400.0)
MOST_DAYS: Final = 60
"""Longest peak and longest ramp."""

Factors = tuple[tuple[str, float], ...]
"""(channel or ``ALL``, factor); a channel that is named nowhere is not lifted."""


def factor_of(lift: Factors, channel: str) -> float:
    """What the channel's expected arrivals are multiplied by."""
    for name, factor in lift:
        if name in {channel, ALL}:
            return factor
    return 1.0


@dataclass(frozen=True, slots=True)
class Peak:
    """One entry of the calendar."""

    name: str
    on: DayRule
    lift: Factors
    days: int = 1
    """Calendar days in a row, from each day that the rule names."""
    hours: tuple[float, float] = WHOLE_DAY
    """Of each of these days: from and until, seconds on the wall clock."""
    before: float = 0.0
    """Seconds in which it rises to its lift."""
    after: float = 0.0
    """Seconds in which it falls back."""


class Span(NamedTuple):
    """One occurrence (epoch seconds)."""

    rises: float
    begins: float
    ends: float
    falls: float
    """The end of the fall."""

    def share(self, at: float) -> float:
        """How much of the lift is there, 0..1."""
        if self.begins <= at < self.ends:
            return 1.0
        if self.rises < at < self.begins:
            return (at - self.rises) / (self.begins - self.rises)
        if self.ends <= at < self.falls:
            return (self.falls - at) / (self.falls - self.ends)
        return 0.0


@dataclass(frozen=True, slots=True)
class Calendar:
    """Peaks on the shop's clock."""

    peaks: tuple[Peak, ...] = ()
    zone: str = "UTC"
    holidays: Holidays = NO_HOLIDAYS
    _years: dict[int, tuple[tuple[Span, ...], ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def lifted(self, channel: str, at: float) -> list[tuple[Peak, float, float]]:
        """What lifts the channel then: peak, its factor now, when it is over (epoch seconds)."""
        found = []
        for peak, near in zip(self.peaks, self._near(_local_year(at, self.zone)), strict=True):
            share, falls = _standing(near, at)
            full = factor_of(peak.lift, channel) if share > 0.0 else 1.0
            if full != 1.0:
                found.append((peak, (1.0 - share) + full * share, falls))
        return found

    def factor(self, channel: str, at: float) -> float:
        """The product of all peaks."""
        product = 1.0
        for _, factor, _ in self.lifted(channel, at):
            product *= factor
        return product

    def coming(self, peak: Peak, at: float) -> Span | None:
        """The occurrence that stands or comes next; None: not within two years."""
        year = _local_year(at, self.zone)
        ahead = (
            span
            for number in (year - 1, year, year + 1, year + 2)
            for span in spans(peak, number, self.zone, self.holidays)
            if span.falls > at
        )
        return min(ahead, default=None, key=lambda span: span.begins)

    def _near(self, year: int) -> tuple[tuple[Span, ...], ...]:
        """Of each peak the occurrences that may reach into a year, by when they rise."""
        found = self._years.get(year)
        if found is None:
            found = tuple(self._of_peak(peak, year) for peak in self.peaks)
            self._years[year] = found
        return found

    def _of_peak(self, peak: Peak, year: int) -> tuple[Span, ...]:
        years = (year - 1, year, year + 1)
        every = (spans(peak, one, self.zone, self.holidays) for one in years)
        begin, end = (wall(date(one, 1, 1), 0.0, self.zone) for one in (year, year + 1))
        reaching = (s for each in every for s in each if s.falls > begin and s.rises < end)
        return tuple(sorted(reaching))


def _standing(near: tuple[Span, ...], at: float) -> tuple[float, float]:
    """The highest share of a peak's occurrences, and when the last of those standing is over."""
    share = over = 0.0
    for span in near:
        if span.rises > at:
            break
        if span.falls > at and (one := span.share(at)) > 0.0:
            share, over = max(share, one), max(over, span.falls)
    return share, over


@lru_cache(maxsize=1024)
def spans(peak: Peak, year: int, zone: str, holidays: Holidays) -> tuple[Span, ...]:
    """The peak's occurrences whose day by the rule lies in that year, in order."""
    return tuple(
        span for day in peak.on.days(year, zone, holidays) for span in _of_day(peak, day, zone)
    )


def _of_day(peak: Peak, first: date, zone: str) -> Iterator[Span]:
    """One span for whole days in a row; with hours, one for each day."""
    if peak.hours == WHOLE_DAY:
        blocks = [(wall(first, 0.0, zone), wall(first + timedelta(peak.days), 0.0, zone))]
    else:
        days = [first + timedelta(i) for i in range(peak.days)]
        blocks = [(wall(d, peak.hours[0], zone), wall(d, peak.hours[1], zone)) for d in days]
    for begins, ends in blocks:
        if begins < ends:  # hours inside the one that the clock skips are none
            yield Span(begins - peak.before, begins, ends, ends + peak.after)


def wall(day: date, seconds: float, zone: str) -> float:
    """The moment at which the wall clock shows so many seconds after the day's midnight.

    The first one where the clock shows it twice.
    """
    more, rest = divmod(int(seconds), 86400)
    at = time(rest // 3600, rest // 60 % 60, rest % 60)
    return datetime.combine(day + timedelta(more), at, ZoneInfo(zone)).timestamp()


@lru_cache(maxsize=64)
def _years(zone: str) -> tuple[float, ...]:
    return tuple(wall(date(year, 1, 1), 0.0, zone) for year in range(1970, 2200))


def _local_year(at: float, zone: str) -> int:
    starts = _years(zone)
    if starts[0] <= at < starts[-1]:
        return 1969 + bisect_right(starts, at)
    return datetime.fromtimestamp(at, UTC).year
