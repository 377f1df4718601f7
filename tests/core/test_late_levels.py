"""From which place in the line on to leave: between what was worked out, and for a whole line."""

import math

from hypothesis import given
from hypothesis import strategies as st

from overflow.core.model import LateLevels

LEVELS = LateLevels(
    crowds=(13.0, 15.0),
    slacks=(0.0, 60.0, 120.0),
    places=((math.inf, 3.0, 6.0), (math.inf, 2.0, 4.0)),
)


def test_between_two_points_a_place_is_linear_and_beyond_them_it_stays():
    assert LEVELS.place(13.0, 60.0) == 3.0
    assert LEVELS.place(14.0, 90.0) == 3.75
    assert LEVELS.place(99.0, 999.0) == 4.0
    assert LEVELS.place(1.0, 120.0) == 6.0


def test_beside_a_point_at_which_nobody_leaves_nobody_does():
    assert LEVELS.place(13.0, 59.0) == math.inf
    assert LEVELS.place(13.0, -5.0) == math.inf


def test_who_leaves_makes_room_for_those_behind():
    assert LEVELS.leaving(17.0, [60.0] * 4) == [1, 2, 3]
    assert LEVELS.leaving(17.0, [60.0, 120.0, 120.0, 120.0, 120.0]) == [3, 4]
    assert LEVELS.leaving(17.0, [120.0] * 2, ahead=3) == [0, 1]


@given(st.lists(st.floats(-60, 200), max_size=12), st.integers(0, 5))
def test_when_they_have_left_nobody_else_has_to(slacks, ahead):
    crowd = 12.0 + ahead + len(slacks)
    gone = LEVELS.leaving(crowd, slacks, ahead=ahead)
    left = [slack for place, slack in enumerate(slacks) if place not in gone]
    assert len(left) + len(gone) == len(slacks)
    assert LEVELS.leaving(crowd - len(gone), left, ahead=ahead) == []


def test_on_another_clock_it_says_the_same():
    assert LEVELS.in_units(1 / 60).place(14.0, 1.5) == LEVELS.place(14.0, 90.0)
