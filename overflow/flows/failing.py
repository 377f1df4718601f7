"""What becomes of a ticket whose work failed: later again, or a dead letter."""

from __future__ import annotations

import threading
from typing import Final

import structlog

from overflow.errors import Busy, Fault, HelpdeskAway, Refused
from overflow.flows.attend import Due
from overflow.flows.backoff import delay
from overflow.flows.carry import count
from overflow.flows.services import Services
from overflow.store.marks import Mark, Work

OUTAGE: Final = "while the helpdesk was away: "
"""Begins the error of a dead letter that the sweep retries once the helpdesk answers again."""
ANSWERS: Final = "helpdesk_api"
"""The input that says when a call to the helpdesk last succeeded."""
RECENT: Final = 60.0
"""Seconds within which another call has to have succeeded, else the helpdesk as a whole is away."""


class Breaker:
    """Opens when call after call finds the helpdesk away, so that no worker waits in vain."""

    FAILURES: Final = 12
    """In a row, over all tickets."""
    LONGEST: Final = 30.0

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures = 0
        self.pause = 3.0
        """Seconds that the shop's drain should rest."""

    @property
    def is_open(self) -> bool:
        return self._failures >= self.FAILURES

    def worked(self) -> None:
        """The helpdesk answered."""
        self._failures = 0

    def failed(self, retry_after: float | None) -> None:
        """The helpdesk was away for a ticket."""
        with self._lock:
            self._failures += 1
            if retry_after is not None:
                self.pause = max(self.pause, min(retry_after, self.LONGEST))


class Failing:
    """Notes failures of one drain; used by its threads."""

    def __init__(self, services: Services, shop: str, breaker: Breaker) -> None:
        self._services = services
        self._shop = shop
        self._breaker = breaker
        self._log = structlog.get_logger("overflow.sync")
        self.count = 0

    def note(self, due: Due, error: Exception) -> None:
        """Put every mark of the ticket off, or bury it."""
        self.count += 1
        match error:
            case HelpdeskAway():
                if error.retry_after != 0.0:  # 0: it was changed meanwhile, nothing is away
                    self._breaker.failed(error.retry_after)
                self._again(due, error.message, error.retry_after)
            case Busy():
                self._again(due, error.message, error.retry_after)
            case Refused():
                self._breaker.failed(Breaker.LONGEST)  # wrong credentials refuse one after another
                self._bury(due, error.message)
            case Fault():
                self._bury(due, error.message)
            case _:
                self._log.error("a ticket could not be worked on", ticket=due.id, exc_info=error)
                self._again(due, f"a bug: {type(error).__name__}", RECENT)

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
