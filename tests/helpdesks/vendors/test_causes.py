"""Of each vendor's tickets, too, it is known why no webhook had told of what polling found."""

import pytest

from overflow.core.model import HelpdeskConfig
from overflow.flows.polling import audit
from overflow.helpdesks.hooks import LONGEST, patience
from tests.flows.house import SHOP
from tests.flows.test_differences import causes
from tests.flows.test_sync import settle
from tests.helpdesks.vendors.worlds import VENDORS

HELPDESKS = VENDORS


def test_freshdesk_s_last_try_is_waited_for():
    assert patience(HelpdeskConfig("freshdesk", {}, {})) > (5 + 30 + 60) * 60


@pytest.fixture
def known(world):
    """Three tickets that all agree about."""
    numbers = world.arrivals(3)
    world.deliver()
    poll(world)
    return numbers


def poll(world):
    """Long enough after a change that every vendor's list shows it."""
    world.house.later(200.0)
    world.poll()
    settle(world.house)


def test_late_lost_and_foreign_are_told_apart(world, known):
    world.server.assign(known[0])
    first, *_ = world.take()
    poll(world)
    world.deliver(first)
    assert causes(world.house) == {"late": 1}

    world.server.solve(known[1])
    world.take()
    poll(world)
    world.house.later(LONGEST + 1.0)
    poll(world)
    assert causes(world.house) == {"late": 1, "lost": 1}

    world.server.delete(known[2])
    world.take()
    audit.ask(world.house.services, SHOP)
    poll(world)
    assert world.record(known[2]).status.is_ended
    assert causes(world.house) == {"late": 1, "lost": 1, "foreign": 1}
