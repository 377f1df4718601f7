"""The only reader of the clock, of chance and of ids."""

from __future__ import annotations

import secrets
import time
from typing import Protocol


class Clock(Protocol):
    """What the edges ask for the time."""

    def now(self) -> float:
        """Epoch seconds, UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def monotonic() -> float:
    """Seconds that only go forward, for measuring durations."""
    return time.perf_counter()


def new_id(size: int = 12) -> str:
    """A random id of letters, digits, ``-`` and ``_``; ``size`` bytes of chance."""
    return secrets.token_urlsafe(size)


def new_typed_id() -> str:
    """A random id that people type: twelve hexadecimal digits, so never taken for an option."""
    return secrets.token_hex(6)
