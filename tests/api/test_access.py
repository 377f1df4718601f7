"""Who may do what: every operation of the description, with every scope that is not for it."""

import re

import pytest

from overflow.api import access
from tests.api.conftest import add_shop
from tests.api.described import SPEC

OPERATIONS = [
    pytest.param(method.upper(), path, operation, id=operation["operationId"])
    for path, item in SPEC["paths"].items()
    for method, operation in item.items()
    if method != "parameters"
]
GUARDED = [each for each in OPERATIONS if each.values[2].get("security")]
NAMES = {"shop": "lamps", "ticket_id": "t2", "partner": "daytime", "scope": "partner:daytime"}
NAMES |= {"version": "1", "entry": "1795166102125-0", "signal_name": "rain"}
OF_PARTNERS = re.compile(r"/(tickets|partners)/|GET /v1/shops/\{shop\}/tickets$")
NOT_OF_PARTNERS = re.compile(r"/(move|ask)$")


def where(path):
    return path.format(**NAMES)


def body_of(operation):
    content = operation.get("requestBody", {}).get("content", {})
    return next((each.get("example") for each in content.values()), None)


@pytest.fixture
def shops(services, desk, shop, arrive):
    """Two shops with the same partners; t2 is daytime's in the first."""
    add_shop(services, desk, "chairs")
    for i in range(3):
        arrive(f"t{i}")


def untouched(store_client):
    return {key: store_client.dump(key) for key in sorted(store_client.keys("overflow:{lamps}*"))}


BAD_KEYS = ["", "Bearer", "Bearer x", "Basic dTpw", "Bearer ovf_a_b", "Bearer \xff"]


@pytest.mark.parametrize(("method", "path", "operation"), GUARDED)
def test_without_a_good_key_everything_is_401(anyone, method, path, operation):
    for shown in BAD_KEYS:
        headers = {"Authorization": shown} if shown else {}

        answer = anyone.raw(method, where(path), headers=headers)

        assert answer.status_code == 401, shown
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(("method", "path", "operation"), GUARDED)
def test_a_foreign_key_gets_nothing_and_changes_nothing(
    shops, key, store_client, method, path, operation
):
    foreign = [key("shop:chairs"), key("partner:chairs:daytime"), key("partner:lamp:daytime")]
    before = untouched(store_client)

    for caller in foreign:
        answer = caller(method, where(path), body_of(operation), Idempotency_Key="k", If_Match="*")
        assert answer.status_code == (404 if "{shop}" in path else 403), answer.text
        assert answer.json["detail"] in {
            "there is no shop 'lamps'",
            "this key is not for that: it needs the scope of the operator",
        }

    assert untouched(store_client) == before


@pytest.mark.parametrize(("method", "path", "operation"), GUARDED)
def test_another_partner_of_the_shop_gets_nothing_and_changes_nothing(
    shops, key, store_client, method, path, operation
):
    other = key("partner:lamps:nightowl")
    before = untouched(store_client)

    answer = other(method, where(path), body_of(operation), Idempotency_Key="k", If_Match="*")

    if (method, path) == ("GET", "/v1/shops/{shop}/tickets"):
        assert answer.json["items"] == []
    else:
        is_theirs = OF_PARTNERS.search(path) and not NOT_OF_PARTNERS.search(path)
        assert answer.status_code == (404 if is_theirs else 403), answer.text
        assert "daytime" not in answer.text or "no partner" in answer.text
    assert untouched(store_client) == before


@pytest.mark.parametrize(("method", "path", "operation"), GUARDED)
def test_a_shop_that_is_not_there_is_answered_like_one_that_is_foreign(
    shops, key, method, path, operation
):
    if "{shop}" not in path:
        return
    caller, body = key("shop:chairs"), body_of(operation)

    foreign = caller(method, where(path), body).json
    missing = caller(
        method, where(path).replace("/lamps/", "/nowhere/").replace("/lamps", "/nowhere"), body
    ).json

    assert missing["detail"] == foreign["detail"].replace("lamps", "nowhere")
    assert missing["status"] == foreign["status"]


def test_only_these_operations_are_open_to_anyone():
    is_open = {each.id for each in OPERATIONS} - {each.id for each in GUARDED}

    assert is_open == {
        "receive_event",
        "receive_event_with_token",
        "get_health",
        "get_readiness",
        "get_http_metrics",
        "get_domain_metrics",
    }


def test_a_revoked_key_is_good_for_nothing(app, services, shop, key, monkeypatch):
    monkeypatch.setattr(access, "FRESH", 0.0)
    caller = key("shop:lamps")
    assert caller("GET", "/v1/shops/lamps/policy").status_code == 200

    services.keyring.revoke(services.keyring.list()[-1].id, services.clock.now())

    assert caller("GET", "/v1/shops/lamps/policy").status_code == 401


def test_a_key_is_looked_up_once_in_some_seconds(key, shop, services):
    caller = key("shop:lamps")
    caller("GET", "/v1/shops/lamps/policy")
    services.keyring.find = None  # would raise if it were asked

    assert caller("GET", "/v1/shops/lamps/policy").status_code == 200


def test_not_every_token_is_remembered(services, monkeypatch):
    monkeypatch.setattr(access, "MOST_KEPT", 3)
    door = access.Doorkeeper(services.keyring, services.clock)
    for i in range(10):
        assert not door.is_operator(f"Bearer ovf_a_{i}")

    assert len(door._seen) <= 3
