"""A ticket: as the helpdesk shows it, as the decision sees it, as the service keeps it."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from overflow.core.model.words import HOME, Status
from overflow.core.values import dataclass


class Cause(StrEnum):
    """Why a ticket is decided now."""

    NEW = "new"
    REOPENED = "reopened"
    RETURNED = "returned"
    CHANGED = "changed"
    """Its channel, language or topic changed before the first answer."""
    HANDOVER = "handover"
    LATE = "late"
    """The sweep looked again: it waits at home."""
    UNTOUCHED = "untouched"
    """The sweep looked again: it waits at a partner."""
    ASKED = "asked"
    """A person asked for it, by tag or API."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as the decision sees it."""

    id: str
    channel: str
    language: str
    topic: str
    arrived: float
    due: float | None
    """When the first response is due; None: already answered, nothing to predict."""
    cause: Cause
    team: str = HOME
    """Who holds it now."""
    ahead: int | None = None
    """Tickets waiting ahead of it in its own queue; None: it joins at the end."""
    moves_out: int = 0
    moves_back: int = 0
    refused_by: frozenset[str] = frozenset()
    """Partners that returned it; they are not asked again."""
    handled_by: str = ""
    """The team that answered it before it was reopened."""
    held_since: float = 0.0
    """When the present holder got it."""
    asked: Literal["", "home", "partner"] = ""
    """A person asked, by tag or API: keep it here, or hand it to a partner."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A ticket as the helpdesk shows it: what a connector makes of a webhook or a read.

    No message text, no subject; the requester only as a pseudonym that the connector makes.
    """

    id: str
    status: Status
    group: str | None
    """The group or queue it stands in, as the policy names it."""
    assignee: str | None
    channel: str
    """Empty: the policy's default."""
    language: str
    created: float
    version: int | None = None
    """Comparable within the ticket, larger is newer; None: the helpdesk has none."""
    answered: float | None = None
    """When the first public reply was given; None: none yet."""
    topic: str = ""
    priority: int = 0
    tags: frozenset[str] = frozenset()
    reason: str | None = None
    """What stands in the reason field."""
    outbound: bool = False
    """Begun by the shop; never routed."""
    is_frozen: bool = False
    """The helpdesk takes no change of it any more, unlike of most tickets that have ended."""


@dataclass(frozen=True, slots=True)
class Record:
    """A ticket as the service keeps it. Written only by the store's commit.

    ``desired`` is what the helpdesk should show, ``confirmed`` what it showed when last read
    back, ``observed`` what it showed when last heard of, each for the group.
    """

    id: str
    channel: str
    language: str
    topic: str
    priority: int
    status: Status
    team: str
    assignee: str
    """Agent in the helpdesk; empty: nobody."""
    arrived: float
    due: float
    """First response due; 0: no target."""
    answered: float
    """First public reply; 0: none."""
    rev: int
    """Raised by every commit."""
    version: int
    """The helpdesk's version last seen; -1: it has none."""
    desired_rev: int
    confirmed_rev: int
    desired_group: str
    confirmed_group: str
    observed_group: str
    origin_group: str
    """The group it came from; recall and return restore it."""
    held_since: float
    moves_out: int = 0
    moves_back: int = 0
    claimed_by: str = ""
    claim_until: float = 0.0
    decision: str = ""
    """Journal id of the last decision."""
    reason: str = ""
    """Main reason of the last decision."""
    manual: bool = False
    """A person moved it: not moved again by the service unless reopened."""
    handled_by: str = ""
    refused_by: str = ""
    """Partners that returned it, separated by spaces."""
    noted: str = ""
    """The decision whose note has been posted."""
    virtual: str = ""
    """Observing: the team it was decided to, as ``team@epoch``."""
    marks: str = ""
    """The routing tags seen on it, separated by spaces; ``!home`` or ``!partner`` was asked by
    the API and is older than no tag; ``!restored``: our own tag and reason were put back once."""
    superseded_group: str = ""
    """While dirty: groups wished for before, one a line; a write under way may put it in one."""
    note: str = ""
    """The outcome a note is still owed for; empty: none is owed."""
    note_tried: float = 0.0
    """When the service last began to post that note; 0: not yet. Its answer may have been lost."""
    queue: str = ""
    """As ``Policy.queue_of`` names it; empty: the channel's and language's."""
    promised: str = ""
    """The wait that its holder was expected to need, as ``core.waits`` writes it; empty: none."""
    wip_since: float = 0.0
    """Set by the store: since when it is wip without a break; 0: it is not."""

    @property
    def is_open(self) -> bool:
        return self.status is Status.OPEN

    @property
    def is_touched(self) -> bool:
        """Somebody works on it or has answered: it is wip, not waiting."""
        return bool(self.assignee or self.answered or self.claimed_by)

    @property
    def is_dirty(self) -> bool:
        """Something is still to be written into the helpdesk: the desired state or a note."""
        return self.desired_rev != self.confirmed_rev or bool(self.note)


def standing(record: Record) -> Literal["waiting", "wip", "parked", "ended"]:
    """Where a ticket counts: the four classes exclude one another."""
    if record.status.is_ended:
        return "ended"
    if record.status is not Status.OPEN:
        return "parked"
    return "wip" if record.is_touched else "waiting"
