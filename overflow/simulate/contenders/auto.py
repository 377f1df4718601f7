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
from overflow.core.plan import Planner, Solved
from overflow.core.prospect import Prospect
from overflow.simulate.contender import Contender
from overflow.simulate.told import Told

EVERY: Final = 0.5
"""Minutes between two looks at the estimates."""
TOO_LONG: Final = 2.0
"""Minutes without one after which a decision asks for it itself: nobody calls ``plan``."""

_PLANNERS: dict[Told, Planner] = {}
"""What was solved for a day is not solved again for the next of the same scenario."""


def contender(told: Told) -> Contender:
    """A day's contender; days of the same ``Told`` share solved courses, not estimates."""
    if told not in _PLANNERS:
        _PLANNERS.clear()
        _PLANNERS[told] = Planner(remembered=4096)
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
        present=told.n0 + told.batch0,
    )


class Counts:
    """What is seen of the queue since the last look."""

    def __init__(self) -> None:
        self.since = self._until = 0.0
        self.waiting = self.wip = 0
        self._clear()

    def _clear(self) -> None:
        self.arrivals = self.ended = self.abandoned = 0
        self._busy = self._waited = self._full = self._starved = 0.0

    @property
    def n(self) -> int:
        return self.waiting + self.wip

    def at(self, t: float) -> None:
        """Until ``t`` everything stayed as it was."""
        lasted = t - self._until
        self._until = t
        self._busy += lasted * self.wip
        if self.waiting:
            self._waited += lasted * self.waiting
            self._full += lasted * self.wip
            self._starved += lasted

    def taken(self, foretold: float, declared: float) -> Span:
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
            declared,
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
        self._counts = Counts()
        self._estimates = estimate.begin(self._prospect.expected)
        self._agents = told.roster[0][1]
        self._is_staff_new = True
        self._planned: Solved | None = None
        self._partner = PartnerLoad(told)

    def begin(self, n0: int) -> None:
        self._counts.waiting = n0

    def plan(self, t: float) -> None:
        """Look at the estimates where it is time to, and plan."""
        counts = self._counts
        if self._planned is not None and not self._is_staff_new and t < counts.since + EVERY:
            return
        counts.at(t)
        foretold = self._prospect.foretold(counts.since, t)
        span = counts.taken(foretold, self._agents)
        self._estimates = estimate.observe(self._estimates, span, self._prospect.expected)
        self._planned = self._planner.solution(self._prospect, self._estimates, t)
        self._is_staff_new = False

    def level(self, t: float) -> int:
        """The threshold now."""
        if self._planned is None or t > self._counts.since + TOO_LONG:
            self.plan(t)
        planned = self._planned
        if planned is None:
            raise AssertionError("planned just now")
        along = planned.of(self._partner.at(t))
        return along.levels[bisect_right(along.times, t) - 1]

    def arrival(self, t: float, ticket: int) -> bool:
        del ticket
        counts = self._counts
        counts.at(t)
        if t > 0:
            counts.arrivals += 1
        if counts.n >= self.level(t):
            return True
        counts.waiting += 1
        return False

    def look(self, t: float) -> Sequence[int]:
        del t
        return ()

    def started(self, t: float, ticket: int) -> None:
        del ticket
        self._counts.at(t)
        self._counts.waiting -= 1
        self._counts.wip += 1

    def ended(self, t: float, ticket: int) -> None:
        del ticket
        self._counts.at(t)
        self._counts.wip -= 1
        self._counts.ended += 1

    def abandoned(self, t: float, ticket: int) -> None:
        del ticket
        self._counts.at(t)
        self._counts.waiting -= 1
        self._counts.abandoned += 1

    def put_back(self, t: float, ticket: int) -> None:
        del ticket
        self._counts.at(t)
        self._counts.wip -= 1
        self._counts.waiting += 1

    def staffed(self, t: float, agents: int) -> None:
        self._counts.at(t)
        self._agents = agents
        self._is_staff_new = True

    def overflowed(self, t: float, ticket: int, ok: bool) -> None:  # noqa: FBT001  the interface
        del ticket
        self._partner.sent(t, ok=ok)
        if not ok:
            self._counts.waiting += 1
