"""What a service is told of a day before it begins; it may be wrong, and is all there is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from overflow.core.optimum.offer import Offer

End = Literal["drain", "close"]
Steps = tuple[tuple[float, int], ...]
"""(from, value): holds until the next; the first is at 0."""
Points = tuple[tuple[float, float], ...]
"""(time, value): linear between, a repeated time is a jump, constant before and after."""


@dataclass(frozen=True, slots=True)
class Told:
    """One queue's day as it is planned. Minutes from opening, euros a ticket.

    A contender is made from this and learns everything else from events.
    """

    channel: str
    horizon: float
    """Nobody arrives later."""
    roster: Steps
    """(from, agents): the plan, not who really comes."""
    concurrency: int
    """Tickets an agent works on at once."""
    handle_time: float
    """Configured mean minutes of work on a ticket."""
    patience: float
    """Configured mean minutes until somebody who waits gives up; infinite: never."""
    forecast: Points
    """Expected arrivals a minute, without the batch."""
    target: float
    """Minutes until the first answer is late."""
    breach: float
    """Cost of a late first answer."""
    lost: float
    """Cost of one who gives up, or is not served before closing."""
    overflow: float
    """The partner's price."""
    kept: float
    """Cost of a ticket served at home."""
    end: Literal["drain", "close"] = "drain"
    """At the horizon work goes on until nobody waits, or who waits is lost."""
    n0: int = 0
    """In the system at opening."""
    batch0: int = 0
    """Waiting for a decision at opening, each of which is asked about at time 0."""
    partner_slots: int | None = None
    """Tickets that the partner holds at most; None: no limit."""
    partner_handle: float | None = None
    """Mean minutes that a ticket takes one of them."""
    partner_wait: float = 0.0
    """Mean minutes until the partner answers what overflows at arrival."""
    late_wait: float = 0.0
    """Mean minutes until the partner answers what overflows late."""
    late: bool = False
    """Whether tickets that wait may overflow late."""
    goal: float | None = None
    """Share to be answered in time with as few overflows as that takes; None: least cost."""
    offers: tuple[Offer, ...] = ()
    """The partners, the cheapest first, where they have hours."""

    @property
    def mu(self) -> float:
        """Tickets a minute that one slot ends."""
        return 1.0 / self.handle_time

    @property
    def theta(self) -> float:
        """Rate a minute at which one who waits gives up; 0: never."""
        return 0.0 if math.isinf(self.patience) else 1.0 / self.patience

    @property
    def slots(self) -> Steps:
        """(from, slots) as planned: agents x concurrency."""
        return tuple((start, agents * self.concurrency) for start, agents in self.roster)
