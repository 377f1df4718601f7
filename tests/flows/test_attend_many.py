"""Tickets that are due at once, on a helpdesk with bulk calls."""

import pytest

from overflow.core.model import HOME
from overflow.errors import HelpdeskAway, NotLetIn, Refused
from overflow.flows.drain.sync import End
from overflow.store import keys
from tests.flows.bulk_desk import BulkDesk
from tests.flows.house import HOME_GROUP, NEAR_GROUP, SHOP, House
from tests.flows.routing import arrivals
from tests.flows.test_sync import dead, disagreements, drain, settle

AWAY = [str(number) for number in range(4, 12)]
"""Of eleven that arrive, three stay at home."""


@pytest.fixture
def desk():
    return BulkDesk()


@pytest.fixture
def shop(store_url, store_client, desk):
    made = House(store_url, store_client, desk)
    made.open()
    arrivals(made, desk, 11)
    return made


def once(call, fault):
    """Fails the first such call."""
    faults = iter([fault])
    return lambda called, ticket_id: next(faults, None) if called == call else None


def noted(desk):
    return sorted(on for on, _, _ in desk.notes)


def test_many_take_three_calls(shop, desk):
    drain(shop)

    assert [call.partition(" ")[0] for call in desk.calls] == [
        "read_many",
        "write_many",
        "read_many",
    ]
    assert disagreements(shop, desk) == []
    assert noted(desk) == sorted(AWAY)
    assert shop.faults() == []


def test_one_goes_alone_and_at_once(store_url, store_client, desk):
    house = House(store_url, store_client, desk)
    house.open()
    arrivals(house, desk, 4)
    drain(house)

    assert desk.calls == ["read 4", "write 4", "read 4", "add_note 4"]


def test_where_notes_do_not_go_along_each_is_posted(store_url, store_client):
    desk = BulkDesk(takes_notes=False)
    house = House(store_url, store_client, desk)
    house.open()
    arrivals(house, desk, 11)
    settle(house)

    assert noted(desk) == sorted(AWAY)
    assert len(desk.calls) == 3 + len(AWAY)
    assert disagreements(house, desk) == []


def test_whom_a_drain_leaves_with_a_note_to_post_needs_no_company(store_url, store_client):
    desk = BulkDesk(takes_notes=False)
    house = House(store_url, store_client, desk)
    house.open()
    arrivals(house, desk, 11)
    desk.bulk.gathers = 3600.0
    assert drain(house, 0.001).end is End.HANDED_OVER
    assert noted(desk) == []

    settle(house)
    assert noted(desk) == sorted(AWAY)
    assert len(desk.calls) == 3 + len(AWAY)


def test_a_note_that_alone_is_missing_needs_no_other_read(store_url, store_client):
    desk = BulkDesk(takes_notes=False)
    house = House(store_url, store_client, desk)
    house.open()
    arrivals(house, desk, 11)
    failing = iter(range(len(AWAY)))
    away = HelpdeskAway("429", 0.05, is_undone=True)
    desk.fault = lambda call, _: away if call == "add_note" and next(failing, None) else None
    settle(house)

    assert noted(desk) == sorted(AWAY)
    assert len([call for call in desk.calls if call.startswith("read")]) == 2


def test_one_that_fails_does_so_by_itself_and_goes_on_alone(shop, desk):
    desk.bulk.faults["6"] = HelpdeskAway("stale", 0.0, is_undone=True)
    settle(shop)

    assert disagreements(shop, desk) == []
    assert noted(desk) == sorted(AWAY)
    assert "write 6" in desk.calls
    assert shop.totals()["sync/failed"] == 1


def test_what_is_refused_in_company_is_tried_alone_and_counts_as_no_failure(shop, desk):
    desk.fault = once("write_many", Refused("one of these is odd"))
    settle(shop)

    assert disagreements(shop, desk) == []
    assert noted(desk) == sorted(AWAY)
    assert "sync/failed" not in shop.totals()
    assert dead(shop) == []


def test_who_is_not_let_in_comes_back_in_company(shop, desk):
    for call in ("read_many", "write_many"):
        desk.fault = once(call, NotLetIn("401"))
        drain(shop)
        shop.clock.advance(11.0)
    settle(shop)

    assert disagreements(shop, desk) == []
    assert noted(desk) == sorted(AWAY)
    assert all("_many" in call for call in desk.calls)
    assert dead(shop) == []


def test_one_that_the_list_leaves_out_is_read_alone(shop, desk):
    desk.bulk.unlisted.add("7")
    settle(shop)

    assert "read 7" in desk.calls
    assert disagreements(shop, desk) == []


@pytest.mark.parametrize("call", ["read_many", "write_many"])
def test_all_fail_together_and_later_succeed_together(shop, desk, call):
    desk.fault = once(call, HelpdeskAway("429", 0.05, is_undone=True))
    settle(shop)

    assert disagreements(shop, desk) == []
    assert noted(desk) == sorted(AWAY)
    assert not [made for made in desk.calls if made.startswith("has_note")]


def test_after_a_lost_answer_each_note_is_looked_for_and_none_posted_again(shop, desk):
    lost = iter([True])
    desk.lost_answer = lambda call, _: call == "write_many" and next(lost, False)
    settle(shop)

    assert noted(desk) == sorted(AWAY)
    assert disagreements(shop, desk) == []


def test_a_bug_with_one_ticket_does_not_stop_the_others(shop, desk, monkeypatch):
    desk.tickets["5"] = None  # no snapshot at all
    monkeypatch.setattr(
        desk.bulk, "read", lambda ids, since: {i: desk.tickets.get(i) or 7 for i in ids}
    )
    drain(shop)

    assert desk.tickets["4"].group == NEAR_GROUP
    assert "a bug" in shop.services.redis.hget(keys.tries(SHOP), "w:5").decode()


def test_a_person_who_moved_one_of_them_before_we_wrote_wins(shop, desk):
    desk.touch("6", group="vip", assignee="ann")
    settle(shop)

    record = shop.record("6")
    assert (record.team, record.manual, desk.tickets["6"].group) == (HOME, True, "vip")
    assert noted(desk) == sorted(set(AWAY) - {"6"})


def test_a_killed_process_loses_nothing_and_notes_once(shop, desk):
    take_in = shop.services.tickets.commit
    left = iter(range(12))

    def killed(*args):
        if next(left, None) is None:
            raise SystemExit
        return take_in(*args)

    shop.services.tickets.commit = killed
    with pytest.raises(SystemExit):
        drain(shop)
    shop.services.tickets.commit = take_in
    shop.services.redis.delete(keys.drain_lease(SHOP))
    settle(shop)

    assert noted(desk) == sorted(AWAY)
    assert disagreements(shop, desk) == []


def test_a_write_that_is_taken_and_not_done_is_noticed(shop, desk):
    ignored = iter([True])
    desk.ignores = lambda ticket_id: ticket_id == "4" and next(ignored, False)
    drain(shop)
    shop.clock.advance(1.0)
    settle(shop)

    assert disagreements(shop, desk) == []
    assert desk.tickets["1"].group == HOME_GROUP
