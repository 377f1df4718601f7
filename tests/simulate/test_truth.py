"""Regret, decision by decision, against the solution it is read from and the costs it explains."""

import numpy as np
import pytest

from overflow.simulate.outcome import Decision
from overflow.simulate.truth import Truth
from tests.simulate.make import public

NAMES = [
    "quiet_chat",
    "bf_chat_ramp",
    "evening_close",
    "email_weekend",
    "phone_8020",
    "micro_shop",
]


@pytest.mark.parametrize("name", NAMES)
def test_the_optimum_is_the_files(name):
    scenario = public(name)
    assert Truth(scenario).optimum == pytest.approx(scenario.stated.optimum, rel=1e-4)


def test_a_decisions_regret_is_the_solutions():
    truth = Truth(public("evening_close"))
    rng = np.random.default_rng(4)
    decisions = [
        Decision(float(t), int(n), bool(out), 0)
        for t, n, out in zip(
            rng.uniform(0, 240, 300), rng.integers(0, 60, 300), rng.integers(0, 2, 300), strict=True
        )
    ]
    expected = [truth.solution.regret(d.n, d.t, d.overflow) for d in decisions]
    assert truth.regrets(decisions) == pytest.approx(expected, abs=2e-3)


def test_nothing_is_regretted_of_the_best_decisions():
    truth = Truth(public("phone_8020"))
    times = np.linspace(1, 599, 200)
    levels = [truth.solution.threshold(t) for t in times]
    best = [Decision(t, k, overflow=True, batch_left=0) for t, k in zip(times, levels, strict=True)]
    best += [
        Decision(t, k - 1, overflow=False, batch_left=0) for t, k in zip(times, levels, strict=True)
    ]
    assert truth.regrets(best).max() < 0.05


def test_the_regrets_of_a_batch_add_up_to_what_its_choice_costs():
    scenario = public("email_weekend")
    truth, n0, batch = Truth(scenario), scenario.n0, scenario.batch0

    def keeping(most):
        """Keeps so many, then overflows: as the exact cost of the level n0 + most has it."""
        kept = np.minimum(np.arange(batch), most)
        return [Decision(0.0, n0 + int(k), k >= most, batch - i - 1) for i, k in enumerate(kept)]

    regrets = [truth.regrets(keeping(most)).sum() for most in (0, 200, 420)]
    gaps = [truth.solution.gap(n0 + k, 0.0) for k in range(batch)]
    totals = np.concatenate(([0.0], np.cumsum(gaps)))
    expected = [totals[most] - totals.min() for most in (0, 200, 420)]
    assert regrets == pytest.approx(expected, abs=0.2)


def test_a_day_without_tickets_regrets_nothing():
    assert Truth(public("micro_shop")).regrets([]).sum() == 0
