"""Means and their intervals."""

import math

import numpy as np
import pytest

from overflow.simulate.interval import Interval, interval, steadied


def test_an_interval_is_students():
    found = interval(np.array([1.0, 2.0, 3.0]))
    assert found.mean == 2
    assert found.half == pytest.approx(4.303 / math.sqrt(3), rel=1e-3)


def test_a_single_day_says_nothing_about_how_sure_it_is():
    assert interval(np.array([4.0])) == Interval(4.0, math.inf)


def test_an_interval_holds_its_mean_nineteen_times_in_twenty():
    rng = np.random.default_rng(1)
    found = [interval(rng.normal(3, 2, 8)) for _ in range(4000)]
    assert np.mean([i.low <= 3 <= i.high for i in found]) == pytest.approx(0.95, abs=0.015)


def test_luck_that_is_known_is_taken_out():
    rng = np.random.default_rng(2)
    luck = rng.normal(0, 1, (200, 2))
    daily = 5 + luck @ [3, -2] + rng.normal(0, 0.1, 200)
    calm = steadied(daily, luck)
    assert calm.mean() == pytest.approx(5, abs=0.03)
    assert calm.std() < daily.std() / 10


def test_luck_that_is_none_changes_nothing():
    daily = np.array([1.0, 2.0, 4.0])
    assert steadied(daily, np.zeros((3, 1))) == pytest.approx(daily)
