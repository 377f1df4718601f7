"""A walk over all that is open in the helpdesk, asked for by HTTP."""

import pytest

from overflow.flows.polling import audit, reconcile

WALK = "/v1/shops/lamps/walk"


@pytest.fixture
def poll(services):
    def polled():
        while not reconcile.poll(services, "lamps").is_whole:
            pass

    return polled


def test_it_is_asked_for_begins_with_the_next_poll_and_tells_what_it_found(
    shopkeeper, services, people, poll
):
    assert shopkeeper("GET", WALK).json["state"] == "none"
    people.create("chat", "de")

    asked = shopkeeper("POST", WALK)
    again = shopkeeper("POST", WALK)
    poll()
    ended = shopkeeper("GET", WALK).json

    assert (asked.status_code, asked.json["state"]) == (202, "asked")
    assert again.json == asked.json
    assert (ended["state"], ended["asked"]) == ("ended", None)
    assert ended["begun"] <= ended["ended"]
    assert ended["pages"] >= 1
    assert ended["tickets"] >= ended["differences"] >= 1


def test_it_does_not_wait_for_its_time(shopkeeper, poll):
    poll()
    first = shopkeeper("GET", WALK).json
    poll()
    assert shopkeeper("GET", WALK).json == first

    shopkeeper("POST", WALK)
    poll()

    assert shopkeeper("GET", WALK).json["begun"] > first["begun"]


def test_asked_for_while_one_is_under_way_it_is_that_one(shopkeeper, services):
    services.progress.put("lamps", audit.STATE, '{"begun": 1795166102.125, "pages": 2}')

    told = shopkeeper("POST", WALK)

    assert told.status_code == 202
    assert (told.json["state"], told.json["pages"]) == ("walking", 2)
    assert told.json["asked"] is None


def test_it_says_which_groups_it_waits_for(shopkeeper, services):
    services.progress.put("lamps", "missing_groups", '["Partner Day"]')

    assert shopkeeper("POST", WALK).json["missing_groups"] == ["Partner Day"]


def test_it_is_the_shops_and_the_operators(partner, operator, anyone):
    assert operator("POST", WALK).status_code == 202
    assert partner("POST", WALK).status_code == 403
    assert partner("GET", WALK).status_code == 403
    assert anyone("POST", WALK).status_code == 401
    assert operator("POST", "/v1/shops/nobody/walk").status_code == 404
    assert operator("GET", "/v1/shops/nobody/walk").status_code == 404
