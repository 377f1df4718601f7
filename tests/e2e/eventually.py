"""Waiting for what has to come true, and saying what was seen last where it does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import httpx

from overflow.clock import SystemClock, monotonic
from overflow.errors import StoreAway

T = TypeVar("T")

_clock = SystemClock()
_NOT_YET = (AssertionError, httpx.TransportError, StoreAway)


def eventually(what: str, probe: Callable[[], T], within: float = 60.0, every: float = 0.1) -> T:
    """The first truthy answer of ``probe``; asked anew until ``within`` seconds are over.

    Where the probe fails, or finds nobody to ask because they were killed, the answer is: not yet.
    """
    end = monotonic() + within
    while True:
        try:
            seen = probe()
        except _NOT_YET as unmet:
            seen, why = None, str(unmet)
        else:
            why = repr(seen)
        if seen:
            return seen
        if monotonic() > end:
            raise AssertionError(f"not within {within:g} s: {what}; seen last: {why}")
        _clock.sleep(every)
