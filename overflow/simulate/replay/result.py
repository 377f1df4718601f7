"""A replay beside what happened: service level, cost, volumes, and who would have moved.

All columns are measured with the replayed policy's targets and values, to be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from overflow.core.model import HOME, Policy
from overflow.core.promise import due_of
from overflow.simulate.replay.case import Case, Past
from overflow.simulate.replay.world import Job

BY_HOUR_OF_DAY: Final = 2 * 86_400.0
"""Seconds of a period above which its days are laid over each other."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one case, as one column has it."""

    ticket: str
    number: int
    channel: str
    arrived: float
    team: str
    """Who answered it, or had it last."""
    verdict: str
    """in_time, late, abandoned, unanswered (and overdue), open (and not due yet)."""
    is_breach: bool
    handed: tuple[str, ...]
    """Partners it was handed to."""
    is_served_at_home: bool
    headline: str


def happened(past: Past, policy: Policy) -> list[Fate]:
    """What the journal has."""
    return [_recorded(case, _due(case, policy), past.end) for case in past.cases]


def came(jobs: Iterable[Job], policy: Policy, end: float) -> list[Fate]:
    """What a replay came to."""
    return [_replayed(job, _due(job.case, policy), end) for job in jobs]


def _due(case: Case, policy: Policy) -> float | None:
    is_promised = case.due is not None or case.taken_over
    return due_of(case.channel, case.arrived, policy) if is_promised else None


def _recorded(case: Case, due: float | None, end: float) -> Fate:
    is_late = None
    if case.is_late is not None and _is_same(due, case.due):
        is_late = case.is_late  # by the helpdesk's own time of the answer
    gone = case.ended if case.is_abandoned else None
    verdict, is_breach = _judged(case.response, gone, due, end, is_late)
    handed = tuple(team for _, team in case.handed)
    is_home = case.response is not None and case.team == HOME
    return Fate(
        case.ticket,
        case.number,
        case.channel,
        case.arrived,
        case.team,
        verdict,
        is_breach,
        handed,
        is_home,
        case.headline,
    )


def _replayed(job: Job, due: float | None, end: float) -> Fate:
    gone = job.held_since if job.state == "gone" else None
    verdict, is_breach = _judged(job.response, gone, due, end, None)
    handed = tuple(team for _, team in job.handed)
    return Fate(
        job.case.ticket,
        job.case.number,
        job.case.channel,
        job.case.arrived,
        job.responded_by or job.team,
        verdict,
        is_breach,
        handed,
        job.responded_by == HOME,
        job.headline,
    )


def _is_same(one: float | None, other: float | None) -> bool:
    return one is not None and other is not None and abs(one - other) < 1.0


def _judged(
    response: float | None,
    gone: float | None,
    due: float | None,
    end: float,
    is_late: bool | None,  # noqa: FBT001  as recorded, where it is
) -> tuple[str, bool]:
    """The verdict, and whether the target was missed."""
    if response is not None:
        late = is_late if is_late is not None else due is not None and response > due
        return ("late" if late else "in_time"), late
    if gone is not None:
        return "abandoned", due is not None and gone > due
    is_overdue = due is not None and due < end
    return ("unanswered" if is_overdue else "open"), is_overdue


@dataclass(slots=True)
class Sums:
    """What a column comes to, in all or in one group of tickets."""

    offered: int = 0
    in_time: int = 0
    late: int = 0
    abandoned: int = 0
    unanswered: int = 0
    open: int = 0
    overflowed: int = 0
    cost: float = 0.0
    """Euros."""
    volumes: dict[str, int] = field(default_factory=dict)
    """Partner -> tickets handed over."""

    @property
    def service_level(self) -> float | None:
        """Answered in time, of all that were due or answered; None: of none."""
        counted = self.offered - self.open
        return self.in_time / counted if counted else None

    def add(self, fate: Fate, cost: float) -> None:
        """Count one case."""
        self.offered += 1
        setattr(self, fate.verdict, getattr(self, fate.verdict) + 1)
        self.overflowed += bool(fate.handed)
        self.cost += cost
        for team in fate.handed:
            self.volumes[team] = self.volumes.get(team, 0) + 1

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        level = self.service_level
        return {
            "offered": self.offered,
            "answered_in_time": self.in_time,
            "late": self.late,
            "abandoned": self.abandoned,
            "unanswered": self.unanswered,
            "open": self.open,
            "service_level": None if level is None else round(level, 4),
            "overflowed": self.overflowed,
            "overflow_share": round(self.overflowed / self.offered, 4) if self.offered else None,
            "cost": round(self.cost, 2),
            "volumes": dict(sorted(self.volumes.items())),
        }


@dataclass(frozen=True, slots=True)
class Moved:
    """A ticket that somebody else would have had."""

    ticket: str
    arrived: float
    channel: str
    was: str
    to: str
    then: str
    """The headline of what was decided."""
    why: str
    """The headline of what would have been decided."""


Columns = Mapping[str, list[Fate]]
"""Name of a column -> its fates."""


def sums(fates: Iterable[Fate], cost: Callable[[Fate], float]) -> Sums:
    """All of them."""
    found = Sums()
    for fate in fates:
        found.add(fate, cost(fate))
    return found


def grouped(
    columns: Columns, key: Callable[[Fate], str], cost: Callable[[Fate], float]
) -> dict[str, dict[str, Sums]]:
    """Group -> column -> what it comes to; groups in order of their names."""
    found: dict[str, dict[str, Sums]] = {}
    for name, fates in columns.items():
        for fate in fates:
            row = found.setdefault(key(fate), {each: Sums() for each in columns})
            row[name].add(fate, cost(fate))
    return dict(sorted(found.items()))


def costs(policy: Policy, others: Iterable[Policy]) -> Callable[[Fate], float]:
    """Euros of a fate: by the policy's values; partners it does not name, as another one does."""
    prices = {p.name: p.price for other in others for p in other.partners}
    prices |= {partner.name: partner.price for partner in policy.partners}
    worth = policy.costs

    def cost(fate: Fate) -> float:
        return (
            sum(prices.get(team, 0.0) for team in fate.handed)
            + worth.kept * fate.is_served_at_home
            + worth.breach * fate.is_breach
            + worth.lost * (fate.verdict == "abandoned")
        )

    return cost


def hours(past: Past, zone: str) -> Callable[[Fate], str]:
    """The local hour of arrival; of any day where the period is long."""
    local = ZoneInfo(zone)
    form = "%H:00" if past.end - past.start > BY_HOUR_OF_DAY else "%Y-%m-%d %H:00"
    return lambda fate: datetime.fromtimestamp(fate.arrived, local).strftime(form)


def moved(before: Iterable[Fate], after: Iterable[Fate]) -> list[Moved]:
    """Whom another team would have answered, by arrival."""
    known = {(fate.ticket, fate.number): fate for fate in before}
    found = [
        Moved(
            fate.ticket,
            fate.arrived,
            fate.channel,
            then.team,
            fate.team,
            then.headline,
            fate.headline,
        )
        for fate in after
        if (then := known[fate.ticket, fate.number]).team != fate.team
    ]
    return sorted(found, key=lambda each: (each.arrived, each.ticket))
