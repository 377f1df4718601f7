"""The stationary contender: what it takes the rate to be, and how good that is."""

from overflow.core.optimum.stationary import threshold
from overflow.simulate.contenders import maker
from overflow.simulate.measure import run
from tests.simulate.make import public


def first_overflow(told, gap):
    """In system when it overflows for the first time, with a ticket every ``gap`` minutes."""
    contender = maker("stationary")(told)
    contender.begin(0)
    contender.staffed(0, told.roster[0][1])
    return next(n for n in range(500) if contender.arrival((n + 1) * gap, n))


def test_it_overflows_from_the_stationary_threshold_of_what_comes():
    told = public("bf_chat_ramp").told()
    best = threshold(
        2.0,
        36,
        told.mu,
        told.theta,
        told.target,
        told.breach,
        told.lost,
        told.overflow,
        told.kept,
    )
    assert abs(first_overflow(told, 0.5) - best) <= 2
    assert first_overflow(told, 0.05) < best


def test_it_is_near_the_best_where_rates_hold():
    assert run(public("quiet_chat"), "stationary", days=20).ratio.high < 1.01
