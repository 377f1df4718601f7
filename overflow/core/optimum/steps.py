"""Values along time, as a course names them."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from typing import TypeAlias

Steps: TypeAlias = tuple[tuple[float, float], ...]
"""(time, value), times ascending."""


def held(steps: Steps, t: float, *, before: bool = False) -> float:
    """Of values that each hold from their time on; at a change the new one, or the one before."""
    right = bisect_left(steps, (t, -math.inf)) if before else bisect_right(steps, (t, math.inf))
    return steps[max(0, right - 1)][1]


def between(points: Steps, t: float, *, before: bool = False) -> float:
    """Linear between points, constant before and after all; a repeated time is a jump.

    There the value after it, or the one before.
    """
    right = bisect_left(points, (t, -math.inf)) if before else bisect_right(points, (t, math.inf))
    if right in {0, len(points)}:
        return points[min(right, len(points) - 1)][1]
    (t0, v0), (t1, v1) = points[right - 1], points[right]
    return v0 + (v1 - v0) * (t - t0) / (t1 - t0)
