"""The simulator against the closed forms of queues that do not change, and the exact figures.

Long days instead of many: the share of arrivals that wait, give up or find no slot.
"""

import math

import numpy as np
import pytest

from overflow.core.erlang import erlang_a, erlang_b, erlang_c
from overflow.simulate.chances import draw
from overflow.simulate.contenders import maker
from overflow.simulate.engine import play
from tests.simulate.make import public, scenario

CASES = [(1, 0.6), (4, 3.0), (12, 10.5), (30, 27.0)]
DAYS = 12


def stationary(servers, load, **rest):
    """Long enough that the empty start is forgotten."""
    return scenario(
        roster=((0.0, servers),),
        handle_time=1.0,
        rate=((0.0, load),),
        horizon=15_000 / load,
        target=0.0,
        **rest,
    )


def played(day, policy):
    return [play(day, maker(policy)(day.told()), draw(day, 5, d)) for d in range(DAYS)]


def agrees(outcomes, share, exact):
    """The mean over days, within four of its standard errors."""
    found = np.array([share(outcome) for outcome in outcomes])
    error = found.std(ddof=1) / math.sqrt(DAYS)
    return abs(found.mean() - exact) < 4 * error + 0.002


@pytest.mark.parametrize(("servers", "load"), CASES)
def test_where_nobody_waits_the_share_without_a_slot_is_erlang_b(servers, load):
    day = stationary(servers, load)
    outcomes = played(day, "no-free-slot")
    assert agrees(outcomes, lambda o: o.overflowed / o.offered, erlang_b(servers, load))


@pytest.mark.parametrize(("servers", "load"), CASES)
def test_where_everybody_waits_the_share_that_waits_is_erlang_c(servers, load):
    day = stationary(servers, load)
    outcomes = played(day, "never")
    assert agrees(outcomes, lambda o: o.breached / o.offered, erlang_c(servers, load))


@pytest.mark.parametrize(("servers", "load"), [*CASES, (4, 6.0)])
def test_where_patience_ends_the_shares_are_erlang_a(servers, load):
    day = stationary(servers, load, theta=0.5)
    exact = erlang_a(servers, load, 0.5)
    outcomes = played(day, "never")
    assert agrees(outcomes, lambda o: o.abandoned / o.offered, exact.abandon)
    assert agrees(outcomes, lambda o: o.breached / o.offered, exact.wait)


@pytest.mark.parametrize(
    "name", ["quiet_chat", "bf_chat_ramp", "evening_close", "phone_8020", "micro_shop"]
)
def test_costs_are_the_exact_ones_of_the_public_scenarios(name):
    day = public(name)
    stated = day.stated
    for policy, ratio in (
        ("never", stated.never_ratio),
        (f"threshold:{stated.best_threshold}", stated.best_threshold_ratio),
    ):
        costs = np.array(
            [play(day, maker(policy)(day.told()), draw(day, 3, d)).cost for d in range(300)]
        )
        error = costs.std(ddof=1) / math.sqrt(len(costs))
        assert abs(costs.mean() - ratio * stated.optimum) < 4 * error
