"""Mode "service level": the thresholds with the least overflow that keep a share in time.

Each breach and each customer lost is given the same price in overflows; the higher it is, the more
overflows and the more is in time. The price is raised until the wanted share is reached. All of it
stays among threshold policies, which the best policy for any price is.

By the envelope theorem the derivative of the least cost by that price is the expected number of
tickets that fail, so nothing but ``bellman`` is needed to predict a share.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from overflow.core.optimum.bellman import solve
from overflow.core.optimum.course import Course

LEAST: Final = 0.05
MOST: Final = 200.0
"""Overflows that a failure may be worth: below nobody would overflow, above nothing more helps."""

_NUDGE: Final = 0.02
_HALVINGS: Final = 8
_COARSE: Final = 0.5
"""Step in handle times, five times the exact one's: a share moves by a thousandth for it."""


def priced(course: Course, goal: float, present: int = 0) -> Course:
    """The course with the lowest price of a failure at which ``goal`` (0..1) is met.

    The highest price where no threshold meets it: then everything that helps is done.
    """
    low, high = math.log(LEAST), math.log(MOST)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        if share_in_time(course, math.exp(middle), present) >= goal:
            high = middle
        else:
            low = middle
    return at_price(course, math.exp(high))


def at_price(course: Course, price: float) -> Course:
    """Costs in overflows: a failure at home or at the partner costs ``price`` of them."""
    return replace(course, overflow=1.0, kept=0.0, breach=price, lost=price)


def share_in_time(course: Course, price: float, present: int = 0) -> float:
    """Expected share answered within the target when a failure is priced so.

    Who gives up after the target fails twice here, so the true share is a little higher.
    """
    offered = course.arrivals(0.0, course.horizon) + present
    if offered <= 0:
        return 1.0
    low, high = price * (1.0 - _NUDGE), price * (1.0 + _NUDGE)
    failed = (_cost(course, high, present) - _cost(course, low, present)) / (high - low)
    return 1.0 - min(1.0, max(0.0, failed / offered))


def _cost(course: Course, price: float, present: int) -> float:
    step = min(_COARSE / course.mu, course.horizon / 40.0)
    return solve(at_price(course, price), step=step, present=present).expected_cost(0, present)
