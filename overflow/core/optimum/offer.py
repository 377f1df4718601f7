"""A partner that is not there all the time, as a course meets it: its price, its wait, its hours.

Each course has a clock of its own (``Course``); a partner may work while that clock stands still.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from overflow.core.optimum.steps import Steps, between, held
from overflow.core.targets import partner_breach


@dataclass(frozen=True, slots=True)
class Offer:
    """What one partner offers at which time; any one unit of time, euros a ticket."""

    price: float
    wait: float
    """Mean time until its first answer, of the time that it works."""
    places: Steps
    """(from, tickets that it holds at most), the first at 0; with 0 it takes none."""
    worked: Steps
    """(time, how long it has worked by then), linear between; where a time stands twice it works
    while the course's clock stands still."""

    def is_open(self, t: float, *, before: bool = False) -> bool:
        """Whether it takes tickets; at a change as after it, or before."""
        return held(self.places, t, before=before) > 0

    def stays_open(self, begin: float, until: float) -> bool:
        """Whether it takes tickets all the time between."""
        return self.is_open(begin) and all(n > 0 for at, n in self.places if begin < at <= until)

    def cost(self, breach: float, t: float, due: float, *, before: bool = False) -> float:
        """Euros of a ticket that it is given at ``t``: the price, and a breach if it is late."""
        if math.isinf(due):
            return self.price
        left = between(self.worked, due, before=True) - between(self.worked, t, before=before)
        return self.price + breach * partner_breach(left if due > t else -1.0, self.wait)

    def changes(self) -> Iterator[float]:
        """When it begins or ceases to take tickets, or to have as many places."""
        return (b[0] for a, b in pairwise(self.places) if a[1] != b[1])


def cheapest(
    offers: Iterable[Offer], breach: float, t: float, due: float, *, before: bool = False
) -> float:
    """Euros at whoever asks least of those that take tickets at ``t``; infinite where none does."""
    there = (offer for offer in offers if offer.is_open(t, before=before))
    return min((each.cost(breach, t, due, before=before) for each in there), default=math.inf)
