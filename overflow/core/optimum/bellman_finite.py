"""When to overflow to a partner that can be full: a free slot there has a price.

As in ``bellman``, by two numbers: n in system at home and b with the partner, each of
which it ends at rate 1 / ``partner_handle``. Where all its slots are taken, what comes is kept.
Both directions are implicit, so each stage of a step is one banded system. A large partner is
counted in lots, which keeps its mean and overstates its spread.

A partner that is closed takes nothing and ends nothing. Several are one: where some are closed,
b counts against the places of the others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from overflow.core.line import Vector
from overflow.core.optimum.bellman_grid import breaks, grid, longest_step, natural
from overflow.core.optimum.bellman_step import GAMMA, lane
from overflow.core.optimum.bellman_sweep import at_the_end, is_still, own_euros
from overflow.core.optimum.course import NEVER, Course

_BUSIEST = 16
"""Lots that the partner's slots are counted in at most, in a short line."""

_STATES = 3_000
"""Numbers in system x lots that are worth their time."""


@dataclass(frozen=True, slots=True, eq=False)
class FiniteSolution:
    """What the best decisions are and cost, by time and tickets with the partner.

    ``levels[i, j]``: from ``times[i]`` on, with ``j * lot`` tickets with the partner, overflow when
    n >= it. As in ``Solution`` a time of change stands twice.
    """

    course: Course
    times: Vector
    levels: NDArray[np.int64]
    values: Vector
    """Euros still to come, by time, lots with the partner and number in system."""
    own: Vector
    """A kept ticket's own euros, by time and number found."""
    lot: float

    def threshold(self, t: float, busy: int = 0) -> int:
        """Overflow when n >= it, ``busy`` tickets being with the partner; ``NEVER`` is a number."""
        return int(self.levels[self._row(t), self._lots(busy)])

    def levels_with(self, busy: int) -> NDArray[np.int64]:
        """The thresholds along ``times`` with so many at the partner."""
        return np.asarray(self.levels[:, self._lots(busy)])

    def gap(self, n: int, t: float, busy: int) -> float:
        """Euros by which keeping costs more than overflowing; below 0: keep."""
        row = self._row(t)
        here = self._gap(row, n, busy)
        if row + 1 >= len(self.times) or self.times[row + 1] <= self.times[row]:
            return here
        share = (t - self.times[row]) / (self.times[row + 1] - self.times[row])
        return here + min(1.0, max(0.0, float(share))) * (self._gap(row + 1, n, busy) - here)

    def regret(self, n: int, t: float, overflow: bool, busy: int) -> float:  # noqa: FBT001
        """Euros that this decision costs more than the best one; 0 where the partner is full."""
        slots = self.course.partner_slots
        if slots is not None and busy >= slots:
            return 0.0
        gap = self.gap(n, t, busy)
        return max(0.0, -gap if overflow else gap)

    def expected_cost(self, n0: int = 0, batch0: int = 0) -> float:
        """Euros from time 0 on, the partner being empty: as ``Solution.expected_cost``."""
        values, own = self.values[0], self.own[0]
        for _ in range(batch0):
            keep = own + np.append(values[:, 1:], values[:, -1:], axis=1)
            out = np.full_like(values, np.inf)
            open_ = _open_lots(self.course, 0.0, len(values) - 1, self.lot)
            out[:open_] = _price(self.course, 0.0) + self._moved(values)[:open_]
            values = np.minimum(keep, out)
        return float(values[0, min(n0, values.shape[1] - 1)])

    def _moved(self, values: Vector) -> Vector:
        """With one more at the partner: a part of a lot on the way to the next."""
        return np.asarray(values[:-1] + np.diff(values, axis=0) / self.lot)

    def _gap(self, row: int, n: int, busy: int) -> float:
        values, top = self.values[row], min(n, self.values.shape[2] - 2)
        lots = min(self._lots(busy), max(0, values.shape[0] - 2))
        keep = self.own[row, top] + values[lots, top + 1]
        more = (values[lots + 1, top] - values[lots, top]) / self.lot if len(values) > 1 else 0.0
        return float(keep - values[lots, top] - _price(self.course, self.times[row]) - more)

    def _lots(self, busy: int) -> int:
        return int(min(self.levels.shape[1] - 1, max(0, round(busy / self.lot))))

    def _row(self, t: float) -> int:
        return max(0, int(np.searchsorted(self.times, t, side="right")) - 1)


def solve_finite(
    course: Course, *, step: float | None = None, present: int = 0, busiest: int | None = None
) -> FiniteSolution:
    """The optimum where the partner holds ``partner_slots`` tickets at most.

    ``step`` and ``present`` as in ``bellman.solve``; ``busiest``: lots that the slots are counted
    in at most. Raises ValueError where the course has no such partner.
    """
    if course.partner_slots is None or course.partner_handle is None:
        raise ValueError("a partner that can be full has slots and a time of handling")
    most = natural(course, present)
    enough = max(4, min(_BUSIEST, _STATES // most)) if busiest is None else busiest
    lots = min(course.partner_slots, enough)
    lot = course.partner_slots / lots if lots else 1.0
    values = np.tile(at_the_end(course, most), (lots + 1, 1))
    longest = max(longest_step(course), course.horizon / 300.0) if step is None else step
    blocks: list[tuple[Vector, Vector, Vector]] = []
    for begin, until in reversed(list(pairwise(breaks(course)))):
        blocks.append(_interval(course, (begin, until), values, longest, lot))
        values = blocks[-1][1][0]
    blocks.reverse()
    times, found, own = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    return FiniteSolution(course, times, _levels(times, found, own, course, lot), found, own, lot)


def _interval(
    course: Course, span: tuple[float, float], values: Vector, longest: float, lot: float
) -> tuple[Vector, Vector, Vector]:
    begin, until = span
    slots = course.slots_at(begin)
    longest = longest if is_still(course, begin, until) else min(longest, (until - begin) / 8.0)
    first = min(longest, 0.5 / (max(1.0, slots) * course.mu + course.theta))
    times = grid(begin, until, longest, first)
    own = own_euros(course, times, values.shape[1] - 1)
    rate, end_rate = course.rate_at(begin), course.rate_at(until, before=True)
    rates = rate + (end_rate - rate) * (times - begin) / (until - begin)
    plane = _plane(course, slots, values.shape, lot, begin)
    found = [values]
    for i, (late, early) in enumerate(pairwise(times.tolist())):
        plane = plane._replace(price=_price(course, early))
        values = _back(values, plane, late - early, (rates[i], rates[i + 1]), (own[i], own[i + 1]))
        found.append(values)
    return times[::-1], np.array(found[::-1]), np.array(own[::-1])


class _Plane(NamedTuple):
    """What stays the same while the slots do; by lots with the partner and number in system."""

    deaths: Vector
    ended: Vector
    losses: Vector
    price: float
    lot: float
    open_lots: int
    """That may be taken."""


def _plane(
    course: Course, slots: float, shape: tuple[int, ...], lot: float, begin: float
) -> _Plane:
    here = lane(course, slots, shape[1] - 1)
    open_lots = _open_lots(course, begin, shape[0] - 1, lot)
    working = np.minimum(np.arange(shape[0]), open_lots)
    ended = working[:, None] / (course.partner_handle or math.inf)
    price = _price(course, begin)
    return _Plane(here.deaths[None, :], ended, here.losses[None, :], price, lot, open_lots)


def _open_lots(course: Course, t: float, lots: int, lot: float) -> int:
    """Lots that those partners hold at most that are open at ``t``."""
    places = course.places_at(t)
    return min(lots, max(1, round(places / lot))) if places > 0 else 0


def _price(course: Course, t: float) -> float:
    """Euros of an overflow at ``t``; a partner that is always open is not taken to be late."""
    return course.leaving_at(t) if course.offers else course.overflow


def _back(
    values: Vector,
    plane: _Plane,
    length: float,
    rates: tuple[float, float],
    owns: tuple[Vector, Vector],
) -> Vector:
    """Values a step earlier, by the method of ``bellman_step.back``."""
    late, early = rates
    own = owns[0] + GAMMA * (owns[1] - owns[0])
    h = GAMMA * length
    first = _stage(values, values, plane, h, late + GAMMA * (early - late), own)
    slope = (first - values) * ((1.0 - GAMMA) / GAMMA)
    return _stage(values + slope, first, plane, h, early, owns[1])


def _stage(
    start: Vector, guess: Vector, plane: _Plane, h: float, rate: float, own: Vector
) -> Vector:
    out = _is_dearer(guess, own, plane.price, plane.lot, plane.open_lots)
    sent = np.where(out, h * rate, 0.0)
    kept = h * rate - sent
    up = kept.copy()
    up[:, -1] = 0.0
    more = sent / plane.lot
    leaving = plane.price if plane.open_lots else 0.0
    right = start + sent * leaving + kept * own + h * plane.losses
    return _solved(h * plane.deaths, up, h * plane.ended, more, right)


def _solved(down: Vector, up: Vector, ended: Vector, more: Vector, right: Vector) -> Vector:
    """The banded system of one stage; moves per unit of what stays, in all four directions."""
    lots, count = right.shape
    band = np.zeros((3 * lots + 1, count, lots))
    diagonal = 2 * lots
    band[diagonal] = (1.0 + down + up + ended + more).T
    band[lots, 1:] = -up.T[:-1]  # to n + 1
    band[3 * lots, :-1] = -np.broadcast_to(down.T, (count, lots))[1:]  # to n - 1
    if lots > 1:
        band[diagonal - 1, :, 1:] += -more.T[:, :-1]  # to a lot more
        band[diagonal + 1, :, :-1] += -np.broadcast_to(ended.T, (count, lots))[:, 1:]
    system = band.reshape(3 * lots + 1, count * lots)
    *_, solved, info = lapack.dgbsv(lots, lots, system, right.T.ravel())
    if info:
        raise ArithmeticError("the step has no solution")
    return np.asarray(solved.reshape(count, lots).T, dtype=np.float64)


def _is_dearer(
    values: Vector, own: Vector, price: float, lot: float, open_lots: int
) -> NDArray[np.bool_]:
    """Where to overflow; nowhere that the partner is full or closed, always at the top else."""
    out = np.zeros(values.shape, dtype=np.bool_)
    if open_lots:
        more = np.diff(values, axis=0)[:open_lots] / lot
        keeping = own[:-1] + np.diff(values, axis=1)[:open_lots]
        out[:open_lots, :-1] = keeping > price + more[:, :-1]
        out[:open_lots, -1] = True
    return out


def _levels(
    times: Vector, values: Vector, own: Vector, course: Course, lot: float
) -> NDArray[np.int64]:
    levels = np.full(values.shape[:2], NEVER, dtype=np.int64)
    lots = values.shape[1] - 1
    for row, here in enumerate(values):
        t = float(times[row])
        open_lots = _open_lots(course, t, lots, lot)
        out = _is_dearer(here, own[row], _price(course, t), lot, open_lots)
        out[:, -1] = False
        levels[row] = np.where(out.any(axis=1), out.argmax(axis=1), NEVER)
    return levels
