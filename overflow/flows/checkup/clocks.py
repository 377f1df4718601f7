"""How far another machine's clock is off ours, from a few answers that say its time."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from typing import Final

from overflow.clock import Clock
from overflow.core.phrases import duration
from overflow.flows.checkup.finding import Finding, aged

SAMPLES: Final = 3
WARNS, FAILS = 2.0, 30.0
"""Seconds."""


def skew(host: Clock, ask: Callable[[], float]) -> float:
    """Seconds that it runs ahead: the median of a few, each taken for the middle of its call."""

    def once() -> float:
        sent = host.now()
        told = ask()
        return told - (sent + host.now()) / 2

    return median(once() for _ in range(SAMPLES))


def judged(seconds: float, whose: str, mend: str) -> Finding:
    """Whether that is too much."""
    off = abs(seconds)
    way = "ahead of" if seconds > 0 else "behind"
    seen = f"{whose} is {duration(off)} {way} this machine's" if off > 1.0 else f"{whose} agrees"
    return aged(off, WARNS, FAILS, seen, mend)
