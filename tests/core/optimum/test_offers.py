"""Partners with hours: the optimum knows when somebody is there to take a ticket."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overflow.core.optimum.bellman import NEVER, ends_of, solve
from overflow.core.optimum.bellman_finite import solve_finite
from overflow.core.optimum.bellman_grid import natural
from overflow.core.optimum.bellman_late import Lines
from overflow.core.optimum.bellman_sweep import sweep
from overflow.core.optimum.deferral import defer
from overflow.core.optimum.offer import Offer
from overflow.core.optimum.service_level import at_price, priced, share_in_time
from tests.core.optimum.test_bellman import DAY, by_small_steps, courses
from tests.core.optimum.test_deferral import CHAT, MAIL

ALL_DAY = (0.0, 2000.0)
CLOSES = 60.0
GRID = 0.1
"""Euros that other grids in time may tell apart."""


def offer(*open_, price=4.5, wait=0.0, places=9.0):
    """Open in these stretches."""
    steps, worked, so_far = [(0.0, 0.0)], [(0.0, 0.0)], 0.0
    for begin, until in open_:
        steps += [(begin, places), (until, 0.0)]
        worked += [(begin, so_far), (until, so_far + until - begin)]
        so_far += until - begin
    return Offer(price, wait, tuple(steps), tuple(worked))


def with_hours(course, *open_, **changes):
    """The course with its partner open in these stretches only."""
    given_ = {"price": course.overflow, "wait": course.partner_wait} | changes
    return replace(course, offers=(offer(*open_, **given_),))


def gone(course, t, crowd, slack, late_wait):
    """How many of ``crowd - slots`` that wait with so much time left leave at ``t``."""
    levels = defer(course, Lines(course, late_wait, 0.25))[0].late_levels(t)
    return len(levels.leaving(crowd, [slack] * int(crowd - course.slots_at(t))))


# --- what it asks ---------------------------------------------------------------------------------


def test_an_answer_takes_the_partners_own_time():
    here = offer((0.0, 10.0), (20.0, 50.0), price=3.0, wait=5.0)
    assert here.cost(4.0, 0.0, 8.0) == pytest.approx(3.0 + 4.0 * math.exp(-8 / 5))
    assert here.cost(4.0, 8.0, 22.0) == pytest.approx(3.0 + 4.0 * math.exp(-4 / 5))
    assert here.cost(4.0, 9.0, 15.0) == pytest.approx(3.0 + 4.0 * math.exp(-1 / 5))
    assert here.cost(4.0, 9.0, 9.0) == 7.0
    assert here.cost(4.0, 9.0, math.inf) == 3.0


def test_a_partner_may_work_on_while_the_clock_of_the_course_stands_still():
    """It closes four hours after home does, which is no time at all in home's hours."""
    here = Offer(
        3.0, 60.0, ((0.0, 5.0),), ((0.0, 0.0), (480.0, 480.0), (480.0, 720.0), (960, 1200))
    )
    assert here.cost(4.0, 470.0, 490.0) == pytest.approx(3.0 + 4.0 * math.exp(-260 / 60))
    assert here.cost(4.0, 470.0, 480.0) == pytest.approx(3.0 + 4.0 * math.exp(-10 / 60))
    assert here.cost(4.0, 480.0, 490.0) == pytest.approx(3.0 + 4.0 * math.exp(-10 / 60))


def test_of_several_that_are_open_the_cheapest_counts_and_of_none_nobody():
    two = replace(DAY, offers=(offer((10, 50), price=3.0), offer((30, 70), price=4.0)))
    assert [two.leaving_at(t) for t in (5, 10, 40, 50, 69, 70)] == [
        math.inf, 3.0, 3.0, 4.0, 4.0, math.inf,
    ]  # fmt: skip
    assert two.leaving_at(50.0, before=True) == 3.0
    assert two.leaving_along(np.array([0.0, 10.0, 10.0, 50.0, 50.0])).tolist() == [
        math.inf, math.inf, 3.0, 3.0, 4.0,
    ]  # fmt: skip


# --- the optimum ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "offers",
    [
        (offer((10, 50), wait=1.0),),
        (offer((10, 50), wait=1.0), offer((40, 80), price=3.0, wait=0.5)),
        (offer(),),
    ],
    ids=["one", "two", "never there"],
)
def test_it_is_what_small_steps_come_to(offers):
    course = replace(DAY, offers=offers)
    small, solution = by_small_steps(course, 60)[0], solve(course)
    for n in (0, 6, 15):
        assert solution.expected_cost(n) == pytest.approx(small[n], rel=2e-3)


def test_a_partner_that_can_be_full_is_what_small_steps_come_to():
    course = with_hours(DAY, (10, 50), (65, 80), places=3)
    course = replace(course, partner_slots=3, partner_handle=12.0)
    small, solution = by_small_steps(course, 60, slots=3, handle=12.0)[0], solve_finite(course)
    for n in (0, 6, 12):
        assert solution.expected_cost(n) == pytest.approx(small[n], rel=3e-3)


hours = (
    st.lists(st.integers(0, 400), min_size=2, max_size=4, unique=True)
    .map(sorted)
    .map(lambda cuts: [(cuts[i] / 4, cuts[i + 1] / 4) for i in range(0, len(cuts) - 1, 2)])
)


@given(courses, hours)
@settings(max_examples=25, deadline=None)
def test_hours_cost_no_less_than_being_always_there_and_no_more_than_never(course, open_):
    always, here, never = (
        solve(with_hours(course, *stretches)).expected_cost(2, 3)
        for stretches in ([ALL_DAY], open_, [])
    )
    assert always - 2e-3 * always <= here <= never + 2e-3 * never


@given(courses, hours)
@settings(max_examples=25, deadline=None)
def test_to_know_the_hours_never_costs_more_than_not_to(course, open_):
    here = with_hours(course, *open_)
    blind = sweep(here, natural(here, 2), level=solve(course).threshold)
    assert solve(here).expected_cost(2) <= blind.values[0][2] * 1.002


@given(courses)
@settings(max_examples=15, deadline=None)
def test_one_that_is_always_there_is_todays_partner(course):
    here, plain = solve(with_hours(course, ALL_DAY)), solve(course)
    assert here.expected_cost(2, 3) == pytest.approx(plain.expected_cost(2, 3), rel=1e-6)
    for t in (0.0, 10.0, 40.0, 99.0):
        assert here.threshold(t) == plain.threshold(t)


@given(courses)
@settings(max_examples=15, deadline=None)
def test_one_that_is_never_there_gets_nobody(course):
    here = solve(with_hours(course))
    assert set(here.levels) == set(ends_of(here)) == {NEVER}
    assert here.expected_cost(2) == pytest.approx(solve(course).cost_of(NEVER, 2), rel=2e-3)
    assert here.expected_cost(0, 4) == pytest.approx(here.cost_of(3, 0, 4), rel=2e-3)


@given(courses, st.floats(20, 80))
@settings(max_examples=25, deadline=None)
def test_fewer_are_kept_before_it_closes_and_as_many_after_it_has_opened_for_good(course, closes):
    course = replace(course, breach=course.overflow + 5.0)  # who is late harms those behind
    plain = solve(course)
    stretches = (0, closes), (closes, 2000)
    before, after = (solve(with_hours(course, each)) for each in stretches)
    for n in (0, 2, 5, 9):
        for t in (0.0, 0.5 * closes, 0.9 * closes, closes - 0.1):
            assert before.gap(n, t) >= plain.gap(n, t) - GRID
        for t in (closes, closes + 1.0, 0.5 * (closes + 100.0), 99.9):
            assert before.gap(n, t) == -math.inf
            assert after.gap(n, t) == pytest.approx(plain.gap(n, t), abs=GRID)


def test_just_before_it_closes_it_is_late_itself_and_gets_fewer():
    prompt, slow = (solve(with_hours(DAY, (0, CLOSES), wait=wait)) for wait in (0.0, 2.0))
    assert slow.threshold(CLOSES - 0.1) > prompt.threshold(CLOSES - 0.1)
    assert slow.threshold(CLOSES - 20.0) <= prompt.threshold(CLOSES - 20.0) + 1


# --- looking again --------------------------------------------------------------------------------


def test_nobody_leaves_late_while_it_is_closed():
    closed = with_hours(CHAT, (0, CLOSES), (90, 2000), wait=0.5)
    assert gone(closed, 61.0, 20.0, 1.0, 0.5) == 0
    assert gone(closed, 95.0, 20.0, 1.0, 0.5) == gone(CHAT, 95.0, 20.0, 1.0, 0.5) > 0


def test_more_leave_late_before_it_closes_as_long_as_it_can_answer_in_time():
    closing = with_hours(MAIL, (0, 240), wait=15.0)
    at_ease, last, too_late = (
        [gone(course, t, 43.0, 60.0, 15.0) for course in (MAIL, closing)] for t in (60, 200, 239.5)
    )
    assert at_ease[0] <= at_ease[1]
    assert last[0] < last[1]
    assert too_late[1] < last[1]


def test_who_is_kept_at_arrival_does_not_count_on_a_partner_that_will_have_closed():
    plain = solve(with_hours(CHAT, (0, CLOSES), wait=0.5))
    late = defer(plain.course, Lines(plain.course, 0.5, 0.25))[1]
    assert late.threshold(CLOSES - 1.0) <= plain.threshold(CLOSES - 1.0) + 1


# --- a share in time ------------------------------------------------------------------------------


def test_a_share_in_time_costs_more_overflow_where_it_closes():
    course = replace(CHAT, rate=((0.0, 1.1),))
    closing = with_hours(course, (0, CLOSES))
    plain, dearer = (priced(each, 0.95).breach for each in (course, closing))
    assert dearer > plain
    assert share_in_time(closing, plain) < share_in_time(course, plain)
    assert at_price(closing, 3.0).leaving_at(10.0) == 1.0
