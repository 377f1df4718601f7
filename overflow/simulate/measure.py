"""Many days of a scenario under a policy: what they cost, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from overflow.simulate.chances import draw
from overflow.simulate.contender import Maker
from overflow.simulate.contenders import maker
from overflow.simulate.contenders.simple import planned
from overflow.simulate.engine import play
from overflow.simulate.interval import Interval, interval, steadied
from overflow.simulate.outcome import Outcome
from overflow.simulate.scenario import Scenario
from overflow.simulate.truth import Truth, twin

Floats = NDArray[np.float64]
Method = Literal["regret", "control"]

FEW: Final = 10
"""Days below which luck is not taken out by regression: it would be fitted instead."""
_CHUNK: Final = 20
"""Days between two looks at whether the interval is narrow enough."""


@dataclass(slots=True)
class Run:
    """A policy's days on one scenario. Variants that ran the same days compare day by day."""

    scenario: Scenario
    policy: str
    late: bool
    truth: Truth
    method: Method
    """How the cost is freed of luck. ``regret``: optimum and regrets. ``control``: by what the
    optimal policy of the scenario's exponential twin cost on the same luck."""
    outcomes: list[Outcome] = field(default_factory=list)
    regrets: list[float] = field(default_factory=list)
    """Euros a day; empty where they are not exact."""
    control: list[float] = field(default_factory=list)
    moments: Sequence[float] = ()
    """When each day's queue is noted."""

    @property
    def days(self) -> int:
        return len(self.outcomes)

    @property
    def plain(self) -> Floats:
        """Euros of each day as they fell."""
        return np.array([outcome.cost for outcome in self.outcomes])

    @property
    def daily(self) -> Floats:
        """Euros of each day, freed of luck; the same mean in expectation."""
        if self.method == "regret":
            return self.truth.optimum + np.array(self.regrets)
        if self.days < FEW:
            return self.plain
        return steadied(self.plain, np.array(self.control), self.truth.twin_optimum)

    @property
    def cost(self) -> Interval:
        """Euros a day."""
        return interval(self.daily, spent=2 if self.method == "control" else 1)

    @property
    def ratio(self) -> Interval:
        """Cost ÷ optimum."""
        return self.cost.over(self.truth.optimum)


def run(  # noqa: PLR0913  all but the first two have defaults or names
    scenario: Scenario,
    policy: str,
    *,
    late: bool = False,
    days: int,
    seed: int = 1,
    half_width: float | None = None,
    on_day: Callable[[], None] | None = None,
    truth: Truth | None = None,
    moments: Sequence[float] = (),
) -> Run:
    """``days`` of the scenario under the policy of this name.

    ``half_width``: stop sooner, when that of the ratio's interval is at most this. ``on_day`` is
    called after each day. ``truth``: that of the scenario, where it is solved already.
    ``moments``: when to note how the queue stands. Raises ``BadInput`` where there is no such
    policy.
    """
    found = begin(scenario, policy, late=late, truth=truth)
    found.moments = moments
    make = maker(policy)
    while found.days < days:
        play_on(found, make, seed)
        if on_day is not None:
            on_day()
        is_time = found.days >= _CHUNK and found.days % _CHUNK == 0
        if half_width is not None and is_time and found.ratio.half <= half_width:
            break
    return found


def begin(scenario: Scenario, policy: str, *, late: bool, truth: Truth | None = None) -> Run:
    """A run without any day yet."""
    truth = truth or Truth(scenario)
    method: Method = "regret" if truth.knows_regret and not late else "control"
    return Run(scenario, policy, late, truth, method)


def play_on(run: Run, make: Maker, seed: int) -> None:
    """One more day."""
    scenario, chances = run.scenario, draw(run.scenario, seed, run.days)
    contender = make(scenario.told(late=run.late))
    outcome = play(scenario, contender, chances, late=run.late, moments=run.moments)
    if run.method == "regret":
        run.regrets.append(float(run.truth.regrets(outcome.decisions).sum()))
    else:
        run.control.append(_control(run, seed))
    run.outcomes.append(outcome)


def _control(run: Run, seed: int) -> float:
    """The day's cost where its twin is decided at arrival as well as can be."""
    easy = twin(run.scenario)
    solution = run.truth.solution
    return play(easy, planned(solution.threshold)(easy.told()), draw(easy, seed, run.days)).cost


def difference(one: Run, other: Run) -> Interval:
    """Euros a day by which ``one`` costs more than ``other``, on the days that both ran."""
    days = min(one.days, other.days)
    return interval(one.daily[:days] - other.daily[:days], spent=2)
