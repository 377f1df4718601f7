"""What a queue is really like: from spans of what a live service sees."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overflow.core import estimate
from overflow.core.estimate import Expected, Span

CHAT = Expected(handle=10.0, patience=8.0, hour=60.0, target=2.0)
MAIL = Expected(handle=8.0, patience=None, hour=60.0, target=480.0)

spans = st.lists(
    st.builds(
        Span,
        lasted=st.floats(0.25, 30.0),
        arrivals=st.integers(0, 50),
        foretold=st.floats(0.0, 50.0),
        ended=st.integers(0, 50),
        busy=st.floats(0.0, 300.0),
        abandoned=st.integers(0, 20),
        waited=st.floats(0.0, 100.0),
        full=st.floats(0.0, 100.0),
        starved=st.floats(0.0, 30.0),
        declared=st.one_of(st.none(), st.integers(0, 20)),
    ),
    max_size=15,
)


def observed(seen, expected=CHAT):
    estimates = estimate.begin(expected)
    for span in seen:
        estimates = estimate.observe(estimates, span, expected)
    return estimates


def in_service(slots, handle, minutes, seed=3):
    """Spans of half a minute of always busy slots, whose work takes ``handle`` minutes."""
    ended = np.random.default_rng(seed).poisson(slots * 0.5 / handle, minutes * 2)
    return [Span(0.5, 0, 0.0, int(k), slots * 0.5, 0, 0.0) for k in ended]


def fresh_lognormal(slots, handle, cv, minutes, seed):
    """Spans of always busy slots that begin anew at 0, with heavy tails."""
    rng, spread = np.random.default_rng(seed), math.log1p(cv**2)
    many = rng.lognormal(math.log(handle) - spread / 2, math.sqrt(spread), (slots, minutes * 20))
    ends = np.cumsum(many, axis=1)
    ended = np.histogram(ends, bins=np.arange(0.0, minutes + 0.25, 0.5))[0]
    return [Span(0.5, 0, 0.0, int(k), slots * 0.5, 0, 0.0) for k in ended]


@given(spans, st.sampled_from([CHAT, MAIL]))
def test_every_figure_is_a_rate_that_can_be_planned_with(seen, expected):
    known = estimate.known(observed(seen, expected), expected, 2.0)
    assert 0.09 < known.demand < 10.0
    assert 0.09 < known.mu * expected.handle < 10.0
    assert known.theta >= 0.0
    assert (known.theta == 0.0) == (expected.patience is None)
    assert known.rate is None or known.rate > 0.0
    assert known.slots is None or known.slots >= 0.0


@given(spans)
def test_estimates_survive_their_way_through_json(seen):
    estimates = observed(seen)
    text = json.dumps(estimate.plain(estimates))
    assert estimate.from_plain(json.loads(text)) == estimates


def test_before_anything_is_seen_all_is_as_the_policy_says():
    known = estimate.known(estimate.begin(CHAT), CHAT, 4.0)
    assert known.demand == pytest.approx(1.0)
    assert known.mu == pytest.approx(0.1)
    assert known.theta == pytest.approx(0.125)
    assert known.rate is None
    assert known.slots is None


def test_short_tickets_that_end_first_promise_no_easy_day():
    found = [
        estimate.known(observed(fresh_lognormal(20, 10.0, 2.5, 60, seed)), CHAT, 1.0).mu * 10.0
        for seed in range(20)
    ]
    assert np.mean(found) < 1.1


@pytest.mark.parametrize("handle", [6.0, 10.0, 15.0, 20.0])
def test_a_wrong_handle_time_is_found_out(handle):
    known = estimate.known(observed(in_service(10, handle, 240)), CHAT, 1.0)
    assert 1.0 / known.mu == pytest.approx(handle, rel=0.12)


def test_tickets_still_in_service_count_so_that_long_ones_are_not_overlooked():
    nothing_ends = [Span(0.5, 0, 0.0, 0, 5.0, 0, 0.0)] * 120
    known = estimate.known(observed(nothing_ends), CHAT, 1.0)
    assert 1.0 / known.mu > 30.0


def test_impatience_is_learned_from_who_gives_up_against_time_waited():
    leaving = [Span(1.0, 0, 0.0, 0, 0.0, 2, 4.0)] * 60
    known = estimate.known(observed(leaving), CHAT, 1.0)
    assert known.theta == pytest.approx(0.5, rel=0.12)


def test_agents_count_as_declared():
    seen = Span(1.0, 0, 0.0, 0, 8.0, 0, 3.0, full=8.0, starved=1.0, declared=5)
    assert estimate.known(observed([seen] * 30), CHAT, 4.0).slots == 20.0


def test_undeclared_agents_are_seen_by_what_is_in_service_while_somebody_waits():
    seen = Span(1.0, 0, 0.0, 0, 8.0, 0, 3.0, full=8.0, starved=1.0)
    assert estimate.known(observed([seen] * 4), CHAT, 4.0).slots is None
    assert estimate.known(observed([seen] * 6), CHAT, 4.0).slots == pytest.approx(8.0)


def test_a_rate_without_a_forecast_is_unknown_below_its_sample():
    span = Span(1.0, 2, 0.0, 0, 0.0, 0, 0.0)
    assert estimate.known(observed([span] * 9), CHAT, 1.0).rate is None
    assert estimate.known(observed([span] * 60), CHAT, 1.0).rate == pytest.approx(2.0)


def test_a_queue_that_promises_nothing_can_be_estimated():
    free = Expected(5.0, None, 3600.0, math.inf)
    assert estimate.known(estimate.begin(free), free, 1.0).mu == pytest.approx(0.2)
