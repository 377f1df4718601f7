"""A drain and a helpdesk that counts calls: none is refused where its headers tell the truth."""

from dataclasses import replace
from importlib import import_module

import pytest

from overflow.flows.desks import Desks
from tests.flows.house import NEAR_GROUP, SHOP, HastyClock, House, partner
from tests.flows.test_sync import drain
from tests.helpdesks.vendors.plans import PLANS, Bucket, Plan
from tests.helpdesks.vendors.worlds import connect


def silent(size, left, until, cost):
    return {"Retry-After": "5"}


class Counted:
    """A shop at a vendor's little server with a plan, behind the shop's gate, in made time."""

    def __init__(self, store_url, store_client, vendor, plan):
        self.clock = HastyClock()
        self.vendor = import_module(f"tests.helpdesks.vendors.{vendor}_server")
        self.server = self.vendor.Server(self.clock.now)
        self.server.plan, self.server.page = plan, 100
        self.house = House(store_url, store_client, None, clock=self.clock)
        services = self.house.services
        desks = Desks(self._open, self.clock, services.throttle)
        self.house.services = replace(services, desks=desks)
        options = {**self.vendor.OPTIONS, "url": self.server.url}
        secrets = {"token": "env:TOKEN", "webhook": "env:HOOK"}
        self.house.open(
            partners=[partner("near", NEAR_GROUP, capacity={"email": 1000, "chat": 1000})],
            helpdesk={"connector": vendor, "options": options, "secrets": secrets},
            words={"reason_field": self.vendor.REASON},
        )

    def _open(self, config, words, gate):
        return connect(self.vendor, self.server, self.clock, gate, timeout=5.0)

    def work_off(self, count):
        """Seconds of made time until so many hinted tickets are read, decided and written."""
        began = self.clock.now()
        numbers = [self.server.create() for _ in range(count)]
        self.house.services.marks.mark_to_read(SHOP, numbers, began)
        while (left := self.house.services.marks.counts(SHOP)).dirty or left.to_read:
            drain(self.house)
            assert not left.dead
        return self.clock.now() - began

    def close(self):
        self.house.services.desks.close()
        self.server.close()
        self.house.queue.close()


@pytest.fixture
def counted(store_url, store_client):
    made = []

    def shop(vendor, plan):
        made.append(Counted(store_url, store_client, vendor, plan))
        return made[-1]

    yield shop
    for each in made:
        each.close()


@pytest.mark.parametrize(("vendor", "tickets"), [("freshdesk", 60), ("gorgias", 200)])
def test_hundreds_of_tickets_are_worked_off_without_a_single_429(counted, vendor, tickets):
    shop = counted(vendor, PLANS[vendor]())
    shop.work_off(tickets)

    assert shop.server.plan.spent > tickets
    assert shop.server.plan.refused == 0


def test_where_nobody_tells_that_there_is_less_few_calls_are_refused(counted):
    shop = counted("gorgias", Plan("a quarter", Bucket(10, 20.0), silent))
    shop.work_off(40)

    assert 0 < shop.server.plan.refused < shop.server.plan.spent / 5
