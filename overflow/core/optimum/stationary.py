"""The best threshold of a lane whose rates stay as they are, in closed form.

Keeping while n < K makes the number in system a birth-death chain on 0..K, whose steady state is
a product; so is the cost of every K. No other policy that decides at arrival does better (Koçağa
and Ward, "Admission control for a multi-server queue with abandonment", 2010).
"""

from __future__ import annotations

import math

import numpy as np

from overflow.core.line import Vector
from overflow.core.optimum.course import NEVER, Course
from overflow.core.optimum.lateness import lateness

_LONGEST = 20_000
"""Numbers in system that are looked at."""


def threshold(  # noqa: PLR0913, PLR0917 - nine numbers make a lane
    rate: float,
    slots: float,
    mu: float,
    theta: float,
    target: float,
    breach: float,
    lost: float,
    overflow: float,
    kept: float,
) -> int:
    """The K of least cost a unit of time: overflow when n >= K; ``NEVER`` where keeping all is.

    ``rate`` arrivals, ``mu`` a slot's services and ``theta`` a waiting ticket's giving up per unit
    of time, ``target`` in that unit; euros a ticket as in ``Course``. Raises ValueError like it.
    """
    lane = Course(
        horizon=1.0,
        slots=((0.0, slots),),
        mu=mu,
        theta=theta,
        target=target,
        rate=((0.0, rate),),
        breach=breach,
        lost=lost,
        overflow=overflow,
        kept=kept,
    )
    found = costs(lane)
    best = int(found.argmin())
    slack = 1e-12 * max(1.0, abs(float(found[best])))
    return NEVER if found[-1] <= found[best] + slack else best


def costs(lane: Course) -> Vector:
    """Euros a unit of time of every threshold from 0 to one that is practically none.

    The lane is the course as it begins: its first slots and rate. The chance of the highest state
    follows Erlang's recursion for blocking, all of whose terms are positive.
    """
    slots, rate = lane.slots[0][1], lane.rate[0][1]
    if rate == 0:
        return np.zeros(2)
    n = np.arange(_most(lane) + 1.0)
    waiting = np.maximum(0.0, n - slots)
    losses = waiting * lane.theta * (lane.lost - lane.kept)
    keeping = rate * (lane.kept + lane.breach * lateness(lane, 0.0, len(n) - 1)) + losses
    deaths = np.minimum(n, slots) * lane.mu + waiting * lane.theta
    found = _along(keeping, rate * lane.leaving + losses, deaths / rate)
    if lane.theta == 0 and rate >= slots * lane.mu:
        found[-1] = keeping[-1]  # the line outgrows any threshold: with none, all wait at its end
    return found


def _along(keeping: Vector, refusing: Vector, deaths: Vector) -> Vector:
    """The mean over 0..K of what keeping costs below K and refusing at K, for every K."""
    inverse, mean, found = 0.0, 0.0, np.empty(len(deaths))
    for k, (keep, refuse, ratio) in enumerate(zip(keeping, refusing, deaths, strict=True)):
        inverse = min(1.0 + ratio * inverse, 1e150)
        top = 1.0 / inverse
        found[k] = mean + top * (refuse - mean)
        mean += top * (keep - mean)
    return found


def _most(lane: Course) -> int:
    """A number in system that is practically never passed, or beyond which all are late."""
    slots, load = lane.slots[0][1], lane.rate[0][1] / lane.mu
    served = slots * lane.mu * min(lane.target, 1e6)
    bound = slots + served + 8.0 * math.sqrt(served + 25.0) + 20
    if lane.theta > 0:
        mean = slots + max(0.0, load - slots) * lane.mu / lane.theta
        spread = math.sqrt(mean + load * (1.0 + lane.mu / lane.theta) + 25.0)
        bound = mean + 10.0 * spread + 40
    elif load < slots:
        bound = slots + 35.0 / math.log(slots / load) + 40
    return min(_LONGEST, math.ceil(bound))
