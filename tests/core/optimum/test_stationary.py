"""The best K of a steady lane is the best of all policies, and its cost is that of the chain."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from overflow.core.optimum.course import NEVER, Course
from overflow.core.optimum.lateness import lateness
from overflow.core.optimum.stationary import costs, threshold

chat = {"mu": 0.1, "theta": 0.15, "target": 2.0}
euros = {"breach": 4.0, "lost": 6.0, "overflow": 4.5, "kept": 0.3}

lanes = st.builds(
    lambda slots, use, mu, theta, target, breach, lost, overflow, kept: {
        "rate": use * slots * mu,
        "slots": float(slots),
        "mu": mu,
        "theta": theta * mu,
        "target": target / mu,
        "breach": breach,
        "lost": lost,
        "overflow": overflow,
        "kept": kept,
    },
    st.integers(1, 12),
    st.floats(0.2, 1.6),
    st.floats(0.05, 1),
    st.floats(0.2, 3),
    st.floats(0.02, 2),
    st.floats(0, 10),
    st.floats(2, 10),
    st.floats(1, 8),
    st.floats(0, 1),
)


def lane_of(rate, slots, **rest):
    return Course(horizon=1.0, slots=((0.0, slots),), rate=((0.0, rate),), **rest)


def optimum(lane):
    """Cost a unit of time of the best of all policies, by iterating policies on the full chain."""
    most = len(costs(lane)) - 1
    rate, slots = lane.rate[0][1], lane.slots[0][1]
    n = np.arange(most + 1.0)
    waiting = np.maximum(0, n - slots)
    deaths = np.minimum(n, slots) * lane.mu + waiting * lane.theta
    losses = waiting * lane.theta * (lane.lost - lane.kept)
    own = lane.kept + lane.breach * lateness(lane, 0.0, most)
    is_kept = np.append(np.ones(most, dtype=bool), False)
    for _ in range(200):
        # Unknown: h(1..most) with h(0) = 0, and the cost g.
        up = np.where(is_kept, rate, 0.0)
        a = np.diag(-up - deaths) + np.diag(up[:-1], 1) + np.diag(deaths[1:], -1)
        a[:, 0] = -1.0
        cost = np.where(is_kept, rate * own, rate * lane.leaving) + losses
        solved = np.linalg.solve(a, -cost)
        h = np.append(0.0, solved[1:])
        better = np.append(own[:-1] + np.diff(h) < lane.leaving - 1e-10, False)
        if (better == is_kept).all():
            break
        is_kept = better
    return solved[0]


@given(lanes)
@settings(max_examples=40)
@example(
    {"rate": 0.85, "slots": 12.0, **chat, **euros},
)
def test_no_policy_beats_the_best_threshold(values):
    lane = lane_of(**values)
    assert costs(lane).min() == pytest.approx(optimum(lane), rel=1e-7, abs=1e-9)


@given(lanes)
def test_the_threshold_is_the_cheapest(values):
    found, level = costs(lane_of(**values)), threshold(**values)
    cost = found[-1] if level == NEVER else found[level]
    assert cost <= found.min() + 1e-9 * max(1.0, abs(found.min()))


def test_the_cost_is_that_of_the_chain():
    lane = lane_of(rate=0.85, slots=12.0, **chat, **euros)
    for level in (0, 1, 5, 13, 20):
        n = np.arange(level + 1)
        deaths = np.minimum(n, 12) * 0.1 + np.maximum(0, n - 12) * 0.15
        chances = np.cumprod(np.append(1.0, 0.85 / deaths[1:]))
        chances /= chances.sum()
        own = 0.3 + 4 * lateness(lane, 0.0, level)
        kept = np.where(n < level, own, 4.5) * 0.85 + np.maximum(0, n - 12) * 0.15 * 5.7
        assert costs(lane)[level] == pytest.approx(chances @ kept)


def test_a_published_lane_has_its_level():
    """The quiet chat day keeps its rates: its best fixed level is 13."""
    assert threshold(0.85, 12, 0.1, 0.15, 2, **euros) == 13


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({"rate": 0.0}, NEVER),
        ({"overflow": 1000.0}, NEVER),
        ({"overflow": 0.0}, 0),
        ({"slots": 0.0}, 0),
        ({"theta": 0.0, "breach": 0.0}, NEVER),
    ],
)
def test_what_is_plain_comes_out(changes, level):
    assert threshold(**({"rate": 0.85, "slots": 12.0, **chat, **euros} | changes)) == level


def test_an_overloaded_lane_without_end_of_patience_overflows_what_does_not_fit():
    level = threshold(0.8, 6, 1 / 8, 0.0, 480, 8, 0, 4, 0.5)
    assert 100 < level < 366


@given(st.floats(1.05, 3.0), st.floats(21.5, 1e4))
def test_nobody_overflows_where_that_costs_more_than_to_have_all_late(load, overflow):
    dear = {"breach": 20.0, "lost": 0.0, "overflow": max(overflow, 21.0 * load / (load - 1.0))}
    found = threshold(load / 3, 2.0, 1 / 6, 0.0, 30.0, **dear, kept=1.0)
    assert found == NEVER


def test_it_is_found_at_two_hundred_agents():
    assert 1200 <= threshold(130, 1200, **chat, **euros) <= 1215


def test_numbers_that_mean_nothing_are_refused():
    for wrong in ({"rate": -1.0}, {"slots": float("nan")}, {"mu": 0.0}):
        with pytest.raises(ValueError):
            threshold(**({"rate": 0.85, "slots": 12.0, **chat, **euros} | wrong))
