"""What anybody sees of a queue: who waits since when, who is in service, how many agents."""

from __future__ import annotations

from overflow.simulate.told import Told


class Lane:
    """The state of a queue as a contender's events tell it; a contender hands them on."""

    def __init__(self, told: Told) -> None:
        self.told = told
        self.agents = 0
        self.waiting: dict[int, float] = {}
        """Ticket -> when it came, for those that wait unanswered, first come first."""
        self.back: set[int] = set()
        """Waiting again after a shift's end, ahead of all others."""
        self.wip: set[int] = set()
        """In service."""

    @property
    def slots(self) -> int:
        """Tickets that the agents who are there can work on at once."""
        return self.agents * self.told.concurrency

    @property
    def line(self) -> int:
        """Tickets that wait."""
        return len(self.waiting) + len(self.back)

    @property
    def n(self) -> int:
        """Tickets in the system: waiting and in service."""
        return len(self.waiting) + len(self.back) + len(self.wip)

    def begin(self, n0: int) -> None:
        self.waiting = dict.fromkeys(range(n0), 0.0)

    def joined(self, t: float, ticket: int) -> None:
        self.waiting[ticket] = t

    def started(self, ticket: int) -> None:
        self.waiting.pop(ticket, None)
        self.back.discard(ticket)
        self.wip.add(ticket)

    def ended(self, ticket: int) -> None:
        self.wip.discard(ticket)

    def left(self, ticket: int) -> None:
        """It gave up, or overflowed late."""
        self.waiting.pop(ticket, None)
        self.back.discard(ticket)

    def put_back(self, ticket: int) -> None:
        self.wip.discard(ticket)
        self.back.add(ticket)
