"""What comes in by the standard connector: verified first, then read strictly."""

import json
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overflow.clock import SystemClock
from overflow.core.model import Snapshot, Status, Words
from overflow.errors import BadInput, NotNow, Unauthorised
from overflow.helpdesks.port import Full, Hint, Nothing
from overflow.helpdesks.signatures import sign_standard
from overflow.helpdesks.standard.connector import StandardHelpdesk, StandardOptions

DATA = Path(__file__).parent / "data"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = 1_795_338_912.0
CREATED = json.loads((DATA / "standard-ticket-created.json").read_text())
NOON = "2026-11-20T12:00:00Z"
WHOLE = {"id": "7", "status": "open", "created_at": NOON, "updated_at": NOON}

desk = StandardHelpdesk(
    StandardOptions().load({"url": "http://desk.example"}),
    lambda name: (SECRET,) if name == "webhook" else (),
    Words(),
    SystemClock(),
)


def received(body):
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    return desk.receive(sign_standard([SECRET], "msg_1", NOW, raw), raw, "", NOW)


def ticket(**changes):
    return {"type": "ticket.updated", "data": {"ticket": WHOLE | changes}}


def test_an_event_with_the_whole_state_is_a_full_ticket():
    assert received(CREATED) == Full(
        Snapshot(
            id="T-4711",
            status=Status.OPEN,
            group="webshop-support",
            assignee=None,
            channel="chat",
            language="de",
            created=1_795_166_102.344522,
            version=1_795_166_102_344_522,
            topic="returns",
            priority=20,
            tags=frozenset({"retoure", "vip"}),
        ),
        delivery="msg_1",
        is_new=True,
    )


def test_what_is_left_out_is_empty():
    seen = received(ticket()).ticket
    assert (seen.group, seen.assignee, seen.channel, seen.language) == (None, None, "", "")
    assert (seen.answered, seen.topic, seen.priority, seen.tags) == (None, "", 0, frozenset())
    assert (seen.reason, seen.outbound) == (None, False)


def test_null_and_empty_texts_are_the_same_as_left_out():
    nothing = dict.fromkeys(("group", "assignee", "channel", "language", "topic", "reason"))
    assert received(ticket(**nothing, tags=None, priority=None)) == received(ticket())
    assert received(ticket(**dict.fromkeys(nothing, ""), tags=[""])) == received(ticket())


def test_a_partial_body_is_a_hint():
    partial = (DATA / "standard-ticket-updated-partial.json").read_bytes()
    assert received(partial) == Hint("T-4711", "msg_1")
    for missing in ("status", "created_at", "updated_at"):
        assert received(ticket(**{missing: None})) == Hint("7", "msg_1")


def test_a_ticket_just_created_may_leave_the_time_to_the_event():
    event = ticket(created_at=None) | {"type": "ticket.created", "timestamp": NOON}
    assert received(event).ticket.created == received(ticket()).ticket.created
    assert received(event | {"type": "ticket.updated"}) == Hint("7", "msg_1")


def test_a_version_of_the_helpdesks_own_is_taken_before_the_time_of_change():
    assert received(ticket(version=62)).ticket.version == 62
    assert received(ticket(version=0, updated_at=None)).ticket.version == 0


def test_times_keep_their_microseconds_and_their_order():
    stamps = ["2026-11-20T09:15:02.999999Z", "2026-11-20T09:15:03Z", "2026-11-20T10:15:03.1+01:00"]
    versions = [received(ticket(updated_at=stamp)).ticket.version for stamp in stamps]
    assert [version - versions[0] for version in versions] == [0, 1, 100_001]


@pytest.mark.parametrize("word", ["new", "OPEN", *Status])
def test_every_status_has_its_word(word):
    assert received(ticket(status=word)).ticket.status == (
        "open" if word == "new" else word.lower()
    )


@pytest.mark.parametrize(("given_id", "id_"), [(7, "7"), ("8", "8"), ("a-B_c:d.9", "a-B_c:d.9")])
def test_ids_are_numbers_or_plain_texts(given_id, id_):
    assert received(ticket(id=given_id)).ticket.id == id_


@pytest.mark.parametrize("kind", ["ticket.assign", "ticket.deleted", "contact.created", "x"])
def test_other_events_are_not_for_us(kind):
    assert isinstance(received({"type": kind, "data": None}), Nothing)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("id", None),
        ("id", ""),
        ("id", True),
        ("id", 7.0),
        ("id", -7),
        ("id", ".."),
        ("id", "a/b"),
        ("id", "7\n"),
        ("id", "{7}"),
        ("id", "7" * 129),
        ("status", "bogus"),
        ("status", 1),
        ("group", ["a"]),
        ("group", "x" * 201),
        ("assignee", {"id": 1}),
        ("assignee", "a\x00b"),
        ("channel", "live chat"),
        ("language", "German language"),
        ("topic", 3),
        ("priority", "high"),
        ("priority", 1.5),
        ("priority", 2**53),
        ("priority", True),
        ("tags", "vip"),
        ("tags", [1]),
        ("tags", ["x"] * 501),
        ("tags", ["x" * 201]),
        ("created_at", 1_795_338_912),
        ("created_at", "2026-11-20T12:00:00"),
        ("created_at", "2026-11-20"),
        ("created_at", "yesterday"),
        ("created_at", "0001-01-01T00:00:00Z"),
        ("updated_at", "9999-12-31T23:59:59-23:59"),
        ("updated_at", ""),
        ("answered_at", False),
        ("version", -1),
        ("version", 2**60),
        ("version", 10**30),
        ("version", "3"),
        ("version", 1e400),
        ("reason", 5),
        ("outbound", "no"),
    ],
)
def test_a_value_that_makes_no_sense_is_named_by_its_path(path, value):
    raw = json.dumps(ticket(**{path: value})).encode()
    with pytest.raises(BadInput) as caught:
        received(raw)
    if value != 1e400:  # no JSON at all
        assert caught.value.message.startswith(f"data.ticket.{path} has to be ")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'"ticket.created"',
        b"[" * 100_000,
        b'{"a":' * 10_000,
        {},
        {"type": None},
        {"type": 5},
        {"type": "x" * 201},
        {"type": "ticket.created"},
        {"type": "ticket.created", "data": []},
        {"type": "ticket.created", "data": {"ticket": None}},
        {"type": "ticket.created", "data": {"ticket": "7"}},
        {"type": "ticket.created", "timestamp": 5, "data": {"ticket": WHOLE}},
    ],
)
def test_a_verified_body_that_makes_no_sense_is_bad_input(body):
    with pytest.raises(BadInput):
        received(body)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
names = st.sampled_from([*CREATED["data"]["ticket"], "version"])


def outcome(body):
    try:
        return received(body)
    except BadInput as fault:
        return fault


@settings(max_examples=500)
@given(st.dictionaries(names, json_values), st.sampled_from(["ticket.created", "ticket.updated"]))
def test_whatever_stands_in_the_fields_it_is_an_event_or_bad_input(changes, kind):
    event = ticket(**changes) | {"type": kind}
    assert isinstance(outcome(json.dumps(event).encode()), Full | Hint | BadInput)


@given(st.binary(max_size=300) | json_values.map(lambda v: json.dumps(v).encode()))
def test_whatever_a_verified_body_is_nothing_but_bad_input_comes_of_it(body):
    assert isinstance(outcome(body), Full | Hint | Nothing | BadInput)


@settings(max_examples=50)
@given(st.dictionaries(st.text(max_size=20), st.text(max_size=20)), st.binary(max_size=100))
def test_what_is_not_signed_is_not_even_parsed(headers, body):
    with pytest.raises(Unauthorised):
        desk.receive(headers, body, "token", NOW)


def test_a_secret_that_cannot_be_read_lets_the_sender_try_again():
    def missing(_):
        raise NotNow("secret env:X is not set or empty")

    options = StandardOptions().load({"url": "http://desk.example"})
    with pytest.raises(NotNow):
        StandardHelpdesk(options, missing, Words(), SystemClock()).receive({}, b"", "", NOW)
