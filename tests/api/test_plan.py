"""The planner's thresholds, shown before they decide."""

import math
from itertools import pairwise

import pytest

from overflow.core.arrivals.expected import Interval, Uploaded
from overflow.flows.planner import planning
from tests.api.conftest import add_shop

WHERE = "/v1/shops/lamps/plan"


@pytest.fixture
def planned(services, desk, shop):
    """A shop that plans by cost, and knows what comes on chat."""
    add_shop(services, desk, shop, planning="cost", costs={"breach": 4.0, "lost": 6.0})
    now = services.clock.now()
    hours = tuple(Interval(now // 3600 * 3600 + 3600 * n, 3600.0, 12.0) for n in range(-2, 48))
    services.forecasts.put_uploaded("lamps", Uploaded(now, {"chat": hours}))
    planning.run(services, "lamps")


@pytest.mark.usefixtures("planned")
def test_every_channel_shows_its_thresholds_or_why_it_has_none(operator):
    told = operator("GET", WHERE).json

    assert told["planning"] == "cost"
    by_channel = {one["channel"]: one for one in told["items"]}
    chat = by_channel.pop("chat")
    assert (chat["method"], chat["why"]) == ("forecast", "")
    assert chat["steps"][0]["level"] == chat["level"] >= 1
    assert [step["at"] for step in chat["steps"]] == sorted(step["at"] for step in chat["steps"])
    assert chat["estimates"]["demand"] == pytest.approx(1.0)
    assert {name: each["samples"] for name, each in chat["learned"].items()} == {
        "handle_time": 0.0,
        "patience": 0.0,
        "agents": 0.0,
    }
    assert all(one["why"] for one in by_channel.values())


@pytest.mark.usefixtures("planned")
def test_who_leaves_late_is_told_by_the_time_that_is_left_and_by_how_many_are_at_home(
    operator, arrive
):
    assert arrive("9001")["decision"]["team"] == "inhouse"
    chat = next(one for one in operator("GET", WHERE).json["items"] if one["channel"] == "chat")
    target = 3600.0

    assert chat["at_home"] == 1
    assert [each["left"] for each in chat["leave"]][:: len(chat["leave"]) - 1] == [0.0, target]
    assert chat["leave"][-1]["place"] >= 1
    moments = [each["at"] for each in chat["late"]]
    assert moments == sorted(moments)
    assert all(":00:00" in at for at in moments[1:])
    for each in chat["late"]:
        crowds = each["crowds"]
        assert [one["at_home"] for one in crowds] == sorted(one["at_home"] for one in crowds)
        for fewer, more in pairwise(crowds):
            assert fewer["leave"][-1]["place"] >= more["leave"][-1]["place"]


@pytest.mark.usefixtures("planned")
def test_what_is_shown_of_the_waiting_is_what_the_sweep_goes_by(services, operator):
    told = next(one for one in operator("GET", WHERE).json["items"] if one["channel"] == "chat")
    levels = services.situations.get("lamps", services.clock.now()).plans["chat"].late

    for crowd in told["late"][0]["crowds"]:
        for leave in crowd["leave"]:
            found = levels.place(crowd["at_home"], leave["left"])
            assert leave["place"] == (None if math.isinf(found) else math.ceil(found))


@pytest.mark.usefixtures("shop")
def test_where_none_is_wanted_there_is_none(shopkeeper):
    assert shopkeeper("GET", WHERE).json == {
        "planning": "off",
        "min_samples": 20,
        "items": [],
    }


@pytest.mark.usefixtures("planned")
def test_a_decision_tells_the_threshold_it_was_held_against(operator, arrive):
    entry = arrive("9001")["decision"]["id"]
    plan = operator("GET", f"/v1/shops/lamps/decisions/{entry}").json["plan"]

    assert plan["level"] == operator("GET", WHERE).json["items"][0]["level"]
    assert (plan["method"], plan["have"]) == ("forecast", 0)
