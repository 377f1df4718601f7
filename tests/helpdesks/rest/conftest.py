"""Shops on helpdesks that files describe: told by webhooks, only polled, and a real one."""

from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from overflow.errors import HelpdeskAway
from overflow.helpdesks.gate import OPEN
from overflow.policies.text import document
from tests.flows.house import House, MovableClock
from tests.helpdesks.rest import example_server
from tests.helpdesks.vendors import rt_server
from tests.helpdesks.vendors.worlds import World, connect
from tests.real.fixtures import rt

__all__ = ["rt"]
HERE = Path(__file__).parent
RT = example_server.FILE.with_name("rt.yaml")


class Described(World):
    """The imagined helpdesk, its webhooks delivered."""

    vendor = example_server
    options = example_server.OPTIONS
    is_real = False

    def __init__(self, store_url, store_client, *real):
        self.clock = MovableClock()
        self.server = self.vendor.Server(self.clock.now, *real)
        self.server.options = {**getattr(self.server, "options", {}), **self.options}
        self.desk = self.connected()
        self.house = House(store_url, store_client, self.desk, clock=self.clock)

    def connected(self, gate=OPEN):
        described = SimpleNamespace(**{**vars(self.vendor), "CONNECTOR": "rest"})
        return connect(described, self.server, self.clock, gate)


class Polled(Described):
    """The same without webhooks: whatever happens has to be found by asking."""

    options = {  # noqa: RUF012  never changed
        name: said for name, said in Described.options.items() if name != "webhook"
    }

    def deliver(self, *hooks):
        self.take()
        with suppress(HelpdeskAway):  # the next tick tries again
            self.poll()


class DescribedRt(Described):
    """A real Request Tracker 5."""

    vendor = rt_server
    options = document(RT.read_text())
    is_real = True


NOT_ASKED = {
    # What is only polled is found by being different, and nothing is put off for a webhook's sake.
    "[polled": {
        "test_what_agrees_is_found_to_agree",
        "test_a_storm_of_429_ends_in_step_and_retry_after_is_kept",
    },
}
"""What makes no sense for one of the worlds."""
ASKED_OF_RT = {
    "test_what_overflows_stands_there_with_group_tag_reason_and_note",
    "test_a_note_is_posted_once_where_answers_are_lost",
    "test_echoes_of_our_own_writes_change_nothing",
    "test_a_lost_webhook_costs_one_poll",
    "test_a_reopened_ticket_goes_back_to_those_who_handled_it",
    "test_an_outage_of_ten_minutes_ends_in_step_and_without_a_storm",
}
"""Of a real Request Tracker that a file describes: what goes over its wire. The coded connector is
put through all of it, and ``test_rt.py`` holds the two against each other."""


def pytest_collection_modifyitems(items):
    items[:] = [item for item in items if item.path.parent != HERE or _makes_sense(item)]


def _makes_sense(item):
    asked = getattr(item, "originalname", "")
    if "[rt" in item.name and item.path.name == "test_suite.py":
        return asked in ASKED_OF_RT
    return not any(world in item.name and asked in names for world, names in NOT_ASKED.items())


WORLDS = [
    pytest.param(Described, id="webhooks"),
    pytest.param(Polled, id="polled"),
    pytest.param(DescribedRt, id="rt", marks=pytest.mark.slow),
]


@pytest.fixture(params=WORLDS)
def world(request, store_url, store_client):
    real = [request.getfixturevalue("rt")] if request.param.is_real else []
    made = request.param(store_url, store_client, *real)
    made.open()
    yield made
    made.close()
