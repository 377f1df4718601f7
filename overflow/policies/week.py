"""Who is open in the coming days, day by day on the shop's own clock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain, groupby, pairwise
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from overflow.core.hours import Hours
from overflow.core.model import Home, Partner, Policy

Team = Home | Partner

DAYS: Final = 7
CLOSED: Final = "closed"


class Day(NamedTuple):
    """One local day: 23, 24 or 25 hours of it."""

    date: date
    start: float
    end: float

    @property
    def name(self) -> str:
        return f"{self.date:%a} {self.date.day} {self.date:%b}"


def teams_of(policy: Policy) -> list[Team]:
    """The own team first."""
    return [policy.home, *policy.partners]


def days(zone: str, now: float, count: int = DAYS) -> list[Day]:
    """Local days from the one of ``now``."""
    first = local(now, zone).date()
    dates = [first + timedelta(i) for i in range(count + 1)]
    starts = [datetime.combine(day, time(), ZoneInfo(zone)).timestamp() for day in dates]
    return [Day(dates[i], starts[i], starts[i + 1]) for i in range(count)]


def local(at: float, zone: str) -> datetime:
    """The moment on the local wall clock."""
    return datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone))


def open_times(hours: Hours, day: Day, zone: str) -> str:
    """``08:00-12:00, 13:00-18:00`` on the zone's clock, ``closed`` or ``all day``."""
    return _times(hours.segments(day.start, day.end), day, zone)


def staffed_times(home: Home, day: Day, zone: str, *, is_counted: bool) -> str:
    """Open times of the own team; counted, each with the agents that are there."""
    spans = list(_staffed(home, day))
    if not is_counted or not spans:
        return _times([(begin, end) for begin, end, _ in spans], day, zone)
    return ", ".join(
        f"{_times([(begin, end)], day, zone)} ({agents})" for begin, end, agents in spans
    )


def agents_on(home: Home, week: Sequence[Day]) -> list[int]:
    """How many agents there are while it is open, each number once; none without shifts."""
    if not home.shifts:
        return []
    return sorted({agents for day in week for _, _, agents in _staffed(home, day)})


def uncovered(teams: Sequence[Team], day: Day) -> list[tuple[float, float]]:
    """Where none of the teams is open (from, until)."""
    gaps, at = [], day.start
    spans = sorted(span for team in teams for span in team.hours.segments(day.start, day.end))
    for begin, end in spans:
        if begin > at:
            gaps.append((at, begin))
        at = max(at, end)
    if at < day.end:
        gaps.append((at, day.end))
    return gaps


def holidays(policy: Policy, day: Day) -> list[str]:
    """The teams for whom the day is a public holiday."""
    return [team.name for team in teams_of(policy) if team.hours.holidays.is_holiday(day.date)]


def _staffed(home: Home, day: Day) -> Iterator[tuple[float, float, int]]:
    """(from, until, agents) while it is open, neighbours differing in agents."""
    for opens, closes in home.hours.segments(day.start, day.end):
        edges = {opens, closes}
        for shift in home.shifts:
            edges.update(chain.from_iterable(shift.hours.segments(opens, closes)))
        pieces = pairwise(sorted(edges))
        for agents, same in groupby(pieces, lambda piece: _agents(home, piece[0])):
            spans = list(same)
            yield spans[0][0], spans[-1][1], agents


def _agents(home: Home, at: float) -> int:
    return sum(shift.agents for shift in home.shifts if shift.hours.is_open(at))


def _times(spans: Sequence[tuple[float, float]], day: Day, zone: str) -> str:
    if not spans:
        return CLOSED
    if list(spans) == [(day.start, day.end)]:
        return "all day"
    return ", ".join(f"{_clock(begin, zone)}-{_until(end, day, zone)}" for begin, end in spans)


def _until(at: float, day: Day, zone: str) -> str:
    return "24:00" if at == day.end else _clock(at, zone)


def _clock(at: float, zone: str) -> str:
    return f"{local(at, zone):%H:%M}"
