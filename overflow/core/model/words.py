"""The few words that every other noun uses: modes, statuses, loads."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

HOME: Final = "inhouse"
"""The name of the shop's own team, the same in every shop."""


class Mode(StrEnum):
    """What the service may do in a shop."""

    LIVE = "live"
    """Decide, and write the decision into the helpdesk."""
    OBSERVE = "observe"
    """Decide and record; write nothing, take no slots."""
    OFF = "off"
    """Tickets stay where they are; status is still followed."""


class Status(StrEnum):
    """A ticket's status in the service's own words; connectors translate."""

    OPEN = "open"
    PENDING = "pending"
    """Waiting for the customer."""
    ON_HOLD = "on_hold"
    """Waiting for a third party."""
    SOLVED = "solved"
    CLOSED = "closed"
    SPAM = "spam"
    MERGED = "merged"
    DELETED = "deleted"

    @property
    def is_ended(self) -> bool:
        """Whether nobody has to do anything any more, unless the ticket is reopened."""
        return self not in _UNENDED


_UNENDED: Final = frozenset({Status.OPEN, Status.PENDING, Status.ON_HOLD})


class Load(NamedTuple):
    """What one team has of one queue (tickets)."""

    waiting: int = 0
    wip: int = 0

    @property
    def backlog(self) -> int:
        return self.waiting + self.wip
