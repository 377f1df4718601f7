"""What a policy costs: against exact figures, and one way of measuring against another."""

from dataclasses import replace

import numpy as np
import pytest

from overflow.errors import BadInput
from overflow.simulate.contender import LOOK
from overflow.simulate.contenders.simple import Simple
from overflow.simulate.interval import interval
from overflow.simulate.measure import begin, difference, luck_of, play_on, run
from overflow.simulate.scenario import Law
from overflow.simulate.truth import Truth
from tests.simulate.make import public


def agrees(found, exact, slack=0.0005):
    """Within 4.5 standard errors: many tests are not to fail by chance."""
    return abs(found.mean - exact) <= 2.3 * found.half + slack


@pytest.mark.parametrize(
    ("name", "days"),
    [("quiet_chat", 150), ("bf_chat_ramp", 40), ("evening_close", 200), ("phone_8020", 60)],
)
def test_ratios_are_the_exact_ones(name, days):
    scenario = public(name)
    stated = scenario.stated
    never = run(scenario, "never", days=days)
    best = run(scenario, f"threshold:{stated.best_threshold}", days=days)
    assert agrees(never.ratio, stated.never_ratio)
    assert agrees(best.ratio, stated.best_threshold_ratio)
    assert best.ratio.half < interval(best.plain).over(best.truth.optimum).half / 2


def test_ratios_are_exact_with_a_batch_at_opening_too():
    scenario = public("email_weekend")
    best = run(scenario, f"threshold:{scenario.stated.best_threshold}", days=100)
    assert agrees(best.ratio, scenario.stated.best_threshold_ratio)
    assert agrees(run(scenario, "never", days=60).ratio, scenario.stated.never_ratio)


@pytest.mark.parametrize("name", ["quiet_chat", "evening_close", "email_weekend"])
def test_taking_luck_out_agrees_with_regret(name):
    exact = run(public(name), "backlog", days=40)
    other = replace(exact, method="luck", lucks=[])
    for day, outcome in enumerate(exact.outcomes):
        other.lucks.append(luck_of(replace(other, outcomes=exact.outcomes[:day]), outcome, 1))
    assert exact.method == "regret"
    assert abs(exact.ratio.mean - other.ratio.mean) < exact.ratio.half + 2 * other.ratio.half
    assert other.ratio.half < interval(other.plain).over(other.truth.optimum).half


@pytest.mark.parametrize("name", ["bf_chat_ramp", "quiet_chat", "evening_close"])
def test_regret_with_late_overflow_agrees_with_what_days_cost(name):
    found = begin(public(name), "last moment", late=True)
    for _ in range(30):
        play_on(found, lambda told: LastMoment(told, lambda lane, _t: lane.n > 1.5 * lane.slots), 1)
    assert found.method == "regret"
    assert sum(outcome.late for outcome in found.outcomes) > 0
    lucks = np.array([found.truth.luck(outcome) for outcome in found.outcomes])
    calm = interval(found.plain - lucks).over(found.truth.optimum)
    assert abs(found.ratio.mean - calm.mean) < found.ratio.half + 2 * calm.half


def test_where_nobody_gives_up_late_overflow_is_measured_without_regret():
    assert begin(public("email_weekend"), "auto", late=True).method == "luck"
    assert begin(public("email_weekend"), "auto", late=False).method == "regret"


@pytest.mark.parametrize("name", ["bf_chat_ramp", "evening_close", "email_weekend"])
def test_luck_is_nothing_in_expectation_whatever_is_done(name):
    found = begin(public(name), "last moment", late=True)
    for _ in range(30):
        play_on(found, lambda told: LastMoment(told, lambda _lane, _t: False), 1)
    luck = np.array([found.truth.luck(outcome) for outcome in found.outcomes])
    assert abs(luck.mean()) < 4 * luck.std() / 30**0.5
    assert sum(outcome.late for outcome in found.outcomes) > 0
    assert (found.plain - luck).std() < found.plain.std() / 1.5


def test_days_pair_by_their_luck():
    scenario = public("phone_8020")
    one, other = (run(scenario, name, days=40) for name in ("no-free-slot", "backlog"))
    paired = difference(one, other)
    assert paired.low > 0
    assert paired.mean == pytest.approx(one.cost.mean - other.cost.mean)


def test_a_run_stops_when_it_is_sure_enough():
    found = run(public("quiet_chat"), "threshold:13", days=1000, half_width=0.01)
    assert found.days < 1000
    assert found.ratio.half <= 0.01


def test_a_partner_with_a_limit_is_measured_by_regret_and_agrees_with_what_it_costs():
    scenario = replace(public("quiet_chat"), partner_slots=2, partner_handle=20.0)
    truth = Truth(scenario)
    for policy in ("no-free-slot", "threshold:13"):
        found = run(scenario, policy, days=200, truth=truth)
        plain = interval(found.plain).over(truth.optimum)
        assert found.method == "regret"
        assert abs(found.ratio.mean - plain.mean) < 1.7 * plain.half
        assert found.ratio.half < plain.half / 2
    assert truth.optimum > Truth(public("quiet_chat")).optimum


def test_a_batch_for_a_partner_with_a_limit_is_measured_without_regret():
    scenario = replace(public("micro_shop"), partner_slots=1, partner_handle=9.0, batch0=2)
    assert run(scenario, "backlog", days=2).method == "luck"


def test_times_that_are_not_exponential_are_measured_without_regret():
    heavy = replace(public("quiet_chat"), service=Law("lognormal", 2.0))
    found = run(heavy, "backlog", days=30)
    assert found.method == "luck"
    assert found.ratio.half < interval(found.plain).over(found.truth.optimum).half


def test_each_day_is_told():
    days = []
    run(public("micro_shop"), "never", days=3, on_day=lambda: days.append(1))
    assert len(days) == 3


def test_a_policy_that_there_is_not_is_refused():
    with pytest.raises(BadInput):
        run(public("micro_shop"), "nobody", days=1)


class LastMoment(Simple):
    """Keeps all, and overflows late whoever will pass the target before the next look."""

    def look(self, t):
        due = self._lane.told.target - LOOK
        return [ticket for ticket, came in self._lane.waiting.items() if t - came > due]

    def overflowed(self, t, ticket, ok):
        self._lane.left(ticket)


def test_overflow_at_the_last_moment_costs_what_is_known_where_the_partner_answers_at_once():
    found = begin(replace(public("email_weekend"), late_wait=0.0), "last moment", late=True)
    for _ in range(40):
        play_on(found, lambda told: LastMoment(told, lambda _lane, _t: False), 1)
    assert agrees(found.ratio, 0.876)
    assert np.mean([outcome.breached for outcome in found.outcomes]) == 0
