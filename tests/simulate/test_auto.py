"""The service under test: sees events only, keeps to its plan, and is near the optimum."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from overflow.core.optimum.bellman import Course, solve
from overflow.simulate.chances import draw
from overflow.simulate.contender import Levelled, Planner
from overflow.simulate.contenders import maker
from overflow.simulate.contenders.auto import Auto, contender
from overflow.simulate.engine import play
from overflow.simulate.measure import run
from overflow.simulate.scenario_file import build

CHAT = build(
    {
        "name": "chat", "channel": "chat", "H": 120, "roster": [[0, 3]], "conc": 2, "aht": 8,
        "theta": 0.1, "T": 2, "lam": [[0, 0.7], [120, 0.7]], "p": 4, "a": 6, "c_o": 4.5,
        "c_i": 0.3, "n0": 4,
    }
)  # fmt: skip


def truth(scenario):
    return Course(
        horizon=scenario.horizon,
        slots=tuple((at, float(slots)) for at, slots in scenario.slots),
        mu=1.0 / scenario.handle_time,
        theta=scenario.theta,
        target=scenario.target,
        rate=scenario.rate,
        breach=scenario.breach,
        lost=scenario.lost,
        overflow=scenario.overflow,
        kept=scenario.kept,
        end=scenario.end,
    )


def regret(scenario, make, days):
    """Euros a day above the optimum, by decisions, as a share of it."""
    best = solve(truth(scenario), present=scenario.n0)
    total = sum(
        best.regret(found.n, found.t, found.overflow)
        for day in range(days)
        for found in play(scenario, make(scenario.told()), draw(scenario, 3, day)).decisions
    )
    return total / days / best.expected_cost(scenario.n0)


def test_it_plans_and_says_its_level():
    made = contender(CHAT.told())
    assert isinstance(made, Planner)
    assert isinstance(made, Levelled)


def test_a_day_as_it_was_foretold_costs_next_to_nothing_more_than_the_optimum():
    assert regret(CHAT, contender, 6) < 0.01


@pytest.mark.parametrize(
    "wrong",
    [
        {"forecast": ((0.0, 0.45), (120.0, 0.45))},
        {"forecast": ((0.0, 1.2), (120.0, 1.2))},
        {"roster": ((0.0, 4),)},
        {"handle_time": 5.0},
    ],
)
def test_where_it_was_told_wrong_it_learns(wrong):
    believing = replace(CHAT, belief=replace(CHAT.belief, **wrong))
    assert regret(believing, contender, 6) < 0.05
    assert regret(believing, contender, 6) < regret(believing, maker("backlog"), 6)


def test_the_same_day_is_decided_the_same_again():
    luck = draw(CHAT, 5, 0)
    first, second = (play(CHAT, contender(CHAT.told()), luck).decisions for _ in range(2))
    assert first == second


def test_it_is_its_own_planner_where_nobody_calls_it():
    """A simulator that drives decisions only gets the same within what a minute moves."""
    made = contender(CHAT.told())

    class Undriven:
        def __getattr__(self, name):
            if name in {"plan", "level"}:
                raise AttributeError(name)
            return getattr(made, name)

    outcome = play(CHAT, Undriven(), draw(CHAT, 5, 0))
    assert outcome.overflowed > 0


def test_it_counts_what_is_there_through_shifts_refusals_and_abandonment():
    scenario = replace(
        CHAT, roster=((0.0, 3), (40.0, 1), (80.0, 3)), partner_slots=1, partner_handle=9.0
    )
    made = contender(scenario.told())
    assert isinstance(made, Auto)
    outcome = play(scenario, made, draw(scenario, 5, 1), moments=(39.0, 60.0, 100.0))
    assert outcome.refused > 0
    assert made.lane.n == 0
    assert made.lane.line == 0


def test_nothing_but_what_is_told_and_events_reaches_it():
    """The truth may change as it likes; told and events the same, so are the decisions."""
    other = replace(CHAT, breach=9.0, lost=1.0)
    luck = draw(CHAT, 5, 2)
    ours = play(CHAT, contender(CHAT.told()), luck).decisions
    assert play(other, contender(CHAT.told()), luck).decisions == ours


def test_looking_again_costs_less_than_deciding_at_arrival_only():
    scenario = replace(CHAT, rate=((0.0, 0.8), (120.0, 0.8)), late_wait=0.5)
    found = run(scenario, "auto", late=True, days=6, seed=3)
    assert all(outcome.late > 0 for outcome in found.outcomes)
    assert found.ratio.mean < 1.0


def test_it_never_names_a_ticket_that_waits_since_before_the_day():
    scenario = replace(CHAT, n0=30, late_wait=0.1, roster=((0.0, 1),))
    play(scenario, contender(scenario.told(late=True)), draw(scenario, 5, 0), late=True)


PUBLIC = json.loads((Path(__file__).parent / "data" / "public.json").read_text())["scenarios"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "document", [one for one in PUBLIC if "batch0" not in one], ids=lambda one: one["name"]
)
def test_the_public_scenarios_are_decided_within_a_few_percent_of_the_optimum(document):
    assert regret(build(document), contender, 2) < 0.03
