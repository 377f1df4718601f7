"""One open helpdesk a shop and process, opened anew when the policy's section about it changes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final, NamedTuple

from overflow.clock import Clock
from overflow.core.model import HelpdeskConfig, Policy, Words
from overflow.helpdesks import open_helpdesk
from overflow.helpdesks.port import Helpdesk

RETIRES: Final = 120.0
"""Seconds a replaced helpdesk stays open for calls that are still under way."""

Open = Callable[[HelpdeskConfig, Words], Helpdesk]


class _Kept(NamedTuple):
    config: HelpdeskConfig
    words: Words
    desk: Helpdesk


class Desks:
    """The helpdesks of this process. Thread-safe."""

    def __init__(self, opener: Open, clock: Clock) -> None:
        self._open = opener
        self._clock = clock
        self._kept: dict[str, _Kept] = {}
        self._retired: list[tuple[float, Helpdesk]] = []
        self._lock = threading.Lock()

    @classmethod
    def resolving(cls, resolve: Callable[[str], str], clock: Clock) -> Desks:
        """Helpdesks whose secrets are looked up by ``resolve``."""
        return cls(lambda config, words: open_helpdesk(config, words, resolve, clock), clock)

    def of(self, policy: Policy) -> Helpdesk:
        """The shop's helpdesk as this policy describes it.

        Raises ``Invalid`` for options with faults, which a stored policy does not have.
        """
        kept = self._kept.get(policy.shop)
        if kept is not None and _fits(kept, policy):
            return kept.desk
        with self._lock:
            kept = self._kept.get(policy.shop)
            if kept is not None and _fits(kept, policy):
                return kept.desk
            desk = self._open(policy.helpdesk, policy.words)
            self._kept[policy.shop] = _Kept(policy.helpdesk, policy.words, desk)
            if kept is not None:
                self._retired.append((self._clock.now() + RETIRES, kept.desk))
            self._close_retired(self._clock.now())
            return desk

    def close(self) -> None:
        """Give all connections back."""
        with self._lock:
            for kept in self._kept.values():
                kept.desk.close()
            self._kept.clear()
            self._close_retired(float("inf"))

    def _close_retired(self, now: float) -> None:
        for until, desk in self._retired:
            if until <= now:
                desk.close()
        self._retired = [(until, desk) for until, desk in self._retired if until > now]


def _fits(kept: _Kept, policy: Policy) -> bool:
    return (kept.config is policy.helpdesk or kept.config == policy.helpdesk) and (
        kept.words is policy.words or kept.words == policy.words
    )
