"""Looking again: who of those that wait should leave for the partner now.

Going on waiting costs a ticket its own risk with the option to leave later
(``waiting``) and, if it is served, the slot that it takes up. What that slot is
worth to those still to come says the course's solution; to those behind it in the line, the most
that any of them would gain by moving up one place: they share their luck, and where the line is
late, one that leaves helps all of them, but so does any other that leaves later.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from overflow.core.line import Vector
from overflow.core.optimum.bellman import Solution
from overflow.core.optimum.bellman_late import Lines, slot_price, solve_late
from overflow.core.optimum.course import Course

_MOST_LOOKS = 200
"""Looks during a target after which another one brings nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Deferral:
    """The economics of late overflow on one course; made by ``defer``."""

    solution: Solution
    """The thresholds to keep to at arrival, and what one more in system costs."""
    late_wait: float
    """Mean time until the partner answers what leaves late."""
    look: float
    lines: Lines = field(repr=False)

    @property
    def pace(self) -> float:
        """Looking again sooner than this brings nothing."""
        return max(self.look, self.solution.course.target / _MOST_LOOKS)

    def leaving(self, t: float, n: int, dues: Sequence[float], *, ahead: int = 0) -> list[int]:
        """Which of the waiting should leave now: places in ``dues``, the one with most gain first.

        ``dues`` are the times at which those who wait unanswered are late, first come first;
        ``n`` in system, ``ahead`` waiting before all of them (put back by a shift's end).
        """
        left = list(range(len(dues)))
        due = np.asarray(dues, dtype=np.float64)
        gone: list[int] = []
        while left:
            gains = self._gains(t, n - len(gone), due[left], ahead)
            best = int(gains.argmax())
            if gains[best] <= 0.0:
                break
            gone.append(left.pop(best))
        return gone

    def _gains(self, t: float, n: int, due: Vector, ahead: int) -> Vector:
        """Euros that each saves by leaving now."""
        course = self.solution.course
        slots = course.slots_at(t)
        here = self.lines.of(slots)
        if here is None:
            return np.full(len(due), -1.0)
        slack = due - t
        place = np.arange(1.0, len(due) + 1.0) + ahead
        seen = place * _stretch(course, t, due)
        moved = np.where(slack > 0, here.late(seen, slack) - here.late(seen - 1.0, slack), 0.0)
        behind = np.append(np.maximum.accumulate(moved[::-1])[::-1][1:], 0.0)
        lost = place * course.theta / (place * course.theta + slots * course.mu)
        gaps = self.solution.price(n, t) + course.breach * behind
        price = slot_price(gaps, lost, course.lost - course.kept)
        staying = here.staying(seen, slack, price)
        if course.end == "close":
            closing = self.lines.of(slots, is_closing=True)
            if closing is not None:
                at_close = closing.staying(seen, np.full(len(due), course.horizon - t), price)
                staying = np.where(due > course.horizon, at_close, staying)
        return staying - self._prices(slack)

    def _prices(self, slack: Vector) -> Vector:
        """Euros of leaving late, as ``waiting.price_of_leaving``."""
        course = self.solution.course
        chance = np.exp(-np.maximum(slack, 0.0) / self.late_wait) if self.late_wait > 0 else 0.0
        return course.overflow + course.breach * np.where(slack > 0, chance, 1.0)


def defer(
    course: Course, late_wait: float, look: float, *, step: float | None = None, present: int = 0
) -> Deferral:
    """The course solved for who may overflow late; ``look``: time between two looks.

    ``step`` and ``present`` as in ``bellman.solve``.
    """
    lines = Lines(course, late_wait, look)
    return Deferral(solve_late(course, lines, step=step, present=present), late_wait, look, lines)


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
