"""The chance not to be answered in time: late, or given up before."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overflow.core.optimum.course import Course
from overflow.core.optimum.lateness import lateness
from overflow.core.optimum.unanswered import failing, unanswered


def course(slots=6.0, mu=0.2, theta=0.15, target=2.0, **changes):
    return Course(
        horizon=500.0,
        slots=((0.0, slots),),
        mu=mu,
        theta=theta,
        target=target,
        rate=((0.0, 1.0),),
        breach=1.0,
        lost=0.0,
        overflow=1.0,
        kept=0.0,
        **changes,
    )


@pytest.mark.parametrize("place", [1, 3, 8, 20])
def test_it_is_what_a_draw_of_many_waits_shows(place):
    here, rng = course(), np.random.default_rng(5)
    rates = 6.0 * 0.2 + 0.15 * np.arange(place)
    wait = sum(rng.exponential(1.0 / rate, 200_000) for rate in rates)
    patience = rng.exponential(1.0 / 0.15, 200_000)
    missed = ((wait > 2.0) | (patience < wait)).mean()
    assert unanswered(here, 10.0, 40)[5 + place] == pytest.approx(missed, abs=0.004)


courses = st.builds(
    course,
    slots=st.sampled_from([0.0, 1.0, 6.0, 30.0]),
    mu=st.floats(0.01, 2.0),
    theta=st.floats(0.0, 1.0),
    target=st.floats(0.1, 60.0),
)


@given(courses)
def test_it_is_a_chance_that_grows_with_the_line_and_holds_those_who_are_late(here):
    found = unanswered(here, 10.0, 60)
    assert ((found >= -1e-9) & (found <= 1.0 + 1e-9)).all()
    assert (np.diff(found) >= -1e-9).all()
    assert (found >= lateness(here, 10.0, 60) - 1e-9).all()
    assert found[: int(here.slots[0][1])].sum() == 0.0


def test_a_line_beyond_the_target_costs_more_the_longer_it_is():
    plain, more = course(), course(has_goal=True, excess=0.4)
    chance, cost = unanswered(plain, 10.0, 60), failing(more, 10.0, 60)
    assert (cost[:8] == chance[:8]).all()
    assert (np.diff(cost)[10:] > 0.1).all()
    assert (failing(plain, 10.0, 60) == chance).all()
