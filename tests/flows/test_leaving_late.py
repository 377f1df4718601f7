"""The plan says who waits too far back, and the sweep hands them over: on a real store."""

from dataclasses import replace

import pytest

from overflow.core.model import HOME
from overflow.flows import sweep
from overflow.flows.planner import planning
from overflow.store.spoken import plan_from, plan_to
from tests.flows.house import NEAR_GROUP, SHOP, partner
from tests.flows.routing import arrive
from tests.flows.test_planning import CHAT, COSTS, EMAIL, foretell, planned, plans


@pytest.fixture
def shop(house):
    """A shop whose partner answers fast, so that who waits may still be answered in time."""
    near = partner("near", NEAR_GROUP, price=5.0, capacity={"chat": 50}, answer_time="2m")
    patient = CHAT | {"target": {"time": "20m"}, "patience": "1h"}
    channels = {"email": EMAIL, "chat": patient}
    house.open(**planned(partners=[near], channels=channels, costs=COSTS | {"breach": 8.0}))
    foretell(house, chat=9, email=1)
    planning.run(house.services, SHOP)
    return house


def test_the_plan_in_the_store_says_from_which_place_on_to_leave(shop):
    plan = plans(shop)["chat"]
    assert plan.late is not None
    assert plan.late.slacks[-1] == pytest.approx(1200.0)
    assert plan_from(plan_to(plan)) == plan
    hopeless = replace(plan, ends=(900,) * len(plan.times))
    assert plan_from(plan_to(hopeless)) == hopeless
    older = plan_from(b'[1.0,2.0,"rolling",7,[[1.0,5]]]')
    assert (older.levels, older.ends, older.late) == ((5,), (), None)


def test_who_waits_too_far_back_for_the_time_that_is_left_overflows_late(shop, desk):
    level = plans(shop)["chat"].level(shop.clock.now())
    for number in range(level):
        agent = {"assignee": f"agent {number}"} if number < 2 else {}
        arrive(shop, desk, str(number), channel="chat", **agent)
        assert shop.record(str(number)).team == HOME
    assert sweep.run(shop.services, SHOP).moved == 0

    shop.later(840.0)
    planning.run(shop.services, SHOP)
    plan = plans(shop)["chat"]
    line = list(range(2, level))
    told = plan.late.leaving(level, [360.0] * len(line))
    assert sweep.run(shop.services, SHOP).moved == len(told) > 0

    gone = [n for n in line if shop.record(str(n)).team == "near"]
    assert gone == [line[place] for place in told]
    assert {shop.record(str(n)).reason for n in gone} == {"plan"}
    assert sweep.run(shop.services, SHOP).moved == 0
