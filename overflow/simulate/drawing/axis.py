"""Scales: where a value stands, and at which round values the ticks do."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

_ROUND: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
_CLOCK: Final = (1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 480, 720, 1440, 2880, 7200, 14400)
"""Minutes between ticks that people read easily."""
_HOUR: Final = 60.0


def plainly(value: float) -> str:
    """A number with no more digits than it needs."""
    return f"{value:,.6g}".replace("-", "\u2212")


@dataclass(frozen=True, slots=True)
class Axis:
    """From ``low`` to ``high``, with ticks; ``title`` says what, and its unit."""

    title: str
    low: float
    high: float
    ticks: tuple[float, ...]
    text: Callable[[float], str] = plainly

    def share(self, value: float) -> float:
        """Where a value stands, 0..1 from low to high; beyond them at the edge."""
        inside = (value - self.low) / (self.high - self.low)
        return min(1.0, max(0.0, inside))


def axis(
    title: str,
    values: Iterable[float],
    *,
    low: float | None = 0.0,
    high: float | None = None,
    count: int = 5,
    text: Callable[[float], str] = plainly,
    whole: bool = False,
) -> Axis:
    """An axis that holds all the values, with about ``count`` round ticks.

    ``low`` and ``high`` are its ends where they are given (None: the data's). ``whole``: of things
    that are counted.
    """
    found = [value for value in values if math.isfinite(value)] or [0.0]
    begin = min(found) if low is None else low
    stop = max(found) if high is None else high
    if stop <= begin:
        stop = begin + 1.0
    step = _step((stop - begin) / count)
    if whole:
        step = float(max(1, math.ceil(step)))
    if low is None:
        begin = math.floor(begin / step + 1e-9) * step
    if high is None:
        stop = math.ceil(stop / step - 1e-9) * step
    return Axis(title, begin, stop, _ticks(begin, stop, step), text)


def clock_axis(horizon: float, *, title: str = "hours from opening", count: int = 9) -> Axis:
    """Minutes from 0 to ``horizon``, told as h:mm."""
    step = next((s for s in _CLOCK if horizon / s <= count), _CLOCK[-1])
    return Axis(title, 0.0, horizon, _ticks(0.0, horizon, float(step)), clock)


def clock(minutes: float) -> str:
    """``90`` as ``1:30``."""
    hours, rest = divmod(round(minutes), int(_HOUR))
    return f"{hours}:{rest:02d}"


def _step(least: float) -> float:
    """The round number that is not below ``least``."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(part * power for part in _ROUND if part * power >= least * (1 - 1e-9))


def _ticks(low: float, high: float, step: float) -> tuple[float, ...]:
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return tuple(k * step for k in range(first, last + 1))
