"""The store's time as the clock of every process, so that machines whose clocks differ agree.

Marks, leases, claims and the journal are stamped by the store or compared with what it stamped. A
process that went by its own machine's clock would find its work late, or pause too little.
"""

from __future__ import annotations

import math
from contextlib import suppress
from typing import Any, Final

import redis
import structlog

from overflow.clock import Clock, monotonic
from overflow.errors import StoreAway

EVERY: Final = 10.0
"""Seconds between two looks at the store's time."""
LEAST: Final = 0.25
"""Seconds of difference that are left alone."""

_log = structlog.get_logger(__name__)


class StoreClock:
    """A machine's clock, put right where it differs from the store's by more than ``LEAST``.

    While the store is away, or slow to answer, the difference last found stands.
    """

    def __init__(self, store: redis.Redis, own: Clock) -> None:
        self._store: Any = store
        self._own = own
        self._looked = -math.inf
        self._difference = 0.0

    def now(self) -> float:
        if monotonic() - self._looked >= EVERY:
            self._looked = monotonic()  # before the look: one thread waits for it, no other does
            with suppress(StoreAway):
                self._look()
        return self._own.now() + self._difference

    def sleep(self, seconds: float) -> None:
        self._own.sleep(seconds)

    def _look(self) -> None:
        began = monotonic()
        seconds, micros = self._store.time()
        took = monotonic() - began
        difference = seconds + micros / 1e6 + took / 2 - self._own.now()
        if abs(difference - self._difference) > LEAST + took / 2:  # a slow answer tells less
            self._difference = difference
            _log.warning("this machine's clock is not the store's", ahead=-difference)
