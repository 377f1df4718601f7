"""A round trip on a test ticket: what is tried, in which order, and what is told of each fault."""

from contextlib import suppress
from dataclasses import replace

import pytest

from overflow.core.model import Status
from overflow.errors import Refused, Unauthorised
from overflow.flows.polling.hearing import Hearing
from overflow.flows.roundtrip import REASON, SUBJECT, RoundTrip
from overflow.helpdesks.setup import TEST_TAG, Outcome
from tests.flows.fake_desk import TOKEN
from tests.flows.house import SHOP, document
from tests.flows.routing import receive
from tests.flows.test_sync import drain

WORDS = {"reason_field": "why"}


class FakeSetup:
    """Makes tickets in the fake helpdesk."""

    unheard = "look into its log"

    def __init__(self, desk) -> None:
        self.desk = desk

    def parts(self):
        return ()

    def new_ticket(self, subject, tags):
        assert subject == SUBJECT
        self.desk.create("t-1", tags=frozenset(tags))
        return "t-1"


@pytest.fixture
def trip(shop, desk):
    """A worker does its work whenever something is waited for."""
    shop.change(words=WORDS)
    shop.services.progress.beat("a worker", shop.clock.now())
    shop.clock.sleep = working(shop, lambda: drain(shop))
    return trip_of(shop, desk)


def working(shop, work):
    """Instead of waiting; whoever works may wait himself."""
    wait = shop.clock.sleep

    def sleep(seconds):
        shop.clock.sleep = wait
        try:
            work()
        finally:
            shop.clock.sleep = sleep

    return sleep


def trip_of(shop, desk, wait=20.0):
    return RoundTrip(shop.services, SHOP, FakeSetup(desk), wait)


def telling(shop, desk, body=None, token=TOKEN):
    """The helpdesk tells of the ticket once its note is there."""

    def tell(call, ticket_id):
        if call == "has_note":
            with suppress(Unauthorised):
                receive(shop, body or desk.webhook(ticket_id), token)

    desk.fault = tell


def outcomes(found):
    return {step.name: step.outcome for step in found}


def texts(found):
    return {step.name: step.text for step in found}


def test_a_new_ticket_is_written_heard_of_and_solved(shop, desk, trip):
    telling(shop, desk)
    found = list(trip.run(None))

    assert all(step.is_settled for step in found), texts(found)
    assert [step.name for step in found] == [
        *("test ticket", "group", "tag", "note", "reason field", "webhook", "service"),
        *("reason as before", "tag taken off", "end"),
    ]
    ticket = desk.tickets["t-1"]
    assert (ticket.status, ticket.reason, ticket.tags) == (Status.SOLVED, "", {"keep-here"})
    assert all(step.seconds >= 0.0 for step in found)


def test_what_is_written_is_read_back(shop, desk, trip):
    telling(shop, desk)
    seen = {step.name: desk.tickets["t-1"] for step in trip.run(None)}

    assert TEST_TAG in seen["tag"].tags
    assert seen["reason field"].reason == REASON


def test_a_ticket_that_a_person_named_is_left_open_as_it_was(shop, desk, trip):
    telling(shop, desk)
    before = desk.create("7", tags=frozenset({"vip"}), reason="no_pressure")
    found = list(trip.run("7"))

    assert all(step.is_settled for step in found), texts(found)
    assert replace(desk.tickets["7"], version=0) == replace(before, version=0)


def test_a_ticket_that_is_not_there_or_over_ends_it(shop, desk, trip):
    assert list(outcomes(trip.run("9")).values()) == [Outcome.FAILED]
    desk.create("8", status=Status.CLOSED)
    assert "closed" in texts(trip.run("8"))["test ticket"]
    assert desk.notes == []


def test_silence_says_that_the_service_is_not_reached_and_where_to_look(shop, desk, trip):
    found = texts(trip_of(shop, desk, wait=0.0).run(None))
    assert "the service is not reached" in found["webhook"]
    assert "look into its log" in found["webhook"]
    assert "no worker has read the ticket" in found["service"]
    assert desk.tickets["t-1"].tags == {"keep-here"}, "what was tried is taken back all the same"


def test_a_wrong_secret_is_told_from_silence(shop, desk, trip):
    telling(shop, desk, token="wrong")
    found = trip_of(shop, desk, wait=0.0).run(None)
    step = next(step for step in found if step.name == "webhook")
    assert (step.outcome, "wrong signature" in step.text) == (Outcome.FAILED, True)


def test_a_good_webhook_that_comes_at_the_very_end_counts(shop, desk):
    desk.create("t-1")
    hearing = Hearing(shop.services, shop.services.book.policy(SHOP), 0.0)
    with suppress(Unauthorised):
        receive(shop, desk.webhook("t-1"), "another")
    totals, looks = shop.services.tallies.totals, iter(range(3))

    def looked(name):
        if next(looks, None) is None:
            receive(shop, desk.webhook("t-1"))
        return totals(name)

    shop.services.tallies.totals = looked

    assert hearing.of_webhooks("").outcome is Outcome.THERE


def test_a_hint_is_heard_though_nothing_reads_it(shop, desk, trip):
    telling(shop, desk, body=b'{"hint": "t-1"}')
    found = outcomes(trip_of(shop, desk, wait=0.0).run(None))
    assert (found["webhook"], found["service"]) == (Outcome.THERE, Outcome.FAILED)


def test_a_service_without_a_worker_is_told(shop, desk, trip):
    shop.services.progress.forget_worker("a worker")
    telling(shop, desk)
    assert "no worker lives" in texts(trip.run(None))["service"]


def test_a_ticket_that_the_worker_may_not_read_is_told(shop, desk, trip):
    def refused():
        desk.fault = lambda call, ticket_id: Refused("no") if call == "read" else None
        drain(shop)
        telling(shop, desk)

    shop.clock.sleep = working(shop, refused)
    telling(shop, desk)
    assert "the dead letters say why" in texts(trip.run(None))["service"]


def test_without_a_reason_field_none_is_tried(shop, desk, trip):
    shop.change(words={})
    telling(shop, desk)
    found = outcomes(trip_of(shop, desk).run(None))
    assert found["reason field"] is Outcome.LEFT_OUT


def test_a_change_that_the_helpdesk_swallows_is_told(shop, desk, trip):
    telling(shop, desk)
    desk.ignores = lambda ticket_id: True
    found = list(trip.run(None))
    assert outcomes(found)["tag"] is Outcome.FAILED
    assert "does not show it" in texts(found)["tag"]


def test_a_ticket_in_a_group_that_the_policy_does_not_name_is_told(shop, desk, trip):
    telling(shop, desk)
    desk.create("7", group="#9")
    desk.named = ["shop", "near", "far"]
    assert outcomes(trip.run("7"))["group"] is Outcome.FAILED


def test_what_the_helpdesk_does_not_let_us_solve_is_left_to_people(shop, desk, trip):
    def tell(call, ticket_id):
        if call == "has_note":
            receive(shop, desk.webhook(ticket_id))
        return Refused("no") if call == "set_status" else None

    desk.fault = tell
    found = list(trip.run(None))
    assert outcomes(found)["end"] is Outcome.LEFT_OUT
    assert all(step.is_settled for step in found)


def test_an_observing_service_says_so(shop, desk, trip):
    shop.change(**document(mode="observe", words=WORDS))
    telling(shop, desk)
    found = texts(trip_of(shop, desk).run(None))
    assert "The service observes, and moves no ticket" in found["service"]
