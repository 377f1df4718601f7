"""One shop's gate: its helpdesk's budget, and the limits that some calls have inside of it."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from typing import Final

from overflow.clock import Clock
from overflow.core.model import HelpdeskConfig
from overflow.flows.turnstile import PATIENCE, Turnstile
from overflow.helpdesks.limits import (
    Budget,
    Part,
    Told,
    budget_of,
    parts_of,
    reader_of,
    retry_after,
)
from overflow.store.throttle import Breaker, Outcome, State, Throttle, Whose

AHEAD: Final = 2.0
"""Seconds that a ticket's next call may be away: so many tickets are worked on at once that the
helpdesk's answers, if they take no longer, leave none of its budget unused."""
MANY: Final = 1_000_000
"""Tickets: no limit."""
_FAILING: Final = frozenset({401, 403})
"""Whoever is not let in need not try with the next ticket."""


class ShopGate:
    """See ``overflow.helpdesks.gate.Gate``. Thread-safe."""

    def __init__(
        self,
        throttle: Throttle,
        shop: str,
        config: HelpdeskConfig,
        clock: Clock,
        patience: float = PATIENCE,
    ) -> None:
        """``patience``: seconds that a call waits for its turn at the most."""
        budget = budget_of(config.connector, config.options)
        self._read = reader_of(config.connector)
        of = Whose(shop, _name(config))
        self._whole = Turnstile(throttle, of, budget, clock, patience)
        self._parts: dict[Part, Turnstile] = {}
        if budget is not None:
            for part in parts_of(config.connector):
                own = Budget(part.of(budget.calls), budget.seconds, budget.is_firm)
                whose = of._replace(part=part.name)
                self._parts[part] = Turnstile(throttle, whose, own, clock, patience)
        self._limit = 0
        """What the helpdesk last said of its budget."""

    def enter(self, *, is_urgent: bool, what: str = "") -> None:
        """See the protocol."""
        for part in self._parts_of(what):
            part.enter(is_urgent=is_urgent)
        self._whole.enter(is_urgent=is_urgent)

    def left(self, status: int | None, headers: Mapping[str, str], what: str = "") -> None:
        """See the protocol. A 429 while some of the budget is left is a part's."""
        outcome, told, wait = _outcome(status), self._read(headers), retry_after(headers)
        parts = self._parts_of(what)
        if outcome == "limited" and parts and told.remaining != 0:
            for part in parts:
                part.left(outcome, Told(), wait)
            outcome = "ok"
        self._whole.left(outcome, told, wait)
        if told.limit and told.limit != self._limit:
            self._share_out(told.limit)

    def state(self) -> State:
        """How the shop's throttle stands, or stood a moment ago."""
        return self._whole.state()

    def tried(self) -> int:
        """How often it was tried in vain whether a helpdesk that was away answers again.

        0 unless it is to be tried now: each time by another ticket, for some always fail.
        """
        state = self.state()
        return state.failures if state.breaker is Breaker.HALF_OPEN else 0

    def room(self) -> int:
        """How many tickets to work on at once; 0: the helpdesk is to be left alone."""
        state = self.state()
        if state.breaker is Breaker.HALF_OPEN:
            return 1
        if state.rest > PATIENCE or state.breaker is Breaker.OPEN:
            return 0
        return MANY if state.rate is None else max(1, math.ceil(state.rate * AHEAD))

    def _parts_of(self, what: str) -> list[Turnstile]:
        return [turnstile for part, turnstile in self._parts.items() if part.what.fullmatch(what)]

    def _share_out(self, limit: int) -> None:
        self._limit = limit
        for part, turnstile in self._parts.items():
            turnstile.left("ok", Told(part.of(limit)))


def _name(config: HelpdeskConfig) -> str:
    """Short, and another one for another helpdesk."""
    where = f"{config.connector} {config.options.get('url')}"
    return f"{zlib.crc32(where.encode()):08x}"


def _outcome(status: int | None) -> Outcome:
    if status is None or status >= 500 or status in _FAILING:  # noqa: PLR2004  a server's error
        return "failed"
    return "limited" if status == 429 else "ok"  # noqa: PLR2004  too many requests
