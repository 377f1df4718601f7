"""How many partner seats are worth it."""

from dataclasses import replace

import pytest

from overflow.simulate.interval import Interval
from overflow.simulate.report_seats import said, seats_part
from overflow.simulate.seats import Seats, cheapest, numbers, sweep
from tests.simulate.make import public


def seats(number, cost, level):
    return Seats(number, Interval(cost, 1.0), level, 0.1)


def test_few_seats_are_looked_at_closely_and_all_of_them_last():
    assert numbers(100) == [0, 4, 8, 15, 25, 40, 60, 80, 100]
    assert numbers(3) == [0, 1, 2, 3]


def test_the_cheapest_is_among_those_that_meet_the_goal():
    found = [seats(0, 10, 0.5), seats(2, 30, 0.8), seats(4, 20, 0.9), seats(8, 20, 0.95)]
    assert cheapest(found, 0.8).seats == 4
    assert cheapest(found, 0.99) is None
    assert "4 seats" in said(found, 0.8)
    assert "The fewest that do: 2 seats" in said(found, 0.8)
    assert "No number" in said(found, 0.99)


def test_more_seats_answer_more_in_time_and_are_paid_by_the_hour():
    scenario = replace(public("bf_chat_ramp"), partner_slots=40, partner_handle=12.0, goal=0.8)
    free = sweep(scenario, "no-free-slot", late=False, days=3, seed=1)
    paid = sweep(scenario, "no-free-slot", late=False, days=3, seed=1, hourly=2.0)
    levels = [each.service_level for each in free]
    assert levels == sorted(levels)
    assert free[0].overflow_share == 0
    assert paid[-1].cost.mean - free[-1].cost.mean == pytest.approx(40 * 2 * 8)
    assert seats_part(free, 0.8).count("<figure>") == 2
