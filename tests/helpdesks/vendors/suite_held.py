"""What every connector has to pass whose calls the shop's gate holds up."""

import re
import threading
from dataclasses import replace

import pytest

from overflow.core.model import HOME
from overflow.flows.desks import Desks
from overflow.flows.people import work
from overflow.flows.people.work import By
from tests.flows.house import NEAR_GROUP, SHOP, document
from tests.flows.test_sync import drain
from tests.helpdesks.vendors.suite import agrees

LIMIT = {"requests": 120, "seconds": 60}
REST = 2.5
"""Seconds for which it does: shorter than a call's patience, longer than a move's."""


class Held:
    """The shop's gate, which has to hold up whatever comes after the next look at a ticket."""

    def __init__(self, gate, shop):
        self._gate, self._shop, self._lock = gate, shop, threading.Lock()

    def enter(self, *, is_urgent, what=""):
        with self._lock:  # nobody slips past between the look and its consequence
            pass
        self._gate.enter(is_urgent=is_urgent, what=what)

    def left(self, status, headers, what=""):
        with self._lock:
            self._gate.left(status, headers, what)
            if self._shop.is_looking and re.fullmatch(self._shop.look, what):
                self._shop.is_looking = False
                self._gate.left(429, {"retry-after": str(REST)}, what)


LOOKS = {
    "zammad": r"GET .*/tags",  # the second of its two calls
    "rest": r"GET .*/ticket/\d+",
    "chatwoot": r"GET .*/conversations(/\d+)?",
}
"""The call by which tickets are seen; else it is one about tickets."""


class Busy:
    """A shop in made time whose helpdesk wants to be left alone as soon as a ticket was read.

    While our next call waits, ``person`` does something there.
    """

    def __init__(self, world):
        self.world, self.is_looking, self.person = world, False, None
        self.look = LOOKS.get(world.vendor.CONNECTOR, r"GET .*/tickets(/\d+|/show_many)?/?")
        world.clock.sleep = self._sleep
        services = world.house.services
        desks = Desks(self._open, world.clock, services.throttle)
        pace = replace(services.pace, linger=0.0)
        world.house.services = replace(services, desks=desks, pace=pace)
        options = {"url": world.server.url, "limit": LIMIT}
        words = {"reason_field": world.vendor.REASON}
        changes = getattr(world.server, "document", {})
        world.house.change(
            helpdesk=document()["helpdesk"] | {"options": options}, words=words, **changes
        )
        world.house.services.book.forget(SHOP)

    def work_off(self):
        """Whatever is due, for some minutes of made time."""
        for _ in range(60):
            drain(self.world.house)
            counts = self.world.house.services.marks.counts(SHOP)
            if not (counts.dirty or counts.to_read):
                return
            self.world.clock.advance(2.0)

    def _open(self, config, words, gate):
        return self.world.connected(Held(gate, self))

    def _sleep(self, seconds):
        self.world.clock.advance(seconds)
        if self.person is not None and not self.is_looking:
            person, self.person = self.person, None
            person()


@pytest.fixture
def busy(world):
    made = Busy(world)
    yield made
    world.house.services.desks.close()


@pytest.mark.parametrize("count", [1, 3], ids=["alone", "in company"])
def test_a_person_who_moves_a_ticket_while_our_write_is_held_up_wins(busy, count):
    world = busy.world
    numbers = [world.settled(world.arrive()) for _ in range(count)]
    for number in numbers:
        work.move(world.house.services, SHOP, number, By("", "ann"), to="near")
    world.clock.advance(2.0)
    busy.person = lambda: world.server.move(numbers[0], world.server.elsewhere)
    busy.is_looking = True
    busy.work_off()

    assert busy.person is None
    assert world.server.shown(numbers[0]).group == world.server.elsewhere
    assert (world.record(numbers[0]).team, world.record(numbers[0]).manual) == (HOME, True)
    assert all(world.server.shown(number).group == NEAR_GROUP for number in numbers[1:])
    agrees(world, *numbers[1:])
