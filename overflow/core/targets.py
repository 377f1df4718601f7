"""A target's clock: when an answer is due, and who is there to give it until then.

Moments are epoch seconds (UTC), durations seconds.
"""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

from overflow.core.hours import Hours
from overflow.core.line import Stretch

Clock: TypeAlias = Literal["wall", "business"]
"""A wall clock always runs; a business clock runs while somebody's hours are open."""


def due_at(arrival: float, seconds: float, clock: Clock, hours: Hours) -> float | None:
    """When ``seconds`` have passed on the clock since ``arrival``.

    None where a business clock does not get there within a year. Raises ValueError for negative
    seconds on a business clock.
    """
    match clock:
        case "wall":
            return arrival + seconds
        case "business":
            return hours.add_open_seconds(arrival, seconds)


def remaining(now: float, due: float | None) -> float:
    """Seconds until due, negative when late, infinite when never due."""
    return math.inf if due is None else due - now


def staffed_segments(
    now: float, due: float, hours: Hours, slots_open: float
) -> tuple[Stretch, ...]:
    """(seconds, slots) from now until due, in order: ``slots_open`` while open, 0 while closed.

    Empty when ``due`` is not after ``now``. The seconds sum up to ``due - now``.
    """
    stretches: list[Stretch] = []
    at = now
    for begin, end in hours.segments(now, due):
        if begin > at:
            stretches.append((begin - at, 0.0))
        stretches.append((end - begin, slots_open))
        at = end
    if due > at:
        stretches.append((due - at, 0.0))
    return tuple(stretches)


def partner_breach(remaining_open_seconds: float, answer_seconds: float) -> float:
    """Chance 0..1 that a partner answers too late.

    Its time to the first answer is taken as exponential with mean ``answer_seconds``, counted in
    its own open time as ``remaining_open_seconds`` is: exp(-remaining / mean). A mean of 0 is
    never late; less than no time left is late for certain.
    """
    if remaining_open_seconds < 0:
        return 1.0
    if answer_seconds <= 0:
        return 0.0
    return math.exp(-remaining_open_seconds / answer_seconds)
