"""Tickets: submitted once a key, listed and read by those whom they concern."""

import pytest

NEW = {"id": "c-1", "channel": "chat", "language": "de"}
WHERE = "/v1/shops/lamps/tickets"


def test_a_submitted_ticket_is_decided(shopkeeper):
    answer = shopkeeper("POST", WHERE, NEW, Idempotency_Key="k1")

    assert answer.status_code == 200, answer.text
    assert answer.json["decision"]["outcome"] == "keep"
    assert shopkeeper("GET", answer.json["decision"]["trace"]).json["ticket"] == "c-1"
    assert shopkeeper("GET", f"{WHERE}/c-1").json["trace"]["outcome"] == "keep"


def test_the_same_request_again_gets_the_stored_answer(shopkeeper):
    first = shopkeeper("POST", WHERE, NEW, Idempotency_Key="k1")
    again = shopkeeper("POST", WHERE, NEW, Idempotency_Key="k1")

    assert again.data == first.data
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers


def test_the_same_key_with_another_body_is_422(shopkeeper):
    shopkeeper("POST", WHERE, NEW, Idempotency_Key="k1")

    answer = shopkeeper("POST", WHERE, {**NEW, "priority": 1}, Idempotency_Key="k1")

    assert answer.status_code == 422


def test_a_key_is_the_callers_own(shopkeeper, operator):
    first = shopkeeper("POST", WHERE, NEW, Idempotency_Key="k1")
    other = operator("POST", WHERE, {**NEW, "id": "c-2"}, Idempotency_Key="k1")

    assert (first.status_code, other.status_code) == (200, 200)
    assert other.json["ticket"] == "c-2"


def test_a_request_under_way_is_409(shopkeeper, services):
    key_id = services.keyring.list()[0].id
    services.requests.begin("lamps", key_id, "k1", b'{"id":"c-1","channel":"chat","language":"de"}')

    assert shopkeeper("POST", WHERE, NEW, Idempotency_Key="k1").status_code == 409


@pytest.mark.parametrize("headers", [{}, {"Idempotency_Key": "with space"}])
def test_without_a_usable_key_it_is_400(shopkeeper, headers):
    answer = shopkeeper("POST", WHERE, NEW, **headers)

    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json["detail"]


def test_every_fault_of_a_body_is_named_by_its_path(shopkeeper):
    body = {"id": "a b", "channel": "no such!", "language": "?", "status": "gone", "colour": 1}

    answer = shopkeeper("POST", WHERE, body, Idempotency_Key="k1")

    assert answer.status_code == 422
    assert set(answer.json["faults"]) == {"id", "channel", "language", "status", "colour"}


def test_a_partner_sees_what_it_holds_and_nothing_else(arrive, partner, shopkeeper):
    for i in range(4):
        arrive(f"t{i}")

    assert [t["id"] for t in partner("GET", WHERE).json["items"]] == ["t2", "t3"]
    assert len(shopkeeper("GET", WHERE).json["items"]) == 4
    assert partner("GET", f"{WHERE}/t0").status_code == 404
    assert partner("GET", f"{WHERE}/t0/decisions").status_code == 404
    assert partner("GET", f"{WHERE}?team=inhouse").json["items"] == []


def test_a_partner_is_not_told_what_others_cost(arrive, partner, shopkeeper):
    for i in range(3):
        arrive(f"t{i}")

    seen = partner("GET", f"{WHERE}/t2").json["trace"]
    whole = shopkeeper("GET", f"{WHERE}/t2").json["trace"]

    assert {test["team"] for test in seen["teams"]} == {"inhouse", "daytime"}
    assert not any("cost" in test for test in seen["teams"])
    assert {test["team"] for test in whole["teams"]} == {"inhouse", "daytime", "nightowl"}
    listed = partner("GET", f"{WHERE}/t2/decisions").json["items"]
    assert [each["team"] for each in listed] == ["daytime"]
    assert "nightowl" not in str(listed)


def test_a_partner_is_not_told_of_the_others(arrive, partner, key, shopkeeper):
    nightowl = key("partner:lamps:nightowl")
    for i in range(12):
        arrive(f"t{i}")
    kept = arrive("t12")["decision"]["headline"]
    for ticket in ("t2", "t12"):
        shopkeeper("POST", f"{WHERE}/{ticket}/move", {"agent": "chef", "team": "nightowl"})

    seen = {
        path: nightowl("GET", f"{WHERE}{path}")
        for ticket in ("/t2", "/t7", "/t12")
        for path in (ticket, f"{ticket}/decisions")
    }

    assert {answer.status_code for answer in seen.values()} == {200}
    assert not any(name in answer.text for answer in seen.values() for name in ("day", "Day"))
    assert seen["/t2"].json["trace"] is None, "it says who had the ticket before"
    assert seen["/t2/decisions"].json["items"] == []
    assert seen["/t7"].json["trace"]["team"] == "nightowl"
    assert kept.startswith("Kept: daytime is full (5 of 5")
    told = [each["headline"] for each in seen["/t12/decisions"].json["items"]]
    assert told == ["Moved to nightowl by a person.", "Kept: no partner could take it."]


def test_pages_follow_one_another(arrive, shopkeeper):
    for i in range(5):
        arrive(f"t{i}")
    seen, cursor = [], ""
    while cursor is not None:
        page = shopkeeper("GET", f"{WHERE}?limit=2&cursor={cursor}").json
        assert len(page["items"]) <= 2
        seen += [ticket["id"] for ticket in page["items"]]
        cursor = page["next_cursor"]

    assert seen == [f"t{i}" for i in range(5)]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("team=daytime", ["t2", "t3"]),
        ("queue=email.de", ["t3"]),
        ("channel=chat&team=inhouse", ["t0", "t1", "t4"]),
        ("status=pending", ["t4"]),
        ("standing=parked", ["t4"]),
        ("claimed=true", ["t2"]),
        ("claimed=true&channel=email", []),
    ],
)
def test_a_list_can_be_filtered(arrive, shopkeeper, partner, query, ids):
    for i in range(3):
        arrive(f"t{i}")
    arrive("t3", channel="email", language="de")
    arrive("t4", status="pending")
    partner("POST", f"{WHERE}/t2/claim", {"agent": "amelie"})

    listed = shopkeeper("GET", f"{WHERE}?{query}").json["items"]

    assert [ticket["id"] for ticket in listed] == ids


def test_a_misspelt_filter_is_a_fault(shopkeeper):
    answer = shopkeeper("GET", f"{WHERE}?chanel=chat&standing=lying")

    assert answer.status_code == 422
    assert set(answer.json["faults"]) == {"chanel", "standing"}


def test_times_are_iso_and_durations_of_claims_end(arrive, partner):
    for i in range(3):
        arrive(f"t{i}")

    told = partner("POST", f"{WHERE}/t2/claim", {"agent": "amelie", "seconds": 60}).json

    assert told["claim"]["agent"] == "amelie"
    assert told["claim"]["until"].endswith("Z")
    assert told["due_at"] > told["arrived_at"]
    assert told["answered_at"] is None


@pytest.mark.parametrize("path", ["tickets", "decisions"])
def test_a_cursor_that_is_none_is_a_fault_and_no_empty_page(shopkeeper, path):
    answer = shopkeeper("GET", f"/v1/shops/lamps/{path}?cursor=bad")

    assert answer.status_code == 422
    assert answer.json["faults"] == {"cursor": ["is no `next_cursor` of this list"]}


def test_faults_say_what_a_text_has_to_be(shopkeeper):
    answer = shopkeeper("POST", WHERE, {"id": "a b", "channel": "!"}, Idempotency_Key="k")

    assert answer.status_code == 422
    assert answer.json["faults"]["channel"] == ["must be 1 to 60 letters, digits, '_' and '-'"]
    assert answer.json["faults"]["id"][0].startswith("must be 1 to 128 letters")


def test_a_ticket_from_the_future_is_refused(shopkeeper):
    body = {"id": "4711", "created_at": "2999-01-01T00:00:00Z"}

    answer = shopkeeper("POST", WHERE, body, Idempotency_Key="k")

    assert (answer.status_code, answer.json["faults"]) == (422, {"created_at": ["is not yet"]})
    assert shopkeeper("GET", f"{WHERE}/4711").status_code == 404
