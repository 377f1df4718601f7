"""Luck: the right laws, and no policy's or field's business but its own."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overflow.simulate.chances import arrival_times, draw
from overflow.simulate.scenario import Law
from overflow.simulate.truth import course_of
from tests.simulate.make import scenario


def test_arrivals_follow_a_rate_that_slopes_and_jumps():
    rate = ((0.0, 1.0), (10.0, 3.0), (10.0, 0.0), (20.0, 0.0), (20.0, 2.0), (30.0, 2.0))
    rng = np.random.default_rng(1)
    times = np.concatenate([arrival_times(rate, 40.0, rng) for _ in range(2000)])
    counts = np.histogram(times, [0, 5, 10, 20, 30, 40])[0] / 2000
    assert counts == pytest.approx([7.5, 12.5, 0, 20, 20], rel=0.02)


def test_arrivals_come_in_order_and_within_the_day():
    times = arrival_times(((5.0, 0.0), (50.0, 4.0)), 30.0, np.random.default_rng(2))
    assert (np.diff(times) >= 0).all()
    assert 5 <= times.min() <= times.max() <= 30


def test_a_rate_given_beyond_the_day_is_cut_off_there():
    rng = np.random.default_rng(3)
    times = np.concatenate(
        [arrival_times(((0.0, 0.0), (100.0, 10.0)), 50.0, rng) for _ in range(400)]
    )
    counts = np.histogram(times, [0, 25, 50])[0] / 400
    assert counts == pytest.approx([31.25, 93.75], rel=0.03)


@given(st.lists(st.tuples(st.floats(0, 90), st.floats(0, 5)), min_size=1, max_size=8))
def test_as_many_come_as_the_planner_expects(points):
    rate = tuple(sorted(points, key=lambda point: point[0]))
    course = course_of(scenario(rate=rate, horizon=60.0))
    rng = np.random.default_rng(4)
    found = np.mean([len(arrival_times(rate, 60.0, rng)) for _ in range(60)])
    expected = course.arrivals(0.0, 60.0)
    assert abs(found - expected) <= 5 * (expected / 60) ** 0.5 + 1e-9


def test_nobody_comes_where_the_rate_is_nothing():
    assert arrival_times(((0.0, 0.0),), 10.0, np.random.default_rng(1)).size == 0


@pytest.mark.parametrize(("law", "cv"), [(Law(), 1.0), (Law("lognormal", 1.6), 1.6)])
def test_times_have_their_mean_and_spread(law, cv):
    day = scenario(rate=((0.0, 500.0),), service=law, patience=law, theta=0.5)
    luck = draw(day, 1, 1)
    for found, mean in ((luck.work, 5.0), (luck.patience, 2.0)):
        assert np.mean(found) == pytest.approx(mean, rel=0.03)
        assert np.std(found) / np.mean(found) == pytest.approx(cv, rel=0.08)


def test_a_field_that_changes_leaves_all_other_luck_as_it_was():
    one = draw(scenario(theta=0.1), 1, 1)
    other = draw(scenario(theta=0.2, partner_wait=3.0, service=Law("lognormal", 2.0)), 1, 1)
    assert one.arrivals == other.arrivals
    assert one.patience == [2 * value for value in other.patience]
    assert other.partner_wait[0] > 0 == one.partner_wait[0]
