"""What a simulated day came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class Decision(NamedTuple):
    """One decision at arrival, as regret is counted from it."""

    t: float
    n: int
    """In the system when it was asked, without the ticket itself."""
    overflow: bool
    batch_left: int = 0
    """Tickets of the batch at opening that are still to be decided after this one."""
    busy: int = 0
    """The partner's slots that were taken, where it has a limit."""
    refused: bool = False
    """It was to overflow, and the partner had no slot."""

    @property
    def stays(self) -> bool:
        """Whether the ticket joined the queue at home."""
        return self.refused or not self.overflow


class LateMove(NamedTuple):
    """A late overflow."""

    t: float
    n: int
    """In the system before it, the ticket itself included."""
    ahead: int
    """Of those, who waited before it."""
    dues: Sequence[float]
    """When it and those behind it are late, in the order of the line."""


class Moment(NamedTuple):
    """The queue at one time."""

    t: float
    waiting: int
    wip: int
    slots: int
    level: int | None
    """From how many in the system on the contender overflows, where it says so."""


@dataclass(slots=True)
class Outcome:
    """Counts of tickets, euros and minutes of one day; those in the system at its start apart.

    ``offered = served + overflowed + abandoned + lost``.
    """

    offered: int = 0
    served: int = 0
    """Answered at home."""
    overflowed: int = 0
    late: int = 0
    """Of the overflowed: after waiting at home."""
    refused: int = 0
    """Tickets that were to overflow when no partner could take them."""
    abandoned: int = 0
    lost: int = 0
    """Not answered at closing."""
    dropped: int = 0
    """Answered, put back by a shift's end, and then not served to the end."""
    breached: int = 0
    """Late, wherever that was."""
    in_time: int = 0
    """Answered within the target, at home or by the partner."""
    cost: float = 0.0
    waits: list[float] = field(default_factory=list)
    """Minutes until the first answer, of all who got one at home."""
    partner_waits: list[float] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    late_moves: list[LateMove] = field(default_factory=list)
    """In the order in which they were made."""
    left_by_horizon: int = 0
    """Who gave up until the horizon, answered before or not."""
    n_at_horizon: int = 0
    """In the system then."""
    seconds: list[float] = field(default_factory=list)
    """That each decision at arrival took."""
    moments: list[Moment] = field(default_factory=list)
    """The queue at the times that were asked for."""
