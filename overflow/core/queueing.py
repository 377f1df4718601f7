"""What one ticket's place in the line means, in closed form.

``slots`` tickets are worked on at once, each at rate ``mu`` = 1 / mean handling time (a second);
whoever waits gives up at rate ``theta`` = 1 / mean patience (a second; 0: never). First come,
first served. The k-th in line waits V_k, the sum over 0 <= j < k of independent exponential times
with rates slots mu + j theta, and

    exp(-theta V_k) ~ Beta(slots mu / theta, k)

(the order statistics of exponential times, Rényi 1953), from which everything here follows. ``k``
may be a fraction where tickets weigh differently; 0 or less means a free slot now.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from scipy.special import cython_special  # its scalars cost a third of the array functions'

from overflow.core.erlang import ErlangA, erlang_a, erlang_b, erlang_c
from overflow.core.line import Stretch, about_still_waiting, average_slots, still_waiting

__all__ = [
    "ErlangA",
    "Stretch",
    "abandon_probability",
    "breach_over_segments",
    "breach_probability",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "expected_wait",
    "position",
    "wait_exceeds",
]

EXACT = 150
"""Positions up to which changing staff is treated exactly."""

_PATIENT = 1e-12
"""theta / (slots mu) below which giving up changes no digit that counts."""


def position(waiting_ahead: float, wip: float, slots: float) -> float:
    """Place in the line: 1 is the next to be served, 0 finds a free slot.

    ``max(0, waiting_ahead + 1 - free)``, free being slots - wip to the nearest whole slot (a half
    counts as one: an idle slot is the expensive error) and at least 0, so that work in progress
    above the slots does not lengthen the line. Tickets, or their weights.
    """
    free = max(0, math.floor(slots - wip + 0.5))
    return max(0.0, waiting_ahead + 1.0 - free)


def wait_exceeds(k: float, slots: float, mu: float, theta: float, horizon: float) -> float:
    """P(V_k > horizon), 0..1: the k-th in line is not served within ``horizon`` seconds.

    Its own patience is left out, that of the tickets ahead is in. The regularised incomplete beta
    function I_x(slots mu / theta, k) at x = exp(-theta horizon); for theta -> 0 the chance that
    fewer than k services end in time, P(Poisson(slots mu horizon) < k).
    """
    if k <= 0:
        return 0.0
    capacity = slots * mu
    if capacity <= 0 or horizon <= 0:
        return 1.0
    if theta <= _PATIENT * capacity:
        return float(cython_special.gammaincc(float(k), capacity * horizon))
    a, spent = capacity / theta, theta * horizon
    if spent < 1e-4:  # slower, but 1 - x keeps the digits that x near 1 loses
        return float(cython_special.betaincc(float(k), a, -math.expm1(-spent)))
    if spent > 500:  # x would vanish, x^a need not: the first term x^a / (a B(a, k)) is all
        return math.exp(math.lgamma(a + k) - math.lgamma(a + 1) - math.lgamma(k) - a * spent)
    return float(cython_special.betainc(a, float(k), math.exp(-spent)))


def abandon_probability(k: float, slots: float, mu: float, theta: float) -> float:
    """Chance 0..1 that the k-th in line gives up before it is served.

    k theta / (slots mu + k theta); 0 where patience has no end, even when nobody serves.
    """
    if k <= 0 or theta <= 0:
        return 0.0
    leaving = k * theta
    return leaving / (max(0.0, slots * mu) + leaving)


def breach_probability(k: float, slots: float, mu: float, theta: float, horizon: float) -> float:
    """Chance 0..1 that the k-th in line still waits, unanswered, after ``horizon`` seconds.

    exp(-theta horizon) P(V_k > horizon): neither served nor gone by then.
    """
    late = wait_exceeds(k, slots, mu, theta, horizon)
    return late * _stays(theta, horizon) if late else 0.0


def breach_over_segments(
    k: float, mu: float, theta: float, segments: Sequence[Stretch], *, put_back: float = 0.0
) -> float:
    """``breach_probability`` until a due time with staff that changes before it.

    ``segments`` are (seconds, slots) from now until due, closed time with 0 slots; patience runs
    through all of it. ``put_back`` tickets join the line ahead: those a shift change returns to
    its head, less those that slots coming on shift take up at once (slots now less slots at the
    end). No segments at all, or none with slots, leave no way to be answered in time.

    For theta = 0 P(Poisson(sum of slots mu seconds) < k). Else exact up to ``EXACT`` positions (a
    fraction of a position lies between its neighbours as in the closed form) and to about 0.001
    beyond, by the two laws of ``overflow.core.line``.
    """
    if len(segments) == 1 and segments[0][1] > 0:
        seconds, slots = segments[0]
        return breach_probability(k + put_back, slots, mu, theta, seconds)
    stretches = _joined(segments)
    stays = _stays(theta, sum(seconds for seconds, _ in stretches))
    while stretches and stretches[-1][1] * mu <= 0:
        stretches.pop()  # closed until due: nobody is served any more
    if not stretches or stays == 0.0:
        return stays
    return _not_served(k + put_back, mu, theta, stretches) * stays


def expected_wait(k: float, slots: float, mu: float, theta: float) -> float:
    """Mean of V_k in seconds, the sum of 1 / (slots mu + j theta) over 0 <= j < k.

    As a difference of digamma functions, which costs the same for any k; infinite without slots.
    The best predictor of a wait where staff and handling times are known: QLm in Ibrahim and
    Whitt, "Real-time delay estimation in overloaded multiserver queues with abandonments", 2009.
    """
    if k <= 0:
        return 0.0
    capacity = slots * mu
    if capacity <= 0:
        return math.inf
    if theta <= _PATIENT * capacity:
        return k / capacity
    return _digamma_step(capacity / theta, k) / theta


def _digamma_step(a: float, k: float) -> float:
    """psi(a + k) - psi(a), by its asymptotic series where the difference would lose digits."""
    if a < 500:
        return float(cython_special.psi(a + k) - cython_special.psi(a))
    b = a + k
    step = k / (a * b)  # 1/a - 1/b
    return math.log1p(k / a) + step * (0.5 + (a + b) / (a * b) / 12.0)


def _stays(theta: float, horizon: float) -> float:
    """Chance that a customer does not give up; nobody is late at a due time that never comes."""
    return 0.0 if math.isinf(horizon) else math.exp(-theta * horizon)


def _not_served(k: float, mu: float, theta: float, stretches: Sequence[Stretch]) -> float:
    horizon = sum(seconds for seconds, _ in stretches)
    average = average_slots(theta, stretches)
    if len(stretches) == 1 or k <= 0 or theta <= _PATIENT * average * mu:
        return wait_exceeds(k, average, mu, theta, horizon)
    if k > EXACT:
        return about_still_waiting(k, mu, theta, stretches)
    whole = math.floor(k)
    below = still_waiting(whole, mu, theta, stretches) if whole else 0.0
    if whole == k:
        return below
    above = still_waiting(whole + 1, mu, theta, stretches)
    low, here, high = (
        wait_exceeds(place, average, mu, theta, horizon) for place in (whole, k, whole + 1)
    )
    share = (here - low) / (high - low) if high > low else k - whole
    return below + share * (above - below)


def _joined(segments: Sequence[Stretch]) -> list[Stretch]:
    """Without empty ones, neighbours with the same slots as one."""
    joined: list[Stretch] = []
    for seconds, staff in segments:
        slots = max(0.0, staff)
        if joined and joined[-1][1] == slots:
            joined[-1] = (joined[-1][0] + max(0.0, seconds), slots)
        elif seconds > 0:
            joined.append((seconds, slots))
    return joined
