"""One ticket put in step with the helpdesk: read, write what differs, read back, note.

Where the helpdesk takes the note in the call that writes, it goes along.

Every read passes the lifecycle's transition before anything is written, so that an answer or a
move that crossed ours is seen first. Each call may fail; what was done until then is kept, and the
ticket's mark brings it back here.
"""

from __future__ import annotations

from typing import Final, Protocol

from overflow.core.lifecycle import desired_of
from overflow.core.model import Record, Snapshot
from overflow.errors import Busy
from overflow.flows.drain.due import Due
from overflow.flows.drain.look import look
from overflow.flows.drain.posting import (
    begin_note,
    is_noted,
    may_go_along,
    noted,
    post_note,
    unless_undone,
)
from overflow.flows.services import Services
from overflow.helpdesks.gate import acting_on, urgent
from overflow.helpdesks.port import Desired, Helpdesk, NoteAlong

FRESH: Final = 300.0
"""Seconds after it was given away within which a ticket that only owes a note is not read anew."""
UNSHOWN: Final = "the helpdesk took the change and does not show it"


class Stopped(Exception):
    """The drain ends; the ticket's mark stands, so another one goes on."""


class Watch(Protocol):
    """What the one who has tickets worked on wants to know and to say."""

    def is_stopped(self) -> bool:
        """Asked before every further call."""

    def answered(self) -> None:
        """The helpdesk answered."""


def attend(services: Services, shop: str, due: Due, watch: Watch) -> None:
    """Work on one ticket.

    Raises ``HelpdeskAway``, ``Refused``, ``Busy``, ``StoreAway`` and ``Stopped``.
    """
    policy = services.book.policy(shop)
    desk = services.desks.of(policy)
    prior = services.tickets.get(shop, due.id)
    if prior is not None and owes_only_its_note(due, prior, services.clock.now()):
        post_note(services, shop, desk, prior)
        watch.answered()
        return
    with urgent(due.read is not None):  # a decision may wait for it
        record, seen = look(services, shop, desk, due.id, due.read)
    read = services.clock.now()
    watch.answered()
    if record is None and due.write is not None:
        services.marks.done(shop, "write", due.write)  # its record has expired: it ended long ago
    if record is not None and is_unwritten(record):
        go_on(watch)
        with acting_on(read):
            began = _write(services, shop, desk, record, seen)
        go_on(watch)
        record = look(services, shop, desk, due.id).record
        if record is not None and is_unwritten(record):
            raise Busy(UNSHOWN)
        if record is not None and is_noted(began, record):
            noted(services, shop, record)
            return
    if record is not None and record.note:
        go_on(watch)
        post_note(services, shop, desk, record)


def _write(
    services: Services, shop: str, desk: Helpdesk, record: Record, seen: Snapshot
) -> Record | None:
    """Write what differs; returns the record whose note went along, if one did."""
    desired = Desired(*desired_of(record, services.book.policy(shop)))
    if not isinstance(desk, NoteAlong) or not may_go_along(record):
        desk.write(seen, desired)
        return None
    begun, note = begin_note(services, shop, record)
    with unless_undone(services, shop, begun):
        desk.write_along(seen, desired, note)
    return begun


def go_on(watch: Watch) -> None:
    """Asked before every further call of the helpdesk. Raises ``Stopped``."""
    if watch.is_stopped():
        raise Stopped


def is_unwritten(record: Record) -> bool:
    """Whether the helpdesk has not been seen to show what is desired."""
    return record.desired_rev != record.confirmed_rev


def owes_only_its_note(due: Due, record: Record, now: float) -> bool:
    """Whether it was read back as desired a while ago, and its note was never tried."""
    is_fresh = due.read is None and now - record.held_since < FRESH
    return is_fresh and may_go_along(record) and not is_unwritten(record)
