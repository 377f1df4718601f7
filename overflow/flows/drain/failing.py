"""What becomes of a ticket whose work failed: later again, or a dead letter.

Having to wait is no failure: not for the helpdesk's budget, and not while it is away as a whole,
which the shop's breaker knows, or does not let us in. So neither an outage of days nor a key that
has run out uses up any ticket's attempts.
"""

from __future__ import annotations

from typing import Final

import structlog

from overflow.errors import Busy, Fault, HelpdeskAway, NotLetIn, Throttled
from overflow.flows.drain.backoff import delay
from overflow.flows.drain.due import Due
from overflow.flows.routing.carry import count
from overflow.flows.services import Services
from overflow.store.marks import Mark, Work
from overflow.store.throttle import Breaker, State

OUTAGE: Final = "while the helpdesk was away: "
"""Begins the error of a dead letter that the sweep retries once the helpdesk answers again."""
ANSWERS: Final = "helpdesk_api"
"""The input that says when a call to the helpdesk last succeeded."""
RECENT: Final = 60.0
"""Seconds within which another call has to have succeeded, else the helpdesk as a whole is away."""
NOT_LET_IN: Final = 10.0
"""Seconds between two tries with credentials that were not accepted."""
LEAST_WAIT: Final = 0.5
"""Seconds, where nobody says how long to wait."""


class Failing:
    """Notes failures of one drain; used by its threads."""

    def __init__(self, services: Services, shop: str) -> None:
        self._services = services
        self._shop = shop
        self._log = structlog.get_logger("overflow.sync")
        self.count = 0

    def note(self, due: Due, error: Exception) -> None:
        """Put every mark of the ticket off, or bury it."""
        if isinstance(error, Throttled):
            self._wait(due, error.message, error.retry_after)
            return
        self.count += 1
        match error:
            case HelpdeskAway() if error.retry_after != 0.0 and self._is_away():
                self._wait(due, error.message, error.retry_after)
            case NotLetIn():
                self._wait(due, error.message, NOT_LET_IN)
            case HelpdeskAway() | Busy():
                self._again(due, error.message, error.retry_after)
            case Fault():
                self._bury(due, error.message)
            case _:
                self._log.error("a ticket could not be worked on", ticket=due.id, exc_info=error)
                self._again(due, f"a bug: {type(error).__name__}", RECENT)

    def _is_away(self) -> bool:
        """0 seconds to wait: the ticket was changed meanwhile, and nothing is away."""
        return self._throttle().breaker is not Breaker.CLOSED

    def _wait(self, due: Due, message: str, seconds: float | None) -> None:
        """As long as the helpdesk is to be left alone, without counting an attempt."""
        wait = max(seconds or 0.0, self._throttle().rest, LEAST_WAIT)
        until = self._services.clock.now() + wait
        for work, mark in _marks(due):
            self._services.marks.postpone(self._shop, work, mark, until, message, is_failure=False)

    def _throttle(self) -> State:
        return self._services.desks.gate(self._services.book.policy(self._shop)).state()

    def _again(self, due: Due, message: str, retry_after: float | None) -> None:
        retries = self._services.book.policy(self._shop).retries
        for work, mark in _marks(due):
            attempt = mark.attempts + 1
            if attempt >= retries.attempts:
                self._give_up(work, mark, message)
                continue
            count(self._services, self._shop, "sync/failed")
            wait = delay(retries, due.id, attempt, retry_after)
            until = self._services.clock.now() + wait
            self._services.marks.postpone(self._shop, work, mark, until, message)

    def _bury(self, due: Due, message: str) -> None:
        for work, mark in _marks(due):
            self._give_up(work, mark, message)

    def _give_up(self, work: Work, mark: Mark, message: str) -> None:
        """Where nothing else succeeds either the ticket is not to blame."""
        now = self._services.clock.now()
        situation = self._services.situations.get(self._shop, now)
        is_outage = situation.seen.get(ANSWERS, 0.0) < now - RECENT
        count(self._services, self._shop, "sync/buried")
        self._log.warning("gave up on a ticket", shop=self._shop, ticket=mark.id, work=work)
        error = f"{OUTAGE}{message}" if is_outage else message
        self._services.marks.bury(self._shop, work, mark, error, now)


def _marks(due: Due) -> list[tuple[Work, Mark]]:
    marks: list[tuple[Work, Mark]] = []
    if due.write is not None:
        marks.append(("write", due.write))
    if due.read is not None:
        marks.append(("read", due.read))
    return marks
