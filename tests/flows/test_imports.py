"""First connection: what is open already is held where it stands."""

import pytest

from overflow.core.model import HOME, Status
from overflow.errors import HelpdeskAway, Refused
from overflow.flows import shops
from overflow.flows.polling import imports, reconcile
from overflow.flows.routing.route import mark_to_read
from overflow.flows.services import Pace
from overflow.store import keys
from tests.flows.house import HOME_GROUP, NEAR_GROUP, SHOP, House, document
from tests.flows.routing import arrive, heard
from tests.flows.test_sync import settle


@pytest.fixture
def house(store_url, store_client, desk):
    """A shop whose first walk has not begun; a page of it a job."""
    made = House(store_url, store_client, desk, Pace(budget=0.0, linger=0.05, import_pause=0.0))
    for n in range(8):
        desk.create(f"old-{n}", created=made.clock.now() - 86400.0)
    desk.create("theirs", group=NEAR_GROUP)
    desk.create("done", status=Status.SOLVED)
    shops.put_policy(made.services, SHOP, document())
    yield made
    made.queue.close()


def walk(house):
    return imports.walk(house.services, SHOP)


def walk_to_the_end(house):
    while not walk(house).is_whole:
        pass


def test_open_tickets_are_held_where_they_stand_undecided(house, desk):
    walk_to_the_end(house)

    assert house.record("old-0").team == HOME
    assert house.record("theirs").team == "near"
    assert house.record("done") is None
    assert not [name for name in house.totals() if name.startswith("decision/")]
    assert house.services.marks.counts(SHOP).dirty == 0
    assert desk.tickets["old-7"].group == HOME_GROUP
    assert house.faults() == []


def test_the_first_policy_has_it_begin(house):
    assert "import lamps" in house.jobs()


def test_who_lost_the_lease_walks_no_further(house, desk):
    lease = keys.shop_lease(SHOP, "import")

    def taken_over(call, ticket_id):
        house.services.redis.set(lease, "another process")

    desk.fault = taken_over
    assert not walk(house).is_whole
    assert desk.calls.count("walk_open") == 1

    desk.fault = lambda call, ticket_id: None
    house.services.redis.delete(lease)
    walk_to_the_end(house)

    assert house.record("old-7").team == HOME


def test_what_arrives_meanwhile_is_kept_and_not_decided(house, desk):
    walk(house)
    routed = arrive(house, desk, "new")

    assert (routed.outcome, routed.decision) == ("imported", None)
    assert heard(house, desk, "new", assignee="ann").outcome == "updated"


def test_decisions_begin_when_it_ends(house, desk):
    walk_to_the_end(house)

    assert arrive(house, desk, "new").outcome == "decided"


def test_killed_in_between_it_goes_on_from_its_cursor(house, desk):
    walk(house)
    desk.fault = lambda call, ticket_id: HelpdeskAway("no")
    with pytest.raises(HelpdeskAway):
        walk(house)
    desk.fault = lambda call, ticket_id: None
    desk.calls.clear()

    walk_to_the_end(house.another())

    assert desk.calls.count("walk_open") == 2
    assert all(house.record(f"old-{n}") for n in range(8))


def test_where_the_helpdesk_forgot_its_place_it_begins_anew(house, desk):
    walk(house)
    desk.forgotten = house.services.progress.get(SHOP, imports.CURSOR)
    desk.create("before", created=house.clock.now() - 86400.0)

    walk_to_the_end(house)

    assert all(house.record(name) for name in ("before", *(f"old-{n}" for n in range(8))))
    assert house.faults() == []


def test_where_everything_is_refused_its_place_is_kept(house, desk):
    walk(house)
    cursor = house.services.progress.get(SHOP, imports.CURSOR)
    desk.fault = lambda call, _: Refused("GET tickets: the helpdesk answered 403.")

    with pytest.raises(Refused):
        walk(house)

    assert house.services.progress.get(SHOP, imports.CURSOR) == cursor


def test_what_changes_during_the_walk_is_found_afterwards(house, desk):
    walk(house)
    desk.touch("old-0", assignee="ann")
    walk_to_the_end(house)

    while not reconcile.poll(house.services, SHOP).is_whole:
        pass
    settle(house)

    assert house.record("old-0").assignee == "ann"


def test_a_rush_right_after_it_has_the_first_poll_wait(house, desk):
    limit = {"requests": 600, "seconds": 60}
    options = {**document()["helpdesk"]["options"], "limit": limit}
    house.change(helpdesk={**document()["helpdesk"], "options": options})
    walk_to_the_end(house)
    mark_to_read(house.services, SHOP, *map(str, range(100, 300)))
    desk.calls.clear()

    reconcile.poll(house.services, SHOP)
    assert desk.calls == []

    house.clock.advance(reconcile.SELDOM)
    reconcile.poll(house.services, SHOP)
    assert "changed_since" in desk.calls


def test_a_ticket_that_cannot_be_kept_does_not_stop_it(house, desk):
    desk.create("odd", channel="a:b")

    walk_to_the_end(house)

    assert house.record("old-7") is not None


def test_once_ended_it_does_nothing(house, desk):
    walk_to_the_end(house)
    desk.calls.clear()

    assert walk(house).is_whole
    assert desk.calls == []
