"""A drain and a helpdesk that counts calls: none is refused where its headers tell the truth."""

from dataclasses import replace
from importlib import import_module

import pytest

from overflow.errors import Throttled
from overflow.flows.desks import Desks
from tests.flows.house import NEAR_GROUP, SHOP, HastyClock, House, partner
from tests.flows.test_sync import drain
from tests.helpdesks.vendors.plans import PLANS, Bucket, Plan, Window
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
        return connect(self.vendor, self.server, self.clock, gate)

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


def growth():
    """Freshdesk's smallest plan: of its 200 calls a minute 20 may be lists."""
    return replace(PLANS["freshdesk"](), budget=Window(200, 60.0))


@pytest.mark.parametrize(
    ("vendor", "plan", "tickets"),
    [
        ("freshdesk", PLANS["freshdesk"], 60),
        ("freshdesk", growth, 60),
        ("gorgias", PLANS["gorgias"], 200),
    ],
)
def test_hundreds_of_tickets_are_worked_off_without_a_single_429(counted, vendor, plan, tickets):
    shop = counted(vendor, plan())
    shop.work_off(tickets)

    assert shop.server.plan.spent > tickets
    assert shop.server.plan.refused == 0


def test_pages_of_zendesk_s_export_are_asked_for_no_faster_than_it_lets(counted):
    shop = counted("zendesk", PLANS["zendesk"]())
    desk = shop.house.services.desks.of(shop.house.services.book.policy(SHOP))
    page = desk.changed_since("")
    numbers, seen = {shop.server.create() for _ in range(75)}, set()
    shop.clock.advance(200.0)
    began, pages, waits = shop.clock.now(), 0, []
    while seen != numbers:
        try:
            page = desk.changed_since(page.cursor)
        except Throttled as wait:
            waits.append(wait.message)
            shop.clock.advance(wait.retry_after)
            continue
        seen |= {ticket.id for ticket in page.tickets}
        pages += 1
    assert pages == 25
    assert not [message for message in waits if "429" in message]
    assert shop.clock.now() - began < 60.0 * pages / 8


def test_where_nobody_tells_that_there_is_less_few_calls_are_refused(counted):
    shop = counted("gorgias", Plan("a quarter", Bucket(10, 20.0), silent))
    shop.work_off(40)

    assert 0 < shop.server.plan.refused < shop.server.plan.spent / 5
