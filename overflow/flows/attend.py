"""One ticket put in step with the helpdesk: read, write what differs, read back, note.

Every read passes the lifecycle's transition before anything is written, so that an answer or a
move that crossed ours is seen first. Each call may fail; what was done until then is kept, and the
ticket's mark brings it back here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from overflow.core.lifecycle import Change, Drop, Keep, desired_of
from overflow.core.model import Mode, Record, Snapshot, Status
from overflow.errors import Busy, HelpdeskAway
from overflow.flows.carry import carry
from overflow.flows.errand import Along, Errand, View
from overflow.flows.posting import post_note
from overflow.flows.route import looking
from overflow.flows.services import Services
from overflow.flows.showing import confirmed, withdrawn
from overflow.helpdesks.port import Desired, Helpdesk
from overflow.store.marks import Mark

READS: Final = 4
"""Reads of one ticket in a row, when each time somebody committed meanwhile."""
YOUNG: Final = 120.0
"""Seconds for which a ticket that the helpdesk does not have may still be about to appear."""


@dataclass(frozen=True, slots=True)
class Due:
    """A ticket that is due, and the marks that say so."""

    id: str
    write: Mark | None
    read: Mark | None


class Stopped(Exception):
    """The drain ends; the ticket's mark stands, so another one goes on."""


class Attending:
    """Works on tickets of one shop; used by many threads, one ticket at a time in each."""

    def __init__(self, services: Services, shop: str, is_stopped: Callable[[], bool]) -> None:
        self._services = services
        self._shop = shop
        self._is_stopped = is_stopped

    def attend(self, due: Due) -> None:
        """Raises ``HelpdeskAway``, ``Refused``, ``Busy``, ``StoreAway`` and ``Stopped``."""
        policy = self._services.book.policy(self._shop)
        desk = self._services.desks.of(policy)
        record, seen = self._look(desk, due)
        if record is None or not record.is_dirty:
            return
        if record.desired_rev != record.confirmed_rev:
            self._go_on()
            desk.write(seen, Desired(*desired_of(record, policy)))
            self._go_on()
            record, seen = self._look(desk, due)
            if record is None or not record.is_dirty:
                return
            if record.desired_rev != record.confirmed_rev:
                raise HelpdeskAway("the helpdesk took the change and does not show it")
        self._go_on()
        post_note(self._services, self._shop, desk, record)

    def _look(self, desk: Helpdesk, due: Due) -> tuple[Record | None, Snapshot]:
        """Read the ticket and take in what it shows."""
        for _ in range(READS):
            prior = self._services.tickets.get(self._shop, due.id)
            seen = desk.read(due.id)
            if seen is None:
                seen = self._gone(prior, due.id)
            errand = Errand(
                ticket_id=due.id,
                step=_reading(seen),
                along=Along("read"),
                read=due.read.stamp if due.read else 0.0,
                is_heard=True,
                is_read=True,
            )
            routed = carry(self._services, self._shop, errand, prior)
            if routed.outcome == "read_again":
                self._go_on()
                continue
            if routed.outcome == "older":
                raise HelpdeskAway("the helpdesk shows an older state than it did before")
            if due.read and routed.outcome in {"same", "ignored"}:
                self._services.marks.read_done(self._shop, due.read)
            return routed.record, seen
        raise Busy(f"ticket {due.id} changed during every one of {READS} reads", retry_after=1.0)

    def _gone(self, prior: Record | None, ticket_id: str) -> Snapshot:
        """What stands for a ticket that the helpdesk does not have."""
        now = self._services.clock.now()
        if prior is None:
            return Snapshot(ticket_id, Status.DELETED, None, None, "", "", now)
        if prior.is_open and prior.held_since + YOUNG > now:
            raise HelpdeskAway("the helpdesk does not have this ticket, or not yet")
        return Snapshot(
            id=ticket_id,
            status=Status.DELETED,
            group=prior.observed_group,
            assignee=prior.assignee or None,
            channel=prior.channel,
            language=prior.language,
            created=prior.arrived,
            topic=prior.topic,
            priority=prior.priority,
            tags=frozenset(prior.marks.split()),
        )

    def _go_on(self) -> None:
        if self._is_stopped():
            raise Stopped


def _reading(seen: Snapshot) -> Callable[[View], Change]:
    """The step of an authoritative read: what it shows, and whether that is what was desired."""
    look = looking(seen, is_authoritative=True)

    def step(view: View) -> Change:
        change = look(view)
        if isinstance(change, Keep):
            found = change
        elif isinstance(change, Drop) and change.why == "same" and view.prior is not None:
            found = Keep(view.prior, None, ())
        else:
            return change
        if view.policy.mode is Mode.LIVE:
            record = confirmed(found.record, seen, view.policy)
        else:
            record = withdrawn(found.record, view.policy)
        return change if record is found.record else replace(found, record=record)

    return step
