"""Looking again: who of those that wait should leave for the partner now.

Going on waiting costs a ticket its own risk with the option to leave later (``waiting``) and, if it
is served, the slot that it takes up. What that slot is worth to those who still come says the
course's solution. Where that is more than leaving costs, the ticket leaves: from some place in the
line on, which depends on how much time it has left and on how many are at home.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from overflow.core.line import Vector
from overflow.core.model import LateLevels
from overflow.core.optimum.bellman import Solution
from overflow.core.optimum.bellman_late import Lines, slot_price, solve_late
from overflow.core.optimum.course import Course
from overflow.core.optimum.waiting import Waiting, price_of_leaving

_MOST_LOOKS = 200
"""Looks during a target after which another one brings nothing."""
_SLACKS = (0.0, 1 / 36, 1 / 12, 1 / 6, 1 / 3, 1 / 2, 3 / 4, 1.0)
"""Of the target: how much time is left."""
_CROWDS = (0.25, 0.5, 1.0, 1.5)
"""Of the way from all slots busy to the threshold at arrival."""
_NOBODY = LateLevels((0.0,), (0.0,), ((math.inf,),))
_ROWS = 64
"""Times whose prices are kept."""


@dataclass(frozen=True, slots=True, eq=False)
class Deferral:
    """The economics of late overflow on one course; made by ``defer``."""

    course: Course
    lines: Lines = field(repr=False)
    times: Vector = field(repr=False)
    levels: NDArray[np.int64] = field(repr=False)
    """Thresholds at arrival, by time."""
    prices: NDArray[np.float32] = field(repr=False)
    """Euros that the n-th in system costs those still to come, by time and n."""

    @property
    def pace(self) -> float:
        """Looking again sooner than this brings nothing."""
        return max(self.lines.look, self.course.target / _MOST_LOOKS)

    def late_levels(self, t: float) -> LateLevels | None:
        """From which place on the waiting leave at ``t``; None: there is nothing to wait for."""
        slots = self.course.slots_at(t)
        here = self.lines.of(slots)
        if here is None:
            return None
        if math.isinf(self.course.leaving_at(t)):
            return _NOBODY
        row = max(0, int(np.searchsorted(self.times, t, side="right")) - 1)
        crowds, slacks = self._crowds(row, slots), np.array(_SLACKS) * self.course.target
        price = self.prices[row, crowds].astype(np.float64)
        places = self._places(t, here, price, slacks)
        return LateLevels(
            tuple(map(float, crowds)),
            tuple(map(float, slacks)),
            tuple(tuple(map(float, along)) for along in np.round(places, 2)),
        )

    def _crowds(self, row: int, slots: float) -> NDArray[np.int64]:
        most = self.prices.shape[1] - 1
        way = min(int(self.levels[row]), most) - slots
        crowds = np.clip(np.ceil(slots + np.array(_CROWDS) * max(1.0, way)), 1, most)
        return np.unique(crowds.astype(np.int64))

    def _places(self, t: float, here: Waiting, price: Vector, slacks: Vector) -> Vector:
        """Where staying begins to cost more, by price and slack: it rises along the line."""
        low = np.zeros((len(price), len(slacks)))
        high = np.full_like(low, math.ceil(here.places))
        farthest = self._gains(t, here, high, price, slacks)
        for _ in range(math.ceil(math.log2(max(2.0, here.places)))):
            middle = np.ceil((low + high) / 2.0)
            is_out = self._gains(t, here, middle, price, slacks) > 0.0
            low, high = np.where(is_out, low, middle), np.where(is_out, middle, high)
        before, after = (self._gains(t, here, at, price, slacks) for at in (high - 1.0, high))
        share = np.clip(-before / np.maximum(after - before, 1e-12), 0.0, 1.0)
        found = np.where(high > 1.0, high - 1.0 + share, 1.0)
        return np.where(farthest > 0.0, found, np.inf)

    def _gains(
        self, t: float, here: Waiting, place: Vector, price: Vector, slack: Vector
    ) -> Vector:
        """Euros that each place saves by leaving now; by price and slack."""
        course, slots = self.course, self.course.slots_at(t)
        seen = place * _stretch(course, t, t + slack)
        lost = place * course.theta / (place * course.theta + slots * course.mu)
        of_slot = slot_price(price[:, None], lost, course.lost - course.kept)
        if not course.stays_open(t, t + slack[-1]):
            return self._gains_of_each(t, seen, of_slot, slack)
        staying = here.staying(seen, np.broadcast_to(slack, place.shape), of_slot)
        if course.end == "close" and t + slack[-1] > course.horizon:
            left = np.full(place.shape, max(0.0, course.horizon - t))
            closing = self.lines.of(slots, is_closing=True)
            if closing is not None:
                at_close = closing.staying(seen, left, of_slot)
                staying = np.where(slack > left, at_close, staying)
        return staying - price_of_leaving(course, slack, self.lines.late_wait)

    def _gains_of_each(self, t: float, seen: Vector, of_slot: Vector, slack: Vector) -> Vector:
        """The same where a partner closes before all are late: each slack is a line of its own."""
        course, slots, gains = self.course, self.course.slots_at(t), np.zeros(seen.shape)
        for column, left in enumerate(slack.tolist()):
            due = t + left
            is_closing = course.end == "close" and due > course.horizon
            until = course.horizon if is_closing else due
            here = self.lines.of(slots, is_closing=is_closing, due=until)
            if here is not None:
                each = np.full(len(seen), until - t)
                staying = here.staying(seen[:, column], each, of_slot[:, column])
                gains[:, column] = staying - course.leaving_at(t, due)
        return gains


def defer(
    course: Course, lines: Lines, *, step: float | None = None, present: int = 0
) -> tuple[Deferral, Solution]:
    """The course solved for who may overflow late, and the thresholds to keep to at arrival.

    ``lines`` may be of a course with other arrivals; ``step`` and ``present`` as in
    ``bellman.solve``.
    """
    found = solve_late(course, lines, step=step, present=present)
    rows = np.unique(np.linspace(0, len(found.times) - 1, _ROWS).round().astype(np.int64))
    prices = np.diff(found.values[rows], axis=1, prepend=0.0).astype(np.float32)
    return Deferral(course, lines, found.times[rows], found.levels[rows], prices), found


def _stretch(course: Course, t: float, due: Vector) -> Vector:
    """A place with the slots of now that is as long a way as the real one with those to come."""
    slots = course.slots_at(t)
    cuts = [at for at in course.changes() if at > t]
    if not cuts or slots <= 0:
        return np.ones(len(due))
    served, begin = np.zeros(len(due)), t
    for until in [*cuts, math.inf]:
        staff = course.slots_at(begin)
        served += np.clip(np.minimum(due, until) - begin, 0.0, None) * staff
        begin = until
    slack = np.maximum(due - t, 1e-9)
    return np.where(due > t, slots * slack / np.maximum(served, 1e-9), 1.0)
