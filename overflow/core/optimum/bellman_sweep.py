"""The whole way back in time, from the horizon to 0."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple, TypeAlias

import numpy as np

from overflow.core.line import Vector
from overflow.core.optimum.bellman_grid import breaks, grid, longest_step
from overflow.core.optimum.bellman_step import Option, back, lane, net
from overflow.core.optimum.course import Course
from overflow.core.optimum.lateness import lateness, whole
from overflow.core.optimum.unanswered import failing

_NODES = 24
"""Moments between two changes at which chances that move are worked out."""

_EDGE = 1e-9
"""Share of an interval that lies at its ends."""


Options: TypeAlias = Callable[[float, float, int], Option | None]
"""Between two times, up to a number in system."""

Level: TypeAlias = int | Callable[[float], int]
"""A threshold; or the one that holds from some time on."""


class Swept(NamedTuple):
    """By time, ascending; a time of change stands twice, as before it and as after it."""

    times: Vector
    values: Vector
    own: Vector


def sweep(
    course: Course,
    most: int,
    *,
    step: float | None = None,
    level: Level | None = None,
    options: Options | None = None,
) -> Swept:
    """Values up to ``most`` in system of the best policy, or of the threshold ``level``.

    ``options`` are those that kept tickets have between two changes; they are off ``own`` then.
    """
    values = at_the_end(course, most)
    longest = longest_step(course) if step is None else step
    blocks: list[Swept] = []
    for begin, until in reversed(list(pairwise(breaks(course)))):
        block = _interval(
            course, begin, until, values, longest, options(begin, until, most) if options else level
        )
        values = block.values[0]
        blocks.append(block)
    blocks.reverse()
    return Swept(*(np.concatenate(parts) for parts in zip(*blocks, strict=True)))


def _interval(
    course: Course,
    begin: float,
    until: float,
    values: Vector,
    longest: float,
    rule: Option | Level | None,
) -> Swept:
    """Between two changes, from the values at its end."""
    slots, most = course.slots_at(begin), len(values) - 1
    longest = longest if is_still(course, begin, until) else min(longest, (until - begin) / 8.0)
    first = min(longest, 0.25 / (max(1.0, slots) * course.mu + course.theta))
    times = grid(begin, until, longest, first)
    own = own_euros(course, times, most)
    rate, end_rate = course.rate_at(begin), course.rate_at(until, before=True)
    rates = rate + (end_rate - rate) * (times - begin) / (until - begin)
    leaving = course.leaving_along(np.append(times[::-1], until))[-2::-1].tolist()
    here, found = lane(course, slots, most), [values]
    for i in range(len(times) - 1):
        values = back(
            values,
            here,
            times[i] - times[i + 1],
            (rates[i], rates[i + 1]),
            (own[i], own[i + 1]),
            (leaving[i], leaving[i + 1]),
            rule(float(times[i + 1])) if callable(rule) else rule,
        )
        found.append(values)
    if rule is not None and not isinstance(rule, int) and not callable(rule):
        parts = zip(found, own, leaving, strict=True)
        own = [net(v, mine, leaves, rule) for v, mine, leaves in parts]
    return Swept(times[::-1], np.array(found[::-1]), np.array(own[::-1]))


def own_euros(course: Course, times: Vector, most: int) -> list[Vector]:
    """Own euros of who is kept at each of these times (descending), between two changes."""
    until, begin = float(times[0]), float(times[-1])
    if is_still(course, begin, until):
        return [_euros(course, (begin + until) / 2.0, most)] * len(times)
    nodes = times if len(times) <= _NODES else np.linspace(until, begin, _NODES)
    # Chances jump at both ends: meant are those within.
    within = np.clip(nodes, begin + _EDGE * (until - begin), until - _EDGE * (until - begin))
    known = [_euros(course, float(t), most) for t in within]
    if nodes is times:
        return known
    places = (until - times) / (until - begin) * (_NODES - 1)
    lows = np.minimum(places.astype(int), _NODES - 2)
    return [
        known[low] + (place - low) * (known[low + 1] - known[low])
        for place, low in zip(places.tolist(), lows.tolist(), strict=True)
    ]


def is_still(course: Course, begin: float, until: float) -> bool:
    """Nothing changes until whoever joins in the interval is decided."""
    settled = course.decided(until)
    if math.isinf(course.target):
        return True
    is_whole = settled >= until + course.target * (1.0 - 1e-12)
    return is_whole and not any(begin < at < settled for at in course.changes())


def _euros(course: Course, t: float, most: int) -> Vector:
    missed = failing if course.has_goal else lateness
    return course.kept + course.breach * missed(course, t, most)


def at_the_end(course: Course, most: int) -> Vector:
    """Who waits at closing is lost; a queue that drains loses only those who give up."""
    slots = course.slots_at(course.horizon)
    waiting = np.maximum(0.0, np.arange(most + 1) - whole(slots))
    extra = course.lost - course.kept
    if course.end == "close":
        return waiting * extra
    if course.theta == 0:
        return np.zeros(most + 1)
    leaving = waiting * course.theta
    capacity = min(slots, math.inf) * course.mu
    shares = np.divide(leaving, leaving + capacity, out=np.zeros_like(leaving), where=leaving > 0)
    return np.asarray(np.cumsum(shares) * extra, dtype=np.float64)
