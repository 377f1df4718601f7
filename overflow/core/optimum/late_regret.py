"""What a late overflow costs more than going on, where all else goes on by the arrival's optimum.

That optimum's values are exact, so the sum of these and of the regrets of all decisions at arrival
is, in expectation, what a policy that looks again costs more than the optimum that does not: the
performance difference of two policies (Kakade and Langford, 2002). Far less noisy than the
difference of their costs, but for very long lines.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from overflow.core.line import Vector
from overflow.core.optimum.bellman import Solution
from overflow.core.optimum.course import Course
from overflow.core.optimum.lateness import still_late, whole
from overflow.core.optimum.waiting import price_of_leaving


def late_regret(
    solution: Solution,
    late_wait: float,
    t: float,
    n: int,
    dues: Sequence[float],
    *,
    ahead: int = 0,
) -> float:
    """Euros, below 0 where leaving is better, of the first of ``dues`` leaving at ``t``.

    ``dues`` are the times at which it and those behind it are late, in order; ``ahead`` wait before
    it, ``n`` are in system. ``solution`` is of ``bellman.solve`` with the true course.
    """
    course = solution.course
    due = np.asarray(dues, dtype=np.float64)
    places = np.arange(1, len(due) + 1, dtype=np.int64) + ahead
    here = _late(course, t, due, places)
    moved_up = _late(course, t, due[1:], places[1:] - 1)
    relief = solution.price(n, t) + course.breach * float((here[1:] - moved_up).sum())
    staying = course.kept + course.breach * float(here[0])
    leaving = float(price_of_leaving(course, float(due[0]) - t, late_wait))
    return leaving - staying - relief


def _late(course: Course, t: float, due: Vector, places: NDArray[np.int64]) -> Vector:
    """Chance of each to be late if it stays."""
    until = np.minimum(due, course.horizon) if course.end == "close" else due
    found = np.ones(len(due))
    first = whole(course.slots_at(t)) - 1
    for end in np.unique(until[due > t]):
        these = (until == end) & (due > t)
        most = first + int(places[these].max())
        found[these] = still_late(course, t, float(end), most)[first + places[these]]
    return found
