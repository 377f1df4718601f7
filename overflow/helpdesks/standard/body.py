"""What the standard connector's JSON says: events, tickets and lists of them.

Fields that are not known are passed over, so that a helpdesk may send more than is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import structlog

from overflow.core.model import Snapshot, Status
from overflow.errors import BadInput
from overflow.helpdesks.fields import LANGUAGE, MAX_INT, NAME, TEXT, Fields
from overflow.helpdesks.port import Event, Full, Hint, Nothing

EVENTS: Final = frozenset({"ticket.created", "ticket.updated"})
STATUSES: Final[Mapping[str, Status]] = {"new": Status.OPEN} | {s.value: s for s in Status}

_log = structlog.get_logger(__name__)


def event_of(body: bytes, delivery: str) -> Event:
    """A verified webhook's body as an event. Raises ``BadInput`` and nothing else."""
    document = Fields.parse(body)
    kind = document.text("type", TEXT)
    if not kind:
        raise document.fault("type", "ticket.created or ticket.updated")
    if kind not in EVENTS:
        return Nothing("no event about a ticket's state")
    fields = document.inner("data").inner("ticket")
    is_new = kind == "ticket.created"
    ticket = ticket_of(fields, created=document.moment("timestamp") if is_new else None)
    if ticket is None:
        return Hint(fields.identity(), delivery)
    return Full(ticket, delivery, is_new)


def ticket_of(fields: Fields, *, created: int | None = None) -> Snapshot | None:
    """A ticket's whole state; None where a part without which it is none has been left out.

    Those are ``status``, ``created_at`` (``created`` stands in for it, microseconds) and one of
    ``version`` and ``updated_at``. Everything else left out is empty. Raises ``BadInput``.
    """
    identity = fields.identity()
    status = _status(fields)
    began = fields.moment("created_at")
    began = created if began is None else began
    version, updated = fields.integer("version"), fields.moment("updated_at")
    version = updated if version is None else version
    answered = fields.moment("answered_at")
    language = fields.text("language", LANGUAGE).lower()
    snapshot = Snapshot(
        id=identity,
        status=status or Status.OPEN,
        group=fields.text("group", TEXT) or None,
        assignee=fields.text("assignee", TEXT) or None,
        channel=fields.text("channel", NAME).lower(),
        language=re.split("[-_]", language)[0],
        created=(began or 0) / 1e6,
        version=version,
        answered=None if answered is None else answered / 1e6,
        topic=fields.text("topic", NAME),
        priority=fields.integer("priority", -MAX_INT) or 0,
        tags=frozenset(fields.texts("tags")) - {""},
        reason=fields.text("reason", TEXT) or None,
        outbound=fields.flag("outbound"),
    )
    return None if status is None or began is None or version is None else snapshot


def whole_ticket_of(fields: Fields) -> Snapshot:
    """The same where the whole state is due. Raises ``BadInput``."""
    ticket = ticket_of(fields)
    if ticket is None:
        raise fields.fault("status, created_at and one of updated_at and version", "given")
    return ticket


@dataclass(frozen=True, slots=True)
class Listed:
    """A page as the helpdesk answered it."""

    tickets: tuple[Snapshot, ...]
    cursor: str
    """Empty: the last page."""
    as_of: int
    """The helpdesk's clock before it looked, microseconds since 1970."""


def listed_of(fields: Fields) -> Listed:
    """A page of tickets. Raises ``BadInput``.

    A single ticket that makes no sense is logged and left out: it must not keep the others from
    being followed.
    """
    tickets, values = [], fields.values.get("tickets")
    as_of = fields.moment("as_of")
    if not isinstance(values, list):
        raise fields.fault("tickets", "a list")
    if as_of is None:
        raise fields.fault("as_of", "the helpdesk's time")
    for number, value in enumerate(values):
        try:
            tickets.append(whole_ticket_of(Fields.of(value, f"tickets.{number}")))
        except BadInput as fault:
            _log.warning("ticket left out", fault=fault.message)
    cursor = fields.values.get("cursor") or ""
    if not isinstance(cursor, str):
        raise fields.fault("cursor", "a text, or null on the last page")
    return Listed(tuple(tickets), cursor, as_of)


def _status(fields: Fields) -> Status | None:
    word = fields.text("status", TEXT).lower()
    if word and word not in STATUSES:
        raise fields.fault("status", f"one of {', '.join(STATUSES)}")
    return STATUSES.get(word)
