"""What comes in: webhooks and submitted tickets."""

import json
from dataclasses import replace

import pytest

from overflow.core.model import HOME, Snapshot, Status
from overflow.errors import BadInput, Conflict, Invalid, StoreAway, Unauthorised, Unknown
from overflow.flows.routing import intake
from overflow.flows.routing.errand import Routed
from overflow.flows.routing.intake import Marked, Passed
from tests.flows.house import HOME_GROUP, NEAR_GROUP, SHOP, document, partner
from tests.flows.routing import arrivals, arrive, receive


def test_a_new_ticket_is_decided_in_the_request_and_kept(shop, desk):
    routed = arrive(shop, desk, "1")

    assert routed.outcome == "decided"
    assert (routed.decision.outcome, routed.decision.reason) == ("keep", "no_pressure")
    assert shop.record("1").team == HOME
    assert not shop.record("1").is_dirty
    assert shop.faults() == []


def test_a_new_ticket_costs_one_round_trip_to_the_store(shop, desk, store_client):
    arrive(shop, desk, "1")
    arrive(shop, desk, "2")  # the first of its kind: from now on its situation's fields are known
    desk.create("3")

    with store_client.monitor() as told:
        store_client.echo("begin")
        receive(shop, desk.webhook("3", is_new=True))
        store_client.echo("end")
        heard = [next(told.listen()) for _ in range(3)]
        while "ECHO end" not in heard[-1]["command"]:
            heard.append(next(told.listen()))

    asked = [said["command"].split()[0] for said in heard if said["client_type"] != "lua"]
    between = asked[asked.index("ECHO") + 1 : -1]
    assert between == ["EVALSHA", "HGETALL"]  # sent together: the commit, and what it led to


def test_a_ticket_under_pressure_goes_to_the_cheapest_partner(shop, desk):
    routed = arrivals(shop, desk, 4)[-1]

    assert (routed.decision.outcome, routed.decision.team) == ("overflow", "near")
    record = shop.record("4")
    assert (record.team, record.desired_group) == ("near", NEAR_GROUP)
    assert record.is_dirty
    assert record.note == "overflow inhouse"


def test_a_dirty_ticket_has_its_shop_drained(shop, desk):
    arrivals(shop, desk, 4)

    assert shop.jobs().count("drain lamps") == 1


def test_a_partner_is_never_filled_above_its_capacity(shop, desk):
    shop.change(partners=[])
    shop.change()
    arrivals(shop, desk, 30)

    held = [shop.record(str(n)).team for n in range(1, 31)]
    assert held.count("near") == 10
    assert held.count("far") == 10
    assert shop.faults() == []


def test_the_same_delivery_changes_nothing_the_second_time(shop, desk):
    desk.create("1")
    body = desk.webhook("1", is_new=True, delivery="d-1")
    receive(shop, body)
    before = shop.record("1")

    again = receive(shop, body)

    assert again.outcome in {"duplicate", "same"}
    assert shop.record("1") == before


def test_the_same_state_under_another_delivery_changes_nothing(shop, desk):
    arrive(shop, desk, "1")
    before = shop.record("1")

    again = receive(shop, desk.webhook("1", delivery="another"))

    assert again.outcome == "same"
    assert shop.record("1") == before
    assert shop.totals()["webhook/standard/decided"] == 1
    assert shop.totals()["webhook/standard/same"] == 1


def test_an_older_state_changes_nothing(shop, desk):
    desk.create("1")
    old = desk.webhook("1", is_new=True)
    desk.touch("1", assignee="ann")
    receive(shop, desk.webhook("1"))

    assert receive(shop, old).outcome == "older"
    assert shop.record("1").assignee == "ann"


def test_a_state_that_cannot_be_put_in_order_is_marked_to_be_read(shop, desk):
    desk.is_versioned = False
    arrive(shop, desk, "1")
    desk.touch("1", assignee="ann")

    routed = receive(shop, desk.webhook("1"))

    assert routed.outcome == "read_again"
    assert [mark.id for mark in shop.services.marks.to_read_due(SHOP, shop.clock.now())] == ["1"]


def test_a_hint_is_marked_before_it_is_answered(shop):
    received = receive(shop, json.dumps({"hint": "7"}).encode())

    assert received == Marked("7")
    assert [mark.id for mark in shop.services.marks.to_read_due(SHOP, shop.clock.now())] == ["7"]
    assert shop.jobs() == ["drain lamps"]


def test_what_is_nothing_for_us_is_passed(shop):
    assert isinstance(receive(shop, b"{}"), Passed)


@pytest.mark.parametrize("ticket_id", ["", "x" * 201, "a\nb"])
def test_a_hint_with_an_impossible_id_is_refused(shop, ticket_id):
    with pytest.raises(BadInput):
        receive(shop, json.dumps({"hint": ticket_id}).encode())


def test_an_unverified_webhook_is_refused_and_counted(shop):
    with pytest.raises(Unauthorised):
        receive(shop, b"{}", token="guess")

    assert shop.totals()["webhook/standard/unauthorised"] == 1


def test_an_unknown_shop_or_another_connector_is_unknown(shop):
    with pytest.raises(Unknown):
        receive(shop, b"{}", shop="nobody")
    with pytest.raises(Unknown):
        receive(shop, b"{}", connector="rt")


def test_a_store_that_is_away_has_the_sender_try_again(shop, desk):
    desk.create("1")
    body = desk.webhook("1", is_new=True)
    shop.services.redis.config_set("min-replicas-to-write", 1)
    try:
        with pytest.raises(StoreAway):
            receive(shop, body)
    finally:
        shop.services.redis.config_set("min-replicas-to-write", 0)

    assert receive(shop, body).outcome == "decided"


def test_what_the_shop_began_itself_is_never_routed(shop, desk):
    routed = arrive(shop, desk, "1", outbound=True)

    assert routed.outcome == "ignored"
    assert shop.record("1") is None


def test_a_ticket_that_a_partner_holds_already_is_accepted(shop, desk):
    routed = arrive(shop, desk, "1", group=NEAR_GROUP)

    assert routed.outcome == "accepted"
    assert shop.record("1").team == "near"


def test_a_policy_of_another_version_is_loaded_before_deciding(shop, desk):
    arrivals(shop, desk, 3)
    shop.another().change(pressure={"backlog": {"start": 50, "stop": 40}})

    routed = arrive(shop, desk, "4")

    assert routed.decision.outcome == "keep"
    assert routed.decision.policy_version == 2


def test_observing_records_and_moves_nothing(house, desk):
    house.open(mode="observe")
    routed = arrivals(house, desk, 4)[-1]

    assert (routed.decision.outcome, routed.decision.team) == ("overflow", "near")
    record = house.record("4")
    assert (record.team, record.desired_group) == (HOME, HOME_GROUP)
    assert record.virtual.startswith("near@")
    assert not record.is_dirty
    assert house.totals()["observed/overflow/backlog/near/email"] == 1


def test_observing_keeps_to_the_daily_limits_too(house, desk):
    limited = partner("near", NEAR_GROUP, daily_limit=1)
    house.open(mode="observe", partners=[limited])
    routed = arrivals(house, desk, 5)

    assert [each.decision.team for each in routed[3:]] == ["near", HOME]
    assert routed[-1].decision.reason == "daily_limit"


def test_a_shop_that_is_off_decides_nothing(house, desk):
    house.open(mode="off")
    routed = arrivals(house, desk, 5)[-1]

    assert routed.decision is None
    assert house.record("5").team == HOME


def test_every_decision_stands_in_the_journal_with_its_trace(shop, desk):
    routed = arrive(shop, desk, "1")

    entry = shop.services.journal.entry(SHOP, routed.entry)

    assert entry.data["source"] == "webhook"
    assert entry.data["decision"]["reason"] == "no_pressure"
    assert [team["team"] for team in entry.data["decision"]["teams"]] == [HOME, "near", "far"]
    assert entry.situation(shop.clock.now()).policy_version == 1


class TestSubmitting:
    """Tickets of callers that are no helpdesk."""

    seen = Snapshot("s-1", Status.OPEN, HOME_GROUP, None, "email", "en", 1_700_000_000.0)

    def submit(self, house, key="k", body=b"{}", seen=None):
        return intake.submit(
            house.services,
            SHOP,
            seen or self.seen,
            owner="key-1",
            key=key,
            body=body,
            render=render,
        )

    def test_where_no_group_is_said_it_stands_in_the_own_teams(self, shop):
        self.submit(shop, seen=replace(self.seen, group=None))

        assert shop.record(self.seen.id).origin_group == HOME_GROUP

    def test_somebody_has_to_say_a_group(self, shop):
        shop.change(inhouse={"hours": "24/7", "agents": 2}, partners=[])

        with pytest.raises(Invalid) as caught:
            self.submit(shop, seen=replace(self.seen, group=None))

        assert list(caught.value.faults) == ["group"]

    def test_it_is_decided_and_answered(self, shop):
        submitted = self.submit(shop)

        assert not submitted.is_replay
        answer = json.loads(submitted.answer)
        assert answer["outcome"] == "decided"
        assert shop.services.journal.entry(SHOP, answer["entry"]) is not None

    def test_the_same_request_gets_the_same_answer(self, shop):
        first, second = self.submit(shop), self.submit(shop)

        assert second.is_replay
        assert second.answer == first.answer
        assert shop.totals()["decision/keep/no_pressure/inhouse/email"] == 1

    def test_another_body_under_the_same_key_is_a_conflict(self, shop):
        self.submit(shop)

        with pytest.raises(Conflict) as refused:
            self.submit(shop, body=b"{...}")
        assert refused.value.status == 422

    def test_a_request_that_is_under_way_is_a_conflict(self, shop):
        shop.services.requests.begin(SHOP, "key-1", "k", b"{}")

        with pytest.raises(Conflict) as refused:
            self.submit(shop)
        assert refused.value.status == 409

    def test_a_request_that_failed_may_be_sent_again(self, house):
        with pytest.raises(Unknown):
            self.submit(house)
        house.open()

        assert json.loads(self.submit(house).answer)["outcome"] == "decided"

    def test_what_changed_nothing_is_answered_the_same_way_again(self, shop):
        self.submit(shop)

        first, second = self.submit(shop, key="other"), self.submit(shop, key="other")

        assert json.loads(first.answer)["outcome"] == "same"
        assert second.answer == first.answer
        assert second.is_replay

    def test_of_a_ticket_that_has_moved_since_the_helpdesk_knows_better(self, shop, desk):
        """A caller says where it was before the service moved it: that is nobody's move."""
        arrivals(shop, desk, 4)
        moved = shop.record("4")
        assert moved.team == "near"

        submitted = self.submit(shop, seen=replace(desk.tickets["4"], version=None))

        assert json.loads(submitted.answer)["outcome"] in {"same", "read_again"}
        assert shop.record("4") == moved
        desk.touch("4", group=NEAR_GROUP)
        receive(shop, desk.webhook("4"))
        confirmed = shop.record("4")
        submitted = self.submit(
            shop, key="late", seen=replace(desk.tickets["4"], group=HOME_GROUP, version=None)
        )

        assert json.loads(submitted.answer)["outcome"] == "read_again"
        assert shop.record("4") == confirmed
        due = shop.services.marks.to_read_due(SHOP, shop.clock.now())
        assert [mark.id for mark in due] == ["4"]


def render(routed: Routed) -> bytes:
    return json.dumps({"outcome": routed.outcome, "entry": routed.entry}).encode()


def test_the_document_of_these_tests_is_a_valid_policy():
    from overflow import policies

    assert policies.check(document(), SHOP) == {}
