"""What Request Tracker says, recorded: understood, or refused in the words of the port."""

import contextlib
import json
from pathlib import Path

import hypothesis.strategies as st
import orjson
import pytest
from hypothesis import given

from overflow.clock import SystemClock
from overflow.core.model import Snapshot, Status, Words
from overflow.errors import BadInput, Unauthorised
from overflow.helpdesks import check_options
from overflow.helpdesks.fields import Fields
from overflow.helpdesks.port import Full, Hint, Nothing
from overflow.helpdesks.rt.connector import RtHelpdesk, RtOptions
from overflow.helpdesks.rt.ticket import may_be_answered, version_of
from overflow.helpdesks.signatures import sha256_hex

RECORDED = json.loads((Path(__file__).parent / "data" / "rt.json").read_text())
NOW = 1795355301.0
MOVED = Snapshot(
    id="1",
    status=Status.OPEN,
    group="partner",
    assignee=None,
    channel="chat",
    language="de",
    created=1795355300.0,
    version=78,
    answered=1795355301.0,
    priority=70,
    tags=frozenset({"vip"}),
)


@pytest.fixture(scope="module")
def desk():
    secrets = {"webhook": ("old secret", "new secret")}
    options = RtOptions().load({"url": "http://127.0.0.1:1"})
    words = Words(reason_field="OverflowReason")
    connector = RtHelpdesk(options, lambda name: secrets.get(name, ()), words, SystemClock())
    yield connector
    connector.close()


def receive(desk, body: bytes, secret="new secret", stamp="1795355301"):
    signature = sha256_hex(secret, f"{stamp}.".encode() + body)
    headers = {"x-rt-timestamp": stamp, "x-rt-signature": f"sha256={signature}"}
    return desk.receive(headers, body, "", NOW)


def recorded(name: str) -> bytes:
    return RECORDED[name]["body"].encode()


def test_a_change_carries_the_whole_ticket(desk):
    assert receive(desk, recorded("moved")) == Full(MOVED, "rt-1-76")


def test_a_creation_says_that_the_ticket_is_new(desk):
    event = receive(desk, recorded("created"))
    assert event.is_new
    assert (event.ticket.status, event.ticket.answered, event.ticket.version) == (
        Status.OPEN,
        None,
        85,
    )


def test_a_ticket_that_left_is_a_hint(desk):
    assert receive(desk, recorded("left")) == Hint("2", "rt-2-86")


def test_a_reminder_is_nothing_for_us(desk):
    body = recorded("created").replace(b'"Type":"ticket"', b'"Type":"reminder"')
    assert isinstance(receive(desk, body), Nothing)


def test_a_read_says_the_same_as_the_webhook(desk):
    ticket = Fields.parse(recorded("read"))
    version = version_of(RECORDED["read"]["etag"])
    assert desk._lexicon.ticket(ticket, version=version, answered=MOVED.answered) == MOVED


def test_the_old_secret_is_valid_while_it_is_rotated_out(desk):
    assert receive(desk, recorded("moved"), secret="old secret")
    with pytest.raises(Unauthorised):
        receive(desk, recorded("moved"), secret="stolen secret")


@pytest.mark.parametrize("stamp", ["1795354000", "1795356000", "", "1e9", "-1", "१७९५३५५३०१"])
def test_a_time_that_is_not_now_is_not_believed(desk, stamp):
    with pytest.raises(Unauthorised):
        receive(desk, recorded("moved"), stamp=stamp)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff",
        b'{"ticket": 7}',
        b'{"ticket": {}}',
        b'{"ticket": {"id": 7, "Queue": {"Name": "x"}, "Type": "ticket"}}',
        recorded("moved").replace(b'"Status":"open"', b'"Status":"lost"'),
        recorded("moved").replace(b'"values":["vip"]', b'"values":[["vip"]]'),
        recorded("moved").replace(b'"version":78', b'"version":"78"'),
    ],
    ids=["empty", "list", "bytes", "number", "nobody", "bare", "status", "nested", "text"],
)
def test_a_verified_body_that_makes_no_sense_is_bad_input(desk, body):
    with pytest.raises(BadInput) as caught:
        receive(desk, body)
    assert not isinstance(caught.value, Unauthorised)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["ticket", "id", "Queue", "Name", "Type", "Status", "CustomFields"]
                ),
                inner,
                max_size=4,
            )
        ),
    )
)
def test_whatever_is_signed_is_an_event_or_bad_input(document):
    secrets = {"webhook": ("new secret",)}
    desk = RtHelpdesk(RtOptions().load({"url": "http://x"}), secrets.get, Words(), SystemClock())
    with contextlib.closing(desk), contextlib.suppress(BadInput):
        receive(desk, orjson.dumps({"ticket": document}))


@pytest.mark.parametrize(
    ("facts", "may_be"),
    [
        ({"Requestor": [{"id": "a@customer.example"}]}, False),
        ({"Requestor": [{"id": "a@customer.example"}], "Told": "1970-01-01T00:00:00Z"}, False),
        ({"Requestor": [{"id": "a@customer.example"}], "Told": "2026-11-22T13:48:21Z"}, True),
        ({"Requestor": [{"id": "a@customer.example"}], "Started": "2026-11-22T13:48:21Z"}, True),
        ({"Requestor": [{"id": "caller 17"}]}, True),
        ({"Requestor": []}, True),
        ({}, True),
    ],
)
def test_an_answer_is_looked_for_unless_rt_rules_it_out(facts, may_be):
    assert may_be_answered(Fields(facts)) is may_be


def test_options_are_checked_with_the_path_to_each_fault():
    faults = check_options("rt", {"url": "rt", "fields": {"chanel": ""}, "statuses": {"x": "y"}})
    assert set(faults) == {"options.url", "options.fields.chanel", "options.statuses.x.value"}
    assert not check_options(
        "rt", {"url": "https://rt.shop.example/rt"}, {"token": 1, "webhook": 1}
    )
    assert set(check_options("rt", {}, {})) == {"options.url", "secrets.token", "secrets.webhook"}


@pytest.mark.parametrize(
    ("said", "priority"),
    [("70", 70), (-4, -4), ("-5", -5), (None, 0), ("urgent", 0), ("9" * 30, 0), ("1_0", 0)],
)
def test_a_priority_is_a_number_that_can_be_told_on(desk, said, priority):
    document = json.loads(recorded("moved"))
    document["ticket"]["Priority"] = said
    assert receive(desk, json.dumps(document).encode()).ticket.priority == priority
