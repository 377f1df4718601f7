"""The six public scenarios have exact figures: the optimum, keeping all, the best fixed level."""

import json
from pathlib import Path

import pytest

from overflow.core.optimum.bellman import NEVER, Course, solve

FILE = Path(__file__).parents[2] / "simulate" / "data" / "public.json"
SCENARIOS = json.loads(FILE.read_text())["scenarios"]


def course_of(scenario):
    roster = tuple((at, agents * scenario["conc"]) for at, agents in scenario["roster"])
    return Course(
        horizon=scenario["H"],
        slots=roster,
        mu=1 / scenario["aht"],
        theta=scenario["theta"],
        target=scenario["T"],
        rate=tuple(map(tuple, scenario["lam"])),
        breach=scenario["p"],
        lost=scenario["a"],
        overflow=scenario["c_o"],
        kept=scenario["c_i"],
        end=scenario.get("end", "drain"),
    )


@pytest.fixture(params=SCENARIOS, ids=lambda scenario: scenario["name"], scope="module")
def solved(request):
    scenario = request.param
    present = (scenario["n0"], scenario.get("batch0", 0))
    return scenario, present, solve(course_of(scenario), present=sum(present))


def test_the_optimum_is_the_published_one(solved):
    scenario, present, solution = solved
    printed = scenario["optimum_eur"]
    assert abs(solution.expected_cost(*present) - printed) < 0.005 + 1e-5 * printed


def test_keeping_all_costs_what_is_published(solved):
    scenario, present, solution = solved
    ratio = solution.cost_of(NEVER, *present) / solution.expected_cost(*present)
    assert ratio == pytest.approx(scenario["never_overflow_ratio"], abs=6e-5)


def test_the_best_fixed_threshold_is_the_published_one(solved):
    scenario, present, solution = solved
    best, optimum = scenario["best_fixed_threshold"], solution.expected_cost(*present)
    cost = solution.cost_of(best, *present)
    assert cost / optimum == pytest.approx(scenario["best_fixed_threshold_ratio"], abs=6e-5)
    assert cost < min(solution.cost_of(best + by, *present) for by in (-2, -1, 1, 2))


def test_a_finer_grid_changes_nothing_that_counts(solved):
    _, present, solution = solved
    fine = solve(solution.course, step=0.3 * solution.times[-1] / 300, present=sum(present))
    here = solution.expected_cost(*present)
    assert fine.expected_cost(*present) == pytest.approx(here, rel=3e-5)
