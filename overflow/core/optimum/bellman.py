"""When to overflow, exactly: the best threshold at every moment of a queue's known course.

First come first served, so later decisions never change a ticket's own wait: its chance to be
late is charged when it is decided, and the number n in system (waiting and in service) is a
sufficient state. With V(n, t) the euros still to come,

    -dV/dt = rate(t) min(overflow + V(n), kept + breach P(late | n, t) + V(n+1)) - rate(t) V(n)
             + deaths(n, t) (V(n-1) - V(n)) + theta (n - slots)+ (lost - kept)

from the horizon back to 0; ``overflow`` is what the cheapest partner that is open at t asks,
without one all are kept; at the horizon who waits is lost, or the queue drains. Deaths are
services, min(n, slots) mu, and people who give up.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from overflow.core.line import Vector
from overflow.core.optimum.bellman_grid import natural, states
from overflow.core.optimum.bellman_sweep import Swept, sweep
from overflow.core.optimum.course import NEVER, Course

__all__ = ["NEVER", "Course", "Solution", "solve"]

_CLEARLY = 0.02
"""Of an overflow's cost: what keeping has to save beyond a threshold's end."""


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """What the best decisions are and cost, on a grid of times.

    ``levels[i]``: from ``times[i]`` on overflow when n >= it. A time that stands twice is a change:
    first as before it, then as after it.
    """

    course: Course
    times: Vector
    levels: NDArray[np.int64]
    values: Vector
    """Euros still to come, by time and number in system."""
    own: Vector
    """Euros of a ticket kept, without those it costs others, by time and number found."""
    step: float | None

    def threshold(self, t: float) -> int:
        """Overflow when n >= it; ``NEVER`` is a number."""
        return int(self.levels[self._row(t)])

    def gap(self, n: int, t: float) -> float:
        """Euros by which keeping costs more than overflowing; below 0: keep."""
        top = min(n, self.values.shape[1] - 2)
        return self._between(self.own, top, t) + self.price(top + 1, t) - self.course.leaving_at(t)

    def regret(self, n: int, t: float, overflow: bool) -> float:  # noqa: FBT001 - the action
        """Euros that this decision costs more than the best one, 0 or more."""
        gap = self.gap(n, t)
        return max(0.0, -gap if overflow else gap)

    def price(self, n: int, t: float) -> float:
        """Euros that the n-th in system costs those still to come (and by giving up itself)."""
        top = min(max(n, 1), self.values.shape[1] - 1)
        return self._between(self.values, top, t) - self._between(self.values, top - 1, t)

    def expected_cost(self, n0: int = 0, batch0: int = 0) -> float:
        """Euros from time 0 on, with ``n0`` in system and ``batch0`` to decide at once.

        Who is in system already has been paid for: nothing but giving up costs any more.
        """
        swept = self._for(n0 + batch0)
        own, values = swept.own[0], swept.values[0]
        most = min(batch0, len(values) - 1 - n0)
        kept = np.arange(most + 1)
        totals = (
            np.concatenate(([0.0], np.cumsum(own[n0 : n0 + most])))
            + values[n0 : n0 + most + 1]
            + self._handed(batch0 - kept)
        )
        return float(totals.min())

    def cost_of(self, level: int, n0: int = 0, batch0: int = 0) -> float:
        """Euros of overflowing whenever n >= ``level``; ``NEVER``: of keeping all."""
        most = natural(self.course, n0 + batch0)
        if not self.course.offers:  # else the line grows while nobody is open
            most = max(n0, min(level, most)) + 1
        swept = sweep(self.course, most, step=self.step, level=level)
        own, values = swept.own[0], swept.values[0]
        most_kept = level - n0 if self.course.leaving_at(0.0) < math.inf else batch0
        kept = max(0, min(batch0, most_kept))
        total = own[n0 : n0 + kept].sum() + values[n0 + kept]
        return float(total + self._handed(np.array(batch0 - kept)))

    def _handed(self, count: NDArray[np.int64]) -> Vector:
        """Euros of so many overflows at time 0."""
        leaving = self.course.leaving_at(0.0)
        return np.multiply(count, leaving, where=count > 0, out=np.zeros(count.shape))

    def _for(self, present: int) -> Swept:
        """A solution that holds for so many at time 0."""
        most = states(self.course, present)
        if most < self.values.shape[1]:
            return Swept(self.times, self.values, self.own)
        return sweep(self.course, most, step=self.step)

    def _row(self, t: float) -> int:
        return max(0, int(np.searchsorted(self.times, t, side="right")) - 1)

    def _between(self, table: Vector, n: int, t: float) -> float:
        row = self._row(t)
        here = float(table[row, n])
        if row + 1 >= len(self.times):
            return here
        begin, end = self.times[row], self.times[row + 1]
        share = (t - begin) / (end - begin) if end > begin else 0.0
        return here + min(1.0, max(0.0, share)) * (float(table[row + 1, n]) - here)


def solve(course: Course, *, step: float | None = None, present: int = 0) -> Solution:
    """The optimum over all policies that decide at arrival and know the course.

    ``step`` is the longest step in time; None: one that keeps the cost to about 1e-5 of itself.
    ``present``: in system at time 0, or then to be decided at once.
    """
    swept = sweep(course, states(course, present), step=step)
    return Solution(course, swept.times, levels_of(swept, course), swept.values, swept.own, step)


def levels_of(swept: Swept, course: Course) -> NDArray[np.int64]:
    """By time, the first number found at which keeping costs more than overflowing."""
    leaving = course.leaving_along(swept.times)[:, None]
    gaps = swept.own[:, :-1] + np.diff(swept.values, axis=1) - leaving
    is_out = gaps > 0.0
    levels = is_out.argmax(axis=1)
    levels[~is_out.any(axis=1)] = NEVER
    return np.asarray(levels, dtype=np.int64)


def ends_of(found: Solution) -> NDArray[np.int64]:
    """By time, the number found from which on keeping costs less again; ``NEVER`` as a rule.

    Where a breach costs less than an overflow does more than a ticket kept: in a line as long as
    that, longer than any that the thresholds themselves let grow, who joins is late anyway and
    harms nobody any more.
    """
    leaving = found.course.leaving_along(found.times)[:, None]
    gaps = found.own[:, :-1] + np.diff(found.values, axis=1) - leaving
    is_beyond = np.arange(gaps.shape[1]) >= found.levels[:, None]
    is_kept = is_beyond & (gaps < -_CLEARLY * leaving)
    ends = np.where(is_kept.any(axis=1), is_kept.argmax(axis=1), NEVER)
    return np.asarray(ends, dtype=np.int64)
