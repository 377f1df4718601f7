"""A shop's policy through HTTP: made, read, replaced by those who have seen the version."""

import pytest

from overflow import policies
from overflow.api.policy import EXAMPLE
from tests.api.conftest import document

WHERE = "/v1/shops/lamps/policy"


def test_the_documented_example_is_a_policy():
    assert policies.check(EXAMPLE, "lamps") == {}


def test_the_first_put_creates_the_shop(operator, desk):
    made = operator("PUT", WHERE, document(desk.url), If_None_Match="*")

    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    assert operator("GET", "/v1/shops").json == {"items": ["lamps"]}
    assert made.json == operator("GET", WHERE).json


def test_only_who_has_seen_the_version_replaces_it(shopkeeper, desk):
    seen = shopkeeper("GET", WHERE)
    changed = {**seen.json, "breach_margin": "7%"}
    other = {**seen.json, "breach_margin": "8%"}

    first = shopkeeper("PUT", WHERE, changed, If_Match=seen.headers["ETag"])
    again = shopkeeper("PUT", WHERE, changed, If_Match=seen.headers["ETag"])
    second = shopkeeper("PUT", WHERE, other, If_Match=seen.headers["ETag"])

    assert (first.status_code, first.headers["ETag"]) == (200, '"2"')
    assert (again.status_code, again.headers["ETag"]) == (200, '"2"')
    assert second.status_code == 412
    assert second.json["version"] == 2


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 428),
        ({"If_None_Match": "*"}, 412),
        ({"If_None_Match": '"1"'}, 400),
        ({"If_Match": "1"}, 400),
        ({"If_Match": '"7"'}, 412),
        ({"If_Match": '"1"', "If_None_Match": "*"}, 400),
        ({"If_Match": "*"}, 200),
        ({"If_Match": 'W/"1"'}, 200),
    ],
)
def test_a_put_says_which_version_it_means(shopkeeper, desk, headers, status):
    assert shopkeeper("PUT", WHERE, document(desk.url), **headers).status_code == status


def test_any_version_is_not_none(operator, desk):
    answer = operator("PUT", WHERE, document(desk.url), If_Match="*")

    assert (answer.status_code, answer.json["version"]) == (412, 0)


def test_an_invalid_policy_is_refused_with_every_fault_and_nothing_is_stored(
    operator, desk, store_client
):
    body = {**document(desk.url), "zone": "Europe/Atlantis", "colour": "red"}
    del body["partners"][0]["hours"]
    before = sorted(store_client.keys("*"))

    answer = operator("PUT", WHERE, body, If_None_Match="*")

    assert answer.status_code == 422
    assert {"zone", "colour", "partners.0.hours"} <= set(answer.json["faults"])
    assert sorted(store_client.keys("*")) == before


def test_every_version_can_be_read(shopkeeper, desk):
    shopkeeper("PUT", WHERE, document(desk.url, breach_margin="7%"), If_Match='"1"')

    assert shopkeeper("GET", f"{WHERE}/versions").json == {"items": [1, 2]}
    assert "breach_margin" not in shopkeeper("GET", f"{WHERE}/versions/1").json
    assert shopkeeper("GET", f"{WHERE}/versions/2").json["breach_margin"] == "7%"
    assert shopkeeper("GET", f"{WHERE}/versions/3").status_code == 404


def test_a_policy_is_checked_and_explained_without_being_stored(shopkeeper, desk):
    good = shopkeeper("POST", f"{WHERE}/check", document(desk.url, mode="observe")).json
    bad = shopkeeper("POST", f"{WHERE}/check", document(desk.url, mode="sometimes")).json

    assert good["is_valid"]
    assert "observe" in good["explanation"]
    assert (bad["is_valid"], list(bad["faults"]), bad["explanation"]) == (False, ["mode"], None)
    assert shopkeeper("GET", WHERE).headers["ETag"] == '"1"'


@pytest.mark.parametrize("body", [b"[]", b"null", b"7", b'"text"'])
def test_a_policy_is_an_object(shopkeeper, body):
    answer = shopkeeper.raw("POST", f"{WHERE}/check", data=body, content_type="application/json")

    assert answer.status_code == 422
