"""A mean over days and how sure it is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with the bounds of its 95 % interval; a single value has none: they are infinite."""

    mean: float
    half: float

    @property
    def low(self) -> float:
        return self.mean - self.half

    @property
    def high(self) -> float:
        return self.mean + self.half

    def over(self, divisor: float) -> Interval:
        """In units of a figure that is exact."""
        if divisor == 0:
            return Interval(math.nan, math.nan)
        return Interval(self.mean / divisor, self.half / divisor)


def interval(daily: NDArray[np.float64], *, spent: int = 1) -> Interval:
    """Of independent days, by Student's t; ``spent``: degrees of freedom that went into them."""
    freedom = len(daily) - spent
    if freedom < 1:
        return Interval(float(daily.mean()), math.inf)
    spread = float(np.sqrt(((daily - daily.mean()) ** 2).sum() / freedom))
    return Interval(
        float(daily.mean()), float(stdtrit(freedom, 0.975)) * spread / len(daily) ** 0.5
    )


def steadied(daily: NDArray[np.float64], luck: NDArray[np.float64]) -> NDArray[np.float64]:
    """``daily`` freed of luck, whose columns are 0 in expectation, in the same units; a row a day.

    The regression estimator of control variates (Lavenberg and Welch 1981): its bias is of the
    order of 1 / days, and each column spends one more degree of freedom.
    """
    about = luck - luck.mean(axis=0)
    slopes, *_ = np.linalg.lstsq(about, daily - daily.mean(), rcond=None)
    calm: NDArray[np.float64] = daily - luck @ slopes
    return calm
