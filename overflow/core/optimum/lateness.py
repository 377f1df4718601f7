"""The chance to be late of whoever joins, for every number in system at once.

A ticket that finds m in system has them all ahead of it. While all slots are busy their number
falls at rate slots mu + (m - slots) theta; it is served when it falls below the slots. A shift
that ends puts the tickets it held back to the head of the line and one that begins takes up the
next ones: the number ahead stays, the slots that it is compared with change.

Short lines are exact, by the laws of ``overflow.core.line``. In long ones the steps of the number
ahead have a nearly normal law: Edgeworth's expansion to their third cumulant, and no more chance
than after any part of the stretches.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import betainc, gammaincc, gammaln, ndtr

from overflow.core.line import Stretch, Vector, cumulants, elapsed
from overflow.core.optimum.course import Course

_EXACT, _EXACT_PATIENT = 150, 1500
"""Places up to which changing slots are exact, with people who give up and without."""

_PATIENT = 1e-12
"""theta / (slots mu) below which giving up changes no digit that counts."""


def whole(slots: float) -> int:
    """Slots as a number of tickets."""
    return math.floor(slots + 0.5)


def lateness(course: Course, t: float, most: int) -> Vector:
    """Chance 0..1 to be late (or lost unanswered at closing) for a ticket kept at ``t``.

    By the number it finds in system, 0 to ``most``. Its own patience counts: who gives up in time
    is not late. Exact for exponential times in short lines, to about 0.001 in long ones whose
    slots change.
    """
    until = course.decided(t)
    return np.zeros(most + 1) if math.isinf(until) else still_late(course, t, until, most)


def still_late(course: Course, t: float, until: float, most: int) -> Vector:
    """The same of one that waits at ``t`` and is late at ``until``, by the number ahead of it."""
    stretches = course.stretches(t, until) if until > t else [(0.0, course.slots_at(t))]
    waiting = _unserved(stretches, course.mu, course.theta, most)
    return waiting * math.exp(-course.theta * max(0.0, until - t))


def _unserved(stretches: list[Stretch], mu: float, theta: float, most: int) -> Vector:
    """Not served through all stretches, by the number ahead at their begin."""
    *before, last = stretches
    limit = _EXACT if theta > 0 else _EXACT_PATIENT
    if before and most - min(slots for _, slots in stretches) > limit:
        return _about_unserved(stretches, mu, theta, most)
    chance = _through_last(last, mu, theta, most)
    for seconds, slots in reversed(before):
        chance = _through(chance, (seconds, slots), mu, theta)
    return chance


def _through_last(stretch: Stretch, mu: float, theta: float, most: int) -> Vector:
    """The closed form of ``queueing.wait_exceeds``, over all places."""
    length, slots = stretch
    chance = np.ones(most + 1)
    free = min(whole(slots), most + 1)
    chance[:free] = 0.0
    capacity = slots * mu
    if capacity <= 0 or length <= 0 or free > most:
        return chance
    places = np.arange(1.0, most - free + 2)
    if theta <= _PATIENT * capacity:
        chance[free:] = gammaincc(places, capacity * length)
    elif theta * length < 1e-4:  # 1 - x keeps the digits that x near 1 loses
        chance[free:] = 1.0 - betainc(places, capacity / theta, -math.expm1(-theta * length))
    else:
        chance[free:] = betainc(capacity / theta, places, math.exp(-theta * length))
    return chance


def _through(chance: Vector, stretch: Stretch, mu: float, theta: float) -> Vector:
    """One stretch more, before the others: who is served in it is not late."""
    length, slots = stretch
    free = min(whole(slots), len(chance))
    found = np.zeros_like(chance)
    later, capacity = chance[free:], slots * mu
    if length <= 0 or (capacity <= 0 and theta <= 0) or not len(later):
        found[free:] = later
        return found
    if theta <= _PATIENT * capacity:
        found[free:] = np.convolve(poisson(capacity * length, len(later)), later)[: len(later)]
        return found
    count = _open(later, capacity, theta, length)
    found[free:] = 1.0
    found[free : free + count] = moves(count, capacity, theta, length) @ later[:count]
    return found


def _open(later: Vector, capacity: float, theta: float, length: float) -> int:
    """Places beyond which nobody comes near to being served: those before are worked out."""
    stays = math.exp(-theta * length)
    served = capacity * elapsed(theta, length)
    never = int(np.searchsorted(later, 1.0 - 1e-13))
    reach = never + served
    if stays * len(later) <= reach:
        return len(later)
    return min(len(later), 1 + math.ceil((reach + 9.0 * math.sqrt(reach) + 20.0) / stays))


def _about_unserved(stretches: list[Stretch], mu: float, theta: float, most: int) -> Vector:
    """The same for long lines, at a cost that hardly grows with them."""
    ahead = np.arange(most + 1.0)
    chance = np.ones(most + 1)
    for count in range(1, len(stretches) + 1):
        part = stretches[:count]
        spare = ahead - whole(part[-1][1])
        if part[-1][0] > 0 and part[-1][1] > 0:
            np.minimum(chance, _few_steps(spare, ahead, part, mu, theta), out=chance)
        chance[spare < 0] = 0.0
    return chance


def _few_steps(
    spare: Vector, ahead: Vector, stretches: list[Stretch], mu: float, theta: float
) -> Vector:
    """Chance of at most ``spare`` steps.

    Everybody ahead gives up at rate theta, a served one in place of that at rate mu.
    """
    extra = [(length, slots * (mu - theta) / mu) for length, slots in stretches]
    mean, variance, third = cumulants(ahead, mu, theta, extra)
    deviation = np.sqrt(np.maximum(variance, 1e-6))
    z = (spare + 0.5 - mean) / deviation
    density = np.exp(-z * z / 2.0) / math.sqrt(2.0 * math.pi)
    chance = ndtr(z) - third / deviation**3 / 6.0 * (z * z - 1.0) * density
    return np.asarray(np.clip(chance, 0.0, 1.0), dtype=np.float64)


def poisson(mean: float, count: int) -> Vector:
    """Chances of 0, 1, ... steps, cut where no more are to be expected."""
    steps = np.arange(min(count, math.ceil(mean + 9.0 * math.sqrt(mean) + 20.0)))
    return np.asarray(np.exp(steps * math.log(mean) - mean - gammaln(steps + 1)), dtype=np.float64)


def moves(count: int, capacity: float, theta: float, length: float) -> Vector:
    """Chance to come from place n (row) to place m (column), the law of ``core.line``."""
    place = np.arange(count)
    rates = capacity + theta * place
    logs = np.concatenate(([0.0], np.cumsum(np.log(rates[1:])))) if count > 1 else np.zeros(1)
    spent = math.log(elapsed(theta, length))
    own = logs + place * spent
    gone = own + rates * length
    factorials = np.concatenate((np.full(count - 1, np.inf), gammaln(place + 1)))
    steps = place[:, None] - place[None, :] + count - 1
    return np.asarray(np.exp(own[:, None] - gone[None, :] - factorials[steps]), dtype=np.float64)
