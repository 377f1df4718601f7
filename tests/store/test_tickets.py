"""Tickets are found: one by one, in pages, and in the order of their queue."""

import pytest

from overflow.core.model import HOME, Status
from overflow.store import keys
from overflow.store.commits import Commit
from overflow.store.index import Place
from tests.store.builders import NOW, SHOP, a_record


@pytest.fixture
def keep(tickets):
    """Commit new tickets, each a second after the one before."""

    def do(*ids, **fields):
        for n, ticket_id in enumerate(ids):
            record = a_record(ticket_id, **{"arrived": NOW + n} | fields)
            tickets.commit(SHOP, Commit(record, 0, NOW))

    return do


def ids(records):
    return [record.id for record in records]


def test_tickets_are_got_by_id_in_the_order_asked(tickets, keep):
    keep("1", "2")

    assert list(tickets.get_many(SHOP, ["2", "nobody", "1"])) == ["2", "1"]
    assert tickets.get_many(SHOP, []) == {}
    assert tickets.get(SHOP, "nobody") is None


def test_the_tickets_of_another_shop_are_not_seen(tickets, keep):
    keep("1")

    assert tickets.get("hats", "1") is None
    assert tickets.list_open("hats") == ([], "")


def test_tickets_are_listed_by_arrival_across_teams_classes_and_queues(tickets, keep):
    keep("c", arrived=NOW + 3)
    keep("a", arrived=NOW + 1, team="acme", channel="chat")
    keep("b", arrived=NOW + 2, assignee="ann")
    keep("d", arrived=NOW + 4, status=Status.PENDING)
    keep("e", arrived=NOW + 5, status=Status.SOLVED)

    assert ids(tickets.list_open(SHOP)[0]) == ["a", "b", "c", "d"]
    assert ids(tickets.list_open(SHOP, team=HOME)[0]) == ["b", "c", "d"]
    assert ids(tickets.list_open(SHOP, standing="waiting")[0]) == ["a", "c"]
    assert ids(tickets.list_open(SHOP, queue="email.de", standing="wip")[0]) == ["b"]
    assert ids(tickets.list_open(SHOP, team=HOME, standing="parked")[0]) == ["d"]


def test_pages_meet_every_ticket_once_while_others_come_and_go(tickets, keep):
    keep(*"abcdefg", team="acme")
    keep("x", team="bob", arrived=NOW + 2.5)
    found, cursor = tickets.list_open(SHOP, limit=3)
    tickets.commit(SHOP, Commit(a_record("c", status=Status.SOLVED), 1, NOW))
    keep("new", arrived=NOW + 60)
    while cursor:
        page, cursor = tickets.list_open(SHOP, cursor=cursor, limit=3)
        found += page

    assert ids(found) == ["a", "b", "c", "x", "d", "e", "f", "g", "new"]


def test_tickets_that_arrived_in_the_same_moment_are_paged_by_id(tickets, keep):
    for ticket_id in ("10", "9", "a|b", "~"):
        keep(ticket_id)
    first, cursor = tickets.list_open(SHOP, limit=2)
    second, end = tickets.list_open(SHOP, cursor=cursor, limit=2)

    assert ids(first + second) == ["10", "9", "a|b", "~"]
    assert end == ""


def test_it_is_counted_who_waits_ahead_in_the_same_queue_only(tickets, keep):
    keep("1", "2", "3", "4")
    keep("other", arrived=NOW - 60, channel="chat")
    keep("wip", arrived=NOW - 60, assignee="ann")
    keep("theirs", arrived=NOW - 60, team="acme")

    assert [tickets.ahead(SHOP, tickets.get(SHOP, i)) for i in "1234"] == [0, 1, 2, 3]
    assert tickets.ahead(SHOP, a_record("new", arrived=NOW + 9)) == 4


def test_what_waits_is_met_queue_by_queue_first_come_first(tickets, keep):
    keep("1", "2", "3")
    keep("4", "5", channel="chat")
    keep("6", team="acme")
    keep("7", assignee="ann")

    assert sorted(tickets.waiting(SHOP, HOME, page=2)) == [
        Place("1", "email.de", 0),
        Place("2", "email.de", 1),
        Place("3", "email.de", 2),
        Place("4", "chat.de", 0),
        Place("5", "chat.de", 1),
    ]
    assert [place.id for place in tickets.waiting(SHOP, "acme")] == ["6"]


def test_a_queue_whose_name_begins_like_another_is_not_mixed_with_it(tickets, keep):
    keep("1", queue="email.de")
    keep("2", queue="email.de.returns")
    keep("3", queue="email.de-at")

    places = list(tickets.waiting(SHOP, HOME))

    assert {place.ahead for place in places} == {0}
    assert ids(tickets.list_open(SHOP, queue="email.de")[0]) == ["1"]


def test_a_usual_ticket_is_small(tickets, keep, store_client):
    keep("4711", desired_rev=1, confirmed_rev=1, assignee="agent-17", answered=NOW + 60)
    key = keys.ticket(SHOP, "4711")

    assert store_client.object("encoding", key) == b"listpack"
    assert store_client.memory_usage(key) < 512
