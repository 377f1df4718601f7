"""Chance, drawn before the day begins and by ticket, so that no policy changes another's luck.

A ticket has its own arrival, work, patience and partner's wait whatever becomes of it: days that
are played under two policies with the same seed can be compared ticket by ticket (common random
numbers).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr

from overflow.simulate.scenario import Law, Scenario
from overflow.simulate.told import Points

Floats = NDArray[np.float64]

_ARRIVALS, _WORK, _PATIENCE, _WAIT, _HOLD = range(5)
"""Streams of a day; a new one takes the next number, so that the others stay as they were."""

_NEVER: Final = math.inf


@dataclass(frozen=True, slots=True)
class Chances:
    """One day's luck: lists by ticket number, minutes. The first n0 tickets are there already."""

    arrivals: list[float]
    work: list[float]
    patience: list[float]
    partner_wait: list[float]
    """Of an overflow at arrival; none at a partner with slots, where a taken one means no."""
    late_wait: list[float]
    """Of a late overflow: the same luck, another mean."""
    partner_hold: list[float]
    """How long a ticket takes one of the partner's slots."""


def draw(scenario: Scenario, seed: int, day: int) -> Chances:
    """The luck of one day of the scenario; the same for the same seed and day."""

    def stream(number: int) -> np.random.Generator:
        return np.random.default_rng([seed, day, number])

    came = arrival_times(scenario.rate, scenario.horizon, stream(_ARRIVALS))
    there = scenario.n0 + scenario.batch0
    size = there + len(came)
    wait = stream(_WAIT).exponential(size=size)
    at_once = scenario.partner_slots is not None  # what has a slot there does not wait
    hold = stream(_HOLD).exponential(scenario.partner_handle or 0.0, size)
    return Chances(
        arrivals=[0.0] * there + came.tolist(),
        work=_times(scenario.service, scenario.handle_time, stream(_WORK), size),
        patience=_patience(scenario, stream(_PATIENCE), size),
        partner_wait=[0.0] * size if at_once else (scenario.partner_wait * wait).tolist(),
        late_wait=(scenario.late_wait * wait).tolist(),
        partner_hold=hold.tolist(),
    )


def arrival_times(rate: Points, horizon: float, rng: np.random.Generator) -> Floats:
    """Times of a Poisson process on 0..horizon with this rate, in order.

    Their number is Poisson, and given that they are uniform on the cumulative rate, which is
    inverted stretch by stretch.
    """
    times, rates = _stretches(rate, horizon)
    lengths = np.diff(times)
    total = np.concatenate(([0.0], np.cumsum(lengths * (rates[0::2] + rates[1::2]) / 2.0)))
    count = rng.poisson(total[-1])
    level = np.sort(rng.uniform(0.0, total[-1], count))
    piece = np.clip(np.searchsorted(total, level, side="right") - 1, 0, len(lengths) - 1)
    begin, stop = rates[0::2][piece], rates[1::2][piece]
    slope = (stop - begin) / lengths[piece]
    rest = level - total[piece]
    # The root of begin u + slope u^2 / 2 = rest in the form that does not cancel.
    root = np.sqrt(np.maximum(0.0, begin**2 + 2.0 * slope * rest))
    inside: Floats = 2.0 * rest / np.maximum(begin + root, 1e-300)
    return np.minimum(times[piece] + inside, times[piece + 1])


def _stretches(rate: Points, horizon: float) -> tuple[Floats, Floats]:
    """Bounds of the stretches on which the rate is linear, and its value at each one's two ends."""
    given = np.array(rate)
    inner = np.unique(given[(given[:, 0] > 0) & (given[:, 0] < horizon), 0])
    times = np.concatenate(([0.0], inner, [horizon]))
    after = [_at(rate, t, jumped=True) for t in times[:-1]]
    before = [_at(rate, t, jumped=False) for t in times[1:]]
    ends: Floats = np.array([after, before]).T.ravel()
    return times, ends


def _at(rate: Points, t: float, *, jumped: bool) -> float:
    """The rate at ``t``; where it jumps there, its value after the jump or before."""
    past = [point for point in rate if (point[0] <= t if jumped else point[0] < t)]
    left = past[-1] if past else None
    right = next((point for point in rate if (point[0] > t if jumped else point[0] >= t)), None)
    if left is None or right is None:
        return (left or right or (0.0, 0.0))[1]
    return left[1] + (right[1] - left[1]) * (t - left[0]) / (right[0] - left[0])


def _patience(scenario: Scenario, rng: np.random.Generator, size: int) -> list[float]:
    if scenario.theta == 0:
        return [_NEVER] * size
    return _times(scenario.patience, 1.0 / scenario.theta, rng, size)


def _times(law: Law, mean: float, rng: np.random.Generator, size: int) -> list[float]:
    normal = rng.standard_normal(size)  # one source for all laws: who is slow is slow in each
    if law.kind == "exp":
        times = -mean * log_ndtr(-normal)
    else:
        spread = math.log1p(law.cv**2)  # the variance of its logarithm
        times = mean * np.exp(math.sqrt(spread) * normal - spread / 2.0)
    return list(times.tolist())
