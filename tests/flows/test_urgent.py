"""What goes first where a helpdesk is to be asked less: that for which somebody waits."""

from dataclasses import replace

import pytest

from overflow.errors import Throttled
from overflow.flows.people import work
from overflow.flows.people.work import By
from overflow.flows.polling import reconcile
from tests.flows.house import QUICK, SHOP, House
from tests.flows.routing import arrivals, receive
from tests.flows.test_sync import drain, settle


class Watching:
    """A gate that lets all pass and remembers."""

    def __init__(self):
        self.urgent = []

    def enter(self, *, is_urgent, what=""):
        self.urgent.append(is_urgent)

    def left(self, status, headers, what=""):
        pass


@pytest.fixture
def watch(shop, desk):
    """Begins to watch."""

    def begin():
        shop.services.desks.of(shop.services.book.policy(SHOP))
        desk.gate = Watching()
        desk.calls.clear()
        return desk.gate

    return begin


def test_a_read_that_a_decision_waits_for_goes_first_and_what_is_written_does_not(
    shop, desk, watch
):
    arrivals(shop, desk, 3)
    desk.create("4")
    receive(shop, b'{"hint": "4"}')
    gate = watch()
    drain(shop)

    assert list(zip(desk.calls, gate.urgent, strict=True)) == [
        ("read 4", True),
        ("write 4", False),
        ("read 4", False),
        ("add_note 4", False),
    ]


def test_an_agent_who_waits_for_an_answer_goes_first(shop, desk, watch):
    arrivals(shop, desk, 4)
    settle(shop)
    gate = watch()
    near = By("near", "ann")
    work.reply(shop.services, SHOP, "4", near, text="On its way.", key="a")
    work.note(shop.services, SHOP, "4", near, text="Called.", key="b")

    assert gate.urgent
    assert all(gate.urgent)


def test_polling_waits(shop, watch):
    gate = watch()
    reconcile.poll(shop.services, SHOP)

    assert gate.urgent
    assert not any(gate.urgent)


def test_an_answer_that_was_held_back_can_be_given_again_at_once(shop, desk):
    arrivals(shop, desk, 4)
    settle(shop)
    near = By("near", "ann")
    held = iter([Throttled("the budget is used up", 4.0)])
    desk.fault = lambda call, _: next(held, None) if call == "reply" else None
    with pytest.raises(Throttled):
        work.reply(shop.services, SHOP, "4", near, text="On its way.", key="a")

    shop.clock.advance(30.0)
    work.reply(shop.services, SHOP, "4", near, text="On its way.", key="a")

    assert len(desk.replies) == 1


def test_waiting_uses_up_no_attempt(shop, desk):
    arrivals(shop, desk, 4)
    desk.fault = lambda call, _: Throttled("the budget is used up", 30.0)
    for _ in range(5):
        drain(shop)
        shop.clock.advance(60.0)

    [mark] = shop.services.marks.dirty_due(SHOP, shop.clock.now())
    assert mark.attempts == 0
    assert shop.totals().get("sync/failed", 0) == 0


def test_what_is_due_soonest_is_written_first_where_not_all_can_be(store_url, store_client, desk):
    house = House(store_url, store_client, desk, replace(QUICK, threads=1))
    house.open()
    arrivals(house, desk, 8)
    arrivals(house, desk, 4, start=11, channel="chat")  # due in minutes, not in hours
    settle(house)

    writes = [call for call in desk.calls if call.startswith("write")]
    assert len(writes) == 6
    assert writes[0] == "write 14"
    house.queue.close()
