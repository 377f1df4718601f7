"""Whether the running service hears of a helpdesk's tickets, as its store shows it.

The tallies of webhooks tell which came and whether they were verified, so that a helpdesk that does
not reach the service is told from one whose secret differs. On a busy shop one of those may have
been about another ticket: it came the same way all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from overflow.clock import monotonic
from overflow.core.model import HOME, Mode, Policy, Record
from overflow.flows.health import is_worker_alive
from overflow.flows.routing.route import mark_to_read
from overflow.flows.services import Services
from overflow.helpdesks.hooks import patience
from overflow.helpdesks.setup.step import Result, failed, left_out, there

T = TypeVar("T")

_BEAT: Final = 0.25
"""Seconds between two looks into the store."""
_GRACE: Final = 3.0
"""Seconds for which a good webhook is waited for, once a refused one has come."""
_CALLED: Final = {"nothing": "passed over", "hint": "to be read"}
_REFUSED: Final = {
    "unauthorised": "bore a wrong signature or secret: the service and the helpdesk hold different "
    "ones under helpdesk.secrets",
    "invalid": "made no sense: is it the default body, or the one that was told?",
}
_STILL: Final = {
    Mode.OBSERVE: ". The service observes, and moves no ticket",
    Mode.OFF: ". The service is off, and moves no ticket",
}


class Hearing:
    """What comes in for one shop from now on; ``wait`` seconds are waited for each thing."""

    def __init__(self, services: Services, policy: Policy, wait: float) -> None:
        self._services, self._policy, self._wait = services, policy, wait
        self._before = self._deliveries()

    def of_webhooks(self, unheard: str) -> Result:
        """Whether a verified one has come; ``unheard``: where people see why none did."""
        if patience(self._policy.helpdesk) is None:
            return left_out("the file describes none: what happens is seen by polling")
        self._awaited(self._new)
        self._awaited(lambda: _verified(self._new()), _GRACE if self._new() else 0.0)
        new = self._new()
        if found := _verified(new):
            told = ", ".join(f"{n} {_CALLED.get(name, name)}" for name, n in sorted(found.items()))
            return there(f"the service heard of it ({told})")
        for name, n in new.items():
            return failed(f"{n} reached the service and {_REFUSED[name]}")
        return failed(
            f"the service is not reached: no webhook came within {self._wait:g} s. Does the "
            f"helpdesk reach the address, and does it send? {unheard}"
        )

    def of_a_read(self, ticket: str) -> Result:
        """Whether a worker reads the ticket when it is told to.

        That is seen apart: a webhook about a change of the service's own may be passed over.
        """
        if not is_worker_alive(self._services):
            return failed("no worker lives: `overflow run` starts one, and /healthz shows it")
        shop, marks = self._policy.shop, self._services.marks
        mark_to_read(self._services, shop, ticket)
        if not self._awaited(lambda: not marks.is_due(shop, "read", ticket)):
            return failed(f"no worker has read the ticket within {self._wait:g} s: see /healthz")
        if marks.is_dead(shop, "read", ticket):
            return failed("the worker cannot read the ticket: the dead letters say why")
        return there(_told(self._services.tickets.get(shop, ticket), self._policy.mode))

    def _awaited(self, look: Callable[[], T], seconds: float | None = None) -> T:
        """What is found, as soon as it is something, or after ``wait`` seconds."""
        until = monotonic() + (self._wait if seconds is None else min(seconds, self._wait))
        while not (found := look()) and monotonic() < until:
            self._services.clock.sleep(_BEAT)
        return found

    def _new(self) -> dict[str, int]:
        """What came since the beginning, and how often."""
        now = self._deliveries()
        new = {name: n - self._before.get(name, 0) for name, n in now.items()}
        return {name: n for name, n in new.items() if n > 0}

    def _deliveries(self) -> dict[str, int]:
        prefix = f"webhook/{self._policy.helpdesk.connector}/"
        totals = self._services.tallies.totals(self._policy.shop)
        return {k.removeprefix(prefix): n for k, n in totals.items() if k.startswith(prefix)}


def _verified(new: Mapping[str, int]) -> dict[str, int]:
    return {name: n for name, n in new.items() if name not in _REFUSED}


def _told(record: Record | None, mode: Mode) -> str:
    if record is None:
        return "a worker has read it; for a ticket that an agent began there is nothing to decide"
    holder = "the shop's own team" if record.team == HOME else record.team
    return f"a worker has read it; {holder} has it{_STILL.get(mode, '')}"
