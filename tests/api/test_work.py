"""What agents do, and what they are told when somebody else was first."""

import pytest

from overflow.api.moments import iso
from overflow.clock import SystemClock
from overflow.flows import shops
from overflow.flows.drain.sync import drain
from overflow.flows.people import writing
from tests.api.conftest import document

WHERE = "/v1/shops/lamps/tickets"


def test_two_agents_cannot_claim_one_ticket(overflowed, partner):
    ticket = overflowed()
    first = partner("POST", f"{WHERE}/{ticket}/claim", {"agent": "amelie", "seconds": 600})

    second = partner("POST", f"{WHERE}/{ticket}/claim", {"agent": "bert"})

    assert (first.status_code, second.status_code) == (200, 409)
    assert second.json["claimed_by"] == "amelie"
    assert second.json["until"] == first.json["claim"]["until"]


def test_a_claim_is_prolonged_and_given_up(overflowed, partner):
    ticket = overflowed()
    partner("POST", f"{WHERE}/{ticket}/claim", {"agent": "amelie", "seconds": 60})
    longer = partner("POST", f"{WHERE}/{ticket}/claim", {"agent": "amelie", "seconds": 600})
    freed = partner("POST", f"{WHERE}/{ticket}/release", {"agent": "amelie"})

    assert longer.status_code == 200
    assert freed.json["claim"] is None
    assert partner("POST", f"{WHERE}/{ticket}/claim", {"agent": "bert"}).status_code == 200


def test_a_returned_ticket_goes_to_somebody_else_and_is_gone_for_the_partner(
    overflowed, partner, shopkeeper
):
    ticket = overflowed()

    told = partner("POST", f"{WHERE}/{ticket}/return", {"agent": "amelie", "reason": "no access"})

    assert told.status_code == 200, told.text
    assert told.json["team"] == "inhouse"
    assert partner("GET", f"{WHERE}/{ticket}").status_code == 404
    last = shopkeeper("GET", f"{WHERE}/{ticket}/decisions").json["items"][0]
    assert last["cause"] == "returned"
    assert last["along"]["reason"] == "no access"


def test_a_partner_that_returns_a_ticket_is_not_told_which_other_one_has_it_now(
    overflowed, partner, shopkeeper, services, shop, desk
):
    ticket = overflowed()
    shops.put_policy(services, shop, document(desk.url, closed="overflow", moves={"out": 2}))
    closed = {"paused": True, "reason": "Fire drill.", "until": iso(SystemClock().now() + 3600)}
    assert shopkeeper("PUT", "/v1/shops/lamps/staffing", closed).status_code == 200

    told = partner("POST", f"{WHERE}/{ticket}/return", {"agent": "amelie", "reason": "no access"})

    assert shopkeeper("GET", f"{WHERE}/{ticket}").json["team"] == "nightowl"
    assert (told.status_code, told.json["team"], told.json["status"]) == (200, "", "open")
    assert "nightowl" not in told.text
    assert "Partner Night" not in told.text


def test_answers_notes_and_status_stand_in_the_helpdesk_when_confirmed(overflowed, partner, people):
    ticket = overflowed()
    who = {"agent": "amelie"}

    noted = partner("POST", f"{WHERE}/{ticket}/notes", {**who, "text": "Called the carrier."})
    answered = partner(
        "POST", f"{WHERE}/{ticket}/reply", {**who, "text": "On its way.", "status": "pending"}
    )
    solved = partner("POST", f"{WHERE}/{ticket}/status", {**who, "status": "solved"})

    assert [a.status_code for a in (noted, answered, solved)] == [200, 200, 200], noted.text
    assert answered.json["answered_at"] is not None
    assert solved.json["status"] == "solved"
    told = people.ticket(ticket)
    assert told["status"] == "solved"
    assert "On its way." in str(told)
    assert "Called the carrier." in str(told)


def test_an_answer_waits_until_the_helpdesk_shows_whose_the_ticket_is(
    overflowed, partner, people, services, monkeypatch
):
    monkeypatch.setattr(writing, "SHOWN_WITHIN", 0.0)
    ticket = overflowed(is_shown=False)
    body = {"agent": "amelie", "text": "On its way."}

    early = partner("POST", f"{WHERE}/{ticket}/reply", body)
    drain(services, "lamps", seconds=2.0)
    late = partner("POST", f"{WHERE}/{ticket}/reply", body)

    assert (early.status_code, early.headers["Retry-After"]) == (503, "1")
    assert late.status_code == 200
    assert late.json["team"] == "daytime"
    assert str(people.ticket(ticket)).count("On its way.") == 1


def test_an_answer_under_a_key_is_posted_once(overflowed, partner, people):
    ticket = overflowed()
    body = {"agent": "amelie", "text": "Only once, please."}

    for _ in range(2):
        answer = partner("POST", f"{WHERE}/{ticket}/reply", body, Idempotency_Key="k1")
        assert answer.status_code == 200

    assert str(people.ticket(ticket)).count("Only once, please.") == 1


@pytest.mark.parametrize("act", ["reply", "notes"])
def test_another_text_under_the_same_key_is_refused_instead_of_swallowed(overflowed, partner, act):
    where = f"{WHERE}/{overflowed()}/{act}"

    first = partner("POST", where, {"agent": "amelie", "text": "One."}, Idempotency_Key="k1")
    other = partner("POST", where, {"agent": "amelie", "text": "Two."}, Idempotency_Key="k1")

    assert first.status_code == 200
    assert (other.status_code, other.json["type"]) == (422, "/docs#invalid")
    assert "Idempotency-Key" in other.json["detail"]


def test_a_helpdesk_that_is_away_is_503_and_says_when_to_try_again(
    overflowed, partner, desk, people
):
    ticket = overflowed()
    people.switch(outage=True)
    try:
        answer = partner("POST", f"{WHERE}/{ticket}/notes", {"agent": "amelie", "text": "Hm."})
    finally:
        people.switch(outage=False)

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) >= 1


def test_a_helpdesk_that_wants_to_be_left_alone_is_503_for_as_long(overflowed, partner, services):
    ticket = overflowed()
    gate = services.desks.gate(services.book.policy("lamps"))
    gate.left(429, {"retry-after": "40"})

    answer = partner("POST", f"{WHERE}/{ticket}/notes", {"agent": "amelie", "text": "Hm."})

    assert answer.status_code == 503
    assert 30 <= int(answer.headers["Retry-After"]) <= 40


def test_an_answer_to_what_could_not_be_assigned_is_409_and_says_so(
    overflowed, partner, services, shop
):
    ticket = overflowed(is_shown=False)
    (mark,) = services.marks.dirty_due(shop, services.clock.now())
    services.marks.bury(shop, "write", mark, "no such group", services.clock.now())

    answer = partner("POST", f"{WHERE}/{ticket}/reply", {"agent": "amelie", "text": "Hello."})

    assert answer.status_code == 409
    assert answer.content_type == "application/problem+json"
    assert answer.json["dead_letter"] is True
    assert "given up" in answer.json["detail"]
    assert "no such group" not in answer.text


def test_a_person_moves_a_ticket_and_asks_for_another(arrive, shopkeeper, partner):
    for i in range(3):
        arrive(f"t{i}")

    moved = shopkeeper("POST", f"{WHERE}/t0/move", {"team": "nightowl", "agent": "ines"})
    kept = shopkeeper("POST", f"{WHERE}/t2/ask", {"to": "home"})

    assert (moved.json["team"], moved.json["is_manual"]) == ("nightowl", True)
    assert kept.json["team"] == "inhouse"
    assert partner("POST", f"{WHERE}/t1/move", {"team": "daytime"}).status_code == 403
    assert shopkeeper("POST", f"{WHERE}/t1/move", {"team": "strangers"}).status_code in {404, 422}


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({}, "agent"),
        ({"agent": ""}, "agent"),
        ({"agent": "two\nlines"}, "agent"),
        ({"agent": "amelie", "seconds": 0}, "seconds"),
        ({"agent": "amelie", "seconds": 1e9}, "seconds"),
        ({"agent": "amelie", "minutes": 3}, "minutes"),
    ],
)
def test_a_faulty_claim_names_its_fault(overflowed, partner, body, fault):
    answer = partner("POST", f"{WHERE}/{overflowed()}/claim", body)

    assert answer.status_code == 422
    assert list(answer.json["faults"]) == [fault]
