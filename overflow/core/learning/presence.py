"""How many of home's agents are really there: by the work that is seen while work lies waiting.

Where at least as many tickets are there as the declared agents could work on at once, and some of
them wait, everybody who is there works. Then

    work seen  ~  agents x share really there x time

Of live channels the work is what stands in work; of others, where a ticket may stay open long after
anybody works on it, it is the first answers given, each as long as one takes. The share is a factor
as ``overflow.core.factor`` learns it: it stays at 1 until the evidence is heavy, and never passes
it. While nothing waits, or less than would keep all of them busy (one ticket that nobody there can
read, or that was forgotten), nothing is learned.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from overflow.core import factor
from overflow.core.factor import Belief, Prior

PRIOR: Final = Prior(trust=0.9, spread=0.6, memory=6 * 3600.0)
"""Nine times out of ten everybody is there; who is missing is back after six hours on average."""
LONGEST: Final = 120.0
"""Seconds between two looks above which nobody knows what was between them."""


class Look(NamedTuple):
    """Home at one moment."""

    at: float
    agents: int
    """As declared, or on shift."""
    there: float
    """Tickets waiting or in work, in agents that they would keep busy at once."""
    is_waiting: bool
    """Whether any of them waits."""
    working: float
    """Agents who are seen working on live channels."""
    unit: float
    """Seconds of an agent's work that count like one event: a ticket's where answers are counted,
    less where work is seen while it goes on."""
    delay: float = 0.0
    """Seconds until work that is begun is seen: of a channel that shows answers only."""

    @property
    def is_full(self) -> bool:
        """Whether everybody who is there works."""
        return self.agents > 0 and self.is_waiting and self.there >= self.agents


class Presence(NamedTuple):
    """What is known; plain, see ``presence_from``."""

    belief: Belief
    last: Look | None = None
    since: float | None = None
    """From when on home was full, with so many agents, at every look; None: it was not."""
    declared: int | None = None
    """What the belief is a share of, where it was declared."""
    seconds: float = 0.0
    """Agents x time that were looked at, fading as the belief does."""

    @property
    def share(self) -> float:
        """Of those declared, 0..1, who are there."""
        return min(1.0, factor.middle(self.belief))

    @property
    def samples(self) -> float:
        """Tickets' worth of work that all of them could have done while they were looked at."""
        return self.seconds / self.last.unit if self.last else 0.0


def begin(declared: int | None = None) -> Presence:
    """Before the first look."""
    return Presence(factor.begin(PRIOR), declared=declared)


def look(before: Presence, now: Look, worked: float, declared: int | None) -> Presence:
    """With one more look; ``worked``: seconds of work that answers since the last one stand for.

    Another number declared than before is news, and what was learned of the old one is forgotten.
    """
    if declared != before.declared:
        before = begin(declared)
    last = before.last
    lasted = 0.0 if last is None else max(0.0, now.at - last.at)
    goes_on = before.since is not None and _same(last, now)
    is_seen = goes_on and before.since is not None and now.at - before.since > now.delay
    capacity = now.agents * lasted if is_seen else 0.0
    work = _area(last, now, lasted) + worked if is_seen else 0.0
    since = before.since if goes_on else now.at
    fading = 2.0 ** (-lasted / PRIOR.memory)
    return Presence(
        factor.learn(before.belief, PRIOR, work / now.unit, capacity / now.unit, lasted),
        now,
        since if now.is_full else None,
        declared,
        before.seconds * fading + capacity,
    )


def _same(last: Look | None, now: Look) -> bool:
    """Whether home stayed full with the same agents from one look to the next."""
    return (
        last is not None
        and now.is_full
        and last.agents == now.agents
        and 0.0 < now.at - last.at <= LONGEST
    )


def _area(last: Look | None, now: Look, lasted: float) -> float:
    return 0.0 if last is None else lasted * (last.working + now.working) / 2.0


def presence_from(data: Mapping[str, Any]) -> Presence:
    """What ``Presence._asdict`` gave, after a way through JSON."""
    last = data["last"]
    return Presence(
        **{
            **data,
            "belief": tuple(data["belief"]),
            "last": None if last is None else Look(*last),
        }
    )
