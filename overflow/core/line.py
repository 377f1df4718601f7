"""How the line before a ticket shortens while the staff changes: the law of its position.

A ticket at position n (n - 1 wait ahead of it, every slot busy) moves up at rate
``capacity + (n - 1) theta``: a slot comes free, or one of those ahead gives up. Over d seconds of
constant capacity it comes to position m >= 1 with probability

    P(m | n) = exp(-(capacity + (m - 1) theta) d) t^(n-m) / (n - m)!
               * product of (capacity + j theta) over m <= j < n,   t = (1 - exp(-theta d)) / theta

the solution of the Kolmogorov equations of that pure death process. With no slots it is binomial
thinning of those ahead; for theta -> 0 it is the Poisson law. Every term is positive, so nothing
cancels. Rates are per second.

Over several stretches the generating function of the steps is a product of powers of
q + (1 - q) w, q = exp(-theta x time left), one power for each change of staff; its cumulants are
sums over the stretches.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, ndtr

Vector: TypeAlias = NDArray[np.float64]
Stretch: TypeAlias = tuple[float, float]
"""(seconds, slots)."""
Amount = TypeVar("Amount", float, Vector)


def still_waiting(k: int, mu: float, theta: float, stretches: Sequence[Stretch]) -> float:
    """Chance 0..1 that the k-th in line (k >= 1) is not served through two or more stretches.

    ``mu`` is the rate of one slot, ``theta`` that of giving up. Costs about k operations for two
    stretches, k squared for each further one.
    """
    first, *middle, last = stretches
    chances = _moves(np.array([k]), k, first[1] * mu, theta, first[0])[0]
    for seconds, slots in middle:
        chances = chances @ _moves(np.arange(1, k + 1), k, slots * mu, theta, seconds)
    return min(1.0, float(chances @ _unserved(k, last[1] * mu, theta, last[0])))


def about_still_waiting(k: float, mu: float, theta: float, stretches: Sequence[Stretch]) -> float:
    """The same for a long line, theta > 0, at a cost that does not depend on k.

    Edgeworth's expansion to the third cumulant of the number of steps, which are exact; never
    more than the chance after fewer stretches, since who is served stays served.
    """
    *before, last = stretches
    so_far = about_still_waiting(k, mu, theta, before) if before else 1.0
    if last[1] * mu <= 0:
        return so_far
    mean, variance, third = cumulants(k - 1.0, mu, theta, stretches)
    if variance < 1e-6:
        return so_far if k - 0.5 > mean else 0.0
    z = (k - 0.5 - mean) / math.sqrt(variance)
    density = math.exp(-z * z / 2.0) / math.sqrt(2.0 * math.pi)
    chance = (
        float(ndtr(z)) - third / (variance * math.sqrt(variance)) / 6.0 * (z * z - 1.0) * density
    )
    return min(so_far, max(0.0, chance))


def cumulants(
    ahead: Amount, mu: float, theta: float, stretches: Sequence[Stretch]
) -> tuple[Amount, Amount, Amount]:
    """The first three of the number of steps, of one ticket or of many with so many ahead."""
    q = math.exp(-theta * sum(seconds for seconds, _ in stretches))
    mean = ahead * (1.0 - q)
    variance = mean * q
    third = variance * (2.0 * q - 1.0)
    left = 0.0
    for seconds, slots in reversed(stretches):
        p = math.exp(-theta * left)
        left += seconds
        q = math.exp(-theta * left)
        served = slots * mu * p * elapsed(theta, seconds)
        mean = mean + served
        variance = variance + served * (p + q - 1.0)
        third = third + served * (2.0 * (p * p + p * q + q * q) - 3.0 * (p + q) + 1.0)
    return mean, variance, third


def average_slots(theta: float, stretches: Sequence[Stretch]) -> float:
    """Slots that, unchanging, would bring the same mean number of steps.

    Averaged with weight exp(-theta x time left): an early service often replaces someone who
    would have left anyway.
    """
    left = weight = total = 0.0
    for seconds, slots in reversed(stretches):
        here = math.exp(-theta * left) * elapsed(theta, seconds)
        total += here * max(0.0, slots)
        weight += here
        left += seconds
    return total / weight


def _moves(origins: NDArray[np.int64], k: int, capacity: float, theta: float, d: float) -> Vector:
    """P(m | n): a row for each origin n, a column for each m from 1 to k."""
    targets = np.arange(1, k + 1)
    steps = origins[:, None] - targets[None, :]
    if (capacity <= 0 and theta == 0) or d <= 0:
        return np.asarray(steps == 0, dtype=np.float64)
    log_rates = np.log(capacity + theta * targets[:-1])
    products = np.concatenate(([0.0], np.cumsum(log_rates)))
    # Infinite where m > n: nobody moves back.
    factorials = np.concatenate((np.full(k, np.inf), gammaln(np.arange(1, k + 1))))
    log_chance = (
        products[origins - 1][:, None]
        - products[None, :]
        - (capacity + (targets - 1) * theta)[None, :] * d
        + steps * math.log(elapsed(theta, d))
        - factorials[steps + k]
    )
    return np.asarray(np.exp(log_chance), dtype=np.float64)


def _unserved(k: int, capacity: float, theta: float, d: float) -> Vector:
    """Chance that a position is not served within ``d``, for each from 1 to k.

    Fewer than n steps, where nothing stops the line at its end: the incomplete beta function
    I_x(capacity / theta, n) as the sum that it is for whole n.
    """
    if capacity <= 0 or d <= 0:
        return np.ones(k)
    steps = np.arange(k)
    log_rates = np.log(capacity + theta * steps[:-1])
    products = np.concatenate(([0.0], np.cumsum(log_rates)))
    log_chance = products + steps * math.log(elapsed(theta, d)) - gammaln(steps + 1) - capacity * d
    return np.cumsum(np.exp(log_chance))


def elapsed(theta: float, d: float) -> float:
    """``d`` seconds, the later ones discounted at rate theta: (1 - exp(-theta d)) / theta."""
    spent = theta * d
    return -math.expm1(-spent) / theta if spent > 1e-12 else d
