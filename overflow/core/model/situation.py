"""The snapshot a decision is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import NamedTuple

from overflow.core.arrivals.signals import Signal
from overflow.core.hours import Hours
from overflow.core.model.queue_plan import QueuePlan
from overflow.core.model.words import Load
from overflow.core.values import dataclass


class Pressure(NamedTuple):
    """A queue's pressure."""

    on: bool = False
    since: float = 0.0
    measure: str = ""
    """The measure that turned it on last: backlog, expected_wait or breach."""
    rev: int = 0
    """Raised with every change; a commit against another one is refused."""


class Sample(NamedTuple):
    """A running mean with its weight, both decaying with every new value."""

    n: float = 0.0
    mean: float = 0.0
    at: float = 0.0


class Declared(NamedTuple):
    """What a team has said about itself by the API; ends at ``until``."""

    at: float
    until: float
    agents: int | None = None
    """Home: agents really on shift."""
    capacity: Mapping[str, int] | None = None
    """Partner: tickets it can take now, per channel; never above the contract's."""
    hours: Hours | None = None
    """Hours that stand in for the policy's until then."""
    paused: bool = False
    reason: str = ""


class Switch(NamedTuple):
    """Somebody switched a partner, channel or queue off."""

    until: float
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Situation:
    """The snapshot a decision is made from, as one store call returned it."""

    at: float
    """The store's time when it was taken."""
    seq: int
    policy_version: int
    loads: Mapping[tuple[str, str], Load]
    """(team, queue) -> tickets."""
    held: Mapping[tuple[str, str], int]
    """(partner, channel) -> open tickets it holds, as the store counts them for its limits."""
    today: Mapping[str, int]
    """Partner -> tickets handed over on the local day of the situation."""
    handed: Mapping[str, int]
    """Partner -> tickets ever handed over, for the counted fair share."""
    pressure: Mapping[str, Pressure]
    handle_time: Mapping[tuple[str, str], Sample]
    """(team, channel) -> measured handle time, seconds."""
    declared: Mapping[str, Declared]
    """Team -> what it declared."""
    switched_off: Mapping[str, Switch]
    """``partner:NAME``, ``channel:NAME`` or ``queue:NAME`` -> since and why."""
    seen: Mapping[str, float]
    """Input -> when it was last fresh; ``helpdesk``: something heard or read from it."""
    virtual: Mapping[tuple[str, str], Load]
    """Observing: (partner, queue) -> tickets that stand at home but were decided to it."""
    epoch: int = 0
    """Raised whenever observing begins; a record's ``virtual`` of another one counts nowhere."""
    signals: Mapping[str, Signal] = field(default_factory=dict)
    """Name -> what was told from outside; some may have expired."""
    plans: Mapping[str, QueuePlan] = field(default_factory=dict)
    """Channel -> what the planner worked out for its queues; some may have become too old."""
    raw: Sequence[bytes] = field(default=(), repr=False, compare=False)
    """The form the store keeps it in, for the journal; empty: it did not come from the store."""
