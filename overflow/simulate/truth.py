"""The best that could be done by who knows a scenario's rates, and what a decision lacks to it.

E[cost] of any policy that decides at arrival is the optimum and the sum of its regrets, each of
them what that decision costs more than the best one there and then: exact in expectation where
times are exponential, and far less noisy than the costs themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from overflow.core.optimum.bellman import Course, Solution, solve
from overflow.core.optimum.bellman_finite import FiniteSolution, solve_finite
from overflow.core.optimum.bellman_grid import natural
from overflow.core.optimum.bellman_sweep import Swept, sweep
from overflow.core.optimum.late_regret import late_regret
from overflow.simulate.outcome import Decision, Outcome
from overflow.simulate.scenario import Law, Scenario

_WORTH: Final = 1e7
"""States x (partner's slots)^2 that are worth their time, some seven seconds; with more of them
the slots are counted in lots, which makes the optimum dearer than it is."""

Floats = NDArray[np.float64]


def course_of(scenario: Scenario) -> Course:
    """The scenario as its planner would see it who knew the truth; times taken as exponential."""
    return Course(
        horizon=scenario.horizon,
        slots=scenario.slots,
        mu=1.0 / scenario.handle_time,
        theta=scenario.theta,
        target=scenario.target,
        rate=scenario.rate,
        breach=scenario.breach,
        lost=scenario.lost,
        overflow=scenario.overflow,
        kept=scenario.kept,
        end=scenario.end,
        partner_slots=scenario.partner_slots,
        partner_handle=scenario.partner_handle,
        partner_wait=scenario.partner_wait,
    )


def twin(scenario: Scenario) -> Scenario:
    """The same day with exponential times and a partner without limit, whose optimum is exact."""
    return replace(
        scenario,
        service=Law(),
        patience=Law(),
        partner_slots=None,
        partner_handle=None,
        partners=(),
    )


class Truth:
    """The exact answers for a scenario; solved when first asked for.

    ``quick``: without the regret that takes long to work out, where the partner has a limit.
    """

    def __init__(self, scenario: Scenario, *, quick: bool = False) -> None:
        self._scenario = scenario
        self._quick = quick
        self._course = course_of(twin(scenario))
        self._present = scenario.n0 + scenario.batch0

    @cached_property
    def solution(self) -> Solution:
        """Of the ``twin``."""
        return solve(self._course, present=self._present)

    @cached_property
    def twin_optimum(self) -> float:
        """Expected euros of the ``twin`` under its best policy."""
        return self.solution.expected_cost(self._scenario.n0, self._scenario.batch0)

    @cached_property
    def limited(self) -> FiniteSolution | None:
        """Where the partner has a limit: its free slots have a price."""
        if self._scenario.partner_slots is None:
            return None
        course = course_of(self._scenario)
        lots = int((_WORTH / natural(course, self._present)) ** (1.0 / 3.0))
        return solve_finite(course, present=self._present, busiest=max(4, lots))

    @cached_property
    def optimum(self) -> float:
        """Expected euros of a day under the best policy that decides at arrival.

        Times are taken as exponential; where they are not, this is what a planner who takes them
        so expects.
        """
        if self.limited is None:
            return self.twin_optimum
        return self.limited.expected_cost(self._scenario.n0, self._scenario.batch0)

    def knows_all_regret(self, *, late: bool) -> bool:
        """Whether a day's regret is exact, and sharp, with that of late overflows if any may be.

        Where nobody gives up lines grow so long that one ticket's leaving is worth something to
        hundreds: exact still, but noisier than the costs, and slow.
        """
        scenario = self._scenario
        is_short = scenario.theta > 0 and scenario.partner_slots is None
        return self.knows_regret and (is_short or not late)

    @cached_property
    def knows_regret(self) -> bool:
        """Whether the regret of decisions at arrival is exact.

        Not where a partner's slots are counted in lots, or a batch is to be decided on them, nor
        where there are partners with hours and days of their own.
        """
        is_limited = self._scenario.partner_slots is not None
        if self._scenario.partners:
            return False
        if not self._scenario.is_exponential or (self._quick and is_limited):
            return False
        return self.limited is None or (self.limited.lot == 1 and not self._scenario.batch0)

    def regrets(self, decisions: Sequence[Decision]) -> Floats:
        """Euros that each decision of a day costs more than the best one there and then."""
        if not decisions:
            return np.zeros(0)
        if self.limited is not None:
            regret = self.limited.regret
            return np.array([regret(d.n, d.t, d.overflow, d.busy) for d in decisions])
        n = np.array([decision.n for decision in decisions])
        t = np.array([decision.t for decision in decisions])
        out = np.array([decision.overflow for decision in decisions])
        gaps = self._at(n, t)
        found = np.maximum(0.0, np.where(out, -gaps, gaps))
        for place, decision in enumerate(decisions):
            if decision.t > 0 or not decision.batch_left:
                break
            found[place] = self._in_batch(decision)
        return found

    def late_regret(self, outcome: Outcome) -> float:
        """Euros that a day's late overflows cost more than going on; below 0 where they are good.

        With the regrets at arrival that is what the day costs more than the optimum, which is one
        of all policies that decide at arrival. Only where times are exponential and the partner
        has no limit.
        """
        swept, wait = self._swept, self._scenario.late_wait
        never_asked = np.zeros(len(swept.times), dtype=np.int64)  # its thresholds
        wide = Solution(self._course, swept.times, never_asked, swept.values, swept.own, None)
        return sum(
            late_regret(wide, wait, m.t, m.n, m.dues, ahead=m.ahead) for m in outcome.late_moves
        )

    def luck(self, outcome: Outcome) -> float:
        """Euros by which a day was dearer by chance; 0 in expectation under any policy.

        The day's martingale under V, the ``twin``'s least cost still to come: what arrivals,
        services and people who gave up did to it, less what was to be expected of them (Dynkin's
        formula, with V's own equation for the latter). Late overflows move the queue, but are no
        chance, and a partner that is full changes what is decided, not who comes. Only where times
        are exponential.
        """
        decisions = [d for d in outcome.decisions if d.t > 0]
        start = self._scenario.n0 + self._kept_of_batch(outcome)
        n, t = _columns([(d.t, d.n) for d in decisions])
        stays = np.array([d.stays for d in decisions], dtype=np.float64)
        gaps, leaving = self._at(n, t), self._course.leaving
        own = self._between(self._swept.own, n, t)
        comes = np.minimum(leaving, leaving + gaps) - stays * (leaving + gaps - own)
        moves = [(m.t, m.n) for m in outcome.late_moves if m.t <= self._course.horizon]
        late_n, late_t = _columns(moves)
        values = self._swept.values
        moved = self._between(values, late_n, late_t) - self._between(values, late_n - 1, late_t)
        end = float(values[-1, min(outcome.n_at_horizon, values.shape[1] - 1)])
        lost = (self._course.lost - self._course.kept) * outcome.left_by_horizon
        return float(comes.sum() + moved.sum()) + lost + end - float(values[0, start])

    def _kept_of_batch(self, outcome: Outcome) -> int:
        """Of the tickets that were decided at opening, those in the system after it."""
        return sum(d.stays for d in outcome.decisions if d.t == 0)

    @cached_property
    def _swept(self) -> Swept:
        """Up to numbers in system that even who overflows nobody does not pass."""
        return sweep(self._course, natural(self._course, self._present) + 2)

    @cached_property
    def _gaps(self) -> Floats:
        """By time and number found: what keeping costs more than overflowing."""
        swept = self._swept
        gaps: Floats = swept.own[:, :-1] + np.diff(swept.values, axis=1) - self._course.leaving
        return gaps

    def _at(self, n: NDArray[np.int64], t: Floats) -> Floats:
        """The gaps there and then."""
        return self._between(self._gaps, n, t)

    def _between(self, figures: Floats, n: NDArray[np.int64], t: Floats) -> Floats:
        """Figures by time and number, linear between two times."""
        times = self._swept.times
        row = np.clip(np.searchsorted(times, t, side="right") - 1, 0, len(times) - 2)
        length = times[row + 1] - times[row]
        inside = np.divide(t - times[row], length, out=np.zeros_like(t), where=length > 0)
        share = np.clip(inside, 0.0, 1.0)
        column = np.minimum(n, figures.shape[1] - 1)
        found: Floats = (1.0 - share) * figures[row, column] + share * figures[row + 1, column]
        return found

    def _in_batch(self, decision: Decision) -> float:
        """Where others are to be decided at once, the best is a choice of how many to keep."""
        left = decision.batch_left
        keep = np.concatenate(([0.0], np.cumsum(self._gaps[0, decision.n : decision.n + left + 1])))
        best = keep.min()
        taken = keep[: left + 1].min() if decision.overflow else keep[1:].min()
        return float(taken - best)


def _columns(pairs: Sequence[tuple[float, float]]) -> tuple[NDArray[np.int64], Floats]:
    """Numbers in the system, and times, of (time, number)."""
    n = np.array([number for _, number in pairs], dtype=np.int64)
    return n, np.array([t for t, _ in pairs], dtype=np.float64)
