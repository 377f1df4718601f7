"""What is foretold of a queue, before anything about the day is known.

Any one unit of time. Time 0 is a moment that the caller remembers; of a target that runs in
business hours the time is business time too, with closed hours cut out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Final, Literal, NamedTuple

from overflow.core.estimate import Expected, Known
from overflow.core.optimum.course import Course, Steps
from overflow.core.optimum.offer import Offer
from overflow.core.optimum.steps import between, held

_CUTS: Final = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0)
_LEAST_RATE: Final = 0.05
"""Of the mean forecast: where nobody is foretold at all, some may come."""


class Fading(NamedTuple):
    """How long what differs from the forecast goes on: a factor seen at ``since`` fades to 1."""

    since: float
    lasts: float
    """Mean time that it goes on."""


class Missing(NamedTuple):
    """Planned agents who are not there; negative: more than planned are."""

    agents: float = 0.0
    of: float = 0.0
    """So many were planned when they were missed."""

    def there(self, planned: float) -> float:
        """How many come of those planned for another time.

        Of a smaller shift as large a part is missing, for those who stay away are some of all; in a
        larger one they are as many, for the others will come.
        """
        share = min(1.0, planned / self.of) if self.agents > 0 and self.of > 0 else 1.0
        return max(0.0, math.floor(planned - self.agents * share + 0.5))


@dataclass(frozen=True, slots=True)
class Prospect:
    """One queue from time 0 to its horizon, as forecast, shifts and policy have it."""

    horizon: float
    roster: Steps
    """(from, agents) as planned, the first at 0."""
    concurrency: float
    """Tickets an agent works on at once."""
    forecast: Steps
    """(time, arrivals a unit of time), linear between; a repeated time is a jump."""
    expected: Expected
    breach: float
    lost: float
    overflow: float
    kept: float
    end: Literal["drain", "close"] = "drain"
    partner_slots: int | None = None
    partner_handle: float | None = None
    partner_wait: float = 0.0
    goal: float | None = None
    """Mode "service level": the share to be answered in time; None: mode "cost"."""
    late_wait: float | None = None
    """Mean time until the partner answers what overflows late; None: nothing does."""
    look: float = 0.25
    """Time between two looks at who waits."""
    present: int = 0
    """In the system at time 0, or then to be decided at once: how long a line is looked at."""
    offers: tuple[Offer, ...] = ()
    """The partners, the cheapest first, where they do not all take tickets all the time."""

    def agents(self, t: float) -> float:
        """As planned from ``t`` on."""
        return held(self.roster, t)

    def is_silent(self, t: float) -> bool:
        """Whether the forecast says of ``t`` that nobody comes: it may just not know."""
        return between(self.forecast, t) <= 0.0

    def foretold(self, begin: float, until: float) -> float:
        """Arrivals that the forecast expects between; 0 where it is silent or the day is over."""
        end = min(until, self.horizon)
        if begin >= end or self.is_silent(begin):
            return 0.0
        return as_foretold(self).arrivals(begin, end)


def course(
    prospect: Prospect,
    demand: float,
    mu: float,
    theta: float,
    missing: Missing,
    fading: Fading | None = None,
) -> Course:
    """The queue's course with these factors; ``missing`` agents stay away all day.

    ``demand`` is a factor on the forecast for all time, or one that fades.
    """
    p = prospect
    forecast = _raised(p.forecast)
    return Course(
        horizon=p.horizon,
        slots=tuple((at, missing.there(here) * p.concurrency) for at, here in p.roster),
        mu=mu,
        theta=theta,
        target=p.expected.target,
        rate=_faded(forecast, demand, fading)
        if fading
        else tuple((at, rate * demand) for at, rate in forecast),
        breach=p.breach,
        lost=p.lost,
        overflow=p.overflow,
        kept=p.kept,
        end=p.end,
        partner_slots=p.partner_slots,
        partner_handle=p.partner_handle,
        partner_wait=p.partner_wait,
        offers=p.offers,
    )


def _faded(forecast: Steps, demand: float, fading: Fading) -> Steps:
    """Times 1 + (demand - 1) exp(-(t - since) / lasts), by straight lines between."""
    since, lasts = fading
    cuts = {since + part * lasts for part in _CUTS}
    end = forecast[-1][0]
    points = sorted(
        [*forecast, *((at, between(forecast, at)) for at in cuts if 0.0 < at < end)],
        key=lambda point: point[0],
    )
    if end < since + _CUTS[-1] * lasts:
        points += [(at, forecast[-1][1]) for at in sorted(cuts) if at > end]
    return tuple(
        (at, rate * (1.0 + (demand - 1.0) * math.exp(-max(0.0, at - since) / lasts)))
        for at, rate in points
    )


@lru_cache(maxsize=256)
def as_foretold(prospect: Prospect) -> Course:
    """The course if everything comes as it was foretold."""
    expected = prospect.expected
    theta = 1.0 / expected.patience if expected.patience else 0.0
    return course(prospect, 1.0, 1.0 / expected.handle, theta, Missing())


def spoken(prospect: Prospect, rate: float) -> Prospect:
    """With so many arrivals a unit of time wherever the forecast is silent for a while."""
    points = prospect.forecast
    neighbours = zip((points[0], *points), points, (*points[1:], points[-1]), strict=False)
    filled = tuple(
        (at, rate if here <= 0.0 and min(before, after) <= 0.0 else here)
        for (_, before), (at, here), (_, after) in neighbours
    )
    return replace(prospect, forecast=filled)


def missing(prospect: Prospect, known: Known, t: float) -> float:
    """Planned agents who are not there; negative: more than planned are."""
    if known.slots is None:
        return 0.0
    return prospect.agents(t) - known.slots / prospect.concurrency


def _raised(forecast: Steps) -> Steps:
    """At least a twentieth of its mean, for a factor on nothing says nothing."""
    span = forecast[-1][0] - forecast[0][0]
    area = sum((b[0] - a[0]) * (a[1] + b[1]) / 2.0 for a, b in pairwise(forecast))
    least = _LEAST_RATE * (area / span if span > 0 else forecast[0][1])
    return tuple((at, max(rate, least)) for at, rate in forecast)
