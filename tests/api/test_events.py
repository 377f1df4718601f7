"""Webhooks: taken in, decided in the request, or refused with nothing stored."""

import gzip

import orjson
import pytest

from tests.api.conftest import JSON, SECRET, event, signed

OTHER = "whsec_" + "B" * 43 + "="


def path(shop):
    return f"/v1/shops/{shop}/events/standard"


def test_an_event_is_answered_with_the_decision_and_where_its_trace_is(anyone, shop, shopkeeper):
    body = event("t1")

    answer = anyone.raw("POST", path(shop), data=body, headers=signed(body))

    assert answer.status_code == 200
    told = answer.json
    assert (told["result"], told["ticket"], told["team"]) == ("decided", "t1", "inhouse")
    assert told["decision"]["outcome"] == "keep"
    assert told["decision"]["headline"].startswith("Kept: ")
    trace = shopkeeper("GET", told["decision"]["trace"]).json
    assert trace["ticket"] == "t1"
    assert {team["team"] for team in trace["teams"]} == {"inhouse", "daytime", "nightowl"}


def test_what_comes_on_top_of_the_backlog_goes_to_the_cheaper_partner(arrive):
    teams = [arrive(f"t{i}")["team"] for i in range(4)]

    assert teams == ["inhouse", "inhouse", "daytime", "daytime"]


def test_a_partial_event_is_a_hint(anyone, shop, services):
    body = event("t1", "ticket.updated", status=None)

    answer = anyone.raw("POST", path(shop), data=body, headers=signed(body))

    assert answer.status_code == 202
    assert answer.json == {"result": "marked", "ticket": "t1"}
    assert services.marks.counts(shop).to_read == 1


def test_an_event_about_something_else_is_acknowledged(anyone, shop):
    body = orjson.dumps({"type": "customer.updated", "data": {}})

    answer = anyone.raw("POST", path(shop), data=body, headers=signed(body))

    assert (answer.status_code, answer.data) == (204, b"")


def test_the_same_delivery_again_changes_nothing(anyone, shop, services):
    body = event("t1")
    headers = signed(body, identity="delivery-1")
    anyone.raw("POST", path(shop), data=body, headers=headers)
    before = services.tickets.get(shop, "t1")

    answer = anyone.raw("POST", path(shop), data=body, headers=headers)

    assert answer.status_code == 200
    assert answer.json["decision"] is None
    assert services.tickets.get(shop, "t1") == before


def bad_inputs():
    good, now = event("t1"), 1_000_000_000.0
    yield "malformed JSON", b'{"type": "ticket.created"', None, {}, 400
    yield "another JSON", b"[1, 2]", None, {}, 400
    yield "deeply nested", b"[" * 100_000, None, {}, 400
    yield "a ticket without id", event(""), None, {}, 400
    yield "no UTF-8", b'{"type": "\xff"}', None, {}, 400
    yield "wrong signature", good, signed(good, secret=OTHER), {}, 401
    yield "signature of another body", good, signed(good + b" "), {}, 401
    yield "no signature", good, {"Content-Type": JSON}, {}, 401
    yield "replayed timestamp", good, signed(good, at=now), {}, 401
    yield "future timestamp", good, signed(good, at=9_000_000_000.0), {}, 401
    yield "oversized", b" " * 1_048_577, None, {}, 413
    yield "not said to be JSON", good, {**signed(good), "Content-Type": "text/plain"}, {}, 415
    packed = gzip.compress(good)
    yield "packed", packed, {**signed(packed), "Content-Encoding": "gzip"}, {}, 415
    yield (
        "form",
        good,
        {**signed(good), "Content-Type": "application/x-www-form-urlencoded"},
        {},
        415,
    )
    yield "unknown shop", good, None, {"path": "/v1/shops/nobody/events/standard"}, 404
    yield "impossible shop", good, None, {"path": "/v1/shops/%7Blamps%7D/events/standard"}, 404
    yield "another connector", good, None, {"path": "/v1/shops/lamps/events/rt"}, 404
    yield "unknown connector", good, None, {"path": "/v1/shops/lamps/events/zzz"}, 404


@pytest.mark.parametrize(
    ("body", "headers", "more", "status"),
    [pytest.param(*case[1:], id=case[0]) for case in bad_inputs()],
)
def test_bad_input_is_refused_clearly_and_nothing_is_stored(
    anyone, shop, store_client, body, headers, more, status
):
    before = keyspace(store_client)

    answer = anyone.raw(
        "POST", more.get("path", path(shop)), data=body, headers=headers or signed(body)
    )

    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    assert answer.json["status"] == status
    assert len(answer.json["detail"]) > 10
    assert SECRET not in answer.text
    assert keyspace(store_client) == before


def keyspace(client):
    """Every key with its content, but for the tallies: that somebody was refused is counted."""
    return {
        key: client.dump(key)
        for key in sorted(client.keys("*"))
        if not key.endswith(b":totals") and b":q:" not in key
    }


def test_a_store_that_writes_nothing_asks_the_sender_to_try_again(
    anyone, shop, services, store_client
):
    body = event("t1")
    store_client.config_set("maxmemory", 1)
    try:
        refused = anyone.raw("POST", path(shop), data=body, headers=signed(body))
    finally:
        store_client.config_set("maxmemory", 0)
    taken = anyone.raw("POST", path(shop), data=body, headers=signed(body))

    assert refused.status_code == 503, refused.text
    assert int(refused.headers["Retry-After"]) >= 1
    assert refused.content_type == "application/problem+json"
    assert taken.json["result"] == "decided"
