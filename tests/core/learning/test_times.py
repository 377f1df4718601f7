"""Mean times are learned from what was seen, on top of what the policy expects."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overflow.core.learning.times import HALF_LIFE, WIDEST, Lesson, Seen, lesson_from, mean_time

PRIOR, WEIGHT = 600.0, 20.0
counted = st.builds(Seen, st.integers(0, 500), st.floats(0.0, 1e6))
rounds = st.lists(st.tuples(counted, st.integers(0, 40)), max_size=20)


def after(seen):
    lesson, day = Lesson(), 738_000
    for new, later in seen:
        day += later
        lesson = lesson.learned(new, day)
    return lesson


def drawn(mean, tickets, seed=7):
    """So many tickets, a part of them seen only until they were taken away (censored)."""
    rng = np.random.default_rng(seed)
    times, cut = rng.exponential(mean, tickets), rng.exponential(2.0 * mean, tickets)
    return Seen(float((times <= cut).sum()), float(np.minimum(times, cut).sum()))


@pytest.mark.parametrize("mean", [120.0, 600.0, 2400.0])
def test_it_comes_to_the_truth_of_what_was_drawn_though_many_ends_were_never_seen(mean):
    assert mean_time(drawn(mean, 4000), PRIOR, WEIGHT) == pytest.approx(mean, rel=0.07)


def test_the_first_tickets_move_it_little():
    one = mean_time(Seen(1, 3 * PRIOR), PRIOR, WEIGHT)
    assert PRIOR < one < 1.1 * PRIOR
    as_many = mean_time(Seen(WEIGHT, 2 * WEIGHT * PRIOR), PRIOR, WEIGHT)
    assert as_many == pytest.approx(1.5 * PRIOR)  # the prior weighs as much as so many tickets


def test_without_a_prior_it_is_unknown_below_the_sample():
    assert mean_time(Seen(19, 19 * 300.0), None, WEIGHT) is None
    assert mean_time(Seen(20, 20 * 300.0), None, WEIGHT) == pytest.approx(300.0)


@given(rounds, st.floats(1.0, 1e5), st.integers(1, 100))
def test_it_never_leaves_sensible_bounds(seen, prior, weight):
    lesson = after(seen)
    found = mean_time(lesson.past, prior, float(weight))
    assert prior / WIDEST <= found <= prior * WIDEST
    assert mean_time(Seen(), prior, float(weight)) == pytest.approx(prior)


@given(rounds)
def test_what_was_learned_goes_on_after_a_way_through_json(seen):
    lesson = after(seen)
    kept = lesson_from(json.loads(json.dumps(lesson)))
    assert kept == lesson
    more, tomorrow = Seen(3, 900.0), lesson.day + 1
    assert kept.learned(more, tomorrow) == lesson.learned(more, tomorrow)


def test_today_is_kept_apart_until_it_is_over():
    lesson = Lesson(10).learned(Seen(5, 500.0), 10)
    assert (lesson.past, lesson.today) == (Seen(), Seen(5, 500.0))
    tomorrow = lesson.learned(Seen(1, 50.0), 11)
    assert tomorrow.past.events == pytest.approx(5, rel=0.05)
    assert tomorrow.today == Seen(1, 50.0)
    assert tomorrow.samples == pytest.approx(6, rel=0.05)


def test_older_weeks_count_less_by_half_each_half_life():
    lesson = Lesson(10).learned(Seen(100, 1000.0), 10).learned(Seen(), 10 + int(HALF_LIFE))
    assert lesson.past == Seen(50.0, 500.0)


def test_a_clock_that_goes_back_makes_no_new_day():
    assert Lesson(10).learned(Seen(1, 1.0), 9) == Lesson(10, Seen(), Seen(1, 1.0))


def test_a_day_that_begins_anew_begins_with_all_that_is_known():
    lesson = Lesson(10, Seen(2, 20.0), Seen(3, 60.0)).over()
    assert lesson == Lesson(10, Seen(5, 80.0))
