"""When to overflow at arrival if who is kept may still leave: keep more.

The Bellman equation of ``bellman`` with the option to leave in a kept ticket's own
cost. Who leaves takes up no slot, so it costs those behind it nothing. The option is worked out
for a ticket whose line falls by services and patience alone; that of many at once is worth less,
therefore it has to save a little before it tips the scales.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from overflow.core.line import Vector
from overflow.core.optimum.bellman import Solution, levels_of
from overflow.core.optimum.bellman_grid import longest_step, states
from overflow.core.optimum.bellman_sweep import sweep
from overflow.core.optimum.course import NEVER, Course
from overflow.core.optimum.lateness import whole
from overflow.core.optimum.waiting import Waiting, waiting

_HOLD = 0.01
"""Share of what an overflow costs more than a kept ticket, that the option has to save.

From simulated days of random courses: 0 keeps too many in long overload, 0.02 loses half of what
the option is worth to mail."""


_GRAIN = 1 / 48
"""Of the target: tickets that are late so close together are taken to be late at once."""

_LINES = 24
"""That are remembered: each is up to a megabyte."""


class Lines:
    """Waiting with each number of slots; worked out when first asked for."""

    def __init__(self, course: Course, late_wait: float, look: float) -> None:
        self._course, self.late_wait, self.look = course, late_wait, look
        self._found: dict[tuple[float, bool, float | None], Waiting] = {}

    def of(
        self, slots: float, *, is_closing: bool = False, due: float | None = None
    ) -> Waiting | None:
        """None: there is nothing to wait for. ``due``, of one ticket, is taken to ``_GRAIN``."""
        course = self._course
        if slots <= 0 or not math.isfinite(course.target) or course.target <= 0:
            return None
        if due is not None:
            grain = _GRAIN * course.target
            due = grain * round(due / grain)
        key = slots, is_closing, due
        if key not in self._found:
            if len(self._found) >= _LINES:
                self._found.clear()
            self._found[key] = waiting(
                course, slots, self.late_wait, self.look, is_closing=is_closing, due=due
            )
        return self._found[key]


def solve_late(
    course: Course, lines: Lines, *, step: float | None = None, present: int = 0
) -> Solution:
    """As ``bellman.solve``, where who is kept may leave later.

    The thresholds to keep to at arrival; ``expected_cost`` is an estimate here, a little low.
    """

    def option(begin: float, until: float, most: int) -> _Leaving | None:
        return _option(course, lines, (begin + until) / 2.0, most)

    longest = max(longest_step(course), course.horizon / 500.0) if step is None else step
    swept = sweep(course, states(course, present), step=longest, options=option)
    return Solution(course, swept.times, levels_of(swept, course), swept.values, swept.own, step)


def halfway(levels: NDArray[np.int64], late: NDArray[np.int64]) -> NDArray[np.int64]:
    """Thresholds halfway from those without late overflow to those of ``solve_late``, rounded up.

    By the same times. The option is one ticket's, and of a course that is known: the second place
    more brings little, and costs much where more arrive than anybody foresaw.
    """
    more = np.where(late < NEVER, np.maximum(late - levels, 0), 0)
    return np.asarray(levels + (more + 1) // 2, dtype=np.int64)


def _option(course: Course, lines: Lines, t: float, most: int) -> _Leaving | None:
    """None where the target is cut short by closing, nobody is there, or the partner closes.

    A partner that closes before the ticket is late leaves some of the option; none is counted on.
    """
    slots, until = course.slots_at(t), course.decided(t)
    here = lines.of(slots)
    if here is None or until < t + course.target * (1.0 - 1e-12):
        return None
    if not course.stays_open(t, until):
        return None
    served = sum(length * staff for length, staff in course.stretches(t, until))
    if served <= 0:
        return None
    place = np.maximum(0.0, np.arange(most) - whole(slots) + 1.0)
    leaving = place * course.theta
    return _Leaving(
        here.options(place * slots * course.target / served),
        here.price_step,
        leaving / (leaving + slots * course.mu),
        course.lost - course.kept,
        _HOLD * max(0.0, course.leaving - course.kept),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Leaving:
    """The option by number found; a ``bellman_step.Option``."""

    table: Vector
    """By price of a slot and number found."""
    price_step: float
    lost: Vector
    """Chance to give up."""
    extra: float
    least: float

    def worth(self, gaps: Vector) -> tuple[Vector, Vector]:
        price = slot_price(gaps, self.lost, self.extra) / self.price_step
        top = len(self.table) - 2
        low = np.minimum(price.astype(np.int64), top)
        at = low * self.table.shape[1] + np.arange(len(gaps))
        here, above = self.table.take(at), self.table.take(at + self.table.shape[1])
        rise, share = above - here, price - low
        # Beyond the last price everybody leaves: the option grows no more.
        slope = np.where(share > 1.0, 0.0, rise) / (
            self.price_step * np.maximum(1.0 - self.lost, 1e-9)
        )
        return here + np.minimum(share, 1.0) * rise, np.clip(slope, 0.0, 1.0)

    def hold(self) -> float:
        return self.least


def slot_price(gaps: Vector, lost: Vector, extra: float) -> Vector:
    """Euros of the slot that a ticket takes up if it is served, from those of one more in system.

    These hold its own giving up, which costs ``extra`` more than to be kept and takes up no slot.
    """
    return np.maximum(0.0, (gaps - extra * lost) / np.maximum(1.0 - lost, 1e-9))
