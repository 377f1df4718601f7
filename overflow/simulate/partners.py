"""The partners of a simulated day: who is open, has a slot, may take more today, and is cheapest.

Among those that can take a ticket the choice is the core's (``overflow.core.choice``). A partner
answers and works in its opening hours only.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from overflow.core.choice import rank
from overflow.core.optimum.offer import Offer
from overflow.core.targets import partner_breach
from overflow.simulate.told import Steps

ALWAYS: Final[Steps] = ((0.0, 1),)
_FOR_GOOD: Final = 1e6
"""Minutes beyond all that is planned."""


@dataclass(frozen=True, slots=True)
class Contract:
    """What was agreed with a partner. Minutes from the scenario's opening, euros a ticket."""

    name: str
    price: float
    slots: int | None
    """Tickets that it holds at most; None: no limit."""
    handle_time: float = 1.0
    """Mean minutes that a ticket takes one of them."""
    answer_time: float = 1.0
    """Mean minutes until its first answer."""
    opening: Steps = ALWAYS
    """(from, 1 open or 0 closed)."""
    allowed: Steps | None = None
    """(from, tickets that it may be given until the next of these moments); None: no limit."""

    def is_open(self, t: float) -> bool:
        """Whether it works."""
        return bool(_at(self.opening, t))

    def limit(self, t: float) -> float:
        """Tickets that it may be given on the day of ``t``."""
        return math.inf if self.allowed is None else _at(self.allowed, t)

    def day(self, t: float) -> int:
        """The number of that day."""
        return 0 if self.allowed is None else _place(self.allowed, t)

    def open_minutes(self, begin: float, until: float) -> float:
        """Of the time between."""
        return sum(
            max(0.0, min(until, end) - max(begin, start))
            for start, end, is_open in self._stretches()
            if is_open
        )

    def after(self, t: float, minutes: float) -> float:
        """When so many of its open minutes have passed; beyond the last change it stays open."""
        for start, end, is_open in self._stretches():
            here = end - max(t, start)
            if not is_open or here <= 0:
                continue
            if minutes <= here:
                return max(t, start) + minutes
            minutes -= here
        return max(t, self.opening[-1][0]) + minutes

    def offer(self) -> Offer:
        """What the planner knows of it."""
        most = math.inf if self.slots is None else float(self.slots)
        places = tuple((at, most if is_open else 0.0) for at, is_open in self.opening)
        moments = [at for at, _ in self.opening] + [_FOR_GOOD]
        worked = tuple((at, self.open_minutes(0.0, at)) for at in moments)
        return Offer(self.price, self.answer_time, places, worked)

    def _stretches(self) -> list[tuple[float, float, int]]:
        ends = [*self.opening, (math.inf, 0)]
        return [(at, until, here) for (at, here), (until, _) in pairwise(ends)]


class Partners:
    """All partners of one day, and what they hold."""

    def __init__(self, contracts: Sequence[Contract], breach: float) -> None:
        self._contracts = contracts
        self._breach = breach
        self._held: dict[str, set[int]] = {each.name: set() for each in contracts}
        self._given: Counter[tuple[str, int]] = Counter()
        """By partner and its day."""
        self._handed: Counter[str] = Counter()

    @property
    def busy(self) -> int:
        """Tickets that they hold."""
        return sum(len(held) for held in self._held.values())

    def take(self, t: float, ticket: int, due: float) -> Contract | None:
        """Whoever gets the ticket; None: nobody can."""
        able = [each for each in self._contracts if self._can_take(each, t)]
        if not able:
            return None
        best = min(able, key=lambda each: self._rank(each, t, due)) if len(able) > 1 else able[0]
        self._handed[best.name] += 1
        self._given[best.name, best.day(t)] += 1
        if best.slots is not None:
            self._held[best.name].add(ticket)
        return best

    def freed(self, ticket: int) -> None:
        """Its holder is done with it."""
        for held in self._held.values():
            held.discard(ticket)

    def _can_take(self, each: Contract, t: float) -> bool:
        has_slot = each.slots is None or len(self._held[each.name]) < each.slots
        return has_slot and each.is_open(t) and self._given[each.name, each.day(t)] < each.limit(t)

    def _rank(self, each: Contract, t: float, due: float) -> tuple[float, int, str]:
        late = partner_breach(each.open_minutes(t, due), each.answer_time) if due > t else 1.0
        return rank(each.price + self._breach * late, self._handed[each.name], each.name)


def offers_of(contracts: Sequence[Contract], breach: float, target: float) -> tuple[Offer, ...]:
    """Of each, the cheapest first; none where all are always open."""
    if all(is_open for each in contracts for _, is_open in each.opening):
        return ()
    cost = {
        each: each.price + breach * partner_breach(target, each.answer_time) for each in contracts
    }
    return tuple(each.offer() for each in sorted(contracts, key=cost.__getitem__))


def with_seats(contracts: Sequence[Contract], seats: int) -> tuple[Contract, ...]:
    """With so many seats in all, the cheapest partner's first."""
    found = []
    for each in sorted(contracts, key=lambda each: (each.price, each.name)):
        have = min(seats, seats if each.slots is None else each.slots)
        found.append(replace(each, slots=have))
        seats -= have
    return tuple(found)


def _place(steps: Steps, t: float) -> int:
    return max(0, bisect_right(steps, (t, math.inf)) - 1)


def _at(steps: Steps, t: float) -> int:
    return steps[_place(steps, t)][1]
