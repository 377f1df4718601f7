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
Method = Literal["regret", "luck"]

FEW: Final = 30
"""Days below which luck is not weighed by regression, for that would be luck too."""
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
    """How the cost is freed of chance. ``regret``: the optimum and the regrets, which is exact.
    ``luck``: the costs without the luck of their days."""
    outcomes: list[Outcome] = field(default_factory=list)
    regrets: list[float] = field(default_factory=list)
    """Euros a day; empty where they are not exact."""
    lucks: list[list[float]] = field(default_factory=list)
    """A day's luck, in ways whose mean is known to be 0: what the optimal policy of the scenario's
    exponential twin paid above its mean on the same draws; then ``Truth.luck`` where it holds,
    which of a good policy's day is nearly all."""
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
        lucks = np.array(self.lucks)
        if self.days >= FEW:
            return steadied(self.plain, lucks)
        return self.plain - lucks[:, -1] if self.scenario.is_exponential else self.plain

    @property
    def cost(self) -> Interval:
        """Euros a day."""
        return interval(self.daily, spent=_spent(self))

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
    method: Method = "regret" if truth.knows_all_regret(late=late) else "luck"
    return Run(scenario, policy, late, truth, method)


def play_on(run: Run, make: Maker, seed: int) -> None:
    """One more day."""
    scenario, chances = run.scenario, draw(run.scenario, seed, run.days)
    contender = make(scenario.told(late=run.late))
    outcome = play(scenario, contender, chances, late=run.late, moments=run.moments)
    if run.method == "regret":
        at_arrival = float(run.truth.regrets(outcome.decisions).sum())
        run.regrets.append(at_arrival + run.truth.late_regret(outcome))
    else:
        run.lucks.append(luck_of(run, outcome, seed))
    run.outcomes.append(outcome)


def luck_of(run: Run, outcome: Outcome, seed: int) -> list[float]:
    """The luck of the run's next day, whose outcome this is: a row of ``lucks``."""
    easy = twin(run.scenario)
    best = planned(run.truth.solution.threshold)(easy.told())
    cost = play(easy, best, draw(easy, seed, run.days)).cost
    found = [cost - run.truth.twin_optimum]
    return [*found, run.truth.luck(outcome)] if run.scenario.is_exponential else found


def _spent(run: Run) -> int:
    """Degrees of freedom: the mean's, and those of the luck that is taken out."""
    return 1 + (len(run.lucks[0]) if run.lucks and run.days >= FEW else 0)


def difference(one: Run, other: Run) -> Interval:
    """Euros a day by which ``one`` costs more than ``other``, on the days that both ran."""
    days = min(one.days, other.days)
    between = one.daily[:days] - other.daily[:days]
    return interval(between, spent=max(_spent(one), _spent(other)))
