"""The service itself under test: the live estimates and the planner, on what it is told.

It sees ``Told`` and events, and nothing else. Spans of what it saw go to ``core.estimate``, the
planner of ``core.plan`` makes thresholds of them, and a decision is a look at the threshold.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from overflow.core import estimate
from overflow.core.estimate import Expected, Span
from overflow.core.model import LateLevels
from overflow.core.plan import Planner, Solved
from overflow.core.prospects.prospect import Prospect
from overflow.simulate.contender import LOOK, Contender
from overflow.simulate.contenders.lane import Lane
from overflow.simulate.told import Told

EVERY: Final = 0.5
"""Minutes between two looks at the estimates."""
TOO_LONG: Final = 2.0
"""Minutes without one after which a decision asks for it itself: nobody calls ``plan``."""

REMEMBERED: Final = 4096
REMEMBERED_LATE: Final = 512
"""Solved courses; with what late overflow needs of them a tenth of a megabyte each."""

_PLANNERS: dict[Told, Planner] = {}
"""What was solved for a day is not solved again for the next of the same scenario."""


def contender(told: Told) -> Contender:
    """A day's contender; days of the same ``Told`` share solved courses, not estimates."""
    if told not in _PLANNERS:
        _PLANNERS.clear()
        _PLANNERS[told] = Planner(REMEMBERED_LATE if told.late else REMEMBERED)
    return Auto(told, _PLANNERS[told])


def prospect_of(told: Told) -> Prospect:
    """What is foretold of the day, minutes from opening."""
    patience = None if math.isinf(told.patience) else told.patience
    return Prospect(
        horizon=told.horizon,
        roster=told.roster,
        concurrency=told.concurrency,
        forecast=told.forecast,
        expected=Expected(told.handle_time, patience, 60.0, told.target),
        breach=told.breach,
        lost=told.lost,
        overflow=told.overflow,
        kept=told.kept,
        end=told.end,
        partner_slots=told.partner_slots,
        partner_handle=told.partner_handle,
        partner_wait=told.partner_wait,
        goal=told.goal,
        late_wait=told.late_wait if told.late else None,
        look=LOOK,
        present=told.n0 + told.batch0,
        offers=told.offers,
    )


class Counts:
    """What is seen of a lane since the last look."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self.since = self._until = 0.0
        self._clear()

    def _clear(self) -> None:
        self.arrivals = self.ended = self.abandoned = 0
        self._busy = self._waited = self._full = self._starved = 0.0

    def at(self, t: float) -> None:
        """Until ``t`` everything stayed as it was."""
        lasted = t - self._until
        self._until = t
        wip, waiting = len(self._lane.wip), self._lane.line
        self._busy += lasted * wip
        if waiting:
            self._waited += lasted * waiting
            self._full += lasted * wip
            self._starved += lasted

    def taken(self, foretold: float) -> Span:
        """The span until now; the next begins."""
        span = Span(
            self._until - self.since,
            self.arrivals,
            foretold,
            self.ended,
            self._busy,
            self.abandoned,
            self._waited,
            self._full,
            self._starved,
            self._lane.agents,
        )
        self.since = self._until
        self._clear()
        return span


class PartnerLoad:
    """Tickets that the partner probably holds: nobody says when it ends one."""

    def __init__(self, told: Told) -> None:
        self._slots = told.partner_slots
        self._handle = told.partner_handle or math.inf
        self._since = self._held = 0.0

    def at(self, t: float) -> float:
        """Each ends at its mean rate."""
        return self._held * math.exp(-(t - self._since) / self._handle)

    def sent(self, t: float, *, ok: bool) -> None:
        """One more, or it had no slot: it is full."""
        if self._slots is not None:
            self._held = min(self._slots, self.at(t) + 1.0) if ok else float(self._slots)
            self._since = t


class Auto:
    """Keep or overflow by the planner's threshold."""

    def __init__(self, told: Told, planner: Planner) -> None:
        self._prospect = prospect_of(told)
        self._planner = planner
        self.lane = Lane(told)
        self.lane.agents = told.roster[0][1]
        self._counts = Counts(self.lane)
        self._estimates = estimate.begin(self._prospect.expected)
        self._is_staff_new = True
        self._planned: Solved | None = None
        self._late_levels: LateLevels | None = None
        self._partner = PartnerLoad(told)
        self._looked = -math.inf

    def begin(self, n0: int) -> None:
        self.lane.begin(n0)

    def plan(self, t: float) -> None:
        """Look at the estimates where it is time to, and plan."""
        counts = self._counts
        if self._planned is not None and not self._is_staff_new and t < counts.since + EVERY:
            return
        counts.at(t)
        span = counts.taken(self._prospect.foretold(counts.since, t))
        self._estimates = estimate.observe(self._estimates, span, self._prospect.expected)
        self._planned = self._planner.solution(self._prospect, self._estimates, t)
        self._late_levels = None
        self._is_staff_new = False

    def level(self, t: float) -> int:
        """The threshold now."""
        return self._threshold(t)[0]

    def _threshold(self, t: float) -> tuple[int, int]:
        """From how many on to overflow, and up to how many."""
        along = self._solved(t).of(self._partner.at(t))
        row = bisect_right(along.times, t) - 1
        return along.levels[row], along.ends[row]

    def _solved(self, t: float) -> Solved:
        if self._planned is None or t > self._counts.since + TOO_LONG:
            self.plan(t)
        if self._planned is None:
            raise AssertionError("planned just now")
        return self._planned

    def arrival(self, t: float, ticket: int) -> bool:
        self._counts.at(t)
        if t > 0:  # a batch at opening is no rate
            self._counts.arrivals += 1
        level, end = self._threshold(t)
        if level <= self.lane.n < end:
            return True
        self.lane.joined(t, ticket)
        return False

    def late_levels(self, t: float) -> LateLevels | None:
        """From which place in the line on to leave; None: nobody does."""
        later = self._solved(t).later
        if later is not None and self._late_levels is None:
            self._late_levels = later.late_levels(t)
        return self._late_levels

    def look(self, t: float) -> Sequence[int]:
        later = self._solved(t).later
        if later is None or not self.lane.waiting or t < self._looked + later.pace - 1e-9:
            return ()
        self._looked = t
        levels = self.late_levels(t)
        return () if levels is None else self._leaving(t, levels)

    def _leaving(self, t: float, levels: LateLevels) -> list[int]:
        told, lane = self.lane.told, self.lane
        tickets = [ticket for ticket in lane.waiting if ticket >= told.n0]
        slacks = [lane.waiting[ticket] + told.target - t for ticket in tickets]
        ahead = lane.line - len(tickets)
        return [tickets[number] for number in levels.leaving(lane.n, slacks, ahead=ahead)]

    def started(self, t: float, ticket: int) -> None:
        self._counts.at(t)
        self.lane.started(ticket)

    def ended(self, t: float, ticket: int) -> None:
        self._counts.at(t)
        self.lane.ended(ticket)
        self._counts.ended += 1

    def abandoned(self, t: float, ticket: int) -> None:
        self._counts.at(t)
        self.lane.left(ticket)
        self._counts.abandoned += 1

    def put_back(self, t: float, ticket: int) -> None:
        self._counts.at(t)
        self.lane.put_back(ticket)

    def staffed(self, t: float, agents: int) -> None:
        self._counts.at(t)
        self.lane.agents = agents
        self._is_staff_new = True

    def overflowed(self, t: float, ticket: int, ok: bool) -> None:  # noqa: FBT001  the interface
        self._partner.sent(t, ok=ok)
        if ticket in self.lane.waiting:  # late
            if ok:
                self._counts.at(t)
                self.lane.left(ticket)
        elif not ok:
            self._counts.at(t)
            self.lane.joined(t, ticket)
