"""Signals from outside: given, listed with what they do, withdrawn, told in traces."""

import pytest

from overflow.api.moments import epoch, iso
from overflow.clock import SystemClock
from tests.api.conftest import add_shop

SHOP = "/v1/shops/summer"
SIGNALS = f"{SHOP}/signals"
RULES = [
    {"when": "temperature >= 18", "lift": {"chat": 1.6}, "lasts": "6h"},
    {"when": "temperature >= 30", "lift": {"chat": 2.5, "email": 2}, "lasts": "2h"},
    {"when": "campaign sent", "lift": 2, "lasts": "3h"},
]
ALWAYS = {"name": "always", "day": "01-01", "days": 60, "after": "60d", "lift": {"email": 1.5}}


def ahead(seconds):
    return iso(SystemClock().now() + seconds)


@pytest.fixture
def keeper(services, desk, key):
    add_shop(services, desk, "summer", signals=RULES)
    return key("shop:summer")


def test_a_signal_is_given_and_told_with_what_it_does(keeper):
    told = keeper("POST", SIGNALS, {"name": "Temperature", "value": 19, "agent": "weather"}).json

    assert (told["name"], told["value"], told["by"]) == ("temperature", 19.0, "weather")
    assert told["rules"] == ["temperature >= 18"]
    assert told["lifts"] == {"chat": 1.6}
    assert epoch(told["until"]) - epoch(told["at"]) == pytest.approx(6 * 3600, abs=0.01)
    assert keeper("GET", SIGNALS).json == {"items": [told]}
    assert keeper("GET", f"{SIGNALS}/temperature").json == told


def test_the_next_signal_of_a_name_takes_the_place_of_the_last(keeper):
    keeper("POST", SIGNALS, {"name": "temperature", "value": 19})
    keeper("POST", SIGNALS, {"name": "temperature", "value": 12})

    (told,) = keeper("GET", SIGNALS).json["items"]

    assert (told["value"], told["rules"], told["lifts"]) == (12.0, [], {})


def test_of_two_rules_about_a_signal_the_stronger_counts(keeper):
    told = keeper("POST", SIGNALS, {"name": "temperature", "value": 31}).json

    assert told["rules"] == ["temperature >= 18", "temperature >= 30"]
    assert told["lifts"] == {"chat": 2.5, "email": 2.0}


def test_whoever_gives_it_may_say_until_when(keeper):
    until = ahead(86400)

    told = keeper("POST", SIGNALS, {"name": "campaign sent", "until": until}).json

    assert told["until"] == until
    assert told["lifts"] == {"chat": 2.0, "email": 2.0}


def test_a_signal_is_withdrawn_for_good_and_twice(keeper):
    keeper("POST", SIGNALS, {"name": "campaign sent"})

    assert keeper("DELETE", f"{SIGNALS}/campaign%20sent").status_code == 204
    assert keeper("DELETE", f"{SIGNALS}/campaign%20sent").status_code == 204
    assert keeper("GET", SIGNALS).json == {"items": []}
    assert keeper("GET", f"{SIGNALS}/campaign%20sent").status_code == 404


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({}, {"name"}),
        ({"name": "  "}, {"name"}),
        ({"name": "x" * 61}, {"name"}),
        ({"name": "rain"}, {"name"}),
        ({"name": "temperature"}, {"value"}),
        ({"name": "temperature", "value": "warm"}, {"value"}),
        ({"name": "rain", "until": "2020-01-01T00:00:00Z"}, {"name", "until"}),
        ({"name": "campaign sent", "until": "2200-01-01T00:00:00Z"}, {"until"}),
        ({"name": "campaign sent", "lasts": 3}, {"lasts"}),
    ],
)
def test_every_fault_of_a_signal_is_named(keeper, body, faults):
    answer = keeper("POST", SIGNALS, body)

    assert answer.status_code == 422
    assert set(answer.json["faults"]) == faults
    assert keeper("GET", SIGNALS).json == {"items": []}


def test_a_name_that_no_rule_is_about_is_answered_with_those_there_are(keeper, shopkeeper):
    said = keeper("POST", SIGNALS, {"name": "rain"}).json["faults"]["name"]
    assert said == ["is no signal of this policy; there are campaign sent, temperature"]

    said = shopkeeper("POST", "/v1/shops/lamps/signals", {"name": "rain"}).json["faults"]["name"]
    assert said == ["is no signal of this policy: it has no rules for signals"]


def test_signals_are_the_shops_alone(keeper, partner, shopkeeper, operator):
    body = {"name": "campaign sent"}

    assert partner("POST", "/v1/shops/lamps/signals", body).status_code == 403
    assert shopkeeper("POST", SIGNALS, body).status_code == 404
    assert operator("POST", SIGNALS, body).status_code == 200


def test_peaks_and_signals_stand_in_the_situation(services, desk, key):
    everyday = [{**ALWAYS, "name": f"part {i}", "day": f"{i:02}-01"} for i in range(1, 13, 2)]
    add_shop(services, desk, "summer", signals=RULES, peaks=everyday)
    keeper = key("shop:summer")
    keeper("POST", SIGNALS, {"name": "temperature", "value": 20})

    lifts = {each["channel"]: each for each in keeper("GET", f"{SHOP}/situation").json["lifts"]}

    assert lifts["chat"]["factor"] == pytest.approx(1.6)
    [cause] = lifts["chat"]["causes"]
    assert (cause["kind"], cause["name"], cause["factor"]) == ("signal", "temperature", 1.6)
    assert {cause["kind"] for cause in lifts["email"]["causes"]} == {"peak"}


def test_a_signal_is_told_in_the_trace_of_a_decision(keeper):
    keeper("POST", SIGNALS, {"name": "temperature", "value": 19})
    body = {"id": "1", "channel": "chat", "language": "de", "status": "open", "group": "Service"}
    answer = keeper("POST", f"{SHOP}/tickets", body, Idempotency_Key="k1")
    assert answer.status_code == 200, answer.text

    trace = keeper("GET", answer.json["decision"]["trace"]).json

    told = {each["name"]: each["effect"] for each in trace["inputs"]}
    assert told["signal: temperature 19"] == "expected arrivals x1.6"


def test_what_is_told_and_withdrawn_stands_in_the_journal(keeper, services):
    keeper("POST", SIGNALS, {"name": "campaign sent"})
    keeper("DELETE", f"{SIGNALS}/campaign%20sent")

    kinds = [entry.kind for entry in services.journal.read("summer")]

    assert kinds[-2:] == ["signal", "signal_withdrawn"]
