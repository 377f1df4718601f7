"""One step back in time of the Bellman equation.

Stiff, so implicit: the singly diagonal Runge-Kutta method of two stages and second order that
damps whatever is fast (Alexander 1977), each stage a tridiagonal system. The decision of a stage
is that which the values before it make the better one; a wrong one near indifference costs only
a second-order error.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from overflow.core.course import Course
from overflow.core.line import Vector

GAMMA = 1.0 - 1.0 / math.sqrt(2.0)

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Lane:
    """What stays the same while the slots do: by number in system, from 0 to ``most``."""

    deaths: Vector
    losses: Vector
    """Euros a unit of time, of those who give up."""
    leaving: float


def lane(course: Course, slots: float, most: int) -> Lane:
    """Of so many slots."""
    n = np.arange(most + 1.0)
    waiting = np.maximum(0.0, n - slots)
    deaths = np.minimum(n, slots) * course.mu + waiting * course.theta
    return Lane(deaths, waiting * course.theta * (course.lost - course.kept), course.leaving)


def is_dearer(values: Vector, own: Vector, leaving: float, level: int | None) -> Mask:
    """Where to overflow: keeping costs more; or from a given level on. Always at the top."""
    out = np.ones(len(values), dtype=np.bool_)
    if level is None:
        np.greater(own[:-1] + values[1:] - values[:-1], leaving, out=out[:-1])
    else:
        out[:level] = False
        out[-1] = True
    return out


def back(
    values: Vector,
    lane: Lane,
    length: float,
    rates: tuple[float, float],
    owns: tuple[Vector, Vector],
    level: int | None,
) -> Vector:
    """Values a step earlier; ``rates`` and ``owns`` (a kept ticket's own euros) late and early."""
    h = GAMMA * length
    late, early = rates
    rate = late + GAMMA * (early - late)
    own = owns[0] if owns[0] is owns[1] else owns[0] + GAMMA * (owns[1] - owns[0])
    first = _stage(values, values, lane, h, rate, own, level)
    slope = (first - values) * ((1.0 - GAMMA) / GAMMA)
    return _stage(values + slope, first, lane, h, early, owns[1], level)


def _stage(
    start: Vector,
    guess: Vector,
    lane: Lane,
    h: float,
    rate: float,
    own: Vector,
    level: int | None,
) -> Vector:
    out = is_dearer(guess, own, lane.leaving, level)
    up = np.where(out, 0.0, h * rate)
    down = h * lane.deaths
    right = start + h * (np.where(out, lane.leaving, own) * rate + lane.losses)
    *_, solved, info = lapack.dgtsv(-down[1:], 1.0 + up + down, -up[:-1], right)
    if info:
        raise ArithmeticError("the step has no solution")
    return np.asarray(solved, dtype=np.float64)
