"""Where the Bellman equation is solved: the moments, and the numbers in system."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from overflow.core.line import Vector
from overflow.core.optimum.course import Course
from overflow.core.optimum.lateness import whole

_FEWEST, _MOST = 50.0, 4000.0
"""Steps of a course, but for those close to a change."""

_GROWTH = 1.4
"""Each step's length by that of the one after it, away from a change."""


def breaks(course: Course) -> list[float]:
    """Times at which something changes, or comes into sight of a target, in order."""
    changes = [*course.changes(), course.horizon] if course.end == "close" else course.changes()
    changes += [at for offer in course.offers for at in offer.changes()]
    knots = {at for at, _ in course.rate}
    seen = {at - course.target for at in changes if math.isfinite(course.target)}
    inner = {at for at in {*changes, *knots, *seen} if 0.0 < at < course.horizon}
    return sorted({0.0, course.horizon, *inner})


def longest_step(course: Course) -> float:
    """A step that keeps the error of the cost to some 1e-5 of it."""
    return min(max(0.1 / course.mu, course.horizon / _MOST), course.horizon / _FEWEST)


def grid(begin: float, until: float, longest: float, first: float) -> Vector:
    """Times from ``until`` back to ``begin``, dense at ``until``."""
    lengths, covered, step = [], 0.0, first
    while step < longest and covered + step < until - begin:
        lengths.append(step)
        covered += step
        step = min(longest, step * _GROWTH)
    left = until - begin - covered
    count = max(1, math.ceil(left / longest - 1e-9))
    lengths += [left / count] * count
    times = until - np.concatenate(([0.0], np.cumsum(lengths)))
    times[-1] = begin
    return times


def states(course: Course, present: int = 0) -> int:
    """Numbers in system above which nobody is kept, or that are never reached.

    ``present``: at time 0, those to be decided at once included.
    """
    most = natural(course, present)
    if course.offers:  # a line may grow beyond every threshold while nobody is open
        return min(most, natural(course, present, bound=_reach(course)))
    return min(most, _reach(course) + 2)


def _reach(course: Course) -> int:
    """A bound of the best threshold: from there on a ticket's own cost is more than leaving."""
    slots = max(slots for _, slots in course.slots)
    capacity = slots * course.mu
    if course.breach + course.kept <= course.leaving or math.isinf(course.target):
        return 10**9
    served = capacity * course.target
    return math.ceil(slots + served + 8.0 * math.sqrt(served + 25.0) + 10)


def natural(course: Course, present: int = 0, *, bound: int | None = None) -> int:
    """A number in system that is practically never passed, even without overflow.

    The highest level of the fluid, and eight deviations of what came. With a ``bound`` nobody joins
    beyond it as long as it is dearer to be late at home than to leave.
    """
    cuts = sorted({*breaks(course), *np.linspace(0.0, course.horizon, 65).tolist()})
    level = high = float(present)
    for begin, until in pairwise(cuts):
        slots, length = course.slots_at(begin), until - begin
        came = course.arrivals(begin, until)
        leaving = max(course.leaving_at(begin), course.leaving_at(until, before=True))
        if bound is not None and leaving < course.kept + course.breach:
            came = min(came, max(0.0, bound - level))
        level += came
        high = max(high, level)
        served = min(level, slots) * -math.expm1(-course.mu * length)
        gone = max(0.0, level - slots) * -math.expm1(-course.theta * length)
        level = max(0.0, level - max(served, min(level, slots * course.mu * length)) - gone)
    high = max(high, *(float(whole(slots)) for _, slots in course.slots))
    moved = high if course.theta else high + course.arrivals(0.0, course.horizon)
    return math.ceil(high + 8.0 * math.sqrt(moved + 25.0)) + 2
