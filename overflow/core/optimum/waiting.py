"""One waiting ticket that may still leave: what going on waiting costs, with the option to leave.

The ticket's place in the line falls as in ``overflow.core.line``; it gives up at rate theta. At
every look it may leave for the partner, who answers after an exponential time: that costs the
price, and a breach if it is too late. An optimal stopping problem, solved backwards from the
target, by place and by the price of the slot that the ticket takes up if it is served.
"""

from __future__ import annotations

import math
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from overflow.core.line import Vector, cumulants
from overflow.core.optimum.course import Course
from overflow.core.optimum.lateness import moves, poisson

_PRICES = 7
"""Prices of a slot that are worked out; between them costs are nearly linear."""

_STEPS = 48
"""Looks that are told apart, at most."""

_PLACES = 600
"""Places that are told apart, at most."""


class Waiting(NamedTuple):
    """Of one number of slots. Places from 0 (served now), slack from 0 (the target is now)."""

    step: float
    """Time between two looks."""
    cell: float
    """Places that count as one."""
    price_step: float
    stay: Vector
    """Euros of waiting until the next look at least, by price, slack and place."""
    option: Vector
    """Euros that being able to leave is worth at full slack, by price and place."""

    def staying(self, place: Vector, slack: Vector, price: Vector) -> Vector:
        """Euros of going on waiting, each place with its slack and its slot's price."""
        coordinates = price / self.price_step, slack / self.step, place / self.cell
        return _mixed(self.stay, *coordinates)

    @property
    def places(self) -> float:
        """The farthest that is told apart."""
        return float(self.stay.shape[2] - 1) * self.cell

    def options(self, place: Vector) -> Vector:
        """``option`` at these places, by price."""
        prices = np.arange(len(self.option), dtype=float)[:, None]
        return _mixed(self.option, prices, place[None, :] / self.cell)


def waiting(
    course: Course,
    slots: float,
    late_wait: float,
    look: float,
    *,
    is_closing: bool = False,
    due: float | None = None,
) -> Waiting:
    """Costs of waiting with so many ``slots`` all the time.

    ``late_wait``: mean time until the partner answers what leaves late; ``look``: time between two
    looks. ``is_closing``: who still waits at the end of its slack is lost. ``due``: of a ticket
    that is late then and can leave only while one of the course's offers is open; None: at any
    time. Raises ValueError where there are no slots or no target.
    """
    if not (slots > 0 and math.isfinite(course.target) and course.target > 0):
        raise ValueError("to wait for something takes slots and a target")
    walk = _walk(course, slots, look)
    slacks: Vector = np.arange(walk.steps + 1.0) * walk.step
    if due is None:
        leaving = price_of_leaving(course, slacks, late_wait)
    else:
        leaving = np.array([course.leaving_at(due - slack, due) for slack in slacks.tolist()])
    prices = np.linspace(0.0, _dearest(course, is_bound=due is None), _PRICES)
    return Waiting(
        walk.step,
        walk.cell,
        float(prices[1]),
        *_stopped(walk, course, prices, leaving, is_closing=is_closing),
    )


def _dearest(course: Course, *, is_bound: bool) -> float:
    """Of a slot: who would cost those behind it more than leaving does is overflowed, if it can."""
    most = course.leaving - course.kept
    return max(most if is_bound else max(most, course.breach), 1e-9)


class _Walk(NamedTuple):
    """How a waiting ticket moves between two looks, by place from 1 on."""

    step: float
    steps: int
    cell: float
    moves: Vector
    """Chance to wait on, at which place."""
    served: Vector
    gone: Vector
    """Chance to give up."""
    lost: Vector
    """Chance ever to give up."""


def _walk(course: Course, slots: float, look: float) -> _Walk:
    capacity, theta = slots * course.mu, course.theta
    served = capacity * course.target
    reach = math.ceil(served + 7.0 * math.sqrt(served + 9.0) + 8.0)
    cell = math.ceil(reach / _PLACES)
    steps = max(1, min(_STEPS, round(course.target / look)))
    if cell > 1:  # a step's spread has to be seen on the grid
        steps = max(1, min(steps, int(served / cell**2)))
    step = course.target / steps
    place = np.arange(1.0, math.ceil(reach / cell) + 1.0) * cell
    if cell > 1:
        there = _spread_moves(place, slots, course, step)
    else:
        there = _exact_moves(len(place), capacity, theta, step)
    waits = np.clip(there.sum(axis=1), 0.0, 1.0)
    stays, half = math.exp(-theta * step), math.exp(-theta * step / 2.0)
    begins = (1.0 - waits) * half
    leaving = place * theta
    return _Walk(
        step,
        steps,
        float(cell),
        there * stays,
        begins,
        1.0 - waits * stays - begins,
        leaving / (leaving + capacity),
    )


def _exact_moves(count: int, capacity: float, theta: float, step: float) -> Vector:
    if theta > 0:
        return moves(count, capacity, theta, step)
    chances = np.zeros(count)
    few = poisson(capacity * step, count)
    chances[: len(few)] = few
    steps = np.arange(count)[:, None] - np.arange(count)[None, :]
    return np.where(steps >= 0, chances[np.maximum(steps, 0)], 0.0)


def _spread_moves(place: Vector, slots: float, course: Course, step: float) -> Vector:
    """The same on a coarse grid, by the normal law; the grid's own spread is taken off."""
    cell = place[0]
    mean, variance, _ = cumulants(place - 1.0, course.mu, course.theta, [(step, slots)])
    deviation = np.sqrt(np.maximum(variance - cell**2 / 12.0, cell**2 / 16.0))[:, None]
    from_there = place[None, :] - (place - mean)[:, None]
    upper, lower = (from_there + cell / 2.0) / deviation, (from_there - cell / 2.0) / deviation
    return np.asarray(ndtr(upper) - ndtr(lower), dtype=np.float64)


def _stopped(
    walk: _Walk, course: Course, prices: Vector, leaving: Vector, *, is_closing: bool
) -> tuple[Vector, Vector]:
    """``stay`` and ``option`` of ``Waiting``, from no slack to full slack as ``leaving`` is."""
    served = course.kept + prices[None, :]
    stay_on = walk.lost[:, None] * course.lost + (1.0 - walk.lost[:, None]) * served
    late = course.breach + (np.full_like(stay_on, course.lost) if is_closing else stay_on)
    best = late if is_closing else np.minimum(late, leaving[0])
    bound, stays = late, [late]
    fixed = walk.served[:, None] * served + walk.gone[:, None] * course.lost
    for i in range(1, walk.steps + 1):
        stay = walk.moves @ best + fixed
        bound = walk.moves @ bound + fixed
        best = np.minimum(stay, leaving[i])
        stays.append(stay)
    option = np.maximum(0.0, bound - stays[-1]).T
    table = np.array(stays).transpose(2, 0, 1)
    here = np.broadcast_to(served.T[:, :, None], (_PRICES, len(stays), 1))
    return (
        np.concatenate((here, table), axis=2),
        np.pad(option, ((0, 0), (1, 0))),
    )


def price_of_leaving(course: Course, slack: float | Vector, late_wait: float) -> Vector:
    """Euros of leaving late with so much time left; a breach that has happened counts too."""
    left = np.asarray(slack, dtype=np.float64)
    chance = np.exp(-np.maximum(left, 0.0) / late_wait) if late_wait > 0 else np.zeros_like(left)
    price: Vector = course.overflow + course.breach * np.where(left > 0, chance, 1.0)
    return price


def _mixed(table: Vector, *coordinates: Vector) -> Vector:
    """Between the table's entries, linear in every coordinate; at its edge beyond it."""
    lows: list[NDArray[np.int64]] = []
    shares: list[Vector] = []
    for axis, coordinate in enumerate(coordinates):
        inside = np.clip(coordinate, 0.0, table.shape[axis] - 1.0)
        low = np.minimum(inside.astype(np.int64), max(0, table.shape[axis] - 2))
        lows.append(low)
        shares.append(inside - low)
    total: Vector = np.zeros(())
    for corner in product((0, 1), repeat=len(lows)):
        weight: Vector = np.ones(())
        for up, share in zip(corner, shares, strict=True):
            weight = weight * (share if up else 1.0 - share)
        total = (
            total + weight * table[tuple(low + up for low, up in zip(lows, corner, strict=True))]
        )
    return total
