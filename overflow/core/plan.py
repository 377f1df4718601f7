"""When to overflow in the coming hours, from what was foretold and what the day has shown.

    foretold x estimates -> a course -> ``bellman.solve`` -> a threshold for every moment

Solved anew only when an estimate moves on a logarithmic grid (2 % of demand and handle time, 10 %
of patience, one agent), and remembered: a day's few hundred plans cost a few seconds in all. The
request looks the threshold up and computes nothing.

Mode "cost" takes the policy's euros. Mode "service level" looks for the thresholds with the least
overflow that still answer the wanted share in time. Only threshold policies are looked at: among
all policies the best for such a goal would keep tickets that are late anyway and neglect them.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from overflow.core.estimate import Estimates, Known, known, lasting
from overflow.core.line import Vector
from overflow.core.optimum.bellman import NEVER, ends_of, solve
from overflow.core.optimum.bellman_finite import solve_finite
from overflow.core.optimum.bellman_late import Lines, halfway
from overflow.core.optimum.course import Course
from overflow.core.optimum.deferral import Deferral, defer
from overflow.core.optimum.service_level import priced, waiting_on
from overflow.core.prospects.prospect import Fading, Missing, Prospect, course, missing, spoken

DEMAND_STEP: Final = 0.02
MU_STEP: Final = 0.02
THETA_STEP: Final = 0.10
RATE_STEP: Final = 0.10
"""Logarithms: estimates closer than this are the same."""

LONG: Final = 0.1
"""Targets of less than this part of the time that a surprise lasts see no end of it."""

LOTS: Final = 4
"""That a partner's slots are counted in at most."""

FEWEST: Final = 40.0
MOST: Final = 800.0
"""Steps of a plan, but for those about changes."""

COARSE: Final = 0.5
"""Longest step of a plan in handle times: five times the exact one's, and no threshold moves by
more than one or two for it."""

WORTH: Final = 1.25
"""Breach ÷ what an overflow costs more than a ticket kept; from simulated days."""

LINES: Final = 64
"""Handle times and patiences for which waiting is remembered."""

REMEMBERED: Final = 512
"""Solved courses that a planner keeps."""


class Thresholds(NamedTuple):
    """Of one solved course, where they change."""

    times: tuple[float, ...]
    levels: tuple[int, ...]
    ends: tuple[int, ...]
    """Beyond which nobody overflows any more: see ``bellman.ends_of``."""


class Solved(NamedTuple):
    """A course's thresholds, by tickets that stand with a partner of finite slots."""

    by_busy: tuple[Thresholds, ...]
    """One alone where the partner cannot be full."""
    lot: float = 1.0
    """Tickets with the partner from one to the next."""
    later: Deferral | None = None
    """Who of those that wait should leave, where tickets may overflow late."""

    def of(self, busy: float = 0.0) -> Thresholds:
        """Those that hold with ``busy`` tickets at the partner."""
        return self.by_busy[max(0, min(len(self.by_busy) - 1, round(busy / self.lot)))]


class _Point(NamedTuple):
    """Where the estimates stand on the grid."""

    demand: int
    mu: int
    theta: int
    missing: Missing
    rate: int | None = None
    """Arrivals lately, where the forecast is silent."""
    since: int = -1
    """Which part of the time that a surprise lasts it was seen in; -1: it does not fade."""


class Planner:
    """Plans, and remembers what it has solved; the same plan for the same input.

    One planner may serve many queues. ``solved`` counts what had to be computed.
    """

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._remembered = remembered
        self._known: OrderedDict[tuple[Prospect, _Point], Solved] = OrderedDict()
        self._lines: dict[tuple[Prospect, _Point, float], Lines] = {}
        self.solved = 0

    def plan(
        self, prospect: Prospect, estimates: Estimates, t: float, busy: float = 0.0
    ) -> Thresholds:
        """The thresholds of ``prospect``'s time as they look at ``t``.

        ``busy``: tickets that the partner holds, where its slots are counted.
        """
        return self.solution(prospect, estimates, t).of(busy)

    def solution(self, prospect: Prospect, estimates: Estimates, t: float) -> Solved:
        """The same for whatever the partner holds."""
        key = prospect, _point(prospect, estimates, t)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._solved(*key)
            self.solved += 1
            if len(self._known) > self._remembered:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(key)
        return found

    def _solved(self, prospect: Prospect, at: _Point) -> Solved:
        here, present = _course(prospect, at), prospect.present
        step = max(min(COARSE / here.mu, here.horizon / FEWEST), here.horizon / MOST)
        if prospect.goal is not None:
            here = priced(here, prospect.goal, present)
        later = late = None
        if prospect.late_wait is not None:
            waits = here if prospect.goal is None else waiting_on(here)
            lines = self._lines_of(prospect, at, waits, prospect.late_wait)
            later, late = defer(waits, lines, step=step, present=present)
        if _may_fill(prospect):
            finite = solve_finite(here, present=present, step=here.horizon / 60.0, busiest=LOTS)
            none = np.full(len(finite.times), NEVER, dtype=np.int64)
            rows = (_thresholds(finite.times, levels, none) for levels in finite.levels.T)
            return Solved(tuple(rows), finite.lot, later)
        kept = solve(here, present=present, step=step)
        if late is not None and prospect.goal is None and _is_late_worth(here):
            kept = replace(kept, levels=halfway(kept.levels, late.levels))
        # For a share in time it would keep and neglect those who are late already.
        ends = ends_of(kept) if prospect.goal is None else np.full_like(kept.levels, NEVER)
        return Solved((_thresholds(kept.times, kept.levels, ends),), later=later)

    def _lines_of(self, prospect: Prospect, at: _Point, here: Course, late_wait: float) -> Lines:
        """What waiting costs depends on nobody who still comes: demand may move as it likes."""
        key = prospect, _Point(0, at.mu, at.theta, Missing()), here.breach
        if key not in self._lines:
            if len(self._lines) >= LINES:
                self._lines.clear()
            self._lines[key] = Lines(here, late_wait, prospect.look)
        return self._lines[key]


def _point(prospect: Prospect, estimates: Estimates, t: float) -> _Point:
    now = known(estimates, prospect.expected, prospect.concurrency)
    handle, patience = prospect.expected.handle, prospect.expected.patience
    # A plan for two numbers takes longer, so fewer of them are made.
    coarse = 3 if _may_fill(prospect) else 1
    demand = coarse * round(math.log(now.demand) / (coarse * DEMAND_STEP))
    return _Point(
        demand,
        coarse * round(math.log(now.mu * handle) / (coarse * MU_STEP)),
        round(math.log(now.theta * patience) / THETA_STEP) if patience else 0,
        _missing(prospect, now, t),
        _rate(prospect, now, t),
        int(t / _part(prospect)) if demand and is_long(prospect) else -1,
    )


def _missing(prospect: Prospect, now: Known, t: float) -> Missing:
    agents = round(missing(prospect, now, t))
    return Missing(agents, prospect.agents(t)) if agents > 0 else Missing(agents)


def _rate(prospect: Prospect, now: Known, t: float) -> int | None:
    if now.rate is None or not prospect.is_silent(t):
        return None
    return round(math.log(now.rate) / RATE_STEP)


def is_long(prospect: Prospect) -> bool:
    """Whether the plan looks hours ahead, so that it matters that a surprise ends."""
    expected = prospect.expected
    return LONG * lasting(expected) < expected.target < math.inf


def _may_fill(prospect: Prospect) -> bool:
    """Whether a full partner is planned for: before targets of minutes it moves no threshold."""
    return (
        prospect.partner_slots is not None
        and prospect.partner_handle is not None
        and is_long(prospect)
    )


def _part(prospect: Prospect) -> float:
    return lasting(prospect.expected) / 8.0


def _is_late_worth(here: Course) -> bool:
    """Whether more is kept at arrival because it may leave later.

    Not where nobody gives up and a breach costs hardly more than an overflow: who could still leave
    in time is then hardly ever better off leaving, and what was kept for it is late.
    """
    return here.theta > 0 or here.breach >= WORTH * (here.leaving - here.kept)


def _course(prospect: Prospect, at: _Point) -> Course:
    patience, demand = prospect.expected.patience, math.exp(at.demand * DEMAND_STEP)
    if at.rate is not None:
        prospect = spoken(prospect, math.exp(at.rate * RATE_STEP) / demand)
    fading = Fading((at.since + 0.5) * _part(prospect), lasting(prospect.expected))
    return course(
        prospect,
        demand,
        math.exp(at.mu * MU_STEP) / prospect.expected.handle,
        math.exp(at.theta * THETA_STEP) / patience if patience else 0.0,
        at.missing,
        fading if at.since >= 0 else None,
    )


def _thresholds(along: Vector, levels: NDArray[np.int64], ends: NDArray[np.int64]) -> Thresholds:
    """Only where they change; after a change where a time stands twice."""
    times: list[float] = []
    found: list[tuple[int, int]] = []
    for t, *here in zip(along.tolist(), levels.tolist(), ends.tolist(), strict=True):
        if times and t == times[-1]:
            found[-1] = here[0], here[1]
        elif not found or tuple(here) != found[-1]:
            times.append(t)
            found.append((here[0], here[1]))
    return Thresholds(tuple(times), *zip(*found, strict=True))
