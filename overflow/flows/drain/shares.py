"""How many tickets each of the drains of one process works on at once.

More of them together than the processor can follow make all of them slower, not faster.
"""

from __future__ import annotations

import threading
from typing import Final

AT_ONCE: Final = 96
"""Tickets of all shops together; 480 were drained a quarter slower (`bench shops`)."""


class Shares:
    """Thread-safe."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._held: dict[str, int] = {}
        self._lock = threading.Lock()

    def of(self, shop: str, held: int) -> int:
        """Tickets that the shop's drain, which works on ``held`` now, may work on.

        Its equal share, and beyond that what the others leave.
        """
        with self._lock:
            self._held[shop] = held
            left = self._at_once - (sum(self._held.values()) - held)
            return max(1, self._at_once // len(self._held), left)

    def leave(self, shop: str) -> None:
        """Its drain has ended."""
        with self._lock:
            self._held.pop(shop, None)
