"""The belief about a factor: trusts, learns, notices a step, forgets, and stays a distribution."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overflow.core import factor
from overflow.core.factor import GRID, Prior

PRIOR = Prior(trust=0.8, spread=0.6, memory=360.0)

spans = st.lists(
    st.tuples(st.integers(0, 60), st.floats(0.0, 60.0), st.floats(0.0, 120.0)), max_size=30
)


def learned(counts, prior=PRIOR):
    belief = factor.begin(prior)
    for events, expected, lasted in counts:
        belief = factor.learn(belief, prior, events, expected, lasted)
    return belief


def drawn(truth, rate, minutes, seed=1):
    """Counts of half minutes at ``rate`` times ``truth``."""
    events = np.random.default_rng(seed).poisson(truth * rate * 0.5, int(minutes * 2))
    return [(int(k), rate * 0.5, 0.5) for k in events]


@given(spans)
def test_a_belief_is_a_distribution_whatever_was_counted(counts):
    belief = learned(counts)
    assert len(belief) == len(GRID)
    assert min(belief) >= 0.0
    assert sum(belief) == pytest.approx(1.0)
    assert GRID[0] <= factor.middle(belief) <= GRID[-1]


@given(spans)
def test_a_belief_survives_its_way_through_json(counts):
    belief = learned(counts)
    assert tuple(json.loads(json.dumps(belief))) == belief


@given(st.integers(0, 60), st.integers(0, 60), st.floats(0.1, 40.0))
def test_more_events_never_lower_the_factor(one, more, expected):
    low = factor.learn(factor.begin(PRIOR), PRIOR, min(one, more), expected, 1.0)
    high = factor.learn(factor.begin(PRIOR), PRIOR, max(one, more), expected, 1.0)
    assert factor.middle(high) >= factor.middle(low) - 1e-12


@given(st.integers(1, 30), st.floats(0.5, 30.0))
def test_without_jumps_only_totals_count_and_not_how_they_were_cut(events, expected):
    still = Prior(0.5, 0.5, 1e15)
    whole = factor.learn(factor.begin(still), still, 2 * events, 2 * expected, 2.0)
    cut = learned([(events, expected, 1.0)] * 2, still)
    assert np.allclose(whole, cut, atol=1e-9)


def test_without_counts_and_time_nothing_is_learned():
    assert learned([(0, 0.0, 0.0)]) == pytest.approx(factor.begin(PRIOR))
    assert factor.middle(factor.begin(PRIOR)) == pytest.approx(1.0)


@pytest.mark.parametrize("seed", range(8))
def test_noise_around_a_right_forecast_moves_it_by_a_few_percent_at_most(seed):
    belief = learned(drawn(1.0, 1.0, 480, seed))
    assert factor.middle(belief) == pytest.approx(1.0, abs=0.06)


@pytest.mark.parametrize("truth", [0.5, 0.7, 1.4, 2.0, 4.0])
def test_a_forecast_that_is_wrong_all_day_is_found_out(truth):
    belief = learned(drawn(truth, 4.0, 240))
    assert factor.middle(belief) == pytest.approx(truth, rel=0.15)
    assert factor.trusted(belief) < 0.05


def test_a_doubling_that_nobody_foresaw_is_believed_within_some_fifty_events():
    belief = learned(drawn(1.0, 3.0, 240) + [(6, 3.0, 1.0)] * 9)
    assert factor.middle(belief) > 1.7


def test_a_step_is_forgotten_when_it_ends():
    belief = learned(drawn(2.0, 2.0, 120) + drawn(1.0, 2.0, 120))
    assert factor.middle(belief) == pytest.approx(1.0, abs=0.08)


def test_what_no_factor_explains_begins_anew_and_does_not_fail():
    belief = factor.learn(factor.begin(PRIOR), PRIOR, 0, 1e9, 1.0)
    assert sum(belief) == pytest.approx(1.0)
    assert factor.middle(belief) < 0.2
