"""The interface of a policy under test, small enough that any simulator can drive it.

How to drive one, whatever the simulator is written in:

1. Make it from what the service is told: ``contender = CONTENDERS["auto"](told)``.
2. ``begin(n0)``; tickets 0 to n0 - 1 are in the system. Then ``staffed(0, agents)``, and
   ``started(0, ticket)`` for those of them that find a slot.
3. Tickets are numbered as they come. For each: ``arrival(t, ticket)``. If it says True and the
   partner has a slot, ``overflowed(t, ticket, True)``; if it has none ``overflowed(t, ticket,
   False)``, and the ticket joins the queue as if it had said False. A batch at opening is asked
   about one by one at time 0. A ticket that finds a free slot is ``started`` at once.
4. Whatever happens is told when it happens, in the order of time: ``started`` (also a put-back
   ticket that starts again), ``ended``, ``abandoned``, ``put_back`` (a shift ended: a ticket in
   service waits again, at the head), ``staffed`` (agents really there from now on). At a shift
   change ``staffed`` comes first, then who is put back or started by it. Who is lost at closing is
   not told: the day is over.
5. With late overflow, every ``LOOK`` minutes: ``look(t)`` names tickets to overflow late among
   those that wait and were not answered yet. For each, in that order, ``overflowed(t, ticket,
   ok)``; where the partner has no slot (ok is False) it waits on in its place.
6. A contender that is a ``Planner`` too is asked to ``plan(t)`` every ``LOOK`` minutes, from time 0
   on and before the look: what a worker does beside the service, and not counted as decision time.

Times are minutes from opening and never go backwards. A contender is used for one day and sees
neither the future nor the truth behind the events.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol, runtime_checkable

from overflow.simulate.told import Told

LOOK: Final = 0.25
"""Minutes between two looks at what waits, and between two plans."""


class Contender(Protocol):
    """A policy under test, for one day."""

    def begin(self, n0: int) -> None:
        """The day begins with tickets 0 to n0 - 1 in the system."""

    def arrival(self, t: float, ticket: int) -> bool:
        """A ticket comes: True to overflow it, False to keep it."""

    def look(self, t: float) -> Sequence[int]:
        """The tickets to overflow late, among those that wait; only asked where that is allowed."""

    def started(self, t: float, ticket: int) -> None:
        """An agent takes it: it is answered now, if it was not before."""

    def ended(self, t: float, ticket: int) -> None:
        """It is done, and its slot is free."""

    def abandoned(self, t: float, ticket: int) -> None:
        """The customer gave up while waiting."""

    def put_back(self, t: float, ticket: int) -> None:
        """Its agent's shift ended: it waits at the head, answered already."""

    def staffed(self, t: float, agents: int) -> None:
        """So many agents are really there from now on."""

    def overflowed(self, t: float, ticket: int, ok: bool) -> None:  # noqa: FBT001  an event's fact
        """What became of an overflow: True, the partner has it; False, it had no slot."""


@runtime_checkable
class Planner(Protocol):
    """A contender that plans ahead, beside its decisions."""

    def plan(self, t: float) -> None:
        """Look at the estimates and plan anew where they moved."""


@runtime_checkable
class Levelled(Protocol):
    """A contender that can say where it stands, for pictures."""

    def level(self, t: float) -> int | None:
        """The number in the system from which on it overflows now; None: none."""


Maker = Callable[[Told], Contender]
"""Makes the contender for a day."""
