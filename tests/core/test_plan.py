"""Plans: of forecast and estimates together, solved once, looked up often."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overflow.core import estimate
from overflow.core.estimate import Expected, Span
from overflow.core.optimum.bellman import NEVER, solve
from overflow.core.optimum.bellman_late import Lines, halfway
from overflow.core.optimum.deferral import defer
from overflow.core.optimum.service_level import priced, share_in_time
from overflow.core.plan import Planner
from overflow.core.prospects.prospect import Fading, Missing, Prospect, as_foretold, course

CHAT = Prospect(
    horizon=240.0,
    roster=((0.0, 4.0), (120.0, 3.0)),
    concurrency=4.0,
    forecast=((0.0, 1.2), (240.0, 1.2)),
    expected=Expected(10.0, 1 / 0.15, 60.0, 2.0),
    breach=4.0,
    lost=6.0,
    overflow=4.5,
    kept=0.3,
)
FRESH = estimate.begin(CHAT.expected)


def seen(times, **counts):
    """A minute like this, so many times."""
    given_ = {"arrivals": 0, "foretold": 0.0, "ended": 0, "busy": 0.0, "abandoned": 0, "waited": 0}
    span = Span(1.0, **(given_ | counts))
    estimates = FRESH
    for _ in range(times):
        estimates = estimate.observe(estimates, span, CHAT.expected)
    return estimates


def at(found, t):
    return [level for start, level in zip(found.times, found.levels, strict=True) if start <= t][-1]


def test_when_all_is_as_foretold_the_plan_is_the_optimum():
    found, exact = Planner().plan(CHAT, FRESH, 0.0), solve(as_foretold(CHAT))
    for t in (5.0, 60.0, 100.0, 150.0, 200.0):
        assert at(found, t) == pytest.approx(exact.threshold(t), abs=1)


def test_more_demand_than_foretold_lowers_thresholds_and_less_raises_them():
    planner = Planner()
    more = planner.plan(CHAT, seen(60, arrivals=3, foretold=1.2), 60.0)
    less = planner.plan(CHAT, seen(60, arrivals=0, foretold=1.2), 60.0)
    assert at(more, 60.0) < at(planner.plan(CHAT, FRESH, 60.0), 60.0) < at(less, 60.0)


@pytest.mark.parametrize(
    "forecast", [((0.0, 0.0),), ((0.0, 1.0), (60.0, 1.0), (60.0, 0.0), (240.0, 0.0))]
)
def test_where_the_forecast_says_nobody_comes_what_came_lately_goes_on(forecast):
    silent = replace(CHAT, forecast=forecast)
    assert silent.foretold(100.0, 110.0) == 0.0
    found = Planner().plan(silent, seen(60, arrivals=2), 100.0)
    busy = Planner().plan(replace(CHAT, forecast=((0.0, 2.0),)), FRESH, 100.0)
    assert at(found, 100.0) == pytest.approx(at(busy, 100.0), abs=1)
    assert at(Planner().plan(silent, seen(60, arrivals=0), 100.0), 100.0) > at(found, 100.0)


def test_an_hour_of_which_the_forecast_is_silent_says_nothing_of_the_others():
    silent = replace(CHAT, forecast=((0.0, 1.0), (60.0, 1.0), (60.0, 0.0), (240.0, 0.0)))
    planner, after = Planner(), seen(60, arrivals=2)
    assert planner.plan(silent, after, 30.0) == planner.plan(silent, FRESH, 30.0)


def test_tickets_that_take_longer_lower_thresholds():
    planner = Planner()
    slow = planner.plan(CHAT, seen(120, ended=1, busy=16.0), 60.0)
    assert at(slow, 60.0) < at(planner.plan(CHAT, FRESH, 60.0), 60.0)


def test_agents_who_did_not_come_are_missing_for_the_rest_of_the_day():
    planner = Planner()
    ill = seen(1, declared=2)
    found = planner.plan(CHAT, ill, 10.0)
    short = replace(CHAT, roster=((0.0, 2.0), (120.0, 2.0)))  # half of the four, half of the three
    assert found == planner.plan(short, FRESH, 10.0)


@given(st.integers(0, 30), st.integers(1, 30), st.integers(-5, 30))
def test_of_a_smaller_shift_as_large_a_part_is_missing_and_of_a_larger_one_as_many(here, of, gone):
    there = Missing(gone, of).there(here)
    assert there == int(there) >= 0
    assert there >= here - max(0, gone)
    if here == of or gone <= 0:
        assert there == max(0, here - gone)
    if here > of and gone > 0:
        assert there == max(0, here - gone)


def test_the_same_estimates_are_solved_once():
    planner = Planner()
    first = planner.plan(CHAT, FRESH, 0.0)
    assert planner.plan(CHAT, seen(1, declared=4), 1.0) is first
    assert planner.solved == 1


def test_a_planner_forgets_what_was_not_used_for_longest():
    planner = Planner(remembered=1)
    planner.plan(CHAT, FRESH, 0.0)
    planner.plan(replace(CHAT, breach=5.0), FRESH, 0.0)
    planner.plan(CHAT, FRESH, 0.0)
    assert planner.solved == 3


def test_a_team_that_is_all_away_gives_its_tickets_up():
    nobody = Planner().plan(CHAT, seen(1, declared=0), 10.0)
    assert at(nobody, 60.0) == 0


def test_where_a_breach_costs_nothing_nobody_overflows():
    free = replace(CHAT, breach=0.0, lost=0.0)
    assert set(Planner().plan(free, FRESH, 0.0).levels) == {NEVER}


@settings(max_examples=15, deadline=None)
@given(
    st.floats(0.3, 3.0), st.floats(0.3, 3.0), st.floats(0.3, 3.0), st.integers(0, 3),
    st.sampled_from(["drain", "close"]),
)  # fmt: skip
def test_thresholds_are_sensible_for_whatever_was_estimated(demand, handling, giving_up, away, end):
    prospect = replace(CHAT, end=end)
    here = course(prospect, demand, 0.1 * handling, 0.15 * giving_up, Missing(away))
    levels = solve(here, step=5.0).levels
    assert levels.min() >= 0


@pytest.mark.parametrize("goal", [0.8, 0.9, 0.95])
def test_a_service_level_is_reached_with_no_more_overflow_than_it_takes(goal):
    busy = as_foretold(replace(CHAT, forecast=((0.0, 1.8), (240.0, 1.8))))
    chosen = priced(busy, goal)
    assert share_in_time(busy, chosen.breach) >= goal
    assert share_in_time(busy, chosen.breach / 1.2) < goal + 0.02


def test_a_goal_that_is_met_anyway_overflows_next_to_nobody():
    quiet = as_foretold(replace(CHAT, forecast=((0.0, 0.3), (240.0, 0.3))))
    assert solve(priced(quiet, 0.8)).threshold(60.0) > 20


def test_a_failure_worth_more_raises_the_share_in_time():
    busy = as_foretold(replace(CHAT, forecast=((0.0, 1.8), (240.0, 1.8))))
    shares = [share_in_time(busy, price) for price in (0.1, 1.0, 4.0, 20.0)]
    assert shares == sorted(shares)


def test_in_mode_service_level_the_goal_makes_the_plan():
    busy = replace(CHAT, forecast=((0.0, 1.8), (240.0, 1.8)))
    lenient, strict = (Planner().plan(replace(busy, goal=goal), FRESH, 0.0) for goal in (0.7, 0.97))
    assert at(strict, 60.0) < at(lenient, 60.0)


def test_a_surprise_is_taken_to_end_where_the_target_is_long_and_to_go_on_where_it_is_short():
    day = ((0.0, 1.0), (1200.0, 1.0))
    here = replace(CHAT, forecast=day, horizon=1200.0)
    lasting = course(here, 2.0, 0.1, 0.1, Missing())
    ending = course(here, 2.0, 0.1, 0.1, Missing(), Fading(300.0, 240.0))
    assert lasting.rate_at(900.0) == pytest.approx(2.0)
    assert ending.rate_at(100.0) == ending.rate_at(300.0) == pytest.approx(2.0)
    assert ending.rate_at(540.0) == pytest.approx(1.0 + math.exp(-1.0), rel=0.01)
    assert ending.rate_at(1200.0) == pytest.approx(1.0, abs=0.05)


def test_a_partner_that_fills_up_is_given_tickets_sooner_where_the_target_is_long():
    mail = Prospect(
        horizon=480.0,
        roster=((0.0, 3.0),),
        concurrency=1.0,
        forecast=((0.0, 0.6), (480.0, 0.6)),
        expected=Expected(6.0, None, 60.0, 120.0),
        breach=6.0,
        lost=0.0,
        overflow=3.0,
        kept=0.3,
    )
    free = Planner().plan(mail, estimate.begin(mail.expected), 0.0)
    capped = Planner().solution(
        replace(mail, partner_slots=1, partner_handle=10.0), estimate.begin(mail.expected), 0.0
    )
    assert at(capped.of(0), 100.0) < at(free, 100.0)
    assert at(capped.of(1), 100.0) == NEVER


MAIL = Prospect(
    horizon=480.0,
    roster=((0.0, 5.0),),
    concurrency=1.0,
    forecast=((0.0, 0.55), (480.0, 0.65)),
    expected=Expected(13.6, None, 60.0, 480.0),
    breach=1.8,
    lost=0.0,
    overflow=4.7,
    kept=0.6,
    present=300,
)


def test_a_hopeless_line_is_kept_where_a_breach_costs_less_than_a_partner():
    """The optimum's own numbers: whoever joins there is late for certain and harms nobody."""
    found, best = Planner().plan(MAIL, FRESH, 100.0), solve(as_foretold(MAIL), present=300)
    row = [place for place, start in enumerate(found.times) if start <= 100.0][-1]
    level, end = found.levels[row], found.ends[row]
    assert level < end < 300
    assert best.gap(level + 5, 100.0) > 0 > best.gap(end, 100.0)
    assert best.gap(299, 100.0) < 0


@pytest.mark.parametrize("changes", [{"breach": 8.0}, {"goal": 0.9}])
def test_elsewhere_no_line_is_too_long_to_overflow(changes):
    found = Planner().plan(replace(MAIL, **changes), FRESH, 100.0)
    assert set(found.ends) == {NEVER}


def test_of_what_late_overflow_would_keep_more_half_is_kept():
    late = replace(CHAT, roster=((0.0, 3.0),), forecast=((0.0, 0.85), (240.0, 0.85)))
    here, minute = as_foretold(late), 60.0
    found, base = (Planner().plan(replace(late, late_wait=w), FRESH, minute) for w in (0.5, None))
    most = defer(here, Lines(here, 0.5, 0.25))[1].threshold(minute)
    assert at(base, minute) < at(found, minute) <= most
    raised = halfway(np.array([3, 3, NEVER, 5]), np.array([3, 8, NEVER, NEVER]))
    assert raised.tolist() == [3, 6, NEVER, 5]


def test_a_share_in_time_is_reached_by_the_thresholds_alone():
    """Who leaves late comes on top of it."""
    plans = [
        Planner().plan(replace(CHAT, goal=0.8, late_wait=late), FRESH, 60.0) for late in (None, 0.5)
    ]
    assert plans[0] == plans[1]
