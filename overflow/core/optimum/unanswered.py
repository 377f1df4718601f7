"""The chance not to be answered in time, of whoever joins: late, or given up before."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from scipy.special import betainc

from overflow.core.line import Vector, average_slots
from overflow.core.optimum.course import Course
from overflow.core.optimum.lateness import lateness, whole

_PATIENT: Final = 1e-6
"""Rate of giving up, by that of being served, below which nobody does."""


def failing(course: Course, t: float, most: int) -> Vector:
    """The same, and ``course.excess`` for every target that the line ahead is longer than one.

    Without that a ticket that is late for certain could be kept for nothing: one that comes later
    than late is not missed any more, and the line would be left to itself.
    """
    chance = unanswered(course, t, most)
    slots = course.slots_at(t)
    if not course.excess or slots <= 0 or math.isinf(course.target):
        return chance
    places = np.maximum(0.0, np.arange(1.0, most + 2) - slots)
    in_target = max(1.0, slots * course.mu * course.target)
    return chance + course.excess * np.maximum(0.0, places / in_target - 1.0)


def unanswered(course: Course, t: float, most: int) -> Vector:
    """Chance 0..1 by the number found in system, 0 to ``most``, of a ticket kept at ``t``.

    1 - E[exp(-theta V); V <= T] for the k-th in line, whose wait V has exp(-theta V) distributed as
    Beta(a, k) with a = slots mu / theta (``overflow.core.queueing``):

        E[exp(-theta V); V <= T] = a / (a + k) P(Beta(a + 1, k) >= exp(-theta T))

    Where slots change until then, with their average (``line.average_slots``). Where hardly anybody
    gives up it is ``lateness``.
    """
    if course.theta <= _PATIENT * course.mu:
        return lateness(course, t, most)
    until = course.decided(t)
    length = max(0.0, until - t)
    slots = _slots(course, t, length)
    free = min(whole(course.slots_at(t)), most + 1)
    chance = np.ones(most + 1)
    chance[:free] = 0.0
    places = np.arange(1.0, most - free + 2)
    if slots <= 0 or length == 0.0 or not len(places):
        return chance
    a = slots * course.mu / course.theta
    in_time = betainc(places, a + 1.0, -math.expm1(-course.theta * length))
    chance[free:] = 1.0 - a / (a + places) * in_time
    return chance


def _slots(course: Course, t: float, length: float) -> float:
    if not 0.0 < length < math.inf:
        return course.slots_at(t)
    return average_slots(course.theta, course.stretches(t, t + length))
