"""The shadow by HTTP: put there, read, listed, taken away."""

import pytest

from overflow.flows.foresight import shadow
from tests.api.conftest import document

POLICY = "/v1/shops/lamps/policy/shadow"
WHERE = "/v1/shops/lamps/shadow"


@pytest.fixture
def other(desk):
    """It keeps four where the live policy keeps two."""
    return document(desk.url, pressure={"backlog": {"start": 4, "stop": 4}, "hold": "1h"})


def test_it_decides_beside_the_live_policy_and_says_where_it_differs(
    arrive, shopkeeper, services, other
):
    answer = shopkeeper("PUT", POLICY, other)
    assert answer.status_code == 200, answer.text
    assert shopkeeper("GET", POLICY).json == other
    for i in range(5):
        arrive(f"t{i}")

    shadow.run(services, "lamps")
    told = shopkeeper("GET", WHERE).json

    assert (told["decided"], told["different"]) == (5, 2)
    assert [each["ticket"] for each in told["items"]] == ["t3", "t2"]
    first = told["items"][0]
    assert (first["live"]["team"], first["shadow"]["team"]) == ("daytime", "inhouse")
    assert first["at"].endswith("Z")
    assert shopkeeper("GET", f"/v1/shops/lamps/decisions/{first['decision']}").status_code == 200
    assert {"team": "daytime", "shadow_team": "inhouse", "channel": "chat", "decisions": 2} in told[
        "teams"
    ]


def test_differences_come_in_pages(arrive, shopkeeper, services, other):
    shopkeeper("PUT", POLICY, other)
    for i in range(4):
        arrive(f"t{i}")
    shadow.run(services, "lamps")

    first = shopkeeper("GET", f"{WHERE}?limit=1").json
    second = shopkeeper("GET", f"{WHERE}?limit=1&cursor={first['next_cursor']}").json
    third = shopkeeper("GET", f"{WHERE}?limit=1&cursor={second['next_cursor']}").json

    assert [page["items"][0]["ticket"] for page in (first, second)] == ["t3", "t2"]
    assert (third["items"], third["next_cursor"]) == ([], None)


def test_differences_are_metrics(arrive, shopkeeper, operator, services, other):
    shopkeeper("PUT", POLICY, other)
    for i in range(3):
        arrive(f"t{i}")
    shadow.run(services, "lamps")

    text = operator("GET", "/metrics/domain").text

    assert (
        'overflow_shadow_total{channel="chat",shadow_team="inhouse",shop="lamps",team="daytime"} 1'
        in text
    )


def test_taken_away_it_is_not_there(shopkeeper, other):
    assert shopkeeper("GET", WHERE).status_code == 404
    shopkeeper("PUT", POLICY, other)
    assert shopkeeper("GET", WHERE).json["items"] == []

    assert shopkeeper("DELETE", POLICY).status_code == 204

    assert shopkeeper("GET", POLICY).status_code == 404
    assert shopkeeper("DELETE", POLICY).status_code == 204


def test_a_policy_with_faults_is_refused_with_all_of_them(shopkeeper, other):
    answer = shopkeeper("PUT", POLICY, other | {"mode": "lives", "zone": "Nowhere"})

    assert answer.status_code == 422
    assert set(answer.json["faults"]) == {"mode", "zone"}


def test_a_partner_sees_nothing_of_it(partner, other):
    assert partner("PUT", POLICY, other).status_code == 403
    assert partner("GET", WHERE).status_code == 403
