"""What partner agents and people do."""

import pytest

from overflow.core.model import HOME, Status
from overflow.errors import Busy, Conflict, HelpdeskAway, Invalid, Refused, Unknown
from overflow.flows import views
from overflow.flows.people import work
from overflow.flows.people.work import By
from overflow.flows.services import ANSWERS
from tests.flows.house import HOME_GROUP, NEAR_GROUP, SHOP, partner
from tests.flows.routing import arrivals, arrive, heard
from tests.flows.test_sync import disagreements, settle

AMY, BOB = By("near", "amy"), By("near", "bob")
STRANGER = By("far", "zoe")
PEOPLE = By("", "olga")


@pytest.fixture
def held(shop, desk):
    """A shop in which ticket 4 has gone to the partner near."""
    arrivals(shop, desk, 4)
    settle(shop)
    return shop


class TestClaiming:
    def test_a_claimed_ticket_is_worked_on(self, held):
        record = work.claim(held.services, SHOP, "4", AMY, seconds=60.0)

        assert record.claimed_by == "amy"
        assert record.is_touched
        loads = views.situation(held.services, SHOP).situation.loads
        assert loads["near", "email.en"].wip == 1

    def test_a_second_agent_is_told_who_holds_it_and_until_when(self, held):
        record = work.claim(held.services, SHOP, "4", AMY, seconds=60.0)

        with pytest.raises(Conflict) as refused:
            work.claim(held.services, SHOP, "4", BOB)

        assert refused.value.facts["claimed_by"] == "amy"
        assert refused.value.facts["until"] == pytest.approx(record.claim_until)

    def test_the_same_agent_prolongs(self, held):
        first = work.claim(held.services, SHOP, "4", AMY, seconds=60.0)
        second = work.claim(held.services, SHOP, "4", AMY, seconds=600.0)

        assert second.claim_until > first.claim_until + 500.0

    def test_a_released_ticket_can_be_claimed_by_another(self, held):
        work.claim(held.services, SHOP, "4", AMY)
        work.release(held.services, SHOP, "4", AMY)

        assert work.claim(held.services, SHOP, "4", BOB).claimed_by == "bob"

    def test_releasing_what_is_not_claimed_changes_nothing(self, held):
        before = held.record("4")

        assert work.release(held.services, SHOP, "4", AMY) == before

    def test_an_agent_who_took_it_in_the_helpdesk_holds_it_too(self, held, desk):
        heard(held, desk, "4", assignee="carl")

        with pytest.raises(Conflict) as refused:
            work.claim(held.services, SHOP, "4", AMY)
        assert refused.value.facts["claimed_by"] == "carl"

    @pytest.mark.parametrize("seconds", [0.0, -1.0, 1e6])
    def test_a_claim_lasts_some_time_but_not_for_ever(self, held, seconds):
        with pytest.raises(Invalid):
            work.claim(held.services, SHOP, "4", AMY, seconds=seconds)


ACTS = {
    "claim": lambda s: work.claim(s, SHOP, "4", STRANGER),
    "release": lambda s: work.release(s, SHOP, "4", STRANGER),
    "return": lambda s: work.give_back(s, SHOP, "4", STRANGER, reason="no"),
    "reply": lambda s: work.reply(s, SHOP, "4", STRANGER, text="hello"),
    "note": lambda s: work.note(s, SHOP, "4", STRANGER, text="hello"),
    "status": lambda s: work.set_status(s, SHOP, "4", STRANGER, status=Status.SOLVED),
    "view": lambda s: views.ticket(s, SHOP, "4", STRANGER),
}


@pytest.mark.parametrize("act", ACTS)
def test_another_partner_s_ticket_is_unknown(held, desk, act):
    before, calls = held.record("4"), list(desk.calls)

    with pytest.raises(Unknown):
        ACTS[act](held.services)

    assert held.record("4") == before
    assert desk.calls == calls


class TestReturning:
    def test_a_returned_ticket_goes_home_and_never_back_to_that_partner(self, held, desk):
        record = work.give_back(held.services, SHOP, "4", AMY, reason="needs a refund")

        assert (record.team, record.refused_by) == (HOME, "near")
        settle(held)
        assert desk.tickets["4"].group == HOME_GROUP
        assert "overflow" not in desk.tickets["4"].tags
        assert "needs a refund" in desk.notes[-1][1]
        assert disagreements(held, desk) == []
        assert held.faults() == []

    def test_the_reason_stands_in_the_journal(self, held):
        record = work.give_back(held.services, SHOP, "4", AMY, reason="needs a refund")

        told = views.decision(held.services, SHOP, record.decision)
        assert (told["outcome"], told["cause"]) == ("returned", "returned")
        assert told["along"]["reason"] == "needs a refund"

    def test_one_that_came_in_no_group_goes_to_the_own_teams(self, shop, desk):
        shop.change(partners=[partner("near", NEAR_GROUP)])
        arrivals(shop, desk, 4, group=None)
        settle(shop)
        assert desk.tickets["4"].group == NEAR_GROUP

        work.give_back(shop.services, SHOP, "4", AMY, reason="needs a refund")
        settle(shop)

        assert desk.tickets["4"].group == HOME_GROUP
        assert shop.record("4").team == HOME

    def test_what_another_agent_works_on_cannot_be_returned(self, held):
        work.claim(held.services, SHOP, "4", BOB)

        with pytest.raises(Conflict):
            work.give_back(held.services, SHOP, "4", AMY, reason="no")

    def test_what_home_holds_cannot_be_returned(self, held):
        with pytest.raises(Conflict):
            work.give_back(held.services, SHOP, "1", PEOPLE, reason="no")

    def test_it_waits_for_the_first_walk(self, house, desk):
        house.open()
        arrive(house, desk, "1", group=NEAR_GROUP)
        house.services.redis.hdel("overflow:{lamps}:situation", "n:import")
        house.services.situations.forget(SHOP)

        with pytest.raises(Busy):
            work.give_back(house.services, SHOP, "1", AMY, reason="no")


class TestWritingThrough:
    def test_an_answer_stands_in_the_helpdesk_before_it_is_acknowledged(self, held, desk):
        record = work.reply(
            held.services, SHOP, "4", AMY, text="It is on its way.", status=Status.SOLVED
        )

        assert desk.replies[0][:2] == ("4", "It is on its way.")
        assert (record.status, record.handled_by) == (Status.SOLVED, "near")
        assert record.answered
        assert held.faults() == []

    def test_a_note_is_written_with_its_reference(self, held, desk):
        work.note(held.services, SHOP, "4", AMY, text="Asked the carrier.")

        on, text, reference = desk.notes[-1]
        assert (on, text) == ("4", f"Asked the carrier.\n\n[{reference}]")

    @pytest.mark.parametrize("status", [Status.PENDING, Status.ON_HOLD, Status.SOLVED])
    def test_a_status_is_set_there_and_here(self, held, desk, status):
        record = work.set_status(held.services, SHOP, "4", AMY, status=status)

        assert record.status is desk.tickets["4"].status is status

    def test_a_helpdesk_that_does_not_confirm_has_the_caller_try_again(self, held, desk):
        desk.ignores = lambda ticket_id: True

        with pytest.raises(HelpdeskAway):
            work.set_status(held.services, SHOP, "4", AMY, status=Status.SOLVED)
        assert held.record("4").status is Status.OPEN

    def test_what_the_helpdesk_refuses_is_a_conflict(self, held, desk):
        desk.fault = lambda call, ticket_id: Refused("closed tickets are immutable")

        with pytest.raises(Conflict, match="immutable"):
            work.note(held.services, SHOP, "4", AMY, text="hello")

    def test_somebody_else_s_claim_keeps_others_from_answering(self, held, desk):
        work.claim(held.services, SHOP, "4", BOB)

        with pytest.raises(Conflict) as refused:
            work.reply(held.services, SHOP, "4", AMY, text="me first")
        assert refused.value.facts["claimed_by"] == "bob"
        assert desk.replies == []

    def test_a_lost_answer_and_a_second_try_under_the_same_key_post_once(self, held, desk):
        lost = iter([True])
        desk.lost_answer = lambda call, _: call == "reply" and next(lost, False)
        with pytest.raises(HelpdeskAway):
            work.reply(held.services, SHOP, "4", AMY, text="hello", key="k-1")
        with pytest.raises(Busy):  # it may still take effect
            work.reply(held.services, SHOP, "4", AMY, text="hello", key="k-1")
        for key in held.services.redis.keys("*post:*"):
            held.services.redis.delete(key)  # as if it had ended by itself

        record = work.reply(held.services, SHOP, "4", AMY, text="hello", key="k-1")

        assert record.answered
        assert len(desk.replies) == 1

    def test_answers_that_wait_for_a_slow_helpdesk_are_only_so_many(self, held, desk):
        for _ in range(ANSWERS):
            held.services.answers.acquire()

        for act in (
            lambda: work.reply(held.services, SHOP, "4", AMY, text="hello"),
            lambda: work.note(held.services, SHOP, "4", AMY, text="hello"),
            lambda: work.set_status(held.services, SHOP, "4", AMY, status=Status.SOLVED),
        ):
            with pytest.raises(Busy, match="too many"):
                act()
        assert desk.replies == []

        held.services.answers.release()
        assert work.reply(held.services, SHOP, "4", AMY, text="hello").answered
        assert work.note(held.services, SHOP, "4", AMY, text="hello")

    def test_a_ticket_whose_assignment_was_given_up_says_so(self, shop, desk):
        arrivals(shop, desk, 4)
        [mark] = shop.services.marks.dirty_due(SHOP, shop.clock.now())
        shop.services.marks.bury(SHOP, "write", mark, "no such group", shop.clock.now())

        for act in (
            lambda: work.reply(shop.services, SHOP, "4", AMY, text="hello"),
            lambda: work.set_status(shop.services, SHOP, "4", AMY, status=Status.SOLVED),
        ):
            with pytest.raises(Conflict, match="given up") as refused:
                act()
            assert refused.value.facts == {"dead_letter": True}
        assert desk.replies == []

    def test_what_the_helpdesk_does_show_can_be_answered_though_the_rest_was_given_up(
        self, held, desk
    ):
        desk.ignores = lambda ticket_id: True
        heard(held, desk, "4", tags=frozenset())  # our tag is taken off and cannot be put back
        [mark] = held.services.marks.dirty_due(SHOP, held.clock.now())
        held.services.marks.bury(SHOP, "write", mark, "never shown", held.clock.now())

        assert work.reply(held.services, SHOP, "4", AMY, text="hello").answered

    def test_closed_and_deleted_are_not_for_agents(self, held):
        with pytest.raises(Conflict):
            work.set_status(held.services, SHOP, "4", AMY, status=Status.DELETED)


class TestPeople:
    def test_a_move_by_hand_is_written_and_not_undone(self, held, desk):
        record = work.move(held.services, SHOP, "4", PEOPLE, to=HOME, reason="VIP")

        assert (record.team, record.manual) == (HOME, True)
        settle(held)
        assert desk.tickets["4"].group == HOME_GROUP
        assert disagreements(held, desk) == []
        told = views.ticket(held.services, SHOP, "4", PEOPLE).decision
        assert (told["reason"], told["outcome"]) == ("manual", "returned")
        assert told["along"]["reason"] == "VIP"

    def test_a_move_to_a_full_partner_is_carried_out_and_counted(self, shop, desk):
        shop.change(partners=[{**partner_near(), "capacity": {"email": 1}}])
        arrivals(shop, desk, 5)
        assert [shop.record(n).team for n in "345"] == [HOME, "near", HOME]

        work.move(shop.services, SHOP, "5", PEOPLE, to="near")

        held = views.situation(shop.services, SHOP).situation.held
        assert held["near", "email"] == 2
        assert shop.faults() == []

    def test_a_move_to_nobody_is_unknown(self, held):
        with pytest.raises(Unknown):
            work.move(held.services, SHOP, "4", PEOPLE, to="nobody")

    def test_a_move_in_the_helpdesk_is_told_as_a_decision_of_a_person(self, held, desk):
        heard(held, desk, "4", group=HOME_GROUP)

        record = held.record("4")
        assert (record.team, record.manual) == (HOME, True)
        told = views.ticket(held.services, SHOP, "4", PEOPLE).decision
        assert (told["reason"], told["team"]) == ("manual", HOME)
        assert held.totals()["event/moved_by_person/inhouse/email"] == 1

    def test_somebody_can_ask_for_the_partner(self, shop, desk):
        arrive(shop, desk, "1")

        record = work.ask(shop.services, SHOP, "1", PEOPLE, to="partner")

        assert (record.team, record.reason) == ("near", "pinned_partner")

    def test_somebody_can_ask_to_keep_it_here(self, held):
        record = work.ask(held.services, SHOP, "4", PEOPLE, to="home")

        assert (record.team, record.reason) == (HOME, "pinned_home")

    def test_the_same_wish_can_be_said_by_a_tag(self, shop, desk):
        arrive(shop, desk, "1")

        heard(shop, desk, "1", tags=frozenset({"to-partner"}))

        assert shop.record("1").team == "near"

    def test_nothing_is_moved_in_a_shop_that_only_observes(self, held):
        held.change(mode="observe")

        for act in (
            lambda: work.move(held.services, SHOP, "4", PEOPLE, to=HOME),
            lambda: work.ask(held.services, SHOP, "4", PEOPLE, to="home"),
            lambda: work.give_back(held.services, SHOP, "4", AMY, reason="no"),
        ):
            with pytest.raises(Conflict, match="observe"):
                act()


def partner_near():
    from tests.flows.house import partner

    return partner("near", NEAR_GROUP)
