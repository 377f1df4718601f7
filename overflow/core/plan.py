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
from typing import Final, NamedTuple

from overflow.core.bellman import solve
from overflow.core.course import Course
from overflow.core.estimate import Estimates, known, lasting
from overflow.core.model.queue_plan import QueuePlan
from overflow.core.prospect import Fading, Prospect, course, missing
from overflow.core.service_level import priced

DEMAND_STEP: Final = 0.02
MU_STEP: Final = 0.02
THETA_STEP: Final = 0.10
"""Logarithms: estimates closer than this are the same."""

FADES_FROM: Final = 0.1
"""Targets of less than this part of the time that a surprise lasts see no end of it."""

COARSE: Final = 0.5
"""Longest step of a plan in handle times: five times the exact one's, and no threshold moves by
more than one or two for it."""

REMEMBERED: Final = 512
"""Solved courses that a planner keeps."""


class Thresholds(NamedTuple):
    """Of one solved course, where they change."""

    times: tuple[float, ...]
    levels: tuple[int, ...]


class _Point(NamedTuple):
    """Where the estimates stand on the grid."""

    demand: int
    mu: int
    theta: int
    missing: float
    since: int = -1
    """Which part of the time that a surprise lasts it was seen in; -1: it does not fade."""


class Planner:
    """Plans, and remembers what it has solved; the same plan for the same input.

    One planner may serve many queues. ``solved`` counts what had to be computed.
    """

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._remembered = remembered
        self._known: OrderedDict[tuple[Prospect, _Point], Thresholds] = OrderedDict()
        self.solved = 0

    def plan(self, prospect: Prospect, estimates: Estimates, t: float) -> Thresholds:
        """The thresholds of ``prospect``'s time as they look at ``t``."""
        key = prospect, _point(prospect, estimates, t)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = _solved(prospect, key[1])
            self.solved += 1
            if len(self._known) > self._remembered:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(key)
        return found


def queue_plan(
    found: Thresholds, *, begins: float, made: float, valid: float, is_seen: bool
) -> QueuePlan:
    """As the situation carries it: absolute times, ``begins`` being the prospect's time 0."""
    times = tuple(begins + t for t in found.times)
    method = "rolling" if is_seen else "forecast"
    return QueuePlan(made, made + valid, method, times, found.levels)


def _point(prospect: Prospect, estimates: Estimates, t: float) -> _Point:
    now = known(estimates, prospect.expected, prospect.concurrency)
    handle, patience = prospect.expected.handle, prospect.expected.patience
    demand = round(math.log(now.demand) / DEMAND_STEP)
    return _Point(
        demand,
        round(math.log(now.mu * handle) / MU_STEP),
        round(math.log(now.theta * patience) / THETA_STEP) if patience else 0,
        round(missing(prospect, now, t)),
        int(t / _part(prospect)) if demand and _fades(prospect) else -1,
    )


def _fades(prospect: Prospect) -> bool:
    """Whether it matters that a surprise ends: not for targets of minutes."""
    expected = prospect.expected
    return FADES_FROM * lasting(expected) < expected.target < math.inf


def _part(prospect: Prospect) -> float:
    return lasting(prospect.expected) / 8.0


def _solved(prospect: Prospect, at: _Point) -> Thresholds:
    patience = prospect.expected.patience
    here = course(
        prospect,
        math.exp(at.demand * DEMAND_STEP),
        math.exp(at.mu * MU_STEP) / prospect.expected.handle,
        math.exp(at.theta * THETA_STEP) / patience if patience else 0.0,
        at.missing,
        Fading((at.since + 0.5) * _part(prospect), lasting(prospect.expected))
        if at.since >= 0
        else None,
    )
    if prospect.goal is not None:
        here = priced(here, prospect.goal, prospect.present)
    return _thresholds(here, prospect.present)


def _thresholds(here: Course, present: int) -> Thresholds:
    step = min(COARSE / here.mu, here.horizon / 40.0)
    solution = solve(here, present=present, step=step)
    times: list[float] = []
    levels: list[int] = []
    for t, level in zip(solution.times.tolist(), solution.levels.tolist(), strict=True):
        if times and t == times[-1]:
            levels[-1] = level
        elif not levels or level != levels[-1]:
            times.append(t)
            levels.append(level)
    return Thresholds(tuple(times), tuple(levels))
