"""What is Zendesk's alone."""

import base64
import hmac
import json
from datetime import UTC, datetime

import pytest

from overflow.clock import SystemClock
from overflow.core.model import Snapshot, Status
from overflow.errors import HelpdeskAway, Refused, Unauthorised
from overflow.helpdesks import retry_status
from overflow.helpdesks.port import Desired, Full, Hint, Nothing
from tests.helpdesks.vendors import zendesk_server
from tests.helpdesks.vendors.signing import NOW, SECRET, desk, signed
from tests.helpdesks.vendors.worlds import connect

TO_PARTNER = Desired(
    "near", "overflow", is_tagged=True, reason_field=zendesk_server.REASON, reason="backlog"
)


@pytest.fixture
def server():
    made = zendesk_server.Server(SystemClock().now)
    yield made
    made.close()


@pytest.fixture
def zendesk(server):
    made = connect(zendesk_server, server, SystemClock())
    yield made
    made.close()


def event(kind, connector=None, **facts):
    """What the connector makes of an event with the recorded detail."""
    recorded = json.loads((zendesk_server.DATA / "zendesk-event-webhook.json").read_text())
    recorded["type"] = f"zen:event-type:{kind}"
    recorded |= {k: v for k, v in facts.items() if k in recorded}
    if recorded["detail"] is not None:
        recorded["detail"] |= {k: v for k, v in facts.items() if k not in recorded}
    body = json.dumps(recorded).encode()
    headers, token = signed("zendesk", body)
    return (connector or desk("zendesk")).receive(headers, body, token, NOW)


def test_a_write_made_from_an_older_state_is_tried_again_at_once(server, zendesk):
    number = server.create()
    seen = zendesk.read(number)
    server.skew = 5.0
    server.assign(number)
    with pytest.raises(HelpdeskAway) as caught:
        zendesk.write(seen, TO_PARTNER)
    assert caught.value.retry_after == 0.0
    assert server.shown(number).group == "shop"


@pytest.mark.parametrize("fraction", ["", ".250", ".000007"])
def test_a_write_bears_the_time_as_exactly_as_the_ticket(server, zendesk, fraction):
    number = server.create()
    server.tickets[number]["updated_at"] = f"2026-11-20T09:15:02{fraction}Z"
    zendesk.write(zendesk.read(number), TO_PARTNER)
    assert server.shown(number).group == "near"


def test_a_closed_ticket_is_never_written_to(server, zendesk):
    number = server.create()
    server.shut(number)
    seen = zendesk.read(number)
    assert (seen.status, seen.is_frozen) == (Status.CLOSED, True)
    with pytest.raises(Refused, match="422"):
        zendesk.write(seen, TO_PARTNER)


def test_a_merged_ticket_is_told_from_a_closed_one_by_its_tag(server, zendesk):
    number = server.create()
    server.merge(number, server.create())
    assert zendesk.read(number).status is Status.MERGED
    own = connect(zendesk_server, server, SystemClock(), merged_tag="zusammengefasst")
    assert own.read(number).status is Status.CLOSED
    own.close()


def test_the_export_can_be_asked_for_more_right_after_a_first_walk(zendesk):
    """It refuses the last minute."""
    assert zendesk.changed_since(zendesk.changed_since("").cursor).is_last


def test_what_is_open_is_walked_over_by_when_it_was_made(server, zendesk):
    """The search shows no more than a thousand."""
    numbers, seen, cursor = set(), set(), ""
    for ago in range(80, 0, -10):
        server.skew = -ago
        numbers.add(server.create())
    for _ in range(8):
        page = zendesk.walk_open(cursor)
        seen |= {ticket.id for ticket in page.tickets}
        cursor = page.cursor
    assert seen == numbers
    assert max(int(a.query["page"]) for a in server.asked if a.path == "search") < 3


def test_deleted_tickets_are_among_what_changed(server, zendesk):
    cursor = zendesk.changed_since("").cursor
    number = server.create()
    server.delete(number)
    server.skew = 120.0
    assert [(s.id, s.status) for s in zendesk.changed_since(cursor).tickets] == [
        (number, Status.DELETED)
    ]


def test_a_follow_up_of_a_closed_ticket_is_a_ticket_of_its_own(server, zendesk):
    number = server.create()
    server.shut(number)
    following = server.customer_writes(number)
    assert following != number
    assert zendesk.read(following).status is Status.OPEN


def test_a_new_ticket_comes_whole_with_its_event():
    found = event("ticket.created")
    assert found == Full(
        Snapshot(
            id="35436",
            status=Status.OPEN,
            group="#8447320466430",
            assignee=None,
            channel="email",
            language="",
            created=datetime(2026, 11, 20, 9, 10, 11, tzinfo=UTC).timestamp(),
            version=int(datetime(2026, 11, 20, 9, 15, 2, tzinfo=UTC).timestamp() * 1e6),
            priority=2,
            tags=frozenset({"retoure"}),
        ),
        "2b24ef10-19d4-4740-93cf-8f98ec4776c0",
        is_new=True,
    )


def test_where_custom_fields_are_looked_at_an_event_is_a_hint():
    connector = desk("zendesk", fields={"language": "7002"})
    assert isinstance(event("ticket.created", connector), Hint)


@pytest.mark.parametrize(
    "kind",
    [
        *("status_changed", "custom_status_changed", "group_assignment_changed", "merged"),
        *("agent_assignment_changed", "tags_changed", "comment_added", "priority_changed"),
        *("requester_changed", "marked_as_spam", "soft_deleted", "undeleted"),
        *("permanently_deleted", "custom_field_changed", "something_to_come"),
    ],
)
def test_every_other_event_about_a_ticket_is_a_hint(kind):
    assert event(f"ticket.{kind}") == Hint("35436", "2b24ef10-19d4-4740-93cf-8f98ec4776c0")
    assert event(f"ticket.{kind}", detail=None).ticket_id == "35436"


@pytest.mark.parametrize("facts", [{"created_at": None}, {"status": "to come"}, {"tags": "a b"}])
def test_a_new_ticket_that_makes_no_sense_is_a_hint(facts):
    assert event("ticket.created", **facts) == Hint("35436", "2b24ef10-19d4-4740-93cf-8f98ec4776c0")


@pytest.mark.parametrize("stamp", ["2026-11-20T09:15:03.250Z", "2026-11-20T10:15:03+01:00"])
def test_a_timestamp_may_have_fractions_and_another_zone(stamp):
    body, name = b'{"ticket_id": "7"}', "x-zendesk-webhook-signature"
    digest = hmac.digest(SECRET.encode(), stamp.encode() + body, "sha256")
    headers = {name: base64.b64encode(digest).decode(), f"{name}-timestamp": stamp}
    assert desk("zendesk").receive(headers, body, "", NOW) == Hint("7")
    with pytest.raises(Unauthorised):
        desk("zendesk").receive(headers, body, "", NOW + 302.0)


def test_what_is_not_for_us_is_acknowledged():
    own = desk("zendesk", user=8447388090494, account=123456)
    assert isinstance(event("user.created"), Nothing)
    assert isinstance(event("ticket.tags_changed", own), Nothing)
    assert isinstance(event("ticket.tags_changed", own, actor_id="5"), Hint)
    assert isinstance(event("ticket.tags_changed", own, actor_id="5", account_id=7), Nothing)


def test_a_trigger_that_our_own_change_set_off_is_passed_over():
    connector = desk("zendesk", email="Overflow@shop.example")
    for email, kind in (("overflow@shop.example", Nothing), ("kunde@example.com", Hint)):
        body = json.dumps({"ticket_id": "7", "current_user_email": email}).encode()
        headers, token = signed("zendesk", body)
        assert isinstance(connector.receive(headers, body, token, NOW), kind)


def test_a_ticket_that_an_agent_typed_in_for_somebody_else_is_outbound(server, zendesk):
    number = server.create(via="web")
    assert not zendesk.read(number).outbound
    server.tickets[number]["submitter_id"] = 77
    assert zendesk.read(number).outbound


def test_a_channel_and_a_language_may_stand_in_custom_fields(server):
    own = {"channels": {"Telefon": "phone"}, "fields": {"channel": "7003", "language": "7002"}}
    connector = connect(zendesk_server, server, SystemClock(), **own)
    number = server.create()
    server.tickets[number]["custom_fields"] += [
        {"id": 7002, "value": "pt-BR"},
        {"id": 7003, "value": "telefon"},
    ]
    seen = connector.read(number)
    assert (seen.channel, seen.language) == ("phone", "pt")
    connector.close()


def test_an_oauth_token_goes_as_bearer(server):
    connector = connect(zendesk_server, server, SystemClock(), email="")
    with pytest.raises(Refused, match="401"):
        connector.read("1")
    assert server.asked[-1].headers["authorization"] == f"Bearer {zendesk_server.TOKEN}"
    connector.close()


def test_what_cannot_be_taken_in_now_is_answered_so_that_zendesk_sends_it_again():
    assert (retry_status("zendesk"), retry_status("rt")) == (409, 503)
