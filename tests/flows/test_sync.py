"""The drain: helpdesk and service put in step, whatever fails in between."""

import threading
import time
from dataclasses import replace

import pytest

from overflow.core.model import HOME, Status
from overflow.errors import HelpdeskAway, NotLetIn, Refused
from overflow.flows import views
from overflow.flows.drain import sync
from overflow.flows.drain.failing import ANSWERS, OUTAGE
from overflow.flows.drain.sync import End
from overflow.flows.people import work
from overflow.flows.people.work import By
from overflow.store import keys
from tests.flows.fake_desk import FakeDesk
from tests.flows.house import FAR_GROUP, HOME_GROUP, NEAR_GROUP, QUICK, SHOP, HastyClock, House
from tests.flows.routing import arrivals, arrive, heard, receive
from tests.serve.procs import until


def drain(house, seconds=None):
    return sync.drain(house.services, SHOP, seconds=seconds)


def dead(house):
    return views.dead_letters(house.services, SHOP)[0]


def settle(house, seconds=60.0):
    """Drain until nothing is dirty or to be read."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        drain(house)
        counts = house.services.marks.counts(SHOP)
        if not counts.dirty and not counts.to_read:
            return
        time.sleep(0.05)
    raise AssertionError(f"still to do: {house.services.marks.counts(SHOP)}")


def disagreements(house, desk):
    """Tickets that helpdesk and service see differently."""
    found = []
    for ticket_id, seen in desk.tickets.items():
        record = house.record(ticket_id)
        here = record and (
            record.status.is_ended,
            record.desired_group,
            record.assignee,
            record.team != HOME,
        )
        there = seen.status.is_ended, seen.group, seen.assignee or "", "overflow" in seen.tags
        if here != there:
            found.append((ticket_id, here, there))
    return found


def test_a_decision_stands_in_the_helpdesk_with_group_tag_and_note(shop, desk):
    arrivals(shop, desk, 4)

    assert drain(shop).end is End.DONE

    assert desk.tickets["4"].group == NEAR_GROUP
    assert "overflow" in desk.tickets["4"].tags
    [(on, text, reference)] = desk.notes
    assert on == "4"
    assert "near takes over" in text
    assert "First answer due" in text
    assert text.endswith(f"[{reference}]")
    record = shop.record("4")
    assert not record.is_dirty
    assert record.noted == record.decision
    assert disagreements(shop, desk) == []
    assert shop.faults() == []


def test_what_stays_is_neither_written_nor_noted(shop, desk):
    arrivals(shop, desk, 3)
    drain(shop)

    assert not [call for call in desk.calls if call.startswith(("write", "add_note"))]


def test_a_ticket_takes_four_calls_of_the_helpdesk(shop, desk):
    arrivals(shop, desk, 4)
    drain(shop)

    assert desk.calls == ["read 4", "write 4", "read 4", "add_note 4"]


def test_the_echoes_of_our_own_writes_change_nothing(shop, desk):
    arrivals(shop, desk, 4)
    drain(shop)
    before = shop.record("4")

    receive(shop, desk.webhook("4"))

    after = shop.record("4")
    assert not after.is_dirty
    assert replace(after, rev=before.rev, version=before.version) == before


def test_our_tag_is_put_back_once_when_somebody_takes_it_off(shop, desk):
    arrivals(shop, desk, 4)
    drain(shop)

    def untag():
        desk.touch("4", tags=frozenset())
        receive(shop, desk.webhook("4"))
        settle(shop)
        assert shop.record("4").team == "near"
        assert not shop.record("4").is_dirty
        return "overflow" in desk.tickets["4"].tags

    assert untag()
    assert not untag(), "what takes it off again is not fought"


def test_a_hint_is_read_and_decided(shop, desk):
    arrivals(shop, desk, 3)
    desk.create("4")
    receive(shop, b'{"hint": "4"}')

    settle(shop)

    assert shop.record("4").team == "near"
    assert disagreements(shop, desk) == []


def test_work_on_a_ticket_that_is_no_longer_kept_ends(shop, desk):
    arrivals(shop, desk, 4)
    desk.touch("4", status=Status.SOLVED)
    shop.services.redis.delete(keys.ticket(SHOP, "4"))  # as when its time is over

    settle(shop)

    assert shop.record("4") is None
    assert dead(shop) == []


def test_a_hint_about_nothing_ends(shop):
    receive(shop, b'{"hint": "404"}')

    settle(shop)

    assert shop.record("404") is None


def test_a_person_who_moved_the_ticket_before_we_wrote_wins(shop, desk):
    arrivals(shop, desk, 4)
    desk.touch("4", group="vip", assignee="ann")

    settle(shop)

    assert desk.tickets["4"].group == "vip"
    record = shop.record("4")
    assert (record.team, record.manual, record.assignee) == (HOME, True, "ann")
    assert desk.notes == []


def test_a_ticket_answered_before_we_wrote_stays_where_it_was(shop, desk):
    arrivals(shop, desk, 4)
    desk.touch("4", answered=shop.clock.now(), assignee="ann")

    settle(shop)

    assert desk.tickets["4"].group == HOME_GROUP
    assert shop.record("4").team == HOME
    assert disagreements(shop, desk) == []


def test_a_failure_is_tried_again_and_ends_well(shop, desk):
    arrivals(shop, desk, 4)
    failures = iter([HelpdeskAway("slow"), HelpdeskAway("429", 0.05)])
    desk.fault = lambda call, ticket_id: next(failures, None) if call == "write" else None

    settle(shop)

    assert disagreements(shop, desk) == []
    assert shop.totals()["sync/failed"] == 2


def test_retry_after_is_honoured(shop, desk):
    arrivals(shop, desk, 4)
    failures = iter([HelpdeskAway("429", 30.0)])
    desk.fault = lambda call, ticket_id: next(failures, None)

    drain(shop)
    assert shop.services.marks.dirty_due(SHOP, shop.clock.now() + 29.0) == []

    shop.clock.advance(31.0)
    settle(shop)
    assert disagreements(shop, desk) == []


def test_a_write_that_is_taken_and_not_done_is_noticed_and_given_up_at_last(shop, desk):
    arrivals(shop, desk, 4)
    desk.ignores = lambda ticket_id: ticket_id == "4"

    for _ in range(6):
        drain(shop)
        shop.clock.advance(1.0)

    [letter] = dead(shop)
    assert (letter.id, letter.work, letter.attempts) == ("4", "write", 4)
    assert "does not show it" in letter.error
    assert shop.record("4").is_dirty


def test_a_dead_letter_can_be_tried_again(shop, desk):
    test_a_write_that_is_taken_and_not_done_is_noticed_and_given_up_at_last(shop, desk)
    desk.ignores = lambda ticket_id: False

    assert views.retry_dead_letters(shop.services, SHOP) == 1
    settle(shop)

    assert dead(shop) == []
    assert disagreements(shop, desk) == []


def test_what_the_helpdesk_refuses_is_a_dead_letter_at_once(shop, desk):
    arrivals(shop, desk, 4)
    desk.fault = lambda call, ticket_id: Refused("no such group") if call == "write" else None

    drain(shop)

    [letter] = dead(shop)
    assert (letter.attempts, letter.error) == (1, "no such group")


def test_a_key_that_has_run_out_buries_no_ticket(shop, desk):
    arrivals(shop, desk, 8)
    desk.fault = lambda call, ticket_id: NotLetIn("the helpdesk answered 401")

    for _ in range(6):
        drain(shop)
        shop.clock.advance(15)

    assert dead(shop) == []
    desk.fault = lambda call, ticket_id: None
    settle(shop)
    assert disagreements(shop, desk) == []


def test_a_bug_with_one_ticket_does_not_stop_the_others(shop, desk):
    arrivals(shop, desk, 8)
    desk.fault = lambda call, ticket_id: KeyError("oops") if ticket_id == "5" else None

    drain(shop)

    away = [n for n in "45678" if desk.tickets[n].group != HOME_GROUP]
    assert away == ["4", "6", "7", "8"]


def test_a_slow_ticket_does_not_hold_up_the_others(store_url, store_client):
    desk = SlowDesk("4")
    house = House(store_url, store_client, desk)
    house.open()
    arrivals(house, desk, 12)
    draining = threading.Thread(target=drain, args=[house])
    draining.start()
    try:
        until(lambda: all(desk.tickets[str(n)].group != HOME_GROUP for n in range(5, 13)))
        assert desk.tickets["4"].group == HOME_GROUP
    finally:
        desk.answers.set()
        draining.join()

    assert desk.tickets["4"].group == NEAR_GROUP


class SlowDesk(FakeDesk):
    """It does not answer for one ticket until it is let."""

    def __init__(self, ticket_id):
        super().__init__()
        self._slow, self.answers = ticket_id, threading.Event()

    def read(self, ticket_id):
        if ticket_id == self._slow:
            self.answers.wait(30)
        return super().read(ticket_id)


def test_a_mark_that_nothing_clears_does_not_keep_the_drain_busy_for_ever(shop, desk):
    arrive(shop, desk, "1")
    shop.services.redis.zadd(keys.dirty(SHOP), {"1": 1})  # though nothing is to be written

    assert drain(shop).end is End.DONE

    assert desk.calls.count("read 1") == 20  # five times for each of four attempts
    assert [letter.id for letter in dead(shop)] == ["1"]
    assert shop.services.marks.dirty_due(SHOP, shop.clock.now()) == []


class TestNotes:
    """A note is posted once."""

    def test_after_a_lost_answer_it_is_looked_for_and_not_posted_again(self, shop, desk):
        arrivals(shop, desk, 4)
        lost = iter([True])
        desk.lost_answer = lambda call, _: call == "add_note" and next(lost, False)

        drain(shop)
        assert shop.record("4").note_tried
        settle(shop)

        assert len(desk.notes) == 1
        assert "has_note 4" in desk.calls
        assert not shop.record("4").is_dirty

    def test_a_note_that_never_arrived_is_posted_when_no_request_can_still_take_effect(
        self, shop, desk
    ):
        arrivals(shop, desk, 4)
        failures = iter([HelpdeskAway("connection lost")])
        desk.fault = lambda call, _: next(failures, None) if call == "add_note" else None
        began = time.monotonic()

        settle(shop)

        assert time.monotonic() - began >= shop.services.book.policy(SHOP).retries.in_doubt
        assert len(desk.notes) == 1

    def test_group_and_tag_do_not_wait_for_it(self, shop, desk):
        arrivals(shop, desk, 4)
        desk.fault = lambda call, _: HelpdeskAway("no") if call == "add_note" else None

        drain(shop)

        assert desk.tickets["4"].group == NEAR_GROUP
        record = shop.record("4")
        assert record.desired_rev == record.confirmed_rev
        assert record.is_dirty

    def test_a_person_s_move_while_it_is_posted_stands(self, shop, desk):
        arrivals(shop, desk, 4)
        settle(shop)
        work.move(shop.services, SHOP, "4", By(""), to="far")
        moves = iter([NEAR_GROUP])

        def meanwhile(call, ticket_id):
            for group in moves if call == "add_note" else ():
                heard(shop, desk, ticket_id, group=group)

        desk.fault = meanwhile
        settle(shop)
        assert shop.record("4").team == "near"
        heard(shop, desk, "4", group=FAR_GROUP)
        settle(shop)

        assert shop.record("4").team == "far"
        assert disagreements(shop, desk) == []

    def test_a_note_is_worded_in_the_shop_s_language(self, shop, desk):
        shop.change(notes={"language": "de"})
        arrivals(shop, desk, 4)
        drain(shop)

        assert "near übernimmt dieses Ticket" in desk.notes[0][1]

    def test_a_killed_process_between_note_and_record_posts_no_second_one(self, shop, desk):
        arrivals(shop, desk, 4)
        confirm = shop.services.marks.confirm

        def killed(*args, **named):
            raise SystemExit

        shop.services.marks.confirm = killed
        with pytest.raises(SystemExit):
            drain(shop)
        shop.services.marks.confirm = confirm
        shop.services.redis.delete(keys.drain_lease(SHOP))

        settle(shop)

        assert len(desk.notes) == 1


class TestTheLease:
    """One process drains a shop at a time."""

    def test_a_second_drain_ends_at_once(self, shop):
        lease = shop.services.leases.acquire(keys.drain_lease(SHOP), 5.0)

        assert drain(shop).end is End.ELSEWHERE
        lease.release()

    def test_it_hands_over_to_a_successor(self, shop, desk):
        desk.delay = 0.02
        arrivals(shop, desk, 20)
        shop.queue.delete("rq:queue:overflow")

        drained = drain(shop, seconds=0.05)

        assert drained.end is End.HANDED_OVER
        assert "drain lamps" in shop.jobs()
        assert not shop.services.leases.is_held(keys.drain_lease(SHOP))
        settle(shop)
        assert disagreements(shop, desk) == []

    def test_it_sees_what_is_committed_while_it_lingers(self, store_url, store_client, desk):
        house = House(store_url, store_client, desk, replace(QUICK, linger=2.0))
        house.open()
        draining = threading.Thread(target=drain, args=[house])
        draining.start()
        until(lambda: house.services.leases.is_held(keys.drain_lease(SHOP)))

        arrivals(house, desk, 4)
        assert house.jobs() == []  # it is drained already
        draining.join()

        assert desk.tickets["4"].group == NEAR_GROUP

    def test_who_lost_it_begins_nothing_more(self, shop, desk):
        desk.delay = 0.4
        arrivals(shop, desk, 30)
        draining = threading.Thread(target=lambda: ends.append(drain(shop).end))
        ends = []
        draining.start()
        until(lambda: shop.services.leases.is_held(keys.drain_lease(SHOP)))
        shop.services.redis.set(keys.drain_lease(SHOP), "another process")
        draining.join()

        assert ends == [End.LOST]
        assert shop.services.redis.get(keys.drain_lease(SHOP)) == b"another process"
        shop.services.redis.delete(keys.drain_lease(SHOP))
        desk.delay = 0.0
        settle(shop)
        assert disagreements(shop, desk) == []

    def test_a_dead_holder_is_succeeded_when_its_lease_has_ended(self, shop, desk):
        shop.services.leases.acquire(keys.drain_lease(SHOP), 0.2)
        arrivals(shop, desk, 4)
        time.sleep(0.25)

        assert drain(shop).end is End.DONE


class TestAnOutage:
    """A helpdesk that is away as a whole."""

    @pytest.fixture
    def away(self, store_url, store_client, desk):
        house = House(store_url, store_client, desk, clock=HastyClock())
        house.open()
        arrivals(house, desk, 20)
        desk.fault = lambda call, ticket_id: HelpdeskAway("no answer")
        return house

    def test_the_drain_pauses_and_keeps_others_out_for_a_while(self, away):
        assert drain(away).end is End.PAUSED
        assert away.services.leases.is_held(keys.drain_lease(SHOP))

    def test_nothing_is_given_up_meanwhile_and_all_comes_into_step_when_it_answers(
        self, away, desk
    ):
        for _ in range(12):
            drain(away)
            self.rest(away, 10.0)
        assert dead(away) == []
        assert len(desk.calls) < 40, "asked again and again"

        desk.fault = lambda call, ticket_id: None
        self.rest(away, 60.0)
        settle(away, 20.0)
        assert disagreements(away, desk) == []

    def test_tickets_that_always_fail_do_not_keep_it_from_being_found_well(self, away, desk):
        drain(away)
        bad = set(list(desk.tickets)[3:8])
        desk.fault = lambda call, ticket_id: HelpdeskAway("500") if ticket_id in bad else None
        for _ in range(len(bad) + 2):
            self.rest(away, 60.0)
            drain(away)

        assert len(desk.tickets) - len(bad) > 10
        assert {ticket_id for ticket_id, *_ in disagreements(away, desk)} == bad

    def test_the_first_second_after_it_sees_a_call_or_three_and_each_next_one_twice_as_many(
        self, away, desk
    ):
        drain(away)
        self.rest(away, 60.0)
        times = []
        desk.fault = lambda call, ticket_id: times.append(away.clock.now())

        settle(away)

        seconds = [int(at - times[0]) for at in times]
        assert seconds.count(0) <= 3
        assert all(seconds.count(n) <= 3 * 2**n for n in range(5))

    def test_what_was_given_up_nonetheless_is_tried_again_when_it_answers(self, shop, desk):
        from overflow.flows import sweep
        from overflow.flows.polling import reconcile

        shop.change(retries={"attempts": 2, "first": "0.05s"})
        arrivals(shop, desk, 8)
        desk.fault = lambda call, ticket_id: HelpdeskAway("no answer")
        for _ in range(2):
            drain(shop)
            self.rest(shop, 1.0)
        assert dead(shop)
        assert all(letter.error.startswith(OUTAGE) for letter in dead(shop))

        desk.fault = lambda call, ticket_id: None
        shop.clock.advance(5.0)
        reconcile.poll(shop.services, SHOP)
        sweep.run(shop.services, SHOP)
        settle(shop)

        assert dead(shop) == []
        assert disagreements(shop, desk) == []

    def rest(self, house, seconds):
        """Until the lease that keeps drains out has ended."""
        house.services.redis.delete(keys.drain_lease(SHOP))
        house.clock.advance(seconds)

    def test_a_success_is_noted(self, shop, desk):
        arrivals(shop, desk, 4)
        drain(shop)

        seen = shop.services.situations.get(SHOP, shop.clock.now()).seen
        assert shop.clock.now() - seen[ANSWERS] < 5.0


def test_a_ticket_that_the_helpdesk_has_no_more_is_closed_here(shop, desk):
    arrive(shop, desk, "1")
    del desk.tickets["1"]
    shop.clock.advance(600.0)
    receive(shop, b'{"hint": "1"}')

    settle(shop)

    assert shop.record("1").status is Status.DELETED


@pytest.mark.parametrize("how", ["deleted", "merged"])
def test_nothing_is_written_to_a_ticket_that_is_no_more(shop, desk, how):
    arrive(shop, desk, "1")
    drain(shop)
    work.move(shop.services, SHOP, "1", By("", "ann"), to="near")
    if how == "deleted":
        del desk.tickets["1"]
    else:
        desk.touch("1", status=Status.MERGED)
    shop.clock.advance(600.0)

    settle(shop)

    record = shop.record("1")
    assert (record.status.value, record.team, record.is_dirty) == (how, HOME, False)
    assert not [call for call in desk.calls if call.startswith(("write", "add_note"))]
    assert dead(shop) == []
    assert shop.faults() == []


def test_a_shop_switched_from_live_to_observing_writes_nothing_more(shop, desk):
    arrivals(shop, desk, 4)
    shop.change(mode="observe")

    settle(shop)

    assert not [call for call in desk.calls if call.startswith(("write", "add_note"))]
    assert shop.record("4").team == HOME
    assert shop.faults() == []


def test_without_versions_helpdesk_and_service_agree_all_the_same(store_url, store_client):
    desk = FakeDesk(is_versioned=False)
    house = House(store_url, store_client, desk)
    house.open()
    arrivals(house, desk, 6)
    desk.touch("1", assignee="ann")
    receive(house, desk.webhook("1"))
    settle(house)
    heard(house, desk, "5", status=Status.SOLVED)
    heard(house, desk, "1", answered=house.clock.now())
    settle(house)

    assert disagreements(house, desk) == []
    assert house.record("1").answered
    assert house.record("5").status is Status.SOLVED
    assert house.faults() == []
