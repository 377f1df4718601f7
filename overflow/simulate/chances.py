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
_JUMP: Final = 1e-9
"""Minutes; a slope in less time is a jump."""


@dataclass(frozen=True, slots=True)
class Chances:
    """One day's luck: lists by ticket number, minutes. The first n0 tickets are there already."""

    arrivals: list[float]
    work: list[float]
    patience: list[float]
    partner_wait: list[float]
    """Of an overflow at arrival; none at a partner with slots, where a taken one means no. Of
    several partners ``partner_wait``, ``late_wait`` and ``partner_hold`` are in means of theirs."""
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
    hold = stream(_HOLD).exponential(size=size)
    first, late, held = 1.0, 1.0, 1.0
    if not scenario.partners:
        first = 0.0 if at_once else scenario.partner_wait
        late, held = scenario.late_wait, scenario.partner_handle or 0.0
    return Chances(
        arrivals=[0.0] * there + came.tolist(),
        work=_times(scenario.service, scenario.handle_time, stream(_WORK), size),
        patience=_patience(scenario, stream(_PATIENCE), size),
        partner_wait=(first * wait).tolist(),
        late_wait=(late * wait).tolist(),
        partner_hold=(held * hold).tolist(),
    )


def arrival_times(rate: Points, horizon: float, rng: np.random.Generator) -> Floats:
    """Times of a Poisson process on 0..horizon with this rate, in order.

    Their number is Poisson, and given that they are uniform on the cumulative rate, which is
    inverted stretch by stretch.
    """
    at, lengths, begin, end = _stretches(rate, horizon)
    total = np.concatenate(([0.0], np.cumsum(lengths * (begin + end) / 2.0)))
    level = np.sort(rng.uniform(0.0, total[-1], rng.poisson(total[-1])))
    piece = np.clip(np.searchsorted(total, level, side="right") - 1, 0, len(lengths) - 1)
    slope = (end - begin)[piece] / lengths[piece]
    rest = level - total[piece]
    # The root of begin u + slope u^2 / 2 = rest in the form that does not cancel.
    root = np.sqrt(np.maximum(0.0, begin[piece] ** 2 + 2.0 * slope * rest))
    inside: Floats = 2.0 * rest / np.maximum(begin[piece] + root, 1e-300)
    return at[piece] + np.minimum(inside, lengths[piece])


def _stretches(rate: Points, horizon: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Begin, length, and the rate at both ends of each stretch on which it is linear."""
    given = np.array([(min(0.0, rate[0][0]), rate[0][1]), *rate, (horizon, rate[-1][1])])
    times = np.minimum(given[:, 0], horizon)
    lengths = np.diff(times)
    there = lengths > _JUMP
    slopes = np.divide(
        np.diff(given[:, 1]), np.diff(given[:, 0]), out=np.zeros_like(lengths), where=there
    )
    begin = given[:-1, 1][there]
    return times[:-1][there], lengths[there], begin, begin + (slopes * lengths)[there]


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
