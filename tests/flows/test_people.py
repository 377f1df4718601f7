"""What is declared, switched, put and looked at."""

import pytest

from overflow.core.model import HOME
from overflow.errors import Conflict, Invalid, Unknown
from overflow.flows import health, shops, views
from overflow.flows.people import staffing, work
from overflow.flows.people.work import By
from tests.flows.house import SHOP, document
from tests.flows.routing import arrivals, arrive
from tests.flows.test_sync import settle

PEOPLE = By("", "olga")


class TestDeclaring:
    def declare(self, house, team, **said):
        given = {"until": house.clock.now() + 3600.0}
        return staffing.declare(house.services, SHOP, team, **given | said)

    def test_a_partner_s_smaller_capacity_holds_at_once(self, shop, desk):
        self.declare(shop, "near", capacity={"email": 1})
        arrivals(shop, desk, 5)

        assert [shop.record(n).team for n in "45"] == ["near", "far"]

    def test_a_paused_partner_gets_nothing(self, shop, desk):
        self.declare(shop, "near", paused=True, reason="fire drill")

        assert arrivals(shop, desk, 4)[-1].decision.team == "far"

    def test_hours_are_meant_on_the_team_s_own_clock(self, shop, desk):
        declared = self.declare(shop, "near", hours="off")

        assert declared.hours.zone == "Europe/Amsterdam"
        assert arrivals(shop, desk, 4)[-1].decision.team == "far"

    def test_withdrawn_the_policy_holds_again(self, shop, desk):
        self.declare(shop, "near", paused=True)
        staffing.withdraw(shop.services, SHOP, "near")

        assert arrivals(shop, desk, 4)[-1].decision.team == "near"

    def test_it_ends_by_itself(self, shop, desk):
        self.declare(shop, "near", paused=True)
        shop.later(3601.0)

        assert arrivals(shop, desk, 4)[-1].decision.team == "near"

    @pytest.mark.parametrize(
        ("team", "said", "faults"),
        [
            ("near", {"until": 1.0}, {"until"}),
            ("near", {"agents": 3}, {"agents"}),
            ("near", {"capacity": {"email": 11}}, {"capacity.email"}),
            ("near", {"capacity": {"email": -1, "fax": 1}}, {"capacity.email", "capacity.fax"}),
            ("near", {"hours": "Mo-Xx", "until": 1.0}, {"hours", "until"}),
            (HOME, {"capacity": {"email": 1}}, {"capacity"}),
            (HOME, {"agents": -1}, {"agents"}),
        ],
    )
    def test_every_fault_is_named_at_once(self, shop, team, said, faults):
        with pytest.raises(Invalid) as refused:
            self.declare(shop, team, **said)
        assert refused.value.faults.keys() == faults

    def test_an_unknown_team_declares_nothing(self, shop):
        with pytest.raises(Unknown):
            self.declare(shop, "nobody")
        with pytest.raises(Unknown):
            staffing.withdraw(shop.services, SHOP, "nobody")


class TestSwitching:
    def switch_off(self, house, scope, seconds=3600.0):
        until = house.clock.now() + seconds
        return staffing.switch_off(house.services, SHOP, scope, until=until, reason="r", by="o")

    def test_a_partner_that_is_switched_off_gets_nothing(self, shop, desk):
        self.switch_off(shop, "partner:near")

        assert arrivals(shop, desk, 4)[-1].decision.team == "far"

    def test_switched_on_again_it_gets_tickets_again(self, shop, desk):
        self.switch_off(shop, "partner:near")
        staffing.switch_on(shop.services, SHOP, "partner:near")

        assert arrivals(shop, desk, 4)[-1].decision.team == "near"

    @pytest.mark.parametrize("scope", ["channel:email", "queue:email.en", "partner:far"])
    def test_channels_and_queues_can_be_switched_too(self, shop, scope):
        self.switch_off(shop, scope)

        assert scope in views.situation(shop.services, SHOP).situation.switched_off

    @pytest.mark.parametrize("scope", ["partner:nobody", "channel:fax", "queue:fax.en", "x", ""])
    def test_what_the_policy_does_not_name_is_unknown(self, shop, scope):
        with pytest.raises(Unknown):
            self.switch_off(shop, scope)

    def test_nothing_is_switched_off_until_yesterday(self, shop):
        with pytest.raises(Invalid):
            self.switch_off(shop, "partner:near", -1.0)


class TestPolicies:
    def test_the_first_version_makes_the_shop(self, house):
        assert shops.put_policy(house.services, SHOP, document(), expected=0) == 1
        assert shops.shops(house.services) == [SHOP]
        assert shops.get_policy(house.services, SHOP) == (1, document())

    def test_another_version_than_the_expected_one_is_a_conflict(self, shop):
        with pytest.raises(Conflict) as refused:
            shops.put_policy(shop.services, SHOP, document(), expected=7)
        assert (refused.value.status, refused.value.facts) == (412, {"version": 1})

    def test_a_document_with_faults_is_not_kept(self, shop):
        with pytest.raises(Invalid) as refused:
            shops.put_policy(shop.services, SHOP, document(zone="Mars", untouched="soon"))

        assert {"zone", "untouched"} <= refused.value.faults.keys()
        assert shops.versions(shop.services, SHOP) == [1]

    def test_every_version_can_be_read(self, shop):
        shop.change(untouched="5m")

        assert shops.versions(shop.services, SHOP) == [1, 2]
        assert shops.get_policy(shop.services, SHOP, 1)[1]["untouched"] == "30m"
        assert shops.get_policy(shop.services, SHOP)[1]["untouched"] == "5m"

    def test_there_is_nothing_of_an_unknown_shop(self, house):
        for ask in (shops.get_policy, shops.versions):
            with pytest.raises(Unknown):
                ask(house.services, "nobody")

    def test_a_partner_taken_out_keeps_what_it_holds(self, shop, desk):
        arrivals(shop, desk, 4)
        settle(shop)
        shop.change(partners=[])

        arrive(shop, desk, "5")

        assert shop.record("4").team == "near"
        assert shop.record("5").team == HOME
        work.move(shop.services, SHOP, "4", PEOPLE, to=HOME)
        settle(shop)
        assert desk.tickets["4"].group == "shop"


class TestViews:
    def test_a_ticket_shows_its_last_decision(self, shop, desk):
        arrivals(shop, desk, 4)

        view = views.ticket(shop.services, SHOP, "4", PEOPLE)

        assert (view.decision["outcome"], view.decision["team"]) == ("overflow", "near")
        assert view.decision["id"] == view.record.decision
        assert view.decision["along"]["source"] == "webhook"

    def test_tickets_are_listed_page_by_page(self, shop, desk):
        arrivals(shop, desk, 9)
        found, cursor = [], ""
        while True:
            page, cursor = views.tickets(shop.services, SHOP, PEOPLE, cursor=cursor, limit=4)
            found += [record.id for record in page]
            if not cursor:
                break

        assert found == [str(n) for n in range(1, 10)]

    def test_tickets_can_be_chosen(self, shop, desk):
        arrivals(shop, desk, 4)
        arrive(shop, desk, "5", channel="chat")
        work.claim(shop.services, SHOP, "2", PEOPLE)

        def ids(by=PEOPLE, **wanted):
            return [record.id for record in views.tickets(shop.services, SHOP, by, **wanted)[0]]

        assert ids(team="near") == ["4"]
        assert ids(team=HOME, standing="waiting") == ["1", "3", "5"]
        assert ids(channel="chat") == ["5"]
        assert ids(claimed=True) == ["2"]
        assert ids(status="pending") == []
        assert ids(queue="email.en", claimed=False) == ["1", "3", "4"]
        assert ids(By("near")) == ["4"]
        assert ids(By("near"), team="far") == []

    def test_decisions_are_told_newest_first_and_page_by_page(self, shop, desk):
        arrivals(shop, desk, 7)
        work.claim(shop.services, SHOP, "2", PEOPLE)
        found, cursor = [], ""
        while True:
            page, cursor = views.decisions(shop.services, SHOP, cursor=cursor, limit=3)
            found += [told["ticket"] for told in page]
            if not cursor:
                break

        assert found == [str(n) for n in range(7, 0, -1)]
        now = shop.clock.now()
        assert views.decisions(shop.services, SHOP, start=now + 5.0)[0] == []
        assert views.decisions(shop.services, SHOP, end=now - 500.0)[0] == []

    def test_the_decisions_of_a_ticket_are_told(self, shop, desk):
        arrivals(shop, desk, 4)
        settle(shop)
        work.move(shop.services, SHOP, "4", PEOPLE, to=HOME)

        found = views.decisions_of(shop.services, SHOP, "4")

        assert [told["reason"] for told in found] == ["manual", "backlog"]
        assert views.decision(shop.services, SHOP, found[1]["id"]) == found[1]

    def test_what_is_no_decision_is_unknown(self, shop):
        for entry in ("", "nonsense", "1-1"):
            with pytest.raises(Unknown):
                views.decision(shop.services, SHOP, entry)


class TestHealth:
    def test_without_a_worker_the_service_is_not_well(self, shop):
        found = health.check(shop.services)

        assert not found.is_healthy
        assert found.details["store"] == {"is_reachable": True}

    def test_with_a_worker_and_nothing_late_it_is(self, shop, desk):
        shop.services.progress.beat("w", shop.clock.now())
        arrivals(shop, desk, 4)

        found = health.check(shop.services)

        assert found.is_healthy
        assert found.details["shops"][SHOP]["dirty"] == 1
        assert found.details["shops"][SHOP]["is_imported"]
        assert health.is_worker_alive(shop.services)

    def test_a_silent_worker_is_dead_and_forgotten_at_last(self, shop):
        shop.services.progress.beat("w", shop.clock.now())
        shop.clock.advance(60.0)
        assert not health.check(shop.services).is_healthy
        assert not health.is_worker_alive(shop.services)

        shop.clock.advance(3600.0)
        health.check(shop.services)
        assert shop.services.progress.beats() == {}

    def test_what_waits_too_long_to_be_written_is_no_health(self, shop, desk):
        arrivals(shop, desk, 4)
        shop.clock.advance(health.LATE + 1.0)
        shop.services.progress.beat("w", shop.clock.now())

        assert not health.check(shop.services).is_healthy

    def test_the_store_says_whether_events_can_be_taken(self, shop):
        assert health.is_ready(shop.services)
