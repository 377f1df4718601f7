"""Rules that look at the queue as it is now, and what commercial systems offer.

None of them overflows late. Each is a predicate on the lane, asked before the ticket joins.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from overflow.core.queueing import expected_wait
from overflow.simulate.contender import Contender, Maker
from overflow.simulate.contenders.lane import Lane
from overflow.simulate.told import Told

Rule = Callable[[Lane, float], bool]
"""Whether a ticket that comes now overflows."""


class Simple:
    """A contender that asks one rule of the lane, at arrival only."""

    def __init__(self, told: Told, rule: Rule) -> None:
        self._lane = Lane(told)
        self._rule = rule

    def begin(self, n0: int) -> None:
        self._lane.begin(n0)

    def arrival(self, t: float, ticket: int) -> bool:
        if self._rule(self._lane, t):
            return True
        self._lane.joined(t, ticket)
        return False

    def look(self, t: float) -> Sequence[int]:
        del t
        return ()

    def started(self, t: float, ticket: int) -> None:
        del t
        self._lane.started(ticket)

    def ended(self, t: float, ticket: int) -> None:
        del t
        self._lane.ended(ticket)

    def abandoned(self, t: float, ticket: int) -> None:
        del t
        self._lane.left(ticket)

    def put_back(self, t: float, ticket: int) -> None:
        del t
        self._lane.put_back(ticket)

    def staffed(self, t: float, agents: int) -> None:
        del t
        self._lane.agents = agents

    def overflowed(self, t: float, ticket: int, ok: bool) -> None:  # noqa: FBT001  the interface
        if not ok:
            self._lane.joined(t, ticket)


def never(told: Told) -> Contender:
    """Keep everything."""
    return Simple(told, lambda _lane, _t: False)


def always(told: Told) -> Contender:
    """Overflow everything."""
    return Simple(told, lambda _lane, _t: True)


def backlog(told: Told) -> Contender:
    """Overflow when as many wait as there are agents: the usual rule of commercial systems."""
    return Simple(told, lambda lane, _t: lane.line >= lane.agents)


def no_free_slot(told: Told) -> Contender:
    """Overflow whoever would have to wait."""
    return Simple(told, lambda lane, _t: lane.n >= lane.slots)


def estimated_wait(told: Told) -> Contender:
    """Overflow when the mean wait of this place in the line passes the target.

    With the configured handle time and patience and the agents who are there
    (``core.queueing.expected_wait``).
    """

    def rule(lane: Lane, _t: float) -> bool:
        place = lane.n + 1 - lane.slots
        return expected_wait(place, lane.slots, told.mu, told.theta) > told.target

    return Simple(told, rule)


def threshold(level: int) -> Maker:
    """Overflow when ``level`` or more are in the system."""

    def make(told: Told) -> Contender:
        return Simple(told, lambda lane, _t: lane.n >= level)

    return make


def planned(level: Callable[[float], int]) -> Maker:
    """Overflow when as many are in the system as a plan says for that time."""

    def make(told: Told) -> Contender:
        return Simple(told, lambda lane, t: lane.n >= level(t))

    return make
