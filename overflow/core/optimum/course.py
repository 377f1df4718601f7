"""One queue's coming course: what arrives, who serves, what things cost.

Any one unit of time; rates are per that unit. The model is that of the decision's mathematics:
Poisson arrivals, exponential handling and patience, first come first served, a ticket decided
when it arrives.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from overflow.core.line import Stretch, Vector
from overflow.core.optimum.offer import Offer, cheapest
from overflow.core.optimum.steps import Steps, between, held

__all__ = ["NEVER", "Course", "Steps"]

NEVER = 1_000_000_000
"""A threshold that no queue reaches."""


@dataclass(frozen=True, slots=True)
class Course:
    """A queue from time 0 to its horizon, and beyond it where it drains.

    ``slots`` are (from, slots) steps, the first at 0; the last ones stay after the horizon.
    ``rate`` is (time, arrivals per unit), linear in between; a repeated time is a jump. ``mu`` is
    the rate of one slot, ``theta`` that of giving up (0: never). Costs are euros per ticket:
    ``breach`` unanswered when ``target`` has passed, ``lost`` given up or left at closing,
    ``overflow`` given to the partner, ``kept`` served at home. At the horizon the queue is served
    to its end (``drain``) or who waits is lost (``close``).

    ``has_goal``: ``breach`` counts for whoever is not answered in time, those included who gave up
    before; ``lost`` is 0 then. ``excess``: so much more of it for each target that the line before
    a ticket is longer than one.

    ``partner_slots`` and ``partner_handle`` (mean time) make a partner that can be full;
    ``partner_wait`` is the mean wait at one that can't. ``offers`` are the partners where they are
    not all there all the time, the cheapest first: whoever asks least of those that are open then
    stands in for price and wait. Raises ValueError for times out of order and numbers that mean
    nothing.
    """

    horizon: float
    slots: Steps
    mu: float
    theta: float
    target: float
    rate: Steps
    breach: float
    lost: float
    overflow: float
    kept: float
    end: Literal["drain", "close"] = "drain"
    partner_slots: int | None = None
    partner_handle: float | None = None
    partner_wait: float = 0.0
    has_goal: bool = False
    excess: float = 0.0
    offers: tuple[Offer, ...] = ()

    def __post_init__(self) -> None:
        _check(self)

    @property
    def leaving(self) -> float:
        """Euros of an overflow at arrival: the price, and the breach if the partner is late.

        Of a partner that is always open.
        """
        if self.partner_wait <= 0 or math.isinf(self.target):
            return self.overflow
        return self.overflow + self.breach * math.exp(-max(0.0, self.target) / self.partner_wait)

    def leaving_at(self, t: float, due: float | None = None, *, before: bool = False) -> float:
        """The same at ``t``, or just before it; infinite where no partner takes tickets then.

        ``due``: of a ticket that waits already and is late then, where there are offers.
        """
        if not self.offers:
            return self.leaving
        due = t + self.target if due is None else due
        return cheapest(self.offers, self.breach, t, due, before=before)

    def stays_open(self, begin: float, until: float) -> bool:
        """Whether the cheapest partner takes tickets all the time between."""
        return not self.offers or self.offers[0].stays_open(begin, until)

    def leaving_along(self, times: Vector) -> Vector:
        """The same at each of these; of a time that stands twice first as before it."""
        if not self.offers:
            return np.full(len(times), self.leaving)
        is_before = np.append(times[1:] == times[:-1], False)
        pairs = zip(times.tolist(), is_before.tolist(), strict=True)
        return np.array([self.leaving_at(t, before=before) for t, before in pairs])

    def places_at(self, t: float) -> float:
        """Tickets that the partners which are open at ``t`` can hold; infinite: no limit."""
        if self.partner_slots is None or not self.offers:
            return math.inf if self.partner_slots is None else float(self.partner_slots)
        return sum(held(offer.places, t) for offer in self.offers)

    def slots_at(self, t: float) -> float:
        """Slots from ``t`` on."""
        return held(self.slots, t)

    def rate_at(self, t: float, *, before: bool = False) -> float:
        """Arrivals per unit at ``t``; where it jumps after the jump, or before it."""
        return between(self.rate, t, before=before)

    def changes(self) -> list[float]:
        """When the slots change, in order."""
        return [b[0] for a, b in pairwise(self.slots) if a[1] != b[1]]

    def stretches(self, begin: float, until: float) -> list[Stretch]:
        """(time, slots) from ``begin`` until then, in order."""
        cuts = [begin, *(at for at in self.changes() if begin < at < until), until]
        return [(b - a, self.slots_at(a)) for a, b in pairwise(cuts)]

    def decided(self, t: float) -> float:
        """When it is settled whether who joins at ``t`` is late: its target, or closing."""
        due = t + self.target
        return min(due, self.horizon) if self.end == "close" else due

    def arrivals(self, begin: float, until: float) -> float:
        """Tickets expected between two times."""
        inner = sorted({at for at, _ in self.rate if begin < at < until})
        return sum(
            (b - a) * (self.rate_at(a) + self.rate_at(b, before=True)) / 2.0
            for a, b in pairwise([begin, *inner, until])
        )


def _check(course: Course) -> None:
    if not course.slots or course.slots[0][0] != 0:
        raise ValueError("the first slots start at 0")
    if not course.rate:
        raise ValueError("a course has a rate of arrival")
    for steps in (course.slots, course.rate):
        if any(b[0] < a[0] for a, b in pairwise(steps)):
            raise ValueError("times ascend")
        if any(not (math.isfinite(value) and value >= 0) for _, value in steps):
            raise ValueError("slots and rates are 0 or more")
    if not (0 < course.horizon < math.inf and course.mu > 0 <= course.theta < math.inf):
        raise ValueError("horizon and mu are above 0, theta is 0 or more")
    if math.isnan(course.target):
        raise ValueError("the target is a time")
