"""What teams declare and what people switch off, each until a time."""

import pytest

from overflow.api.moments import epoch, iso
from overflow.clock import SystemClock

SHOP = "/v1/shops/lamps"
AVAILABILITY = f"{SHOP}/partners/daytime/availability"


def soon(seconds=3600.0):
    return iso(SystemClock().now() + seconds)


def test_a_partner_declares_reads_and_withdraws_what_it_can_take(partner):
    assert partner("GET", AVAILABILITY).status_code == 404
    until = soon()

    told = partner("PUT", AVAILABILITY, {"capacity": {"chat": 0}, "until": until}).json

    assert told["capacity"] == {"chat": 0}
    assert told["until"] == until
    assert partner("GET", AVAILABILITY).json == told
    assert partner("DELETE", AVAILABILITY).status_code == 204
    assert partner("GET", AVAILABILITY).status_code == 404


def test_what_is_declared_counts_at_once(partner, arrive):
    partner("PUT", AVAILABILITY, {"capacity": {"chat": 0}, "until": soon()})

    assert [arrive(f"t{i}")["team"] for i in range(3)][-1] == "nightowl"


def test_hours_and_a_pause_can_be_declared(partner):
    told = partner(
        "PUT",
        AVAILABILITY,
        {"hours": "Mo-Fr 10:00-12:00", "paused": True, "reason": "Fire drill.", "until": soon()},
    ).json

    assert (told["hours"], told["paused"], told["reason"]) == (
        "Mo-Fr 10:00-12:00",
        True,
        "Fire drill.",
    )


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({"capacity": {"chat": 1}}, {"until"}),
        ({"until": "tomorrow", "paused": True}, {"until"}),
        ({"until": "2026-11-20T09:15:02", "paused": True}, {"until"}),
        ({"until": "2020-01-01T00:00:00Z", "paused": True}, {"until"}),
        ({"until": "2100-01-01T00:00:00Z"}, {""}),
        ({"until": "2100-01-01T00:00:00Z", "hours": "whenever"}, {"hours"}),
        ({"until": "2100-01-01T00:00:00Z", "capacity": {"chat": 6}}, {"capacity.chat"}),
        ({"until": "2100-01-01T00:00:00Z", "capacity": {"fax": 6}}, {"capacity.fax"}),
        ({"until": "2100-01-01T00:00:00Z", "capacity": {"chat": "6"}}, {"capacity.chat.value"}),
    ],
)
def test_every_fault_of_a_declaration_is_named(partner, body, faults):
    answer = partner("PUT", AVAILABILITY, body)

    assert answer.status_code == 422
    assert set(answer.json["faults"]) == faults


def test_the_shop_declares_who_is_on_shift(shopkeeper, partner):
    told = shopkeeper("PUT", f"{SHOP}/staffing", {"agents": 0, "until": soon()}).json

    assert told["agents"] == 0
    assert shopkeeper("GET", f"{SHOP}/situation").json["agents"] == 0
    assert partner("PUT", f"{SHOP}/staffing", {"agents": 9, "until": soon()}).status_code == 403
    assert shopkeeper("DELETE", f"{SHOP}/staffing").status_code == 204
    assert shopkeeper("GET", f"{SHOP}/situation").json["agents"] == 1


def test_a_partner_is_switched_off_and_on(shopkeeper, arrive):
    where = f"{SHOP}/switches/partner:daytime"
    body = {"until": soon(), "reason": "Their lines are down.", "agent": "ines"}

    told = shopkeeper("PUT", where, body)

    assert told.status_code == 200, told.text
    assert told.json == {"scope": "partner:daytime", "by": "ines"} | {
        name: body[name] for name in ("until", "reason")
    }
    assert shopkeeper("GET", f"{SHOP}/switches").json["items"] == [told.json]
    assert shopkeeper("GET", where).json == told.json
    assert [arrive(f"t{i}")["team"] for i in range(3)][-1] == "nightowl"
    assert shopkeeper("DELETE", where).status_code == 204
    assert shopkeeper("GET", where).status_code == 404
    assert shopkeeper("GET", f"{SHOP}/switches").json["items"] == []


@pytest.mark.parametrize("scope", ["partner:nobody", "channel:fax", "daytime", "team:inhouse"])
def test_what_is_not_there_cannot_be_switched_off(shopkeeper, scope):
    body = {"until": soon(), "reason": "x", "agent": "ines"}

    assert shopkeeper("PUT", f"{SHOP}/switches/{scope}", body).status_code == 404


def test_moments_keep_their_milliseconds():
    assert iso(epoch("2026-11-20T09:15:02.125Z")) == "2026-11-20T09:15:02.125Z"
    assert epoch("2026-11-20T10:15:02.125+01:00") == epoch("2026-11-20T09:15:02.125Z")
