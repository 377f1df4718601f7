"""Work, patience and agents are learned from what the helpdesk shows, round by round."""

import json

import pytest

from overflow.core.arrivals.expected import Interval, Uploaded
from overflow.flows.planner import planning
from overflow.flows.planner.estimated import estimated
from overflow.flows.planner.planning import KEPT, TEAM, kept
from tests.flows.house import SHOP
from tests.flows.routing import arrive, heard

CHAT = {"target": {"time": "2m"}, "handle_time": "10m", "patience": "7m", "live": True}
EMAIL = {"target": {"time": "4h"}, "handle_time": "10m"}
HOUR, DAY = 3600.0, 86400.0


@pytest.fixture
def shop(house):
    """Two agents, ten minutes a ticket as expected; noon in London, so that no day ends."""
    house.clock.advance(DAY / 2 + -house.clock.now() % DAY)
    house.open(
        planning="cost",
        costs={"kept": 0.3, "breach": 4.0, "lost": 6.0},
        channels={"email": EMAIL, "chat": CHAT},
        min_samples=10,
    )
    now = house.clock.now() // HOUR * HOUR
    day = tuple(Interval(now + HOUR * n, HOUR, 6.0) for n in range(-48, 96))
    house.services.forecasts.put_uploaded(SHOP, Uploaded(now, {"chat": day, "email": day}))
    planning.run(house.services, SHOP)
    return house


def planned(shop, seconds=15.0):
    shop.later(seconds)
    planning.run(shop.services, SHOP)
    return kept(shop.services, SHOP)["chat"]


def served(shop, desk, number, seconds):
    """A chat that somebody takes up at once and works on for so long."""
    arrive(shop, desk, str(number), channel="chat", assignee="ann")
    shop.later(seconds)
    heard(shop, desk, str(number), status="solved")


def test_work_is_measured_against_what_the_policy_expects(shop, desk):
    assert planned(shop)["known"]["handle_time"] == pytest.approx(600.0, rel=0.02)
    for number in range(40):
        served(shop, desk, number, 240.0)
        told = planned(shop) if number % 10 == 9 else {}

    assert told["known"]["handle_time"] == pytest.approx(240.0, rel=0.3)
    assert told["learned"]["handle_time"] == {"prior": 600.0, "samples": 40.0}


def test_what_today_taught_is_what_tomorrow_begins_with(shop, desk):
    for number in range(40):
        served(shop, desk, number, 240.0)
    planned(shop)
    told = planned(shop, DAY)

    expected = (10 * 600.0 + 40 * 240.0) / (10 + 40)
    assert told["known"]["handle_time"] == pytest.approx(expected, rel=0.05)


def test_so_is_it_what_the_day_goes_on_with_after_a_long_break(shop, desk):
    for number in range(40):
        served(shop, desk, number, 240.0)
    told = planned(shop)  # hours after the round before

    expected = (10 * 600.0 + 40 * 240.0) / (10 + 40)
    assert told["known"]["handle_time"] == pytest.approx(expected, rel=0.02)


def test_another_process_goes_on_with_what_was_learned(shop, desk):
    for number in range(10):
        served(shop, desk, number, 240.0)
        shop.later(15.0)
        planning.run((shop if number % 2 else shop.another()).services, SHOP)

    assert kept(shop.services, SHOP)["chat"]["learned"]["handle_time"]["samples"] == 10.0


def test_chats_that_are_left_while_nobody_came_tell_the_patience(shop, desk):
    assert planned(shop)["known"]["patience"] == pytest.approx(420.0)
    for number in range(30):
        arrive(shop, desk, str(number), channel="chat")
        shop.later(60.0)
        heard(shop, desk, str(number), status="closed")
    told = planned(shop)

    assert told["known"]["patience"] < 150.0
    assert told["learned"]["patience"] == {"prior": 420.0, "samples": 30.0}


def test_where_nobody_is_ever_seen_to_give_up_the_policys_patience_counts(shop, desk):
    for number in range(30):
        arrive(shop, desk, str(number), channel="chat")
        shop.later(100.0)
        heard(shop, desk, str(number), assignee="ann")
        heard(shop, desk, str(number), status="solved")
    told = planned(shop)

    assert told["known"]["patience"] == pytest.approx(420.0)


def test_one_agent_at_work_where_two_are_said_to_be_is_noticed(shop, desk):
    arrive(shop, desk, "a", channel="chat", assignee="ann")
    arrive(shop, desk, "b", channel="chat")
    told = [planned(shop, 100.0)["known"]["agents"] for _ in range(30)]

    assert told[1] == pytest.approx(2.0, abs=0.1)
    assert told[-1] == pytest.approx(1.0, abs=0.25)


def test_what_is_learned_is_exposed(shop, desk):
    served(shop, desk, 1, 240.0)
    planned(shop)

    found = {(family, *labels): value for family, labels, value in estimated(shop.services, SHOP)}

    assert found["overflow_estimate_samples", "chat", "handle_time"] == 1.0
    assert found["overflow_estimated_agents", "chat"] == pytest.approx(2.0, abs=0.01)
    assert found["overflow_estimated_demand", "chat"] == pytest.approx(1.0, abs=0.2)
    assert ("overflow_estimated_patience_seconds", "email") not in found


def test_what_an_older_release_kept_is_gone_on_with(shop, desk):
    old = kept(shop.services, SHOP)
    for told in old.values():
        told.pop("taught")
    shop.services.progress.put(SHOP, KEPT, json.dumps(old))
    shop.services.progress.drop(SHOP, TEAM)
    served(shop, desk, 1, 240.0)

    assert planned(shop)["learned"]["handle_time"]["samples"] == 1.0
