"""The connections to one helpdesk: so many calls at once, and who gets one that is free."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from overflow.errors import Throttled


class Connections:
    """Thread-safe."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._first = 0
        """That wait and go before all others."""
        self._changed = threading.Condition()

    @contextmanager
    def one(self, what: str, patience: float, *, is_first: bool) -> Iterator[None]:
        """Held for as long as this lasts; ``what`` it is for.

        Raises ``Throttled`` where none is free within ``patience`` seconds: that others keep them
        busy is neither the helpdesk's fault nor the ticket's.
        """
        if not self._taken(patience, is_first=is_first):
            raise Throttled(f"{what}: every connection was busy for too long.")
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify_all()

    def _taken(self, patience: float, *, is_first: bool) -> bool:
        with self._changed:
            self._first += is_first
            is_free = self._changed.wait_for(
                lambda: self._free > 0 and (is_first or not self._first), patience
            )
            self._free -= is_free
            self._first -= is_first
            self._changed.notify_all()  # who waited for those that go first
            return is_free
