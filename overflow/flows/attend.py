"""One ticket put in step with the helpdesk: read, write what differs, read back, note.

Every read passes the lifecycle's transition before anything is written, so that an answer or a
move that crossed ours is seen first. Each call may fail; what was done until then is kept, and the
ticket's mark brings it back here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from overflow.core.lifecycle import desired_of
from overflow.core.model import Record
from overflow.errors import Busy
from overflow.flows.look import look
from overflow.flows.posting import post_note
from overflow.flows.services import Services
from overflow.helpdesks.port import Desired
from overflow.store.marks import Mark


@dataclass(frozen=True, slots=True)
class Due:
    """A ticket that is due, and the marks that say so."""

    id: str
    write: Mark | None
    read: Mark | None


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

    def go_on() -> None:
        if watch.is_stopped():
            raise Stopped

    policy = services.book.policy(shop)
    desk = services.desks.of(policy)
    record, seen = look(services, shop, desk, due.id, due.read)
    watch.answered()
    if record is None and due.write is not None:
        services.marks.done(shop, "write", due.write)  # its record has expired: it ended long ago
    if record is not None and _is_unwritten(record):
        go_on()
        desk.write(seen, Desired(*desired_of(record, policy)))
        go_on()
        record, seen = look(services, shop, desk, due.id)
        if record is not None and _is_unwritten(record):
            raise Busy("the helpdesk took the change and does not show it")
    if record is not None and record.note:
        go_on()
        post_note(services, shop, desk, record)


def _is_unwritten(record: Record) -> bool:
    return record.desired_rev != record.confirmed_rev
