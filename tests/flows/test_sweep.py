"""Looking again: what no event says by itself."""

import time

import pytest

from overflow.core.model import HOME
from overflow.flows import sweep
from overflow.flows.people import work
from overflow.flows.people.work import By
from overflow.flows.reviewing import POSITION
from overflow.flows.services import Pace
from overflow.store import keys
from tests.flows.house import HOME_GROUP, NEAR_GROUP, SHOP, House
from tests.flows.routing import arrivals, arrive, heard, receive
from tests.flows.test_sync import disagreements, settle

BREACH = {"backlog": "off", "expected_wait": "off", "breach": {"start": "50%", "stop": "30%"}}
AMY = By("near", "amy")


def run(house):
    return sweep.run(house.services, SHOP)


def test_a_claim_that_ended_is_taken_away(shop, desk):
    arrivals(shop, desk, 4)
    work.claim(shop.services, SHOP, "4", AMY, seconds=60.0)
    shop.later(61.0)

    assert run(shop).expired == 1

    record = shop.record("4")
    assert (record.claimed_by, record.is_touched) == ("", False)
    assert shop.faults() == []


def open_at_risk(house, desk, **changes):
    """A shop whose two agents are busy and which overflows what will probably be late."""
    house.open(pressure=BREACH, **changes)
    arrive(house, desk, "busy-1", assignee="ann")
    arrive(house, desk, "busy-2", assignee="bea")


def test_a_ticket_that_is_at_risk_by_now_overflows_late(house, desk):
    open_at_risk(house, desk)
    arrive(house, desk, "1")
    assert house.record("1").team == HOME
    run(house)
    assert house.record("1").team == HOME

    house.later(4 * 3600.0 - 60.0)  # one minute before its first answer is due
    assert run(house).moved == 1

    record = house.record("1")
    assert (record.team, record.note) == ("near", "late_overflow inhouse")
    settle(house)
    assert desk.tickets["1"].group == NEAR_GROUP
    assert disagreements(house, desk) == []


def test_what_is_worked_on_or_was_moved_by_a_person_is_left_alone(house, desk):
    open_at_risk(house, desk)
    arrive(house, desk, "1", assignee="ann")
    arrive(house, desk, "2")
    heard(house, desk, "2", group="vip")
    arrive(house, desk, "3")
    heard(house, desk, "3", tags=frozenset({"keep-here"}))
    house.later(4 * 3600.0 - 60.0)

    assert run(house).moved == 0


def test_what_a_partner_leaves_untouched_is_taken_back(shop, desk):
    arrivals(shop, desk, 4)
    settle(shop)
    shop.later(29 * 60.0)
    run(shop)
    assert shop.record("4").team == "near"

    shop.later(2 * 60.0)
    run(shop)
    assert shop.record("4").team == HOME

    settle(shop)
    assert desk.tickets["4"].group == HOME_GROUP
    assert "nobody has begun" in [text for on, text, _ in desk.notes if on == "4"][-1]
    assert disagreements(shop, desk) == []


def test_what_the_partner_answered_meanwhile_stays_with_it(shop, desk):
    arrivals(shop, desk, 4)
    settle(shop)
    shop.later(31 * 60.0)
    run(shop)
    assert shop.record("4").team == HOME
    desk.touch("4", answered=shop.clock.now())  # and nobody told us

    settle(shop)

    assert desk.tickets["4"].group == NEAR_GROUP
    assert shop.record("4").team == "near"
    assert disagreements(shop, desk) == []


def test_a_ticket_is_moved_out_and_back_once_at_most(shop, desk):
    arrivals(shop, desk, 4)
    settle(shop)
    for _ in range(6):
        shop.later(31 * 60.0)
        run(shop)
        settle(shop)

    record = shop.record("4")
    assert (record.moves_out, record.moves_back) == (1, 1)


def test_pressure_ends_where_nothing_arrives_any_more(shop, desk):
    arrivals(shop, desk, 4)
    assert pressure(shop).on
    for n in "123":
        heard(shop, desk, n, assignee="ann")
        heard(shop, desk, n, status="solved")
    shop.later(120.0)

    run(shop)

    assert not pressure(shop).on


def pressure(house):
    situation = house.services.situations.get(SHOP, house.clock.now())
    return situation.pressure["email.en"]


def test_what_the_job_queue_lost_is_put_back(shop, desk):
    arrivals(shop, desk, 4)
    shop.queue.flushdb()  # it lives in the same store here ...
    shop.open()
    arrivals(shop, desk, 4, start=5)
    shop.queue.delete("rq:queue:overflow")  # ... and is lost alone here

    run(shop)

    assert shop.jobs() == ["drain lamps"]


def test_nothing_is_asked_for_while_somebody_drains(shop, desk):
    arrivals(shop, desk, 4)
    shop.services.leases.acquire(keys.drain_lease(SHOP), 5.0)
    shop.queue.delete("rq:queue:overflow")

    assert not sweep.nudge(shop.services, SHOP)
    assert shop.jobs() == []


def test_two_sweeps_of_one_shop_do_not_meet(shop):
    shop.services.leases.acquire(keys.shop_lease(SHOP, "sweep"), 5.0)

    assert not run(shop).is_whole


def test_a_sweep_that_runs_out_of_time_goes_on_where_it_stopped(store_url, store_client, desk):
    house = House(store_url, store_client, desk, Pace(budget=0.02))
    house.open(partners=[])
    arrive(house, desk, "busy-1", assignee="ann")
    arrive(house, desk, "busy-2", assignee="bea")
    arrivals(house, desk, 120)
    house.change(partners=[roomy()], pressure=BREACH)
    house.later(4 * 3600.0 - 60.0)
    assert not run(house).is_whole
    assert house.services.progress.get(SHOP, POSITION)
    assert "sweep lamps" in house.jobs()
    assert sweep.swept_at(house.services, SHOP) is None

    deadline = time.monotonic() + 60.0
    while house.services.situations.get(SHOP, 0.0).held.get(("near", "email"), 0) < 80:
        run(house)
        assert time.monotonic() < deadline
    while not run(house).is_whole:
        assert time.monotonic() < deadline

    assert [house.record(str(n)).team for n in range(1, 121)].count("near") == 80
    assert house.services.progress.get(SHOP, POSITION) is None
    assert sweep.swept_at(house.services, SHOP) is not None
    assert house.faults() == []


def roomy():
    from tests.flows.house import partner

    return partner("near", NEAR_GROUP, capacity={"email": 80})


@pytest.mark.parametrize("mode", ["observe", "off"])
def test_in_a_shop_that_is_not_live_nothing_is_moved(house, desk, mode):
    open_at_risk(house, desk, mode=mode)
    arrivals(house, desk, 2)
    house.later(4 * 3600.0 - 60.0)

    run(house)
    run(house)

    record = house.record("1")
    assert (record.team, record.is_dirty) == (HOME, False)
    assert bool(record.virtual) == (mode == "observe")
    assert house.totals().get("observed/late_overflow/breach_probability/near/email", 0) == (
        2 if mode == "observe" else 0
    )


def test_the_first_in_the_queue_goes_first(house, desk):
    open_at_risk(house, desk, partners=[single()])
    now = house.clock.now()
    for n in range(3):
        desk.create(str(n), created=now - 3600.0 * (3 - n))
        receive(house, desk.webhook(str(n), is_new=True))
    house.later(3600.0 - 60.0)

    run(house)

    assert [house.record(n).team for n in "012"] == ["near", HOME, HOME]


def single():
    from tests.flows.house import partner

    return partner("near", NEAR_GROUP, capacity={"email": 1})
