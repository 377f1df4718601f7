"""Opening hours of a team: when is it open, and how much open time lies between two moments.

Times are epoch seconds (UTC), durations seconds; a time zone appears in this file only. A moment
is open exactly when the local wall clock shows an open time. So a day of 23 or 25 hours has its
true length, a closing time inside the hour that the clock skips falls on the skip, and an hour
that comes twice is open twice.

The open intervals are worked out four weeks at a time and kept as sorted edges, so that the usual
question is one bisection.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from math import isinf
from zoneinfo import ZoneInfo

from overflow.core import wall_hours
from overflow.core.public_holidays import NO_HOLIDAYS, Holidays

__all__ = ["ALWAYS_OPEN", "NO_HOLIDAYS", "Holidays", "Hours", "parse_hours"]

HORIZON = 366 * 86400.0
"""Seconds ahead that are searched before the answer is "never"."""

_BLOCK = 28 * 86400
_KEPT = 64
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Hours:
    """When a team is open; equal and hashed by text, zone and holidays.

    ``text`` is in OpenStreetMap's opening-hours syntax, every ``PH`` in it taken from
    ``holidays``; ``zone`` is a name of the IANA time zone database.

    Raises ValueError for a text that cannot be evaluated without doubt or an unknown zone.
    """

    text: str
    zone: str
    holidays: Holidays
    _blocks: dict[int, tuple[float, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        wall_hours.check(self.text)
        _zone(self.zone)

    def is_open(self, at: float) -> bool:
        """Openings are inside, closings outside."""
        return bisect_right(self._edges(int(at // _BLOCK)), at) & 1 == 1

    def next_open(self, at: float) -> float | None:
        """``at`` itself when open, else the next opening; None when not within a year."""
        return next((begin for begin, _ in self._pieces(at, at + HORIZON)), None)

    def next_change(self, at: float) -> float | None:
        """The next opening or closing after ``at``; None when not within a year."""
        limit = at + HORIZON
        begin, end = next(self._spans(at, limit), (limit, limit))
        change = begin if begin > at else end
        return change if change < limit else None

    def open_seconds(self, start: float, end: float) -> float:
        """Open seconds between the two moments; 0 when ``end`` is not after ``start``."""
        return sum((till - begin for begin, till in self._pieces(start, end)), 0.0)

    def add_open_seconds(self, start: float, seconds: float) -> float | None:
        """The moment by which ``seconds`` open ones have passed since ``start``.

        That is ``start`` for 0; None when they do not pass within a year. Raises ValueError for
        a negative duration.
        """
        if seconds < 0:
            raise ValueError(f"add_open_seconds: {seconds} is negative")
        if seconds == 0:
            return start
        for begin, end in self._pieces(start, start + HORIZON):
            if seconds <= end - begin:
                return begin + seconds
            seconds -= end - begin
        return None

    def segments(self, start: float, end: float) -> list[tuple[float, float]]:
        """The open intervals (from, until) between the two moments, in order, cut at both."""
        return list(self._spans(start, end))

    def _spans(self, start: float, end: float) -> Iterator[tuple[float, float]]:
        """The pieces, those that touch joined."""
        begin = till = start
        for since, until in self._pieces(start, end):
            if since > till:
                if till > begin:
                    yield begin, till
                begin = since
            till = until
        if till > begin:
            yield begin, till

    def _pieces(self, start: float, end: float) -> Iterator[tuple[float, float]]:
        """Open intervals between the two moments, also cut where a block ends."""
        if isinf(end):
            raise ValueError("opening hours never end: an endless stretch has no sum")
        block = int(start // _BLOCK)
        while start < end:
            edges = self._edges(block)
            for i in range(bisect_right(edges, start) & ~1, len(edges), 2):
                if edges[i] >= end:
                    return
                yield max(edges[i], start), min(edges[i + 1], end)
            block += 1
            start = float(block * _BLOCK)

    def _edges(self, block: int) -> tuple[float, ...]:
        """Openings and closings in turn, cut at both ends of the block."""
        edges = self._blocks.get(block)
        if edges is None:
            edges = _worked_out(self, block)
            if len(self._blocks) >= _KEPT:
                self._blocks.clear()
            self._blocks[block] = edges
        return edges


@lru_cache(maxsize=4096)
def parse_hours(text: str, zone: str, holidays: Holidays = NO_HOLIDAYS) -> Hours:
    """The hours that a text in OpenStreetMap's syntax means in a time zone.

    Equal arguments give the same object, with what it has worked out. Raises ValueError with a
    message for a person.
    """
    return Hours(text, zone, holidays)


def _worked_out(hours: Hours, block: int) -> tuple[float, ...]:
    start = float(block * _BLOCK)
    end = start + _BLOCK
    first = _EPOCH + timedelta(seconds=start) - timedelta(1)
    walls = list(wall_hours.intervals(hours.text, hours.holidays, first, 30))
    edges: list[float] = []
    for since, until, offset in _offsets(_zone(hours.zone), start, end):
        for begin, close in walls:
            opened, closed = max(begin - offset, since), min(close - offset, until)
            if opened >= closed:
                continue
            if edges and edges[-1] == opened:
                edges[-1] = closed
            else:
                edges += (opened, closed)
    return tuple(edges)


def _offsets(zone: ZoneInfo, start: float, end: float) -> Iterator[tuple[float, float, float]]:
    """(since, until, seconds east of UTC) between changes of the clock, in order."""
    since, offset = start, _offset(zone, start)
    for day in range(int(start), int(end), 86400):
        after = _offset(zone, day + 86400)
        if after != offset:
            change = _clock_change(zone, day, day + 86400)
            yield since, change, offset
            since, offset = change, after
    yield since, end, offset


def _clock_change(zone: ZoneInfo, before: int, after: int) -> float:
    """The first second with the offset of ``after``, by bisection."""
    target = _offset(zone, after)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == target:
            after = middle
        else:
            before = middle
    return float(after)


def _offset(zone: ZoneInfo, at: float) -> float:
    offset = datetime.fromtimestamp(at, zone).utcoffset()
    return offset.total_seconds() if offset else 0.0


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError) as unknown:
        raise ValueError(f"time zone {name!r} is unknown") from unknown


ALWAYS_OPEN = parse_hours("24/7", "UTC")
"""Round the clock, every day."""
