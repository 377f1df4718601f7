"""The sandbox's tickets, groups and notes, and what can be done to them.

Nothing here waits or knows of HTTP. Like real helpdesks it raises a ticket's ``updated_at`` with
every change and note, tells of each by an event, and keeps every note it is given, doubled or not.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from overflow.helpdesks.standard.connector import iso

ENDED: Final = frozenset({"solved", "closed", "spam", "merged", "deleted"})
STATUSES: Final = ENDED | {"open", "pending", "on_hold"}
Tell = Callable[[str, "Ticket"], None]
"""Called with an event's type and the ticket after each change."""


@dataclass(slots=True)
class Note:
    """An internal note, or a public answer."""

    text: str
    reference: str
    author: str
    public: bool
    created_at: int

    def shown(self) -> dict[str, object]:
        return {
            "text": self.text,
            "reference": self.reference,
            "author": self.author,
            "public": self.public,
            "created_at": iso(self.created_at),
        }


@dataclass(slots=True)
class Ticket:
    """Times are microseconds since 1970; ``updated_at`` is unlike any other ticket's."""

    id: str
    channel: str
    language: str
    group: str
    created_at: int
    updated_at: int
    status: str = "open"
    assignee: str | None = None
    topic: str = ""
    priority: int = 0
    tags: list[str] = field(default_factory=list)
    answered_at: int | None = None
    reason: str = ""
    outbound: bool = False
    notes: list[Note] = field(default_factory=list)

    def shown(self) -> dict[str, object]:
        """As the standard protocol has it."""
        return {
            "id": self.id,
            "status": self.status,
            "group": self.group,
            "assignee": self.assignee,
            "channel": self.channel,
            "language": self.language,
            "topic": self.topic,
            "priority": self.priority,
            "tags": self.tags,
            "created_at": iso(self.created_at),
            "updated_at": iso(self.updated_at),
            "answered_at": None if self.answered_at is None else iso(self.answered_at),
            "reason": self.reason,
            "outbound": self.outbound,
        }


class Desk:
    """The helpdesk's whole state. ``now`` gives epoch seconds, ``tell`` learns of each change."""

    def __init__(self, groups: Sequence[str], now: Callable[[], float], tell: Tell) -> None:
        self.groups = list(groups)
        self.tickets: dict[str, Ticket] = {}
        self._now = now
        self._tell = tell
        self._order: list[str] = []
        self._changes: list[tuple[int, str]] = []

    def create(self, channel: str, language: str, group: str = "", **more: object) -> Ticket:
        """A customer writes. ``more`` is whatever else a ``Ticket`` has."""
        stamp = self._stamp()
        ticket = Ticket(
            id=str(len(self._order) + 1),
            channel=channel,
            language=language,
            group=self._known(group or self.groups[0]),
            created_at=stamp,
            updated_at=stamp,
            **more,  # type: ignore[arg-type]  # unknown names raise TypeError, types are the tests'
        )
        self.tickets[ticket.id] = ticket
        self._order.append(ticket.id)
        self._changes.append((stamp, ticket.id))
        self._tell("ticket.created", ticket)
        return ticket

    def move(self, ticket: Ticket, group: str) -> None:
        """Into another group, which takes the assignee off."""
        if self._known(group) != ticket.group:
            ticket.group, ticket.assignee = group, None
            self._touch(ticket)

    def assign(self, ticket: Ticket, agent: str | None) -> None:
        ticket.assignee = agent
        self._touch(ticket)

    def note(self, ticket: Ticket, text: str, *, author: str, reference: str = "") -> None:
        self._say(ticket, text, author, reference, public=False)
        self._touch(ticket)

    def reply(self, ticket: Ticket, text: str, *, author: str, reference: str = "") -> None:
        """A public answer; the first one is remembered."""
        stamp = self._touch(ticket, told=False)
        ticket.answered_at = stamp if ticket.answered_at is None else ticket.answered_at
        self._say(ticket, text, author, reference, public=True)
        self._tell("ticket.updated", ticket)

    def set_status(self, ticket: Ticket, status: str) -> None:
        if status not in STATUSES:
            raise ValueError("no such status")
        if status != ticket.status:
            ticket.status = status
            self._touch(ticket)

    def retag(self, ticket: Ticket, *, add: Sequence[str] = (), drop: Sequence[str] = ()) -> None:
        tags = [tag for tag in ticket.tags if tag not in drop]
        tags += [tag for tag in add if tag not in tags]
        if tags != ticket.tags:
            ticket.tags = tags
            self._touch(ticket)

    def route(
        self, ticket: Ticket, group: str | None, tag: str, *, is_tagged: bool, reason: str | None
    ) -> None:
        """Group, tag and reason in one change, told once."""
        before = (ticket.group, list(ticket.tags), ticket.reason)
        if group is not None and self._known(group) != ticket.group:
            ticket.group, ticket.assignee = group, None
        ticket.tags = [t for t in ticket.tags if t != tag] + ([tag] if is_tagged else [])
        ticket.reason = ticket.reason if reason is None else reason
        if before != (ticket.group, ticket.tags, ticket.reason):
            self._touch(ticket)

    def page(self, after: int, limit: int) -> list[Ticket]:
        """Tickets of any status after the n-th ever made."""
        return [self.tickets[identity] for identity in self._order[after : after + limit]]

    def open_after(self, number: int, limit: int) -> tuple[list[Ticket], int | None]:
        """Tickets not ended after the n-th ever made, and where to go on (None: that was all)."""
        found: list[Ticket] = []
        for at in range(number, len(self._order)):
            if len(found) == limit:
                return found, at
            ticket = self.tickets[self._order[at]]
            if ticket.status not in ENDED:
                found.append(ticket)
        return found, None

    def changed_from(self, stamp: int, limit: int) -> tuple[list[Ticket], int | None]:
        """Tickets changed at or after that time, oldest first, and where to go on."""
        found: list[Ticket] = []
        for at in range(bisect_left(self._changes, (stamp, "")), len(self._changes)):
            changed, identity = self._changes[at]
            if len(found) == limit:
                return found, changed
            if self.tickets[identity].updated_at == changed:  # not changed again later
                found.append(self.tickets[identity])
        return found, None

    def _say(self, ticket: Ticket, text: str, author: str, reference: str, *, public: bool) -> None:
        ticket.notes.append(Note(text, reference, author, public, ticket.updated_at))

    def _known(self, group: str) -> str:
        if group not in self.groups:
            raise ValueError("no such group")
        return group

    def _stamp(self) -> int:
        """Now, later than any change before."""
        last = self._changes[-1][0] if self._changes else 0
        return max(int(self._now() * 1e6), last + 1)

    def _touch(self, ticket: Ticket, *, told: bool = True) -> int:
        ticket.updated_at = self._stamp()
        self._changes.append((ticket.updated_at, ticket.id))
        if told:
            self._tell("ticket.updated", ticket)
        return ticket.updated_at
