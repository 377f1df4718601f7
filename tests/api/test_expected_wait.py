"""The wait that was expected of a ticket stands in it, for as long as there is one to wait for."""

import pytest

from overflow.api.moments import epoch, iso
from overflow.clock import SystemClock


def expected(caller, ticket):
    return caller("GET", f"/v1/shops/lamps/tickets/{ticket}").json["expected_wait"]


def test_a_ticket_at_home_tells_the_wait_that_its_trace_tells(arrive, shopkeeper):
    arrive("t1")
    arrive("t2")

    told = shopkeeper("GET", "/v1/shops/lamps/tickets/t2").json

    wait = told["expected_wait"]
    assert wait["method"] == "line"
    assert wait["seconds"] == pytest.approx(told["trace"]["measures"]["expected_wait"]["value"])
    assert epoch(wait["at"]) == pytest.approx(epoch(told["trace"]["at"]), abs=0.01)


def test_a_partner_sees_the_answer_time_that_was_expected_of_it(arrive, partner):
    for ticket in ("t1", "t2", "t3"):
        arrive(ticket)

    wait = expected(partner, "t3")

    assert (wait["method"], wait["seconds"]) == ("usual", 10.0)


def test_an_answered_ticket_has_nothing_to_wait_for(arrive, shopkeeper):
    arrive("t1")
    now = iso(SystemClock().now())

    arrive("t1", kind="ticket.updated", version=2, answered_at=now)

    assert expected(shopkeeper, "t1") is None
