"""The optimum is held against small steps in time, and against what must be so."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overflow.core.optimum.bellman import NEVER, Course, solve
from overflow.core.optimum.bellman_finite import solve_finite
from overflow.core.optimum.lateness import lateness

DAY = Course(
    horizon=90.0,
    slots=((0.0, 6.0), (30.0, 8.0), (60.0, 3.0)),
    mu=0.1,
    theta=0.12,
    target=2.0,
    rate=((0.0, 0.4), (30.0, 1.0), (45.0, 1.0), (45.0, 0.5), (90.0, 0.3)),
    breach=4.0,
    lost=6.0,
    overflow=4.5,
    kept=0.3,
    end="close",
)

courses = st.builds(
    lambda slots, use, mu, theta, target, costs, end: Course(
        horizon=100.0,
        slots=tuple((25.0 * i, float(s)) for i, s in enumerate(slots)),
        mu=mu,
        theta=theta,
        target=target,
        rate=tuple((25.0 * i, u * max(slots) * mu) for i, u in enumerate(use)),
        breach=costs[0],
        lost=costs[1],
        overflow=costs[2],
        kept=0.3,
        end=end,
    ),
    st.lists(st.integers(1, 8), min_size=1, max_size=3),
    st.lists(st.floats(0.2, 1.8), min_size=1, max_size=4),
    st.floats(0.05, 0.3),
    st.floats(0.02, 0.3),
    st.floats(0.5, 30),
    st.tuples(st.floats(1, 9), st.floats(3, 9), st.floats(1, 6)),
    st.sampled_from(["drain", "close"]),
)


def by_small_steps(course, most, slots=None, handle=1.0, step=0.01):
    """Cost from time 0 by n in system (and tickets with the partner), Euler's explicit way."""
    count = 0 if slots is None else slots
    n = np.arange(most + 1)
    waiting = np.maximum(0, n - course.slots_at(course.horizon))
    value = np.tile(waiting * (course.lost - course.kept), (count + 1, 1)).astype(float)
    with_partner = np.arange(count + 1)[:, None] / handle
    cache = {}
    for i in range(round(course.horizon / step)):
        t = course.horizon - (i + 0.5) * step
        s = course.slots_at(t)
        waiting = np.maximum(0, n - s)
        key = round(t, 1) if course.decided(t) == course.horizon else course.slots_at(t + 2), s
        if any(t < at < t + course.target + 0.1 for at in course.changes()):
            key = round(t, 1)
        if key not in cache:
            cache[key] = 0.3 + course.breach * lateness(course, t, most)
        up = np.append(value[:, 1:], value[:, -1:], axis=1)
        keep = cache[key] + up - value
        if slots is None:
            send = np.full_like(keep, course.leaving_at(t))
        else:
            send = np.append(value[1:] - value[:-1], np.full((1, most + 1), np.inf), axis=0)
            send = send + (course.leaving_at(t) if course.offers else course.overflow)
        best = np.minimum(keep, send)
        down = np.append(value[:, :1], value[:, :-1], axis=1) - value
        done = np.append(value[:1], value[:-1], axis=0) - value
        deaths = np.minimum(n, s) * course.mu + waiting * course.theta
        losses = waiting * course.theta * (course.lost - course.kept)
        ending = with_partner * done if course.places_at(t) else 0.0  # closed, it works on nothing
        change = course.rate_at(t) * best + deaths * down + ending + losses
        value = value + step * change
    return value


def test_it_is_what_small_steps_come_to():
    small = by_small_steps(DAY, 60)[0]
    solution = solve(DAY)
    for n in (0, 3, 6, 10, 15):
        assert solution.expected_cost(n) == pytest.approx(small[n], rel=2e-3)


def test_a_partner_that_can_be_full_is_what_small_steps_come_to():
    small = by_small_steps(DAY, 60, slots=3, handle=12.0)[0]
    solution = solve_finite(replace(DAY, partner_slots=3, partner_handle=12.0))
    for n in (0, 6, 12):
        assert solution.expected_cost(n) == pytest.approx(small[n], rel=2e-3)


@given(courses)
@settings(max_examples=25)
def test_no_fixed_threshold_beats_it(course):
    solution = solve(course)
    best = solution.expected_cost(2)
    for level in (0, 1, 3, 6, 10, NEVER):
        assert solution.cost_of(level, 2) >= best - 1e-4 * max(1.0, best)


@given(courses, st.integers(0, 30), st.floats(0, 100))
@settings(max_examples=25)
def test_the_threshold_is_where_keeping_begins_to_cost_more(course, n, t):
    solution = solve(course)
    row = solution.times.searchsorted(t, side="right") - 1
    at = float(solution.times[row])
    level = solution.threshold(at)
    below = [solution.gap(i, at) for i in range(min(level, solution.values.shape[1] - 1))]
    assert all(gap <= 1e-9 for gap in below)
    if level != NEVER:
        assert solution.gap(level, at) > 0
    keeping, sending = (solution.regret(n, t, overflow=way) for way in (False, True))
    assert keeping >= 0 <= sending
    assert min(keeping, sending) == 0


def test_a_batch_is_decided_like_as_many_arrivals():
    solution = solve(DAY, present=30)
    value = solution.values[0].copy()
    own = solution.own[0]
    for _ in range(12):
        value = np.minimum(own[:-1] + value[1:], DAY.leaving + value[:-1])
        own = own[:-1]
    assert solution.expected_cost(4, 12) == pytest.approx(value[4])


def test_a_batch_without_place_overflows():
    solution = solve(DAY)
    few, more = solution.expected_cost(0, 20), solution.expected_cost(0, 120)
    assert more - few == pytest.approx(100 * DAY.leaving)
    assert solution.cost_of(6, 0, 120) > more


def test_a_partner_that_is_late_itself_costs_its_breaches():
    late = replace(DAY, partner_wait=1.0)
    assert late.leaving == pytest.approx(4.5 + 4 * np.exp(-2))
    cheaper = solve(DAY).expected_cost()
    assert solve(late).expected_cost() > cheaper
    dearer = replace(DAY, overflow=late.leaving)
    assert solve(late).expected_cost() == pytest.approx(solve(dearer).expected_cost())


def test_nobody_is_kept_at_any_price_and_none_overflows_where_it_is_dear():
    assert solve(replace(DAY, overflow=0.01)).threshold(10.0) == 0
    assert (solve(replace(DAY, overflow=100.0)).levels == NEVER).all()


def test_a_level_holds_from_its_time_on():
    solution = solve(DAY)
    assert solution.threshold(30.0) == solution.threshold(30.0 + 1e-9)
    assert solution.threshold(-5.0) == solution.levels[0]
    assert solution.threshold(1e9) == solution.levels[-1]
    assert (np.diff(solution.times) >= 0).all()


# --- a partner that can be full --------------------------------------------------------------


@pytest.fixture(scope="module")
def partners():
    return {
        slots: solve_finite(replace(DAY, partner_slots=slots, partner_handle=12.0))
        for slots in (0, 2, 5, 60)
    }


def test_a_partner_without_slots_is_none(partners):
    assert partners[0].expected_cost(5) == pytest.approx(solve(DAY).cost_of(NEVER, 5), rel=1e-4)
    assert (partners[0].levels == NEVER).all()
    assert partners[0].regret(9, 20.0, overflow=False, busy=0) == 0.0


def test_a_partner_with_room_for_all_is_one_without_limit(partners):
    assert partners[60].expected_cost(5) == pytest.approx(solve(DAY).expected_cost(5), rel=1e-4)
    assert partners[60].threshold(20.0, 0) == solve(DAY).threshold(20.0)


def test_a_full_partner_leaves_no_choice_to_regret(partners):
    assert partners[2].regret(9, 50.0, overflow=False, busy=2) == 0.0
    keeping, sending = (partners[2].regret(9, 50.0, overflow=way, busy=0) for way in (False, True))
    assert min(keeping, sending) == 0.0 < max(keeping, sending)
    assert partners[2].gap(9, 1e9, 0) == partners[2].gap(9, DAY.horizon, 0)


def test_more_slots_never_cost_more(partners):
    costs = [partners[slots].expected_cost(5, 4) for slots in (0, 2, 5, 60)]
    assert costs == sorted(costs, reverse=True)


def test_the_last_slot_is_dearer_than_the_first(partners):
    busy = [partners[5].threshold(50.0, busy) for busy in range(6)]
    assert busy == sorted(busy)
    assert busy[5] == NEVER
    gaps = [partners[5].gap(7, 50.0, busy) for busy in range(5)]
    assert gaps == sorted(gaps, reverse=True)


def test_lots_tell_nearly_the_same(partners):
    lots = solve_finite(replace(DAY, partner_slots=12, partner_handle=30.0), busiest=6)
    fine = solve_finite(replace(DAY, partner_slots=12, partner_handle=30.0))
    assert lots.expected_cost(5) == pytest.approx(fine.expected_cost(5), rel=3e-2)
    assert (abs(lots.levels_with(2)[:5] - fine.levels_with(2)[:5]) <= 1).all()


def test_only_a_partner_with_slots_can_be_full():
    with pytest.raises(ValueError):
        solve_finite(DAY)


@pytest.mark.parametrize(
    "wrong",
    [
        {"slots": ()},
        {"slots": ((1.0, 3.0),)},
        {"slots": ((0.0, 3.0), (5.0, -1.0))},
        {"slots": ((0.0, 3.0), (5.0, 1.0), (4.0, 2.0))},
        {"rate": ()},
        {"rate": ((0.0, float("nan")),)},
        {"horizon": 0.0},
        {"mu": 0.0},
        {"theta": -0.1},
        {"target": float("nan")},
    ],
)
def test_a_course_that_means_nothing_is_refused(wrong):
    with pytest.raises(ValueError):
        replace(DAY, **wrong)


def test_a_course_tells_its_rate_and_slots():
    assert [DAY.slots_at(t) for t in (0, 29.9, 30, 60, 500)] == [6, 6, 8, 3, 3]
    assert DAY.rate_at(45.0) == 0.5
    assert DAY.rate_at(45.0, before=True) == 1.0
    assert DAY.rate_at(15.0) == pytest.approx(0.7)
    assert DAY.rate_at(1000.0) == 0.3
    assert DAY.arrivals(0, 45) == pytest.approx(0.7 * 30 + 15)
    assert DAY.arrivals(45, 90) == pytest.approx(0.4 * 45)
    assert DAY.stretches(20, 65) == [(10, 6), (30, 8), (5, 3)]


@given(
    st.sampled_from([0.01, 5.0, 480.0, 5000.0]),
    st.floats(-4, 1.5),
    st.sampled_from([0.0, 0.3, 1.0, 3.7, 40.0]),
    st.sampled_from([0.0, 1e-9, 0.1, 9.0]),
    st.sampled_from([0.0, 0.3, 60.0, float("inf")]),
    st.sampled_from([0.0, 1e-6, 0.5]),
    st.sampled_from(["drain", "close"]),
)
@settings(max_examples=25, deadline=None)
def test_odd_courses_have_an_answer(horizon, pace, slots, theta, target, rate, end):
    steps = ((0.0, slots), (horizon / 2, 2.0))
    course = replace(DAY, horizon=horizon, slots=steps, mu=10**pace, theta=theta, target=target)
    course = replace(course, rate=((0.0, rate), (horizon, 2 * rate)), end=end)
    solution = solve(course, present=5)
    assert np.isfinite(solution.values).all()
    assert solution.expected_cost(2, 3) <= solution.cost_of(NEVER, 2, 3) * (1 + 1e-3) + 1e-6
    assert solution.levels.min() >= 0
