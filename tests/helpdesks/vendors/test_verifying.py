"""Only "verified" or "refused" may come out of a vendor's verifier, whatever goes in."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overflow.helpdesks.port import Full
from tests.helpdesks.vendors.signing import COVERED, NOW, SECRET, desk, signed
from tests.helpdesks.vendors.worlds import VENDORS
from tests.helpdesks.verifying import (
    anything,
    documents,
    is_refused,
    makes_an_event_or_bad_input,
    named,
)

VECTORS = [
    vector
    for vector in json.loads(
        (Path(__file__).parent / "data" / "signature-vectors.json").read_text()
    )
    if vector["vendor"] in VENDORS
]
TICKETS = {
    "zendesk": "35436",
    "freshdesk": "3695",
    "gorgias": "68211294",
    "chatwoot": "7171",
    "zammad": "81",
}
STAMPED = {"zendesk", "chatwoot"}
DESKS = {vendor: desk(vendor) for vendor in VENDORS}


def request(vector):
    """Lower-case headers, body, token and the time of its timestamp."""
    headers = {name.lower(): value for name, value in vector["headers"].items()}
    token = SECRET if "token" in COVERED[vector["vendor"]] else ""
    stamp = headers.get("x-zendesk-webhook-signature-timestamp")
    now = datetime.fromisoformat(stamp).timestamp() if stamp else NOW
    return (
        headers,
        vector["raw_body"].encode(),
        token,
        float(headers.get("x-chatwoot-timestamp", now)),
    )


@pytest.mark.parametrize("vector", VECTORS, ids=named)
def test_every_vector_verifies_and_names_its_ticket(vector):
    vendor = vector["vendor"]
    event = DESKS[vendor].receive(*request(vector))
    found = event.ticket.id if isinstance(event, Full) else event.ticket_id
    assert found == TICKETS[vendor]


@pytest.mark.parametrize("vector", VECTORS, ids=named)
def test_every_change_of_a_single_byte_that_counts_is_refused(vector):
    headers, body, token, now = request(vector)
    for place in COVERED[vector["vendor"]]:
        text = {"body": body.decode(), "token": token}.get(place) or headers[place]
        for at in range(len(text)):
            for other in (chr(ord(text[at]) ^ 1), chr(ord(text[at]) ^ 0x20), "0", "=", " "):
                if other == text[at]:
                    continue
                changed = text[:at] + other + text[at + 1 :]
                sent = {
                    "headers": headers
                    if place in {"body", "token"}
                    else headers | {place: changed},
                    "body": changed.encode() if place == "body" else body,
                    "token": changed if place == "token" else token,
                }
                assert is_refused(DESKS[vector["vendor"]], **sent, now=now), (place, at, other)


@pytest.mark.parametrize("vector", VECTORS, ids=named)
def test_without_any_part_of_the_proof_it_is_refused(vector):
    headers, body, token, now = request(vector)
    vendor = vector["vendor"]
    assert is_refused(DESKS[vendor], {}, body, now)
    for name in set(COVERED[vendor]) - {"body", "token"}:
        if vendor != "gorgias":  # its headers are said to be left out at times
            rest = {k: v for k, v in headers.items() if k != name}
            assert is_refused(DESKS[vendor], rest, body, now, token)
    if "token" in COVERED[vendor]:
        assert is_refused(DESKS[vendor], headers, body, now)


@pytest.mark.parametrize("vendor", sorted(STAMPED & set(VENDORS)))
@pytest.mark.parametrize(("age", "late"), [(-301, True), (-299, False), (299, False), (301, True)])
def test_a_timestamp_may_be_five_minutes_off_either_way(vendor, age, late):
    headers, token = signed(vendor, b"{}")
    assert is_refused(DESKS[vendor], headers, b"{}", NOW + age, token) is late


@pytest.mark.parametrize("vendor", VENDORS)
def test_either_secret_verifies_while_one_replaces_the_other(vendor):
    for secret in ("older", SECRET):
        headers, token = signed(vendor, b"{}", secret=secret)
        assert not is_refused(DESKS[vendor], headers, b"{}", NOW, token)
    headers, token = signed(vendor, b"{}", secret="another")
    assert is_refused(DESKS[vendor], headers, b"{}", NOW, token)


@pytest.mark.parametrize("vendor", VENDORS)
@settings(max_examples=150)
@given(data=st.data(), body=st.binary(max_size=80), token=anything, now=st.floats(0, 4e9))
def test_whatever_is_sent_is_refused_and_nothing_else_happens(vendor, data, body, token, now):
    names = [name for name in COVERED[vendor] if name not in {"body", "token"}]
    headers = data.draw(st.dictionaries(st.sampled_from([*names, "authorization"]), anything))
    assert is_refused(DESKS[vendor], headers, body, now, token)


@pytest.mark.parametrize("vendor", VENDORS)
@settings(max_examples=100)
@given(data=st.data(), given_text=anything)
def test_whatever_stands_in_one_part_of_a_good_proof_is_refused(vendor, data, given_text):
    headers, token = signed(vendor, b"{}")
    place = data.draw(st.sampled_from([name for name in COVERED[vendor] if name != "body"]))
    good = token if place == "token" else headers[place]
    if given_text == good:
        return
    if place == "token":
        token = given_text
    else:
        headers |= {place: given_text}
    assert is_refused(DESKS[vendor], headers, b"{}", NOW, token)


KEYS = [
    *("ticket_id", "ticket", "id", "type", "detail", "subject", "event", "conversation", "data"),
    *(
        "freshdesk_webhook",
        "object_id",
        "object_type",
        "status",
        "created_at",
        "updated_at",
        "meta",
    ),
]
WORDS = ["zen:event-type:ticket.created", "Ticket", "conversation_updated", "open"]


@pytest.mark.parametrize("vendor", VENDORS)
@settings(max_examples=150)
@given(document=documents(KEYS, WORDS), raw=st.binary())
def test_of_whatever_is_verified_comes_an_event_or_bad_input(vendor, document, raw):
    for body in (json.dumps(document).encode(), raw):
        headers, token = signed(vendor, body)
        assert makes_an_event_or_bad_input(DESKS[vendor], headers, body, NOW, token)
