"""What comes of a look at the helpdesk."""

from __future__ import annotations

from typing import Literal

from overflow.core.model import Cause, Record
from overflow.core.values import dataclass


@dataclass(frozen=True, slots=True)
class Keep:
    """Something is new: commit the record; decide first where there is a cause."""

    record: Record
    cause: Cause | None
    events: tuple[str, ...]
    """What happened, in the past tense: arrived, imported, accepted, moved_by_person, crossed,
    assigned, unassigned, answered, parked, resumed, ended, reopened, asked, changed, unmarked."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Nothing is new: the current state, an older one, or a ticket that is never routed."""

    why: Literal["same", "older", "ignored"]


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """It differs and cannot be put in order: the ticket must be read."""


Change = Keep | Drop | ReadAgain
