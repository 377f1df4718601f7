"""Shops on a helpdesk that a file describes: told by webhooks, or only polled."""

from contextlib import suppress
from types import SimpleNamespace

import pytest

from overflow.errors import HelpdeskAway
from tests.flows.house import House, MovableClock
from tests.helpdesks.rest import example_server
from tests.helpdesks.vendors.worlds import World, connect

POLLED = {name: said for name, said in example_server.OPTIONS.items() if name != "webhook"}


class Described(World):
    """The imagined helpdesk, its webhooks delivered."""

    options = example_server.OPTIONS

    def __init__(self, store_url, store_client):
        self.vendor = SimpleNamespace(**{**vars(example_server), "OPTIONS": self.options})
        self.clock = MovableClock()
        self.server = self.vendor.Server(self.clock.now)
        self.desk = connect(self.vendor, self.server, self.clock)
        self.house = House(store_url, store_client, self.desk, clock=self.clock)


class Polled(Described):
    """The same without webhooks: whatever happens has to be found by asking."""

    options = POLLED

    def deliver(self, *hooks):
        self.take()
        with suppress(HelpdeskAway):  # the next tick tries again
            self.poll()


TOLD = {
    "test_what_agrees_is_found_to_agree",  # what is only polled is found by being different
    "test_a_storm_of_429_ends_in_step_and_retry_after_is_kept",  # of those that were told
}
"""What is asked of a helpdesk that tells by itself."""


def pytest_collection_modifyitems(items):
    items[:] = [
        item
        for item in items
        if not (getattr(item, "originalname", "") in TOLD and "[polled" in item.name)
    ]


@pytest.fixture(params=[Described, Polled], ids=["webhooks", "polled"])
def world(request, store_url, store_client):
    made = request.param(store_url, store_client)
    made.open()
    yield made
    made.close()
