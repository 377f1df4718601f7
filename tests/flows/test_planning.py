"""The planner learns from what came, and its thresholds decide."""

from dataclasses import replace

import pytest

from overflow.core.arrivals.expected import Interval, Uploaded
from overflow.core.model import HOME
from overflow.flows import sweep
from overflow.flows.planner import planning
from overflow.flows.planner.planning import kept
from overflow.store import keys
from tests.flows.house import NEAR_GROUP, SHOP, partner
from tests.flows.routing import arrive, heard

COSTS = {"kept": 0.3, "breach": 4.0, "lost": 6.0}
CHAT = {"target": {"time": "2m"}, "handle_time": "10m", "patience": "7m", "live": True}
EMAIL = {"target": {"time": "4h"}, "handle_time": "10m"}


def planned(**changes):
    return {
        "planning": "cost",
        "costs": COSTS,
        "channels": {"email": EMAIL, "chat": CHAT},
    } | changes


@pytest.fixture
def shop(house):
    """A shop that plans by cost."""
    house.open(**planned())
    return house


def foretell(shop, **an_hour):
    """Upload so many tickets an hour, from yesterday until the day after tomorrow."""
    now = shop.clock.now()
    begin = now // 3600 * 3600 - 86400
    intervals = {
        name: tuple(Interval(begin + 3600 * hour, 3600.0, rate) for hour in range(96))
        for name, rate in an_hour.items()
    }
    shop.services.forecasts.put_uploaded(SHOP, Uploaded(now, intervals))


def plans(shop):
    return shop.services.situations.get(SHOP, shop.clock.now()).plans


def rounds(shop, count=1, seconds=15.0):
    for _ in range(count):
        shop.later(seconds)
        planning.run(shop.services, SHOP)


def test_with_a_forecast_every_channel_has_a_plan(shop):
    foretell(shop, chat=10, email=3)
    done = planning.run(shop.services, SHOP)

    assert (done.is_whole, done.planned) == (True, 2)
    assert {name: plan.method for name, plan in plans(shop).items()} == {
        "chat": "forecast",
        "email": "forecast",
    }


def test_its_threshold_decides(shop, desk):
    foretell(shop, chat=30, email=1)
    planning.run(shop.services, SHOP)
    level = plans(shop)["chat"].level(shop.clock.now())

    routed = [arrive(shop, desk, str(n), channel="chat") for n in range(level + 1)]

    assert [each.decision.outcome.value for each in routed] == ["keep"] * level + ["overflow"]
    assert {each.decision.reason.value for each in routed} == {"plan"}
    assert routed[-1].decision.trace.plan.level == level


def test_what_comes_beyond_the_forecast_moves_it(shop, desk):
    dear = partner("near", NEAR_GROUP, price=5.0, capacity={"chat": 50, "email": 50})
    patient = CHAT | {"target": {"time": "20m"}, "patience": "1h"}
    shop.change(**planned(partners=[dear], channels={"email": EMAIL, "chat": patient}))
    foretell(shop, chat=6, email=1)
    rounds(shop)
    first = plans(shop)["chat"]
    level = first.level(shop.clock.now())

    for n in range(60):
        shop.later(20.0)
        arrive(shop, desk, str(n), channel="chat")
        if n % 4 == 3:
            planning.run(shop.services, SHOP)

    told = kept(shop.services, SHOP)["chat"]
    assert (first.method, plans(shop)["chat"].method) == ("forecast", "rolling")
    assert told["known"]["demand"] > 5.0  # 180 an hour where 6 were foretold
    assert plans(shop)["chat"].level(shop.clock.now()) < level


def test_another_process_goes_on_with_what_was_learned(shop, desk):
    foretell(shop, chat=6, email=1)
    rounds(shop)
    for n in range(20):
        shop.later(15.0)
        arrive(shop, desk, str(n), channel="chat")
        planning.run((shop if n % 2 else shop.another()).services, SHOP)

    assert kept(shop.services, SHOP)["chat"]["known"]["demand"] > 3.0


def test_without_a_forecast_what_came_lately_has_to_do(shop, desk):
    rounds(shop)
    assert plans(shop) == {}
    assert kept(shop.services, SHOP)["chat"]["why"] == (
        "no forecast yet, and too few arrivals to go by"
    )

    for n in range(40):
        shop.later(15.0)
        arrive(shop, desk, str(n), channel="chat")
        planning.run(shop.services, SHOP)

    assert plans(shop)["chat"].method == "stationary"
    shop.later(1.0)
    plan = arrive(shop, desk, "last", channel="chat").decision.trace.plan
    assert (plan.counts, plan.method) == (True, "stationary")


def test_nothing_is_solved_again_while_nothing_is_learned(shop):
    foretell(shop, chat=10, email=3)
    solved = [planning.run(shop.services, SHOP).solved for _ in range(3)]
    assert solved == [2, 0, 0]


def test_a_new_policy_has_no_plan_until_one_is_made(shop):
    foretell(shop, chat=10, email=3)
    planning.run(shop.services, SHOP)
    shop.change(**planned(costs={"breach": 40.0}))

    assert plans(shop) == {}
    assert planning.run(shop.services, SHOP).planned == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"planning": "off"},
        {"mode": "off"},
    ],
)
def test_where_no_plan_is_wanted_none_is_made(shop, changes):
    foretell(shop, chat=10, email=3)
    shop.change(**planned(**changes))
    assert planning.run(shop.services, SHOP).planned == 0
    assert plans(shop) == {}


def test_a_service_level_is_kept_with_as_little_overflow_as_that_takes(shop):
    foretell(shop, chat=14, email=0)
    planning.run(shop.services, SHOP)
    goals = {}
    for goal in (0.5, 0.95):
        chat = CHAT | {"target": {"time": "2m", "goal": goal}}
        shop.change(**planned(planning="service_level", channels={"email": EMAIL, "chat": chat}))
        while not planning.run(shop.services, SHOP).is_whole:
            pass
        goals[goal] = plans(shop)["chat"].level(shop.clock.now())
    assert goals[0.5] > goals[0.95]


def test_two_do_not_plan_the_same_shop_at_once(shop):
    lease = shop.services.leases.acquire(keys.shop_lease(SHOP, "plan"), 9.0)
    assert not planning.run(shop.services, SHOP).is_whole
    lease.release()


def test_a_round_out_of_time_goes_on_with_the_next_job(shop):
    hasty = replace(shop.services, pace=replace(shop.services.pace, budget=-1.0))
    foretell(shop, chat=10, email=3)
    planning.run(shop.services, SHOP)
    shop.later(15.0)

    assert not planning.run(hasty, SHOP).is_whole
    assert "plan lamps" in shop.jobs()
    assert plans(shop).keys() == {"chat", "email"}


def test_what_a_partner_has_not_begun_comes_home_once_home_is_free(shop, desk):
    foretell(shop, chat=6, email=1)
    rounds(shop)
    for name in ("a", "b"):
        arrive(shop, desk, name, channel="chat", assignee="ann")
    arrive(shop, desk, "c", channel="chat")
    assert shop.record("c").team == "near"
    for name in ("a", "b"):
        heard(shop, desk, name, status="solved")

    rounds(shop)
    sweep.run(shop.services, SHOP)
    assert shop.record("c").team == "near"  # the minimum hold is not over
    rounds(shop, 4)
    sweep.run(shop.services, SHOP)

    assert (shop.record("c").team, shop.record("c").reason) == (HOME, "home_free")
    assert shop.totals()["flap/chat"] == 1
    assert shop.faults() == []
