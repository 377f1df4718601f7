"""A scenario: one queue's day as it really is. Minutes from opening, euros a ticket."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from overflow.simulate.partners import Contract, offers_of
from overflow.simulate.told import End, Points, Steps, Told


@dataclass(frozen=True, slots=True)
class Law:
    """How times are spread around their mean."""

    kind: Literal["exp", "lognormal"] = "exp"
    cv: float = 1.0
    """Standard deviation / mean; an exponential time has 1."""


@dataclass(frozen=True, slots=True)
class Belief:
    """What the service is told where it is not the truth; None: the truth."""

    forecast: Points | None = None
    roster: Steps | None = None
    handle_time: float | None = None
    patience: float | None = None


@dataclass(frozen=True, slots=True)
class Stated:
    """What a file says of its own scenario, to check a simulator against; None: nothing."""

    optimum: float | None = None
    """Expected cost of a day under the best policy that knows the rates and decides at arrival."""
    never_ratio: float | None = None
    """Cost ÷ optimum where nothing overflows."""
    best_threshold: int | None = None
    best_threshold_ratio: float | None = None
    """Cost ÷ optimum of the best threshold that never changes."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """The truth of one day; fields as in ``Told``, where they are explained."""

    name: str
    horizon: float
    roster: Steps
    """(from, agents) who really come."""
    concurrency: int
    handle_time: float
    theta: float
    """Rate a minute at which one who waits gives up; 0: never."""
    target: float
    rate: Points
    """Arrivals a minute, without the batch."""
    breach: float
    lost: float
    overflow: float
    kept: float
    channel: str = ""
    note: str = ""
    end: End = "drain"
    n0: int = 0
    batch0: int = 0
    service: Law = Law()
    patience: Law = Law()
    partner_slots: int | None = None
    partner_handle: float | None = None
    partner_wait: float = 0.0
    late_wait: float = 0.0
    goal: float | None = None
    """Share to be answered in time, 0..1, where one is wanted."""
    is_by_goal: bool = False
    """The planner keeps to that goal, and to no costs."""
    partners: tuple[Contract, ...] = ()
    """Those that there really are; none: the one of ``overflow`` and ``partner_...``, which of
    several is what the planner and the optimum take all of them for."""
    belief: Belief = Belief()
    stated: Stated = Stated()

    @property
    def slots(self) -> Steps:
        """(from, slots) as they really are."""
        return tuple((start, agents * self.concurrency) for start, agents in self.roster)

    @property
    def is_exponential(self) -> bool:
        """Whether the number in the system says all there is to know about what comes."""
        return self.service.kind == "exp" and (self.theta == 0 or self.patience.kind == "exp")

    def told(self, *, late: bool = False) -> Told:
        """What a service is told of this day; ``late``: tickets that wait may overflow late."""
        belief = self.belief
        true_patience = 1.0 / self.theta if self.theta else math.inf
        return Told(
            channel=self.channel,
            horizon=self.horizon,
            roster=belief.roster or self.roster,
            concurrency=self.concurrency,
            handle_time=belief.handle_time or self.handle_time,
            patience=true_patience if belief.patience is None else belief.patience,
            forecast=belief.forecast or self.rate,
            target=self.target,
            breach=self.breach,
            lost=self.lost,
            overflow=self.overflow,
            kept=self.kept,
            end=self.end,
            n0=self.n0,
            batch0=self.batch0,
            partner_slots=self.partner_slots,
            partner_handle=self.partner_handle,
            partner_wait=self.partner_wait,
            late_wait=self.late_wait,
            late=late,
            goal=self.goal if self.is_by_goal else None,
            offers=offers_of(self.partners, self.breach, self.target),
        )
