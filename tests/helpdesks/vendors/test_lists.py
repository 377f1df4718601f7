"""A ticket is the same whichever way it is read."""

from importlib import import_module

import pytest

from overflow.helpdesks.port import bulk_of
from tests.flows.house import MovableClock
from tests.helpdesks.vendors.worlds import VENDORS, connect


@pytest.fixture(params=VENDORS)
def opened(request):
    """A little server with its connector, and the clock of both."""
    vendor, clock = import_module(f"tests.helpdesks.vendors.{request.param}_server"), MovableClock()
    server = vendor.Server(clock.now)
    desk = connect(vendor, server, clock)
    yield server, desk, clock
    desk.close()
    server.close()


def test_a_ticket_is_the_same_alone_and_in_every_list(opened):
    server, desk, clock = opened
    cursor = desk.changed_since("").cursor
    number = server.create(tags=("vip", "größer"))
    server.answer(number)
    clock.advance(130.0)

    alone = desk.read(number)
    pages = [desk.walk_open("")]
    for _ in range(3):  # Freshdesk shows deleted ones and spam first
        pages.append(desk.changed_since(cursor))
        cursor = pages[-1].cursor
    listed = [seen for page in pages for seen in page.tickets]
    bulk = bulk_of(desk)
    together = bulk.read([number], clock.now() - 140.0) if bulk else {number: alone}

    assert alone.assignee
    assert alone.answered
    assert alone.tags == {"vip", "größer"}
    assert len(listed) >= 2
    assert [seen for seen in listed if seen != alone] == []
    assert together == {number: alone}
