"""What else a shop waits for while it is drained."""

from dataclasses import replace

import pytest

from overflow.flows.drain import sync
from overflow.flows.drain.sync import End
from overflow.jobs import Task
from tests.flows.house import NEAR_GROUP, QUICK, SHOP, House
from tests.flows.routing import arrivals
from tests.serve.procs import until


@pytest.fixture
def shop(store_url, store_client, desk):
    """One whose drains last long enough to look at the job queue."""
    house = House(store_url, store_client, desk, replace(QUICK, least_slice=0.0, linger=2.0))
    house.open()
    yield house
    house.queue.close()


def test_tickets_go_on_meanwhile(shop, desk):
    def sweep():
        arrivals(shop, desk, 5)
        until(lambda: desk.tickets["5"].group == NEAR_GROUP)

    shop.services.jobs.ensure(Task.SWEEP, SHOP)

    drained = sync.drain(shop.services, SHOP, beside={Task.SWEEP: sweep})

    assert drained.end is End.DONE
    assert desk.tickets["5"].group == NEAR_GROUP
    assert shop.jobs() == []
    assert shop.queue.keys("rq:job:sweep-*") == []


def test_one_after_the_other_each_once(shop):
    done = []
    ways = {task: (lambda task=task: done.append(task)) for task in (Task.SWEEP, Task.RECONCILE)}
    for task in ways:
        shop.services.jobs.ensure(task, SHOP)

    while shop.jobs():
        sync.drain(shop.services, SHOP, beside=ways)

    assert done == [Task.SWEEP, Task.RECONCILE]


def test_a_fault_in_it_is_not_the_drains(shop, desk):
    def sweep():
        arrivals(shop, desk, 5)
        raise RuntimeError("a fault of its own")

    shop.services.jobs.ensure(Task.SWEEP, SHOP)

    drained = sync.drain(shop.services, SHOP, beside={Task.SWEEP: sweep})

    assert drained.end is End.DONE
    assert desk.tickets["5"].group == NEAR_GROUP


def test_what_it_cannot_do_stays_on_the_queue(shop):
    shop.services.jobs.ensure(Task.PLAN, SHOP)

    assert sync.drain(shop.services, SHOP, beside={Task.SWEEP: lambda: None}).end is End.DONE
    assert shop.jobs() == ["plan lamps"]


def test_it_makes_way_for_another_shop(shop):
    """One whose name begins like this one's."""
    shop.services.jobs.ensure(Task.SWEEP, "lamps-2")

    drained = sync.drain(shop.services, SHOP, beside={Task.SWEEP: lambda: pytest.fail("not ours")})

    assert drained.end is End.HANDED_OVER
    assert shop.jobs() == ["sweep lamps-2", "drain lamps"]


def test_a_job_is_taken_by_one_only(shop):
    ours, others = shop.services.jobs, shop.another().services.jobs
    ours.ensure(Task.SWEEP, SHOP)
    ours.ensure(Task.PLAN, SHOP)

    assert [each.take(SHOP, set(Task)) for each in (ours, others, ours)] == [
        Task.SWEEP,
        Task.PLAN,
        None,
    ]
