"""The chance to be late is held against the closed form, against draws, against itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overflow.core.optimum import lateness as module
from overflow.core.optimum.course import Course
from overflow.core.optimum.lateness import lateness, whole
from overflow.core.queueing import breach_probability


def course(slots, *, mu=0.1, theta=0.1, target=3.0, horizon=100.0, end="drain"):
    costs = {"breach": 4.0, "lost": 6.0, "overflow": 4.5, "kept": 0.3}
    rate = ((0.0, 1.0),)
    return Course(horizon, slots, mu, theta, target, rate, end=end, **costs)


def drawn(course, t, ahead, draws, rng):
    """Share of draws in which whoever finds so many ahead is late, its own patience aside."""
    left = np.full(draws, ahead)
    waits = np.ones(draws, dtype=bool)
    for length, slots in course.stretches(t, course.decided(t)):
        clock = np.full(draws, float(length))
        waits &= left >= slots
        while (active := waits & (clock > 0)).any():
            pace = slots * course.mu + (left - slots) * course.theta
            clock[active] -= rng.exponential(1 / np.maximum(pace[active], 1e-12))
            left[active & (clock > 0)] -= 1
            waits &= left >= slots
    return float(waits.mean())


@given(
    st.integers(1, 40),
    st.floats(0.01, 1),
    st.one_of(st.just(0.0), st.floats(1e-7, 1)),
    st.floats(0.05, 60),
)
def test_unchanging_slots_give_the_closed_form(slots, mu, theta, target):
    here = course(((0.0, float(slots)),), mu=mu, theta=theta, target=target)
    chances = lateness(here, 5.0, slots + 60)
    assert (chances[:slots] == 0).all()
    closed = [breach_probability(k, slots, mu, theta, target) for k in range(1, 62)]
    # Where customers hardly ever give up the incomplete beta function loses some digits.
    assert chances[slots:] == pytest.approx(closed, abs=1e-7)


CHANGES = [
    ((0.0, 6.0), (11.0, 3.0)),
    ((0.0, 3.0), (11.0, 6.0)),
    ((0.0, 5.0), (10.5, 2.0), (11.5, 7.0)),
    ((0.0, 5.0), (10.5, 8.0), (11.5, 3.0)),
    ((0.0, 4.0), (11.0, 0.0)),
]


@pytest.mark.parametrize("slots", CHANGES)
@pytest.mark.parametrize("theta", [0.0, 0.15])
def test_changing_slots_agree_with_draws(slots, theta):
    here = course(slots, mu=0.25, theta=theta)
    rng = np.random.default_rng(20261101)
    chances = lateness(here, 10.0, 20) / np.exp(-theta * 3.0)
    for ahead in (3, 5, 6, 8, 12):
        share = drawn(here, 10.0, ahead, 20_000, rng)
        error = np.sqrt(max(chances[ahead] * (1 - chances[ahead]), 1e-4) / 20_000)
        assert abs(share - chances[ahead]) < 5 * error


@given(
    st.lists(st.tuples(st.floats(21, 240), st.integers(-8, 30)), min_size=2, max_size=4),
    st.one_of(st.just(0.0), st.floats(0.01, 0.2)),
)
def test_long_lines_are_nearly_exact(changes, theta):
    """Where the time from each change to the next leaves room for some steps."""
    slots = np.maximum(5, 40 + np.cumsum([more for _, more in changes]))
    stretches = [
        (steps / (s * 0.4), float(s)) for (steps, _), s in zip(changes, slots, strict=True)
    ]
    exact = module._unserved(stretches, 0.4, theta, 150 if theta else 900)
    about = module._about_unserved(stretches, 0.4, theta, len(exact) - 1)
    assert about == pytest.approx(exact, abs=8e-3)


@given(st.floats(0, 30), st.floats(0.5, 20), st.integers(1, 9), st.integers(1, 9))
def test_it_rises_with_those_ahead(t, target, before, after):
    here = course(((0.0, float(before)), (15.0, float(after))), target=target)
    chances = lateness(here, t, 60)
    assert (np.diff(chances) >= -1e-12).all()
    assert ((chances >= 0) & (chances <= 1)).all()


def test_who_waits_at_closing_is_late_then():
    closing = course(((0.0, 5.0),), end="close")
    drained = course(((0.0, 5.0),), target=1.0)
    assert lateness(closing, 99.0, 40) == pytest.approx(lateness(drained, 50.0, 40))
    assert lateness(closing, 100.0, 10)[5:] == pytest.approx(1.0)


def test_a_shift_that_begins_at_the_due_time_is_soon_enough():
    here = course(((0.0, 5.0), (13.0, 20.0)), mu=1e-9, theta=0.0)
    assert lateness(here, 10.0 - 1e-6, 30)[10] == pytest.approx(1.0)
    assert lateness(here, 10.0 + 1e-6, 30)[10] == 0.0
    assert lateness(here, 10.0 + 1e-6, 30)[20] == pytest.approx(1.0)


def test_slots_count_to_the_nearest_whole_one():
    assert [whole(x) for x in (0.0, 0.4, 0.5, 1.49, 1.5)] == [0, 0, 1, 1, 2]


def test_a_target_that_never_comes_is_never_missed():
    assert not lateness(course(((0.0, 2.0),), target=float("inf")), 3.0, 50).any()
