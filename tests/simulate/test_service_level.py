"""Mode "service level" in simulation: the goal is met, by little, and with few overflows."""

from dataclasses import replace

import pytest

from overflow.core.optimum.bellman import solve
from overflow.core.optimum.service_level import priced, share_in_time
from overflow.simulate.contenders.auto import prospect_of
from overflow.simulate.contenders.simple import planned, threshold
from overflow.simulate.measure import begin, play_on
from overflow.simulate.summary import goal as goal_of
from overflow.simulate.summary import is_met, level, share
from overflow.simulate.truth import Truth, course_of, twin
from tests.simulate.make import public, scenario

DESK = scenario(
    name="desk",
    horizon=180.0,
    roster=((0.0, 6), (90.0, 4)),
    theta=0.1,
    target=2.0,
    rate=((0.0, 1.1), (180.0, 0.9)),
)
CASES = [
    (replace(DESK, goal=0.8, is_by_goal=True), 7),
    (replace(public("evening_close"), goal=0.9, is_by_goal=True), 20),
]
"""Each with the highest threshold that never changes and meets the goal as well."""


def played(day, make, days=40):
    found = begin(day, "", late=False, truth=Truth(day))
    for _ in range(days):
        play_on(found, make, 1)
    return found


@pytest.mark.parametrize(("day", "rival"), CASES, ids=["desk", "evening"])
def test_a_plan_by_goal_meets_it_by_little_and_as_it_foretells(day, rival):
    course = course_of(twin(day))
    found = priced(course, day.goal)
    expected = share_in_time(course, found.breach)
    ours = played(day, planned(solve(found).threshold))
    other = played(day, threshold(rival))

    assert is_met(ours)
    assert is_met(other)
    assert day.goal <= expected < day.goal + 0.03
    assert level(ours).low <= expected <= level(ours).high
    assert share(ours, "overflowed") < share(other, "overflowed")


def test_a_goal_is_told_to_the_planner_where_the_policy_goes_by_it():
    by_goal, _ = CASES[0]
    assert prospect_of(by_goal.told()).goal == 0.8
    assert prospect_of(replace(by_goal, is_by_goal=False).told()).goal is None
    never = played(by_goal, threshold(10**6), 30)
    assert (goal_of(never), is_met(never)) == (0.8, False)
