"""Recipes of signatures: those of ten vendors verify, and nothing but "verified" or "refused"."""

import base64
import hashlib
import hmac
import json
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overflow.helpdesks.port import Hint, Nothing
from tests.helpdesks.rest.described import GONE, faults, opened
from tests.helpdesks.rest.example_server import SECRET
from tests.helpdesks.verifying import (
    anything,
    documents,
    is_refused,
    makes_an_event_or_bad_input,
    named,
)

VECTORS = json.loads((Path(__file__).parent / "data" / "signature-vectors.json").read_text())
NOW = 1_795_338_912.0
RECIPES = {
    "zendesk": {
        "signed": "{timestamp}{body}",
        "encoding": "base64",
        "header": "X-Zendesk-Webhook-Signature",
        "timestamp": {"header": "X-Zendesk-Webhook-Signature-Timestamp", "unit": "iso"},
    },
    "chatwoot": {
        "signed": "{timestamp}.{body}",
        "header": "X-Chatwoot-Signature",
        "prefix": "sha256=",
        "timestamp": {"header": "X-Chatwoot-Timestamp"},
    },
    "zammad": {"algorithm": "sha1", "header": "X-Hub-Signature", "prefix": "sha1="},
    "intercom": {"algorithm": "sha1", "header": "X-Hub-Signature", "prefix": "sha1="},
    "front": {
        "signed": "{timestamp}:{body}",
        "encoding": "base64",
        "header": "X-Front-Signature",
        "timestamp": {"header": "X-Front-Request-Timestamp", "unit": "milliseconds"},
    },
    "helpscout": {"algorithm": "sha1", "encoding": "base64", "header": "X-HelpScout-Signature"},
    "hubspot": {
        "signed": "POSThttps://overflow.example.com/webhooks/hubspot{body}{timestamp}",
        "encoding": "base64",
        "header": "X-HubSpot-Signature-v3",
        "timestamp": {"header": "X-HubSpot-Request-Timestamp", "unit": "milliseconds"},
    },
    "generic": {
        "key": "base64",
        "key_prefix": "whsec_",
        "signed": "{header.webhook-id}.{timestamp}.{body}",
        "encoding": "base64",
        "header": "webhook-signature",
        "prefix": "v1,",
        "separator": " ",
        "timestamp": {"header": "webhook-timestamp"},
    },
}
OTHERS = {
    "freshdesk": {"basic": {"user": "overflow"}},
    "gorgias": {"header": {"name": "X-Overflow-Secret"}},
}


def verify_of(vendor):
    return {"hmac": RECIPES[vendor]} if vendor in RECIPES else OTHERS[vendor]


def desk_of(vector):
    """Whatever is verified has ticket 7."""
    said = {"verify": verify_of(vector["vendor"]), "ticket": "@", "id": "'7'"}
    return opened({"webhook": said}, webhook=("older", vector["secret"]))


def request_of(vector):
    """Lower-case headers, body, and the time of its timestamp."""
    headers = {name.lower(): value for name, value in vector["headers"].items()}
    headers.setdefault("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    stamp = RECIPES.get(vector["vendor"], {}).get("timestamp")
    if stamp is None:
        return headers, vector["raw_body"].encode(), NOW
    text, unit = headers[stamp["header"].lower()], stamp.get("unit", "seconds")
    if unit == "iso":
        return headers, vector["raw_body"].encode(), datetime.fromisoformat(text).timestamp()
    return headers, vector["raw_body"].encode(), int(text) / (1000 if unit != "seconds" else 1)


@pytest.mark.parametrize("vector", VECTORS, ids=named)
def test_every_vendors_recipe_can_be_said_and_verifies(vector):
    headers, body, now = request_of(vector)
    assert desk_of(vector).receive(headers, body, "", now) == Hint("7")


@pytest.mark.parametrize("vector", VECTORS, ids=named)
def test_every_change_of_a_single_byte_that_counts_is_refused(vector):
    headers, body, now = request_of(vector)
    desk, recipe = desk_of(vector), RECIPES.get(vector["vendor"])
    counts = ["authorization"] if vector["vendor"] == "freshdesk" else ["x-overflow-secret"]
    if recipe is not None:
        counts = [recipe["header"].lower()]
        if "timestamp" in recipe:
            counts.append(recipe["timestamp"]["header"].lower())
        for at in range(len(body)):
            changed = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
            assert is_refused(desk, headers, changed, now), at
    for name in counts:
        text = headers[name]
        for at in range(len(text)):
            for other in (chr(ord(text[at]) ^ 1), chr(ord(text[at]) ^ 0x20), "0", "=", ","):
                changed = text[:at] + other + text[at + 1 :]
                if changed != text:
                    assert is_refused(desk, headers | {name: changed}, body, now), (name, at)
        assert is_refused(desk, {k: v for k, v in headers.items() if k != name}, body, now)
        assert is_refused(desk, headers | {name: ""}, body, now)


@pytest.mark.parametrize(
    "vector", [v for v in VECTORS if "timestamp" in RECIPES.get(v["vendor"], ())], ids=named
)
@pytest.mark.parametrize(("age", "late"), [(-301, True), (-299, False), (299, False), (301, True)])
def test_a_timestamp_may_be_five_minutes_off_either_way(vector, age, late):
    headers, body, now = request_of(vector)
    assert is_refused(desk_of(vector), headers, body, now + age) is late


def signed(body, now=NOW, secret=SECRET):
    """What the imagined helpdesk sends."""
    stamp = str(int(now * 1000))
    digest = hmac.new(secret.encode(), f"{stamp}|d-1|".encode() + body, hashlib.sha512).digest()
    return {
        "x-desk-delivery": "d-1",
        "x-desk-time": stamp,
        "x-desk-signature": f"v2={base64.b64encode(digest).decode()}",
    }


DESK = opened()
HEADERS = ["x-desk-delivery", "x-desk-time", "x-desk-signature", "authorization"]


def test_any_of_the_valid_secrets_verifies_and_no_other_does():
    body = b'{"event": "ping"}'
    for secret in ("older", SECRET):
        assert isinstance(DESK.receive(signed(body, secret=secret), body, "", NOW), Nothing)
    assert is_refused(DESK, signed(body, secret="another"), body, NOW)


def test_a_header_that_is_signed_counts_in_every_byte():
    body = b'{"event": "ping"}'
    for other in ("d-2", "", "d-1 ", "D-1", "d-€"):
        assert is_refused(DESK, signed(body) | {"x-desk-delivery": other}, body, NOW)


def test_a_helpdesk_that_is_only_polled_refuses_every_webhook():
    polled = opened({"webhook": {"verify": {"url": {}}}})
    assert is_refused(polled, {}, b"{}", NOW)
    assert not is_refused(polled, {}, b"{}", NOW, token=SECRET)
    assert is_refused(opened({"webhook": GONE}), signed(b"{}"), b"{}", NOW, token=SECRET)


def test_several_ways_all_have_to_hold():
    both = opened({"webhook": {"verify": {"url": {}, "header": {"name": "X-Key"}}}})
    body = b'{"id": 7}'
    assert both.receive({"x-key": SECRET}, body, "older", NOW) == Hint("7")
    assert is_refused(both, {"x-key": SECRET}, body, NOW)
    assert is_refused(both, {}, body, NOW, token=SECRET)


@settings(max_examples=200)
@given(
    headers=st.dictionaries(st.sampled_from(HEADERS), anything),
    body=st.binary(max_size=80),
    token=anything,
    now=st.floats(0, 4e9),
)
def test_whatever_is_sent_is_refused_and_nothing_else_happens(headers, body, token, now):
    assert is_refused(DESK, headers, body, now, token)


@settings(max_examples=200)
@given(name=st.sampled_from(HEADERS[:3]), text=anything)
def test_whatever_stands_in_one_part_of_a_good_proof_is_refused(name, text):
    good = signed(b"{}")
    assert text == good[name] or is_refused(DESK, good | {name: text}, b"{}", NOW)


KEYS = ["event", "ticket", "id", "state", "team", "created", "labels", "custom", "rev", "via"]
WORDS = ["ticket.created", "ping", "01.11.2026 10:00:00.0"]


@settings(max_examples=300)
@given(document=documents(KEYS, WORDS), raw=st.binary())
def test_of_whatever_is_verified_comes_an_event_or_bad_input(document, raw):
    for body in (json.dumps(document).encode(), raw):
        assert makes_an_event_or_bad_input(DESK, signed(body), body, NOW)


@pytest.mark.parametrize(
    ("verify", "path"),
    [
        ({}, "webhook.verify"),
        ({"none": True, "url": {}}, "webhook.verify"),
        ({"hmac": {"header": "X", "signed": "{timestamp}"}}, "webhook.verify.hmac.signed"),
        ({"hmac": {"header": "X", "signed": "{timestamp}{body}"}}, "webhook.verify.hmac.timestamp"),
        (
            {"hmac": {"header": "X", "timestamp": {"header": "Y"}}},
            "webhook.verify.hmac.timestamp",
        ),
        ({"hmac": {"header": "X", "algorithm": "md5"}}, "webhook.verify.hmac.algorithm"),
        ({"url": {}}, "webhook.full"),
    ],
)
def test_a_recipe_that_proves_nothing_is_a_fault(verify, path):
    assert path in faults({"webhook.verify": verify})
