"""One step back in time of the Bellman equation.

Stiff, so implicit: the singly diagonal Runge-Kutta method of two stages and second order that
damps whatever is fast (Alexander 1977), each stage a tridiagonal system. The decision of a stage
is that which the values before it make the better one; a wrong one near indifference costs only
a second-order error.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from overflow.core.line import Vector
from overflow.core.optimum.course import NEVER, Course

GAMMA = 1.0 - 1.0 / math.sqrt(2.0)

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Lane:
    """What stays the same while the slots do: by number in system, from 0 to ``most``."""

    deaths: Vector
    losses: Vector
    """Euros a unit of time, of those who give up."""


def lane(course: Course, slots: float, most: int) -> Lane:
    """Of so many slots."""
    n = np.arange(most + 1.0)
    waiting = np.maximum(0.0, n - slots)
    deaths = np.minimum(n, slots) * course.mu + waiting * course.theta
    return Lane(deaths, waiting * course.theta * (course.lost - course.kept))


class Option(Protocol):
    """What a kept ticket's option to leave later is worth."""

    def worth(self, gaps: Vector) -> tuple[Vector, Vector]:
        """Euros, and their slope, by number found; ``gaps``: what one more in system costs."""

    def hold(self) -> float:
        """Euros that keeping has to save where it is the option that makes it the better way."""


def is_dearer(keeping: Vector, leaving: float) -> Mask:
    """Where to overflow, by number found: keeping costs more. Always at the top."""
    return np.append(keeping > leaving, True)


def is_above(count: int, level: int) -> Mask:
    """The same by a threshold."""
    return np.asarray(np.arange(count) >= min(level, count - 1))


def net(values: Vector, own: Vector, leaving: float, option: Option) -> Vector:
    """A kept ticket's own euros, the option taken off where it is kept."""
    gaps = values[1:] - values[:-1]
    worth, _ = option.worth(gaps)
    kept = _is_kept(own[:-1] + gaps, worth, leaving, option)
    return np.append(own[:-1] - np.where(kept, worth, 0.0), own[-1])


def _is_kept(keeping: Vector, worth: Vector, leaving: float, option: Option) -> Mask:
    return np.asarray((keeping <= leaving) | (keeping - worth <= leaving - option.hold()))


def back(
    values: Vector,
    lane: Lane,
    length: float,
    rates: tuple[float, float],
    owns: tuple[Vector, Vector],
    leavings: tuple[float, float],
    rule: Option | int | None,
) -> Vector:
    """Values a step earlier, by what holds late and early in it.

    ``rates`` of arrival, ``owns``: a kept ticket's own euros, ``leavings``: an overflow's,
    infinite where nobody takes any. ``rule``: a threshold to keep to, or the option that kept
    tickets have; None: neither.
    """
    h = GAMMA * length
    late, early = rates
    rate = late + GAMMA * (early - late)
    own = owns[0] if owns[0] is owns[1] else owns[0] + GAMMA * (owns[1] - owns[0])
    is_same = leavings[0] == leavings[1]
    leaving = leavings[0] if is_same else leavings[0] + GAMMA * (leavings[1] - leavings[0])
    first = _stage(values, values, lane, h * rate, h, own, leaving, rule)
    slope = (first - values) * ((1.0 - GAMMA) / GAMMA)
    return _stage(values + slope, first, lane, h * early, h, owns[1], leavings[1], rule)


def _stage(
    start: Vector,
    guess: Vector,
    lane: Lane,
    came: float,
    h: float,
    own: Vector,
    leaving: float,
    rule: Option | int | None,
) -> Vector:
    gaps = guess[1:] - guess[:-1]
    up = np.full(len(guess), came)
    if rule is None:
        out = is_dearer(own[:-1] + gaps, leaving)
    elif isinstance(rule, int):
        out = is_above(len(guess), rule if leaving < math.inf else NEVER)
    else:
        worth, slope = rule.worth(gaps)
        out = np.append(~_is_kept(own[:-1] + gaps, worth, leaving, rule), True)
        # Concave in the gaps: the tangent there, since who leaves later takes up no slot.
        own = np.append(own[:-1] - worth + slope * gaps, own[-1])
        up[:-1] *= 1.0 - slope
    up[out] = 0.0
    down = h * lane.deaths
    if math.isinf(leaving):  # who comes to the longest line that is looked at changes nothing
        leaving = own[-1]
    right = start + np.where(out, leaving, own) * came + h * lane.losses
    *_, solved, info = lapack.dgtsv(-down[1:], 1.0 + up + down, -up[:-1], right)
    if info:
        raise ArithmeticError("the step has no solution")
    return np.asarray(solved, dtype=np.float64)
