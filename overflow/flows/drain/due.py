"""What a drain has before it, one ticket or many, and what is left of a piece of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from overflow.core.model import Record
from overflow.store.marks import Mark


@dataclass(frozen=True, slots=True)
class Due:
    """A ticket that is due, and the marks that say so."""

    id: str
    write: Mark | None
    read: Mark | None


Owing = tuple[Due, Record]
"""Who stands as desired and owes a note."""


class Parted(NamedTuple):
    """Who goes on alone."""

    alone: frozenset[str]
    """Tickets whose next try is to be made without the others."""
    unfound: frozenset[str]
    """Those that the helpdesk's list did not show, though it may the next time."""
    owing: Sequence[Owing]


NOBODY: Final = Parted(frozenset(), frozenset(), ())
