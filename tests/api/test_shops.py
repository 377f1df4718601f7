"""The shop's own view: situation, journal, dead letters."""

import pytest

from overflow.store.marks import Mark

SHOP = "/v1/shops/lamps"


def test_the_situation_shows_queues_partners_and_ages(arrive, shopkeeper):
    for i in range(3):
        arrive(f"t{i}")

    told = shopkeeper("GET", f"{SHOP}/situation").json

    assert (told["mode"], told["policy_version"], told["is_open"]) == ("live", 1, True)
    (queue,) = told["queues"]
    assert queue["queue"] == "chat.de"
    assert queue["teams"] == [
        {"team": "daytime", "waiting": 1, "wip": 0},
        {"team": "inhouse", "waiting": 2, "wip": 0},
    ]
    assert queue["pressure"]["on"]
    assert queue["pressure"]["since"].endswith("Z")
    assert queue["expected_wait"]["value"] > 0
    daytime, nightowl = told["partners"]
    assert daytime["channels"][0] == {"channel": "chat", "held": 1, "capacity": 5}
    assert (daytime["today"], nightowl["today"]) == (1, 0)
    assert {"helpdesk"} <= {each["input"] for each in told["inputs"]}


def test_decisions_are_listed_newest_first_page_by_page(arrive, shopkeeper):
    for i in range(4):
        arrive(f"t{i}")

    first = shopkeeper("GET", f"{SHOP}/decisions?limit=3").json
    second = shopkeeper("GET", f"{SHOP}/decisions?limit=3&cursor={first['next_cursor']}").json

    assert [each["ticket"] for each in first["items"]] == ["t3", "t2", "t1"]
    assert [each["ticket"] for each in second["items"]] == ["t0"]
    assert second["next_cursor"] is None
    assert all(each["headline"] for each in first["items"])


def test_every_moment_of_a_trace_is_readable(arrive, shopkeeper):
    arrive("1", channel="chat")
    (told,) = shopkeeper("GET", f"{SHOP}/decisions").json["items"]
    assert told["due"].endswith("Z")
    assert told["pressure"]["since"] is None or told["pressure"]["since"].endswith("Z")


def test_decisions_of_a_time_can_be_asked_for(arrive, shopkeeper):
    arrive("t0")
    at = shopkeeper("GET", f"{SHOP}/decisions").json["items"][0]["at"]

    def asked(query):
        return len(shopkeeper("GET", f"{SHOP}/decisions?{query}").json["items"])

    assert asked("end=2020-01-01T00:00:00Z") == 0
    assert asked("start=2020-01-01T00:00:00Z") == 1
    assert asked("start=2100-01-01T00:00:00Z") == 0
    assert at.startswith("20")


@pytest.mark.parametrize("entry", ["-", "+", "0-0", "abc", "99999999999999999999-1", "(1-1"])
def test_what_is_no_decision_is_404(arrive, shopkeeper, entry):
    arrive("t0")

    assert shopkeeper("GET", f"{SHOP}/decisions/{entry}").status_code == 404


def test_dead_letters_are_shown_and_tried_again(arrive, shopkeeper, services):
    arrive("t0")
    services.marks.mark_to_read("lamps", ["t0", "t1"], 5.0)
    for mark in services.marks.to_read_due("lamps", 6.0):
        dead = Mark(mark.id, mark.stamp, 7)
        assert services.marks.bury("lamps", "read", dead, "gone: 410", 9.0)

    told = shopkeeper("GET", f"{SHOP}/dead-letters").json["items"]

    assert told[0] == {
        "id": "t0",
        "work": "read",
        "attempts": 8,
        "error": "gone: 410",
        "at": "1970-01-01T00:00:09.000Z",
    }
    assert shopkeeper("POST", f"{SHOP}/dead-letters/t0/retry").json == {"retried": 1}
    assert shopkeeper("POST", f"{SHOP}/dead-letters/t0/retry").status_code == 404
    assert shopkeeper("POST", f"{SHOP}/dead-letters/retry").json == {"retried": 1}
    assert shopkeeper("GET", f"{SHOP}/dead-letters").json["items"] == []


def test_a_partner_out_of_the_policy_is_still_shown_while_it_holds_tickets(
    arrive, shopkeeper, services, desk
):
    from tests.api.conftest import add_shop, document

    for i in range(3):
        arrive(f"t{i}")
    others = document(desk.url)["partners"][1:]
    add_shop(services, desk, "lamps", partners=others)

    told = shopkeeper("GET", f"{SHOP}/situation").json["partners"]

    assert [(each["partner"], each["is_in_policy"]) for each in told] == [
        ("nightowl", True),
        ("daytime", False),
    ]
