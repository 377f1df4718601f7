"""What a queue is really like today, learned while the day goes on.

A *span* is what a queue showed between two looks; ``observe`` adds it to what is known. All of it
is what a live service sees: arrivals, ends, customers who gave up, and how long how many were in
service or waited. Any one unit of time throughout.

    demand      arrivals against the forecast's integral
    handling    ends against time in service / configured handle time. Tickets still in service
                count with their time so far: the censored exponential likelihood, both sides
                divided by ``SPREAD`` (quasi-likelihood, Wedderburn 1974)
    patience    abandonments against time waited / configured patience, in the same way
    agents      as declared; else tickets in service / concurrency, seen while somebody waited,
                for then nobody has a free slot

The first three are beliefs about a factor (``overflow.core.factor``), which start at what was
expected and need no least sample. What has nothing to start from, a rate without a forecast and
agents nobody declared, stays unknown until the sample that is stated at it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from overflow.core import factor
from overflow.core.factor import Belief, Prior

RATE_SAMPLE: Final = 20.0
"""Arrivals, recent ones counting most, below which a rate without a forecast is unknown."""
AGENTS_SAMPLE: Final = 1.0 / 12.0
"""Hours in which somebody waited, below which undeclared agents are unknown."""


SPREAD: Final = 2.0
"""Of handle times, variance ÷ mean squared, at which their evidence is taken: an end counts half.

Exponential times have 1, a bank's calls 1.6 (Brown et al. 2005, section 4). With more the first
ends of a day are the short ones, and taken at their word they promise an easy day."""


class Span(NamedTuple):
    """What a queue showed for some time."""

    lasted: float
    arrivals: float
    foretold: float
    """Arrivals that the forecast expected, without a batch at opening."""
    ended: int
    busy: float
    """Time in service, summed over tickets."""
    abandoned: int
    waited: float
    """Time waited, summed over tickets that may give up."""
    full: float = 0.0
    """Time in service while somebody waited, summed over tickets."""
    starved: float = 0.0
    """Time in which somebody waited."""
    declared: float | None = None
    """Agents there, as declared at the end of the span."""


class Expected(NamedTuple):
    """What the policy says of a queue."""

    handle: float
    """Mean time of work on a ticket."""
    patience: float | None
    """Mean time until who waits gives up; None: never."""
    hour: float
    """An hour in the unit of time that is used: 60 of minutes, 3600 of seconds."""
    target: float
    """Time to the first answer that was promised."""


class Lately(NamedTuple):
    """A sum and the time it took, both fading."""

    total: float = 0.0
    lasted: float = 0.0

    def faded(self, share: float, total: float, lasted: float) -> Lately:
        """With what came since; ``share`` of the older is left."""
        return Lately(self.total * share + total, self.lasted * share + lasted)


class Estimates(NamedTuple):
    """What is known of a queue; plain numbers, see ``plain``."""

    demand: Belief
    handling: Belief
    """Of the rate: 2 means half the configured handle time."""
    patience: Belief
    """Of the rate: 2 means that customers give up twice as soon."""
    arrivals: Lately = Lately()
    serving: Lately = Lately()
    """Tickets in service while somebody waited."""
    declared: float | None = None
    spans: int = 0


class Known(NamedTuple):
    """The estimates as figures."""

    demand: float
    """Factor on the forecast."""
    mu: float
    """Tickets that one slot ends in a unit of time."""
    theta: float
    """Rate of giving up; 0: nobody does."""
    rate: float | None
    """Arrivals lately, with no regard to any forecast; None: fewer than ``RATE_SAMPLE``."""
    slots: float | None
    """Slots there, as declared or seen; None: neither."""


class Priors(NamedTuple):
    """Before anything is counted."""

    demand: Prior
    handling: Prior
    patience: Prior


_LASTS: Final = 3.0
"""Hours that demand nobody foresaw lasts, on average."""

_DAYS_PLAN: Final = 3.0
"""A forecast is taken to hold for so many times the target at least."""


def priors(expected: Expected) -> Priors:
    """How far forecast and configuration are trusted.

    A plan for the day is believed about right four times out of five. The longer the target, the
    longer what was planned is taken to hold: a short window says little of the days ahead.
    """
    hour, target = expected.hour, expected.target
    holds = _DAYS_PLAN * (target if math.isfinite(target) else 24.0 * hour)
    demand = Prior(0.8, 0.6, max(6.0 * hour, holds))
    other = Prior(0.9, 0.6, 240.0 * hour)
    return Priors(demand, other, other)


def lasting(expected: Expected) -> float:
    """How long demand that differs from the forecast is taken to go on, on average."""
    return _LASTS * expected.hour


def begin(expected: Expected) -> Estimates:
    """Before the first span."""
    prior = priors(expected)
    return Estimates(
        factor.begin(prior.demand), factor.begin(prior.handling), factor.begin(prior.patience)
    )


def anew(before: Estimates, expected: Expected) -> Estimates:
    """Handle time and patience as before the first span: what is expected of them is new."""
    fresh = begin(expected)
    return before._replace(handling=fresh.handling, patience=fresh.patience)


def observe(before: Estimates, span: Span, expected: Expected) -> Estimates:
    """With what one more span showed."""
    prior, share = priors(expected), math.exp(-span.lasted / expected.hour)
    patience = expected.patience
    return Estimates(
        factor.learn(before.demand, prior.demand, span.arrivals, span.foretold, span.lasted)
        if span.foretold > 0
        else before.demand,
        factor.learn(
            before.handling,
            prior.handling,
            span.ended / SPREAD,
            span.busy / expected.handle / SPREAD,
            span.lasted,
        ),
        factor.learn(
            before.patience, prior.patience, span.abandoned, span.waited / patience, span.lasted
        )
        if patience and span.waited > 0
        else before.patience,
        before.arrivals.faded(share, span.arrivals, span.lasted),
        before.serving.faded(share, span.full, span.starved),
        span.declared,
        before.spans + 1,
    )


def known(estimates: Estimates, expected: Expected, concurrency: float) -> Known:
    """The figures that a plan is made from."""
    lately = estimates.arrivals
    has_rate = lately.total >= RATE_SAMPLE and lately.lasted > 0
    return Known(
        demand=factor.middle(estimates.demand),
        mu=factor.middle(estimates.handling) / expected.handle,
        theta=factor.middle(estimates.patience) / expected.patience if expected.patience else 0.0,
        rate=lately.total / lately.lasted if has_rate else None,
        slots=_slots(estimates, expected.hour, concurrency),
    )


def _slots(estimates: Estimates, hour: float, concurrency: float) -> float | None:
    if estimates.declared is not None:
        return estimates.declared * concurrency
    serving = estimates.serving
    if serving.lasted < AGENTS_SAMPLE * hour:
        return None
    return serving.total / serving.lasted


def plain(estimates: Estimates) -> dict[str, Any]:
    """As JSON keeps it."""
    return estimates._asdict()


def from_plain(data: Mapping[str, Any]) -> Estimates:
    """What ``plain`` made, after a way through JSON. Raises KeyError for a part that is missing."""
    return Estimates(
        tuple(data["demand"]),
        tuple(data["handling"]),
        tuple(data["patience"]),
        Lately(*data["arrivals"]),
        Lately(*data["serving"]),
        data["declared"],
        data["spans"],
    )
