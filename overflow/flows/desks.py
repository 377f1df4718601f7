"""One open helpdesk a shop and process, opened anew when the policy's section about it changes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final, NamedTuple

from overflow.clock import Clock
from overflow.core.model import HelpdeskConfig, Policy, Words
from overflow.flows.shop_gate import ShopGate
from overflow.flows.turnstile import PATIENCE
from overflow.helpdesks import open_helpdesk
from overflow.helpdesks.gate import Gate
from overflow.helpdesks.port import Helpdesk
from overflow.store.throttle import Throttle

RETIRES: Final = 120.0
"""Seconds a replaced helpdesk stays open for calls that are still under way."""

Open = Callable[[HelpdeskConfig, Words, Gate], Helpdesk]


class _Kept(NamedTuple):
    config: HelpdeskConfig
    words: Words
    desk: Helpdesk
    gate: ShopGate


class Desks:
    """The helpdesks of this process, each behind the shop's gate. Thread-safe."""

    def __init__(
        self, opener: Open, clock: Clock, throttle: Throttle, patience: float = PATIENCE
    ) -> None:
        """``patience``: seconds that a call waits for its turn where a helpdesk allows few."""
        self._open = opener
        self._clock = clock
        self._throttle = throttle
        self._patience = patience
        self._kept: dict[str, _Kept] = {}
        self._retired: list[tuple[float, Helpdesk]] = []
        self._lock = threading.Lock()

    @classmethod
    def resolving(
        cls,
        resolve: Callable[[str], str],
        clock: Clock,
        throttle: Throttle,
        patience: float = PATIENCE,
    ) -> Desks:
        """Helpdesks whose secrets are looked up by ``resolve``."""

        def opener(config: HelpdeskConfig, words: Words, gate: Gate) -> Helpdesk:
            return open_helpdesk(config, words, resolve, clock, gate)

        return cls(opener, clock, throttle, patience)

    def of(self, policy: Policy) -> Helpdesk:
        """The shop's helpdesk as this policy describes it.

        Raises ``Invalid`` for options with faults, which a stored policy does not have.
        """
        return self._of(policy).desk

    def gate(self, policy: Policy) -> ShopGate:
        """What every call to the shop's helpdesk passes; the same errors."""
        return self._of(policy).gate

    def _of(self, policy: Policy) -> _Kept:
        kept = self._kept.get(policy.shop)
        if kept is not None and _fits(kept, policy):
            return kept
        with self._lock:
            kept = self._kept.get(policy.shop)
            if kept is not None and _fits(kept, policy):
                return kept
            self._kept[policy.shop] = opened = self._opened(policy)
            if kept is not None:
                self._retired.append((self._clock.now() + RETIRES, kept.desk))
            self._close_retired(self._clock.now())
            return opened

    def _opened(self, policy: Policy) -> _Kept:
        gate = ShopGate(self._throttle, policy.shop, policy.helpdesk, self._clock, self._patience)
        desk = self._open(policy.helpdesk, policy.words, gate)
        return _Kept(policy.helpdesk, policy.words, desk, gate)

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
