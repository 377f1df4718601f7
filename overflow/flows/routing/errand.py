"""What is asked for one ticket, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Final, NamedTuple

from overflow.core.decide import decide
from overflow.core.decision import Decision
from overflow.core.lifecycle import Change
from overflow.core.model import Policy, Record, Situation, Ticket
from overflow.core.values import dataclass
from overflow.store.requests import Begun

IMPORTED: Final = "import"
"""The input that says when the first walk over the helpdesk ended; before, nothing is decided."""


class View(NamedTuple):
    """What an errand's commit is drafted from."""

    prior: Record | None
    """The ticket as it stands; None: the store does not have it."""
    situation: Situation
    policy: Policy
    now: float

    @property
    def is_importing(self) -> bool:
        """The first walk over the helpdesk has not ended: tickets stay where they stand."""
        return IMPORTED not in self.situation.seen


Step = Callable[[View], Change]
"""What shall become of the ticket; called again when another commit came first.

May raise ``Conflict``, ``Unknown`` and the like, which end the errand.
"""

Decide = Callable[[Ticket, Situation, Policy, float], Decision | None]
"""``core.decide`` or ``core.review``; None: nothing is to be done."""


@dataclass(frozen=True, slots=True)
class Routed:
    """What came of it. The words of ``outcome`` are listed in ``overflow.flows``."""

    outcome: str
    record: Record | None = None
    """What stands now; None: nothing is kept of this ticket."""
    decision: Decision | None = None
    """The decision made here."""
    entry: str = ""
    """Id of its journal entry."""


@dataclass(frozen=True, slots=True)
class Along:
    """Who is behind an errand, and what is written along with it."""

    source: str
    """webhook, read, import, api, sweep, partner or person."""
    delivery: str = ""
    """The sender's id of the delivery; a second one of it changes nothing."""
    tally: str = ""
    """``webhook/CONNECTOR``, to be counted with the outcome."""
    facts: Mapping[str, object] = field(default_factory=dict)
    """Said in the journal entry."""
    turn: Begun | None = None
    render: Callable[[Routed], bytes] | None = None
    """With ``turn``: the answer to keep, in which ``ENTRY`` stands for the journal entry's id."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What shall be done with one ticket."""

    ticket_id: str
    step: Step
    along: Along
    decide: Decide = decide
    ahead: int | None = None
    """Tickets waiting before it in its queue; None: not known, or it joins at the end."""
    read: float = 0.0
    """The to-read mark it answers."""
    is_heard: bool = False
    """It comes straight from the helpdesk."""
    is_read: bool = False
    """It rests on a read made after ``prior`` was: if another commit came first, read again."""
