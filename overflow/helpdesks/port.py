"""The port: what the service asks of any helpdesk.

``receive`` is pure: bytes in, an event out, and the time as an argument. Everything else talks to
the helpdesk and raises ``HelpdeskAway`` (try again, perhaps after ``retry_after``) or ``Refused``
(never try the same again). Every call has a time-out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from overflow.core.model import Snapshot, Status
from overflow.errors import Fault


@dataclass(frozen=True, slots=True)
class Full:
    """A verified body that carries the ticket's whole state."""

    ticket: Snapshot
    delivery: str = ""
    """The sender's id of this delivery, the same when it retries; empty: it has none."""
    is_new: bool = False
    """The sender says the ticket has just been created."""


@dataclass(frozen=True, slots=True)
class Hint:
    """Unsigned or partial: "look at ticket 7"."""

    ticket_id: str
    delivery: str = ""


@dataclass(frozen=True, slots=True)
class Nothing:
    """Verified, and not for us: acknowledged, never refused."""

    why: str


Event = Full | Hint | Nothing


@dataclass(frozen=True, slots=True)
class Desired:
    """What the helpdesk should show for one ticket, besides its note."""

    group: str | None
    """None: leave it where it stands."""
    tag: str
    is_tagged: bool
    reason_field: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Note:
    """An internal note, and the short visible reference in it by which it is found again."""

    text: str
    reference: str


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be made of one ticket as it was seen."""

    seen: Snapshot
    desired: Desired
    note: Note | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some tickets of a walk and where to go on."""

    tickets: Sequence[Snapshot]
    cursor: str
    """Hand it in again to go on from here; valid across restarts."""
    is_last: bool


class Helpdesk(Protocol):
    """One shop's helpdesk."""

    def receive(self, headers: Mapping[str, str], body: bytes, token: str, now: float) -> Event:
        """Verify the raw bytes, then parse them.

        ``headers`` has lower-case names. ``token`` is the last part of the URL, empty when the
        sender gave none. Raises ``Unauthorised`` for anything not verified, the same for every
        fault, and ``BadInput`` for a verified body that makes no sense. Nothing else.
        """

    def read(self, ticket_id: str) -> Snapshot | None:
        """The ticket as it is now; None when the helpdesk no longer has it."""

    def write(self, seen: Snapshot, desired: Desired) -> None:
        """Make group, tag and reason as desired, writing only what differs from ``seen``.

        The assignee is cleared when the group changes. The caller reads back. Where nothing locks,
        the calls that move it are made as ``gate.moving``: soon after the read, or not at all.
        """

    def add_note(self, ticket_id: str, text: str, reference: str) -> None:
        """Post an internal note that carries the short visible ``reference``."""

    def has_note(self, ticket_id: str, reference: str) -> bool:
        """Whether a note with that reference stands on the ticket."""

    def reply(self, ticket_id: str, text: str, reference: str) -> None:
        """Post a public answer to the customer."""

    def set_status(self, ticket_id: str, status: Status) -> None:
        """Set the status (open, pending, on_hold, solved)."""

    def walk_open(self, cursor: str) -> Page:
        """A page of all tickets that are not ended; ``cursor`` empty at the start."""

    def changed_since(self, cursor: str) -> Page:
        """A page of what changed since the cursor, overlapping rather than leaving a gap.

        An empty cursor begins now. A helpdesk without such a filter walks and returns all.
        """

    def groups(self) -> Sequence[str] | None:
        """The names of groups or queues a ticket can be put in; None: it cannot say."""

    def close(self) -> None:
        """Give the connections back."""


@runtime_checkable
class NoteAlong(Protocol):
    """A helpdesk that takes a note in the call that sets the group: it saves one call a ticket."""

    def write_along(self, seen: Snapshot, desired: Desired, note: Note) -> None:
        """``write``, and the note with it. An error's ``is_undone`` is about the note."""


class Bulk(Protocol):
    """Many tickets by few calls."""

    most: int
    """Tickets that one call takes."""
    settles: float
    """Seconds within which what was written comes to be shown; 0: it is when ``write`` returns."""
    takes_notes: bool
    """Whether a note goes along; else it is posted for each ticket."""
    lanes: int
    """Calls for different tickets that may be under way at once."""
    gathers: float
    """Seconds between two of them, so that reading leaves enough of what the helpdesk allows."""

    def read(self, ticket_ids: Sequence[str], since: float | None) -> Mapping[str, Snapshot | None]:
        """The tickets as they are now, None for one that the helpdesk no longer has.

        ``since`` helps to find them: about when the first of them may have changed last, epoch
        seconds; None: all of them did a moment ago. One that is left out has to be read by itself.
        """

    def write(self, changes: Sequence[Change], go_on: Callable[[], None]) -> Mapping[str, Fault]:
        """Make group, tag and reason of each as desired, as ``Helpdesk.write`` does.

        Returns what failed, by ticket; the others were taken, and the caller reads them back.
        Raises where all failed together. ``go_on`` is called between calls that take long, and
        ends this by raising; never where notes go along. An error's ``is_undone`` is about that
        ticket's note.
        """


@runtime_checkable
class ByBulk(Protocol):
    """A helpdesk that has bulk calls, or may have: its options say."""

    @property
    def bulk(self) -> Bulk | None:
        """They share its connections; None: not to be used."""


def bulk_of(desk: Helpdesk) -> Bulk | None:
    """Its bulk calls; None: it has none."""
    return desk.bulk if isinstance(desk, ByBulk) else None
