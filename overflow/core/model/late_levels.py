"""What the planner worked out for tickets that wait: from which place in the line on to leave."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class LateLevels:
    """A place in the line for every crowd and slack; linear between those that are named.

    Whoever waits there or farther back costs less at the partner than by waiting on.
    """

    crowds: tuple[float, ...]
    """Waiting and in work at home, ascending."""
    slacks: tuple[float, ...]
    """Time left until the first answer is late, ascending."""
    places: tuple[tuple[float, ...], ...]
    """By crowd, then by slack; 1 is served next. Infinite: nobody leaves."""

    def leaving(self, crowd: float, slacks: Sequence[float], *, ahead: int = 0) -> list[int]:
        """Which of the waiting leave, by their slacks from the head of the line on: places in them.

        ``crowd`` at home, ``ahead`` waiting before all of them. Who leaves makes room for those
        behind; so does the sweep, which looks at one after the other.
        """
        gone: list[int] = []
        for number, slack in enumerate(slacks):
            if ahead + number - len(gone) + 1 >= self.place(crowd - len(gone), slack):
                gone.append(number)
        return gone

    def in_units(self, length: float) -> LateLevels:
        """The same on a clock on which one unit of this one's lasts ``length``."""
        return replace(self, slacks=tuple(slack * length for slack in self.slacks))

    def place(self, crowd: float, slack: float) -> float:
        """The first one that leaves, of so many at home and with so much time left."""
        low, high, share = _between(self.crowds, crowd)
        left, right, part = _between(self.slacks, slack)
        here, above = (
            _mixed(self.places[row][left], self.places[row][right], part) for row in (low, high)
        )
        return _mixed(here, above, share)


def _between(points: Sequence[float], value: float) -> tuple[int, int, float]:
    """The two points about it, and how far it is from the first; the outer ones hold beyond."""
    high = bisect_right(points, value)
    if high in {0, len(points)}:
        only = min(high, len(points) - 1)
        return only, only, 0.0
    low = high - 1
    return low, high, (value - points[low]) / (points[high] - points[low])


def _mixed(here: float, there: float, share: float) -> float:
    if share <= 0.0 or here == there:
        return here
    return math.inf if math.isinf(here + there) else here + share * (there - here)
