"""Polling: what no webhook told."""

from collections import Counter
from dataclasses import replace

import pytest

from overflow.core.model import HOME, Status
from overflow.errors import HelpdeskAway, Refused
from overflow.flows.drain import sync
from overflow.flows.health import check
from overflow.flows.polling import anew, audit, reconcile
from overflow.flows.polling.reconcile import CHANGED, SELDOM
from overflow.flows.routing.route import mark_to_read
from overflow.flows.services import Pace
from overflow.store import keys
from tests.flows.fake_desk import FakeDesk
from tests.flows.house import FAR_GROUP, SHOP, House, document, partner
from tests.flows.routing import arrivals, arrive
from tests.flows.test_sync import disagreements, settle

RENAMED = {"near": "nearby"}


def poll(house):
    return reconcile.poll(house.services, SHOP)


@pytest.fixture(params=["versions", "no versions"])
def desk(request):
    return FakeDesk(is_versioned=request.param == "versions")


def test_a_lost_webhook_costs_one_poll(shop, desk):
    arrivals(shop, desk, 3)
    poll(shop)
    desk.create("4")
    desk.touch("1", assignee="ann")
    desk.touch("2", status=Status.SOLVED)

    while not poll(shop).is_whole:
        pass
    settle(shop)

    assert shop.record("4").decision
    assert shop.record("1").assignee == "ann"
    assert shop.record("2").status is Status.SOLVED
    assert disagreements(shop, desk) == []
    assert shop.totals()["reconcile/differs"] == 3


def test_what_agrees_is_not_read(shop, desk):
    arrivals(shop, desk, 4)
    settle(shop)
    poll(shop)
    desk.changes += ["1", "2", "3", "4"]
    desk.calls.clear()

    assert poll(shop).different == 0
    settle(shop)

    assert not [call for call in desk.calls if call.startswith("read")]


def test_what_could_not_be_written_is_followed_all_the_same(shop, desk):
    arrivals(shop, desk, 3)
    poll(shop)
    desk.fault = lambda call, ticket_id: Refused("no such group") if call == "write" else None
    arrive(shop, desk, "4")
    sync.drain(shop.services, SHOP)
    assert shop.services.marks.counts(SHOP).dead == 1

    desk.touch("4", status=Status.SOLVED)
    poll(shop)
    sync.drain(shop.services, SHOP)

    assert shop.record("4").status is Status.SOLVED


def test_the_next_poll_goes_on_where_the_last_one_ended(shop, desk):
    poll(shop)
    cursor = shop.services.progress.get(SHOP, CHANGED)
    arrive(shop, desk, "1")

    assert poll(shop).seen == 1
    assert shop.services.progress.get(SHOP, CHANGED) != cursor
    assert poll(shop).seen == 0


def test_a_poll_makes_what_is_known_of_the_helpdesk_fresh(shop):
    shop.clock.advance(1000.0)

    poll(shop)

    seen = shop.services.situations.get(SHOP, shop.clock.now()).seen
    assert shop.clock.now() - seen["helpdesk"] < 5.0


def test_a_poll_that_fails_keeps_its_place(shop, desk):
    poll(shop)
    desk.create("1")
    desk.fault = lambda call, ticket_id: HelpdeskAway("no")
    with pytest.raises(HelpdeskAway):
        poll(shop)

    desk.fault = lambda call, ticket_id: None
    poll(shop)
    settle(shop)
    assert shop.record("1").team == HOME


def test_in_a_rush_what_is_known_to_be_due_goes_first_for_a_while(shop, desk):
    options = {**document()["helpdesk"]["options"], "limit": {"requests": 60, "seconds": 60}}
    shop.change(helpdesk={**document()["helpdesk"], "options": options})
    arrivals(shop, desk, 2)
    while not poll(shop).is_whole:
        pass
    cursor = shop.services.progress.get(SHOP, CHANGED)
    desk.create("4711")
    mark_to_read(shop.services, SHOP, *map(str, range(100, 112)))

    shop.clock.advance(20.0)
    poll(shop)
    assert shop.services.progress.get(SHOP, CHANGED) == cursor

    shop.clock.advance(SELDOM)
    poll(shop)
    assert shop.services.progress.get(SHOP, CHANGED) != cursor


class TestACursorThatTheHelpdeskForgot:
    """It was away for longer than it keeps its list of changes."""

    @pytest.fixture
    def desk(self):
        class Forgetful(FakeDesk):
            forgotten = ""

            def changed_since(self, cursor):
                if cursor and cursor == self.forgotten:
                    raise Refused("GET changes: the helpdesk answered 400.")
                return super().changed_since(cursor)

        return Forgetful()

    def test_the_list_begins_anew_and_a_walk_finds_what_it_does_not_show(self, shop, desk):
        arrivals(shop, desk, 2)
        poll(shop)
        desk.forgotten = shop.services.progress.get(SHOP, CHANGED)
        desk.create("3")
        desk.touch("1", status=Status.SOLVED)
        shop.later(200.0)

        while not poll(shop).is_whole:
            pass
        settle(shop)
        desk.touch("2", assignee="ann")
        poll(shop)
        settle(shop)

        assert shop.record("3") is not None
        assert disagreements(shop, desk) == []

    def test_what_is_refused_for_another_reason_is_tried_anew_once_an_hour(self, shop, desk):
        poll(shop)
        desk.forgotten = shop.services.progress.get(SHOP, CHANGED)
        poll(shop)
        desk.forgotten = shop.services.progress.get(SHOP, CHANGED)

        for _ in range(3):
            with pytest.raises(Refused):
                poll(shop)
        shop.later(anew.EVERY + 1.0)

        assert poll(shop).seen == 0

    def test_where_everything_is_refused_the_place_is_kept(self, shop, desk):
        poll(shop)
        cursor = shop.services.progress.get(SHOP, CHANGED)
        desk.fault = lambda call, _: Refused("GET changes: the helpdesk answered 401.")

        with pytest.raises(Refused):
            poll(shop)

        assert shop.services.progress.get(SHOP, CHANGED) == cursor
        assert audit.state(shop.services, SHOP).standing == "ended"


def test_a_poll_that_runs_out_of_time_goes_on_with_the_next_job(store_url, store_client, desk):
    house = House(store_url, store_client, desk, Pace(budget=0.0))
    house.open()
    poll(house)
    for n in range(8):
        desk.create(str(n))

    assert not poll(house).is_whole
    assert "reconcile lamps" in house.jobs()


def test_two_polls_of_one_shop_do_not_meet(shop):
    shop.services.leases.acquire(keys.shop_lease(SHOP, "reconcile"), 5.0)

    assert not poll(shop).is_whole


def test_who_lost_the_lease_polls_no_further(shop, desk):
    poll(shop)
    for n in range(8):
        desk.create(str(n))
    lease = keys.shop_lease(SHOP, "reconcile")
    left = []

    def taken_over(call, ticket_id):
        left.append(shop.services.redis.pttl(lease))
        shop.services.redis.set(lease, "another process")

    desk.calls.clear()
    desk.fault = taken_over

    assert not poll(shop).is_whole
    assert desk.calls == ["changed_since"]
    assert 0 < left[0] <= 15_000, "so long nobody polls when its holder is killed"
    assert shop.services.redis.get(lease) == b"another process"


class TestTheWalk:
    """What "changed since" does not show."""

    def test_a_ticket_that_is_gone_is_closed_here(self, shop, desk):
        arrivals(shop, desk, 5)
        settle(shop)
        poll(shop)
        del desk.tickets["1"]
        shop.clock.advance(audit.EVERY + 1.0)

        while not poll(shop).is_whole:
            pass
        settle(shop)

        assert shop.record("1").status is Status.DELETED
        assert shop.faults() == []

    def test_it_begins_again_only_after_a_while(self, shop, desk):
        poll(shop)
        desk.calls.clear()

        poll(shop)

        assert "walk_open" not in desk.calls

    @pytest.mark.parametrize("error", [HelpdeskAway("no"), Refused("not now")])
    def test_one_that_was_asked_for_stays_so_until_its_first_page_is_there(self, shop, desk, error):
        poll(shop)
        audit.ask(shop.services, SHOP)
        desk.fault = lambda call, _: error if call == "walk_open" else None
        with pytest.raises(type(error)):
            poll(shop)
        assert audit.state(shop.services, SHOP).standing == "asked"

        desk.fault = lambda call, _: None
        for expected in (1, 0):
            desk.calls.clear()
            poll(shop)
            assert desk.calls.count("walk_open") == expected
        assert audit.state(shop.services, SHOP).standing == "ended"

    def test_it_goes_on_over_many_jobs(self, store_url, store_client, desk):
        house = House(store_url, store_client, desk, Pace(budget=0.0))
        house.open()
        arrivals(house, desk, 8)
        settle(house)
        while not poll(house).is_whole:
            pass
        del desk.tickets["8"]
        house.clock.advance(audit.EVERY + 1.0)

        polls = 1
        while not poll(house).is_whole:
            polls += 1
        settle(house)

        assert polls > 2
        assert house.record("8").status is Status.DELETED
        assert house.services.progress.get(SHOP, f"{audit.STATE}:0") is None

    def test_it_begins_anew_where_the_helpdesk_forgot_its_place(
        self, store_url, store_client, desk
    ):
        house = House(store_url, store_client, desk, Pace(budget=0.0))
        house.open()
        arrivals(house, desk, 8)
        settle(house)
        while not poll(house).is_whole:
            pass
        del desk.tickets["8"]
        house.clock.advance(audit.EVERY + 1.0)
        while audit.state(house.services, SHOP).cursor != "6":
            poll(house)
        desk.forgotten = "6"
        desk.create("0")  # by now on the first one

        while not poll(house).is_whole:
            pass
        settle(house)

        walk = audit.state(house.services, SHOP)
        assert (walk.standing, walk.tickets) == ("ended", 8)
        assert house.record("8").status is Status.DELETED
        assert house.record("0") is not None
        assert not any(house.services.progress.get(SHOP, f"{audit.STATE}:{n}") for n in range(4))

    def test_what_is_refused_for_another_reason_is_begun_anew_once_an_hour(self, shop, desk):
        for number in range(8):
            desk.create(str(number))
        desk.forgotten = "2"
        polls = Counter()

        for _ in range(3):
            desk.calls.clear()
            with pytest.raises(Refused):
                poll(shop)
            polls[desk.calls.count("walk_open")] += 1
        assert polls == {4: 1, 1: 2}

        shop.later(anew.EVERY + 1.0)
        desk.forgotten = None
        while not poll(shop).is_whole:
            pass
        assert audit.state(shop.services, SHOP).standing == "ended"

    def test_it_waits_while_a_group_of_the_policy_is_missing(self, shop, desk):
        desk.named = ("shop", "near", "far")
        arrivals(shop, desk, 5)
        settle(shop)
        poll(shop)
        desk.named = ("shop", "nearby", "far")
        for ticket_id, ticket in desk.tickets.items():  # no event tells of that
            desk.tickets[ticket_id] = replace(ticket, group=RENAMED.get(ticket.group, ticket.group))
        shop.clock.advance(audit.EVERY + 1.0)

        poll(shop)
        settle(shop)
        assert [shop.record(n).team for n in "45"] == ["near", "near"]
        assert check(shop.services).details["shops"][SHOP]["missing_groups"] == ["near"]

        shop.change(partners=[partner("near", "nearby"), partner("far", FAR_GROUP, price=3.0)])
        while not poll(shop).is_whole:
            pass
        settle(shop)
        assert [(shop.record(n).team, shop.record(n).manual) for n in "45"] == [("near", False)] * 2
        assert check(shop.services).details["totals"]["missing_groups"] == 0
        assert disagreements(shop, desk) == []
        assert shop.faults() == []

    def test_a_partner_that_gets_and_has_nothing_needs_no_group(self, shop, desk):
        shop.change(partners=[partner("near", "gone", enabled=False)])
        desk.named = ("shop",)
        desk.calls.clear()

        poll(shop)

        assert "walk_open" in desk.calls
        assert check(shop.services).details["totals"]["missing_groups"] == 0

    def test_a_helpdesk_that_fails_to_list_its_groups_is_walked_all_the_same(self, shop, desk):
        arrivals(shop, desk, 3)
        del desk.tickets["1"]
        desk.fault = lambda call, _: Refused("not allowed") if call == "groups" else None
        shop.clock.advance(audit.EVERY + 1.0)

        while not poll(shop).is_whole:
            pass
        settle(shop)

        assert shop.record("1").status is Status.DELETED
