"""Mode "service level": the thresholds with the least overflow that keep a share in time.

Each ticket that is not answered in time, late or given up before, is given the same price in
overflows; the higher it is, the more overflows and the more is in time. The price is raised until
the wanted share is reached.

Among *all* policies the best for such a goal keeps tickets that are late anyway and neglects them,
and at one price it changes over to that all at once: most goals lie in the gap. So the wait beyond
the target costs too, and what share the thresholds found reach is worked out by themselves.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from overflow.core.optimum.bellman import Solution, solve
from overflow.core.optimum.bellman_sweep import sweep
from overflow.core.optimum.course import Course

LEAST: Final = 0.02
MOST: Final = 200.0
"""Overflows that a failure may be worth: below nobody would overflow, above nothing more helps."""
EXCESS: Final = 0.4
"""Of a failure, that each further target of waiting costs."""

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
    return replace(
        _asking(course, 1.0), kept=0.0, breach=price, lost=0.0, has_goal=True, excess=EXCESS
    )


def _asking(course: Course, price: float) -> Course:
    """Whoever takes the tickets asks so much."""
    offers = tuple(replace(offer, price=price) for offer in course.offers)
    return replace(course, overflow=price, offers=offers)


def waiting_on(course: Course) -> Course:
    """The same price for who waits already: being late costs it, and so does giving up."""
    return replace(course, lost=course.breach, has_goal=False, excess=0.0)


def share_in_time(course: Course, price: float, present: int = 0) -> float:
    """Expected share answered within the target when a failure is priced so."""
    offered = course.arrivals(0.0, course.horizon) + present
    if offered <= 0:
        return 1.0
    step = min(_COARSE / course.mu, course.horizon / 40.0)
    found = solve(at_price(course, price), step=step, present=present)
    return 1.0 - min(1.0, max(0.0, _failures(course, found, present, step) / offered))


def _failures(course: Course, found: Solution, present: int, step: float) -> float:
    """Tickets that are expected not to be answered in time under these thresholds."""
    counted = replace(_asking(course, 0.0), kept=0.0, breach=1.0, lost=0.0, has_goal=True)
    swept = sweep(counted, found.values.shape[1] - 1, step=step, level=found.threshold)
    kept = min(present, found.threshold(0.0), swept.values.shape[1] - 1)
    return float(swept.own[0, :kept].sum() + swept.values[0, kept])
