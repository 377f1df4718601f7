"""Ticks: by one process at a time, as often as they should."""

import time

from overflow import policies
from overflow.flows import shops
from overflow.flows.foresight import shadow
from overflow.jobs import Task
from overflow.store import keys
from tests.flows.house import SHOP, document
from tests.flows.routing import arrivals
from workers.ticks import Every, Ticker

ALWAYS = Every(0.0, 0.0, 0.0, 0.0)


def test_every_shop_gets_its_jobs_at_once(shop):
    assert Ticker(shop.services).step()

    assert sorted(shop.jobs()) == ["reconcile lamps", "sweep lamps"]


def test_a_shop_whose_ticks_fail_does_not_hold_up_the_others(shop):
    given = document()
    shop.services.policies.put("a shop", given, policies.build(given, SHOP))

    assert Ticker(shop.services, ALWAYS).step()

    assert sorted(shop.jobs()) == ["reconcile lamps", "sweep lamps"]


def test_they_come_again_only_when_it_is_time(shop, monkeypatch):
    now = 100.0
    monkeypatch.setattr("workers.ticks.monotonic", lambda: now)
    ticker = Ticker(shop.services, Every(60.0, 60.0, 20.0, 60.0))
    ticker.step()
    ticker.step()
    assert len(shop.jobs()) == 2

    shop.queue.delete("rq:queue:overflow")
    now += 20.0
    ticker.step()
    assert shop.jobs() == ["reconcile lamps"]


def test_what_still_waits_is_not_put_there_again(shop):
    ticker = Ticker(shop.services, ALWAYS)
    shop.services.jobs.enqueue(Task.SWEEP, f"{SHOP}-too")

    for _ in range(3):
        ticker.step()

    assert sorted(shop.jobs()) == ["reconcile lamps", "sweep lamps", "sweep lamps-too"]


def test_a_second_process_does_not_double_them(shop):
    first, second = Ticker(shop.services, ALWAYS), Ticker(shop.another().services, ALWAYS)

    assert first.step()
    assert not second.step()
    assert len(shop.jobs()) == 2


def test_when_the_first_one_dies_the_second_takes_over(shop):
    first, second = Ticker(shop.services), Ticker(shop.another().services)
    first.step()
    shop.services.redis.pexpire(keys.lease("ticks"), 50)
    time.sleep(0.1)

    assert second.step()
    assert not first.step()


def test_what_the_job_queue_lost_is_asked_for_again(shop, desk):
    arrivals(shop, desk, 4)
    shop.queue.delete("rq:queue:overflow")

    Ticker(shop.services).step()

    assert "drain lamps" in shop.jobs()


def test_a_shop_that_is_not_imported_is_walked(shop):
    shops.put_policy(shop.services, "candles", document())
    shop.queue.delete("rq:queue:overflow")

    Ticker(shop.services).step()

    assert "import candles" in shop.jobs()
    assert "import lamps" not in shop.jobs()


def test_a_shop_that_wants_plans_is_planned(shop):
    shop.change(planning="cost", costs={"breach": 4.0})
    Ticker(shop.services).step()
    assert "plan lamps" in shop.jobs()


def test_a_shop_with_a_shadow_has_it_decide(shop):
    shadow.put(shop.services, SHOP, document())

    Ticker(shop.services).step()

    assert sorted(shop.jobs()) == ["reconcile lamps", "shadow lamps", "sweep lamps"]


def test_nothing_is_added_to_a_queue_that_nobody_empties(shop, monkeypatch):
    monkeypatch.setattr("workers.ticks.MOST_WAITING", -1)

    assert Ticker(shop.services).step()

    assert shop.jobs() == []


def test_its_thread_ends_and_lets_the_lease_go(shop):
    ticker = Ticker(shop.services)
    ticker.start()
    deadline = time.monotonic() + 10.0
    while not shop.services.leases.is_held(keys.lease("ticks")):
        assert time.monotonic() < deadline
        time.sleep(0.05)

    ticker.stop()

    assert not shop.services.leases.is_held(keys.lease("ticks"))
    assert SHOP in shops.shops(shop.services)
