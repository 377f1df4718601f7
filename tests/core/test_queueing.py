"""The closed forms are held against draws, against each other and against what is published."""

import math

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from overflow.core.line import about_still_waiting, still_waiting
from overflow.core.queueing import (
    EXACT,
    abandon_probability,
    breach_over_segments,
    breach_probability,
    erlang_a,
    erlang_b,
    erlang_c,
    expected_wait,
    position,
    wait_exceeds,
)

places = st.one_of(st.integers(1, 120), st.floats(0.1, 400))
slots = st.floats(0.5, 250)
rates = st.floats(1e-5, 1.0)
leaving = st.one_of(st.just(0.0), st.floats(1e-6, 1.0))
horizons = st.floats(1.0, 10_000)
stretches = st.lists(
    st.tuples(st.floats(1.0, 3000), st.one_of(st.just(0.0), st.floats(0.5, 60))),
    min_size=1,
    max_size=4,
)

# (slots, mu, theta, k, horizon in minutes) -> P(V_k > horizon), each checked with 100 000 draws.
CHECKED = [
    ((12, 0.1, 0.15, 4, 2), 0.68774),
    ((15, 0.2, 0.33, 6, 1 / 3), 0.99810),
    ((200, 1 / 6, 0.25, 30, 0.5), 0.99193),
    ((6, 1 / 8, 0, 330, 480), 0.05239),
]


def is_near(share, chance, draws):
    """Within five standard errors of the binomial, and one draw."""
    error = math.sqrt(max(chance * (1 - chance), 0) / draws)
    return abs(share - chance) <= 5 * error + 1 / draws


def drawn(k, mu, theta, segments, draws, rng):
    """Share of draws in which the k-th in line waits through all segments, its own patience aside.

    Event by event: the next one is a free slot or the end of somebody's patience.
    """
    waiting = np.full(draws, k)
    for seconds, staff in segments:
        left = np.full(draws, float(seconds))
        while True:
            rate = staff * mu + np.maximum(waiting - 1, 0) * theta
            active = (waiting > 0) & (left > 0) & (rate > 0)
            if not active.any():
                break
            left[active] -= rng.exponential(1 / rate[active])
            waiting[active & (left > 0)] -= 1
    return float((waiting > 0).mean())


# --- one stretch ----------------------------------------------------------------------------


@pytest.mark.parametrize(("lane", "expected"), CHECKED)
def test_the_checked_numbers_come_out(lane, expected):
    servers, mu, theta, k, horizon = lane
    assert wait_exceeds(k, servers, mu, theta, horizon) == pytest.approx(expected, abs=5e-6)


@pytest.mark.parametrize(("lane", "_"), CHECKED)
def test_the_checked_numbers_agree_with_draws(lane, _):
    servers, mu, theta, k, horizon = lane
    rng = np.random.default_rng(20260801)
    rates_by_place = servers * mu + theta * np.arange(k)
    waits = rng.exponential(1 / rates_by_place, size=(40_000, k)).sum(axis=1)
    assert is_near((waits > horizon).mean(), wait_exceeds(k, *lane[:3], horizon), 40_000)
    mean_error = waits.std() / math.sqrt(len(waits))
    assert abs(waits.mean() - expected_wait(k, *lane[:3])) < 5 * mean_error


def test_a_breach_and_an_abandonment_agree_with_draws():
    servers, mu, theta, k, horizon = 8, 0.01, 0.004, 7, 90.0
    rng = np.random.default_rng(7)
    waits = rng.exponential(1 / (servers * mu + theta * np.arange(k)), size=(40_000, k)).sum(axis=1)
    patience = rng.exponential(1 / theta, size=40_000)
    late = (np.minimum(waits, patience) > horizon).mean()
    assert is_near(late, breach_probability(k, servers, mu, theta, horizon), 40_000)
    # The ticket's own patience is one more rate in the race at every place.
    assert is_near((patience < waits).mean(), abandon_probability(k, servers, mu, theta), 40_000)


@given(places, slots, rates, leaving, horizons)
def test_a_chance_is_a_chance(k, servers, mu, theta, horizon):
    late = breach_probability(k, servers, mu, theta, horizon)
    assert 0 <= late <= wait_exceeds(k, servers, mu, theta, horizon) <= 1
    assert 0 <= abandon_probability(k, servers, mu, theta) < 1


@given(places, slots, rates, leaving, horizons, st.floats(1.01, 3))
def test_more_ahead_fewer_slots_or_less_time_is_never_better(k, servers, mu, theta, horizon, by):
    here = wait_exceeds(k, servers, mu, theta, horizon)
    assert wait_exceeds(k * by, servers, mu, theta, horizon) >= here - 1e-9
    assert wait_exceeds(k, servers * by, mu, theta, horizon) <= here + 1e-9
    assert wait_exceeds(k, servers, mu, theta, horizon * by) <= here + 1e-9
    if k == int(k):  # between whole places it is interpolation
        assert wait_exceeds(k, servers, mu, theta * by, horizon) <= here + 1e-9


@given(st.floats(0.1, 200), slots, rates, st.floats(0.2, 2))
def test_patience_without_end_is_the_limit_of_long_patience(k, servers, mu, load):
    horizon = load * k / (servers * mu)
    limit = wait_exceeds(k, servers, mu, 0.0, horizon)
    for part in (1e-7, 1e-9, 1e-11, 1e-13):
        long = wait_exceeds(k, servers, mu, part * servers * mu, horizon)
        assert long == pytest.approx(limit, abs=part * k * (k + 10) + 1e-9)
        wait = expected_wait(k, servers, mu, part * servers * mu)
        assert wait == pytest.approx(k / (servers * mu), rel=part * (k + 1) + 1e-12)


@given(st.integers(1, 200), slots, rates, st.floats(1e-9, 10))
def test_the_mean_wait_is_the_sum_over_places(k, servers, mu, theta):
    total = math.fsum(1 / (servers * mu + j * theta) for j in range(k))
    assert expected_wait(k, servers, mu, theta) == pytest.approx(total, rel=1e-9)


@given(st.integers(1, 150), slots, rates, st.floats(1e-5, 1.0))
def test_the_mean_wait_is_the_area_below_the_chances(k, servers, mu, theta):
    mean = expected_wait(k, servers, mu, theta)
    # The tail can only be cut where it is thin: an exponential one of rate slots mu.
    grid = np.linspace(0, mean + 30 / (servers * mu), 1501)
    assume(mean > 5 * (grid[1] - grid[0]))
    late = [wait_exceeds(k, servers, mu, theta, t) for t in grid]
    assert np.trapezoid(late, grid) == pytest.approx(mean, rel=2e-2)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((0, 5, 0.1, 0.1, 10), 0.0),
        ((-3, 5, 0.1, 0.1, 10), 0.0),
        ((0, 0, 0.1, 0.1, 10), 0.0),
        ((2, 0, 0.1, 0.1, 10), 1.0),
        ((2, 5, 0.0, 0.0, 10), 1.0),
        ((2, 5, 0.1, 0.1, 0), 1.0),
        ((2, 5, 0.1, 0.1, -5), 1.0),
        ((2, 5, 0.1, 0.1, math.inf), 0.0),
        ((2, 5, 0.1, 0.0, math.inf), 0.0),
        ((2, math.inf, 0.1, 0.1, 1), 0.0),
        ((2, math.inf, 0.1, 0.0, 1), 0.0),
        ((1e7, 5, 0.1, 0.1, 1), 1.0),
        ((2, 5, 0.1, 1e-300, 1e9), 0.0),
    ],
)
def test_extremes_have_their_limits(arguments, expected):
    assert wait_exceeds(*arguments) == pytest.approx(expected, abs=1e-12)


def test_nobody_is_late_at_a_due_time_that_never_comes():
    assert breach_probability(3, 0, 0.1, 0.0, math.inf) == 0.0
    assert breach_over_segments(3, 0.1, 0.0, [(math.inf, 0), (5.0, 2)]) == 0.0


def test_waits_at_the_edges():
    assert expected_wait(0, 0, 0.1, 0.1) == 0.0
    assert expected_wait(3, 0, 0.1, 0.1) == math.inf
    assert expected_wait(4, 2, 0.1, 0.0) == pytest.approx(20)
    assert abandon_probability(3, 0, 0.1, 0.1) == 1.0
    assert abandon_probability(3, 0, 0.1, 0.0) == 0.0


# --- several stretches ----------------------------------------------------------------------

CHANGING = [
    (5, 0.01, 0.004, [(60, 8), (60, 3)]),
    (12, 0.01, 0.0, [(300, 3), (600, 0), (300, 6)]),
    (9, 0.01, 0.002, [(120, 0), (100, 9)]),
    (20, 0.02, 0.003, [(60, 10), (200, 0), (30, 4), (15, 12)]),
    (7, 0.01, 0.004, [(60, 8), (60, 0)]),
    (2.5, 0.01, 0.0, [(60, 1), (60, 2)]),
]


@pytest.mark.parametrize(("k", "mu", "theta", "segments"), CHANGING[:5])
def test_changing_staff_agrees_with_draws(k, mu, theta, segments):
    rng = np.random.default_rng(99)
    share = drawn(k, mu, theta, segments, 20_000, rng)
    stays = math.exp(-theta * sum(seconds for seconds, _ in segments))
    assert is_near(share, breach_over_segments(k, mu, theta, segments) / stays, 20_000)


@given(st.integers(1, 150), slots, rates, st.floats(1e-7, 1.0), st.floats(0.2, 2), st.floats(0, 1))
@example(k=1, servers=0.5, mu=0.002, theta=1.0, load=1.0, cut=0.5)  # exp(-theta T) vanishes
def test_cutting_a_stretch_in_two_changes_nothing(k, servers, mu, theta, load, cut):
    horizon = load * expected_wait(k, servers, mu, theta)
    whole = wait_exceeds(k, servers, mu, theta, horizon)
    two = [(cut * horizon, servers), ((1 - cut) * horizon, servers)]
    three = [(cut * horizon, servers), (0.0, servers), ((1 - cut) * horizon, servers)]
    assert still_waiting(k, mu, theta, two) == pytest.approx(whole, abs=1e-9)
    assert still_waiting(k, mu, theta, three) == pytest.approx(whole, abs=1e-9)
    own = breach_probability(k, servers, mu, theta, horizon)
    assert breach_over_segments(k, mu, theta, two) == pytest.approx(own, abs=1e-12)


@given(places, rates, leaving, stretches, st.integers(0, 3), st.floats(0.01, 0.99))
def test_cutting_any_stretch_changes_nothing(k, mu, theta, segments, which, cut):
    (seconds, staff), at = segments[which % len(segments)], which % len(segments)
    halves = [(cut * seconds, staff), ((1 - cut) * seconds, staff)]
    cut_up = [*segments[:at], *halves, *segments[at + 1 :]]
    whole = breach_over_segments(k, mu, theta, segments)
    assert breach_over_segments(k, mu, theta, cut_up) == pytest.approx(whole, abs=1e-9)


@given(st.integers(1, 100), rates, st.floats(1e-6, 0.1), stretches, st.floats(0.1, 0.9))
def test_steps_compose_without_a_change_of_staff(k, mu, theta, segments, cut):
    """The chain itself, which joining equal neighbours would otherwise hide."""
    assume(len(segments) > 1)
    seconds, staff = segments[0]
    halves = [(cut * seconds, staff), ((1 - cut) * seconds, staff)]
    whole = still_waiting(k, mu, theta, segments)
    assert still_waiting(k, mu, theta, halves + segments[1:]) == pytest.approx(whole, abs=1e-9)


@given(places, rates, stretches)
def test_without_impatience_only_the_services_count(k, mu, segments):
    services = sum(seconds * staff for seconds, staff in segments) * mu
    horizon = sum(seconds for seconds, _ in segments)
    expected = wait_exceeds(k, services / horizon, 1.0, 0.0, horizon) if services else 1.0
    assert breach_over_segments(k, mu, 0.0, segments) == pytest.approx(expected, abs=1e-9)


@given(places, rates, leaving, stretches)
def test_more_ahead_or_fewer_slots_is_never_better_with_changing_staff(k, mu, theta, segments):
    assume(k < EXACT - 1)
    late = breach_over_segments(k, mu, theta, segments)
    assert 0 <= late <= 1
    assert breach_over_segments(k + 0.5, mu, theta, segments) >= late - 1e-9
    assert breach_over_segments(k, mu, theta, segments, put_back=0.5) >= late - 1e-9
    more = [(seconds, staff * 1.1) for seconds, staff in segments]
    assert breach_over_segments(k, mu, theta, more) <= late + 1e-9


@given(st.integers(1, 20), rates, st.floats(1e-4, 0.1))
def test_a_fraction_lies_between_its_neighbours(k, mu, theta):
    segments = [(200.0, 5.0), (300.0, 2.0)]
    low, here, high = (breach_over_segments(k + by, mu, theta, segments) for by in (0, 0.4, 1))
    assert low - 1e-12 <= here <= high + 1e-12


@given(
    st.integers(EXACT, 260),
    st.lists(st.tuples(st.floats(0.1, 1), st.floats(0.1, 1)), min_size=2, max_size=3),
    st.floats(0.01, 3),
    st.floats(0.5, 1.6),
)
def test_long_lines_are_nearly_exact(k, shape, leaving_ahead, load):
    staff = [300.0 * part for _, part in shape]
    theta = leaving_ahead * max(staff) / k
    total = sum(part for part, _ in shape)
    horizon = load * expected_wait(k, sum(staff) / len(staff), 1.0, theta)
    segments = [(horizon * shape[i][0] / total, staff[i]) for i in range(len(shape))]
    exact = still_waiting(k, 1.0, theta, segments)
    error = abs(about_still_waiting(k, 1.0, theta, segments) - exact)
    assert error * math.exp(-theta * horizon) < 1e-3


def test_long_lines_take_the_way_that_does_not_grow():
    segments = [(30.0, 40.0), (60.0, 0.0), (30.0, 20.0)]
    below = breach_over_segments(EXACT, 0.03, 0.01, segments)
    above = breach_over_segments(EXACT + 1, 0.03, 0.01, segments)
    assert below == pytest.approx(above, abs=0.02)
    assert breach_over_segments(1e6, 0.03, 0.01, segments) == pytest.approx(math.exp(-1.2))
    assert about_still_waiting(200, 0.03, 0.01, [(60.0, 0.0)]) == 1.0
    assert about_still_waiting(200, 1.0, 0.5, [(10.0, 1000.0), (2.0, 1.0)]) == pytest.approx(0.0)


def test_no_way_to_be_answered_in_time_is_a_breach():
    assert breach_over_segments(0, 0.1, 0.0, []) == 1.0
    assert breach_over_segments(0, 0.1, 0.0, [(60.0, 0.0)]) == 1.0
    assert breach_over_segments(1, 0.1, 0.01, [(60.0, 0.0)]) == pytest.approx(math.exp(-0.6))


def test_a_free_slot_at_the_next_opening_is_soon_enough():
    assert breach_over_segments(0, 0.1, 0.01, [(60.0, 0.0), (60.0, 3.0)]) == 0.0


def test_closed_hours_at_the_end_serve_nobody():
    open_only = breach_probability(4, 3, 0.01, 0.002, 100)
    with_night = breach_over_segments(4, 0.01, 0.002, [(100, 3), (200, 0)])
    assert with_night == pytest.approx(open_only * math.exp(-0.002 * 200))


# --- the place in the line ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("waiting", "wip", "capacity", "expected"),
    [
        (0, 3, 5, 0),
        (0, 4, 5, 0),
        (0, 5, 5, 1),
        (0, 9, 5, 1),  # more work than slots does not lengthen the line
        (7, 5, 5, 8),
        (7, 2, 5, 5),
        (0, 0, 0, 1),
        (0, 2, 2.4, 1),
        (0, 2, 2.5, 0),
        (1.5, 2, 2, 2.5),
    ],
)
def test_the_place_in_the_line(waiting, wip, capacity, expected):
    assert position(waiting, wip, capacity) == expected


@given(st.integers(0, 500), st.integers(0, 500), st.floats(0, 500))
def test_a_place_needs_no_slot_that_is_taken(waiting, wip, capacity):
    assert position(waiting, wip + 1, capacity) >= position(waiting, wip, capacity)
    assert 0 <= position(waiting, wip, capacity) <= waiting + 1


# --- Erlang ---------------------------------------------------------------------------------


def test_published_values_of_erlang_b_and_c_come_out():
    assert erlang_b(1, 1) == pytest.approx(1 / 2)
    assert erlang_b(2, 1) == pytest.approx(1 / 5)
    assert erlang_b(10, 5) == pytest.approx(0.018385, abs=1e-6)
    assert erlang_c(1, 0.7) == pytest.approx(0.7)
    assert erlang_c(2, 1) == pytest.approx(1 / 3)
    assert erlang_c(10, 8) == pytest.approx(0.409180, abs=1e-6)


def stationary(servers, load, impatience):
    """Shares that wait and leave, from the balance of the birth-death chain, state by state."""
    peak = servers + max(0, load - servers) / impatience
    up_to = int(peak + 100 + 12 * ((load + servers) / impatience) ** 0.5)
    deaths = np.minimum(np.arange(1, up_to), servers) + impatience * np.maximum(
        np.arange(1, up_to) - servers, 0
    )
    logs = np.concatenate(([0.0], np.cumsum(np.log(load / deaths))))
    chances = np.exp(logs - logs.max())
    chances /= chances.sum()
    queue = np.maximum(np.arange(up_to) - servers, 0)
    return chances[servers:].sum(), impatience * (chances @ queue) / load


@given(st.integers(1, 150), st.floats(0.05, 1.8), st.floats(0.05, 20))
def test_erlang_a_is_the_balance_of_its_chain(servers, use, impatience):
    wait, abandon = stationary(servers, use * servers, impatience)
    result = erlang_a(servers, use * servers, impatience)
    assert result.wait == pytest.approx(wait, rel=1e-6, abs=1e-12)
    assert result.abandon == pytest.approx(abandon, rel=1e-6, abs=1e-12)


@given(st.integers(1, 200), st.floats(0.05, 0.9))
def test_erlang_c_is_the_limit_of_erlang_a(servers, use):
    load = use * servers
    assert erlang_a(servers, load, 1e-5).wait == pytest.approx(erlang_c(servers, load), abs=1e-3)
    assert erlang_a(servers, load, 0.0) == (erlang_c(servers, load), 0.0)


@given(st.integers(0, 3000), st.floats(0, 6000), st.floats(1e-5, 1e3))
def test_erlang_holds_at_any_size(servers, load, impatience):
    blocked, delayed = erlang_b(servers, load), erlang_c(servers, load)
    assert 0 <= blocked <= delayed <= 1
    wait, abandon = erlang_a(servers, load, impatience)
    assert 0 <= abandon <= wait * (1 + 1e-9) <= 1 + 1e-9
    # What is served fits into the servers.
    assert load * (1 - abandon) <= servers * (1 + 1e-6) + 1e-6


def test_overload_without_impatience_has_its_limits():
    assert erlang_c(5, 5) == 1.0
    assert erlang_a(5, 10, 0.0) == (1.0, 0.5)
    assert erlang_a(0, 3, 0.5) == pytest.approx((1.0, 1.0))
    assert erlang_a(3, 0, 0.5) == (0.0, 0.0)


def test_erlang_refuses_negative_arguments():
    for call in (lambda: erlang_b(-1, 1), lambda: erlang_c(1, -1), lambda: erlang_a(1, 1, -1)):
        with pytest.raises(ValueError, match="negative"):
            call()
