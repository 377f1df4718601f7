"""The one index of the tickets that are not ended.

A sorted set whose scores are all 0 is sorted by its members' bytes. A member is
``team|class|queue|arrival|id``: so one team's waiting tickets of one queue stand together, first
come first, and counting those ahead, listing and paging are O(log n) each. ``class`` is ``w``
waiting, ``i`` wip or ``p`` parked; ``arrival`` 16 digits of microseconds. commit.lua makes the same
member.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from overflow.core.model import Record, standing

Standing = Literal["waiting", "wip", "parked"]

CLASSES: Final[dict[str, str]] = {"waiting": "w", "wip": "i", "parked": "p", "ended": ""}
"""What ``standing`` says -> the letter in the store."""

STANDINGS: Final[dict[str, Standing]] = {"w": "waiting", "i": "wip", "p": "parked"}


class Place(NamedTuple):
    """Where a waiting ticket stands."""

    id: str
    queue: str
    ahead: int
    """Tickets waiting in its queue before it."""


def queue_of(record: Record) -> str:
    """The queue the record names, else the one that channel and language make."""
    return record.queue or f"{record.channel}.{record.language or '-'}"


def class_of(record: Record) -> str:
    """``w``, ``i``, ``p``, or empty for an ended ticket."""
    return CLASSES[standing(record)]


def prefix(team: str, letter: str, queue: str) -> str:
    """What all members of one queue of one team have in common."""
    return f"{team}|{letter}|{queue}|"


def member(team: str, letter: str, queue: str, arrived: int, ticket_id: str) -> str:
    """The member of one ticket; ``arrived`` in microseconds."""
    return f"{team}|{letter}|{queue}|{arrived:016d}|{ticket_id}"


def split(member_bytes: bytes) -> tuple[str, str, str, str, str]:
    """Team, class, queue, arrival, id."""
    team, letter, queue, arrived, ticket_id = member_bytes.decode().split("|", 4)
    return team, letter, queue, arrived, ticket_id
