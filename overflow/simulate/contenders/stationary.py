"""The best threshold of a queue that would stay as it is, solved again as its rates change."""

from __future__ import annotations

import math
from collections import deque
from functools import lru_cache
from typing import Final

import numpy as np

from overflow.core.optimum.stationary import threshold
from overflow.simulate.contender import Contender
from overflow.simulate.contenders.lane import Lane
from overflow.simulate.contenders.simple import Simple
from overflow.simulate.told import Told

WINDOW: Final = 30.0
"""Minutes in which arrivals are counted."""
TRUST: Final = 4.0
"""Arrivals that the forecast is worth."""
_STEPS: Final = 20.0
"""Rates are told apart when they differ by one part in so many."""


class Steady:
    """Counts arrivals, and compares the number in system with the threshold of their rate."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._came: deque[float] = deque()
        times, rates = zip(*told.forecast, strict=True)
        self._times, self._rates = np.array(times), np.array(rates)

    def __call__(self, lane: Lane, t: float) -> bool:
        if t > 0:  # a batch at opening is no rate
            self._came.append(t)
        while self._came and self._came[0] < t - WINDOW:
            self._came.popleft()
        step = round(_STEPS * math.log(self._rate(t)))
        return lane.n >= _level(self._told, step, lane.slots)

    def _rate(self, t: float) -> float:
        """Arrivals a minute: what came lately, and what was foretold as if it had come too."""
        foretold = max(1e-6, float(np.interp(t, self._times, self._rates)))
        return (len(self._came) + TRUST) / (min(t, WINDOW) + TRUST / foretold)


@lru_cache(maxsize=4096)
def _level(told: Told, step: int, slots: int) -> int:
    return threshold(
        math.exp(step / _STEPS),
        slots,
        told.mu,
        told.theta,
        told.target,
        told.breach,
        told.lost,
        told.overflow,
        told.kept,
    )


def stationary(told: Told) -> Contender:
    """Overflow from the stationary threshold on, for the arrivals and agents of now."""
    return Simple(told, Steady(told))
