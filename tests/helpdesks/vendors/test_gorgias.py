"""What is Gorgias's alone."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest

from overflow.clock import SystemClock
from overflow.core.model import HelpdeskConfig, Status, Words
from overflow.errors import Refused, Unauthorised
from overflow.helpdesks import check_options, open_helpdesk
from overflow.helpdesks.port import Desired, Hint, Nothing
from tests.helpdesks.vendors import gorgias_server as g
from tests.helpdesks.vendors.signing import NOW, SECRET, desk, signed
from tests.helpdesks.vendors.worlds import connect

TO_PARTNER = Desired("near", "overflow", is_tagged=True, reason_field=g.REASON, reason="backlog")


@pytest.fixture
def server():
    made = g.Server(SystemClock().now)
    yield made
    made.close()


@pytest.fixture
def gorgias(server):
    made = connect(g, server, SystemClock())
    yield made
    made.close()


@pytest.mark.parametrize(
    ("body", "event"),
    [
        (
            (g.DATA / "gorgias-http-integration-default.json").read_bytes(),
            Hint("68211294", "1897045193"),
        ),
        ((g.DATA / "gorgias-http-integration-form.json").read_bytes(), Hint("68211294")),
        (b'{"ticket": {"id": 7, "messages": []}, "context": 1}', Hint("7")),
        (b'{"id": 5, "object_type": "Ticket", "object_id": 7}', Hint("7", "5")),
        (
            b'{"id": 5, "object_type": "TicketMessage", "data": {"message": {"ticket_id": 7}}}',
            Hint("7", "5"),
        ),
        (
            b'{"id": 5, "object_type": "Customer", "object_id": 7}',
            Nothing("no event about a ticket"),
        ),
        (b'{"object_type": [], "object_id": 7}', Nothing("no event about a ticket")),
    ],
)
def test_a_webhook_of_every_shape_names_its_ticket(body, event):
    headers, token = signed("gorgias", body)
    assert desk("gorgias").receive(headers, body, token, NOW) == event


def test_the_header_may_be_missing_unless_the_options_say_otherwise():
    body = b'{"ticket_id": "7"}'
    assert desk("gorgias").receive({}, body, SECRET, NOW) == Hint("7")
    strict = desk("gorgias", needs_header=True)
    for headers in ({}, {"x-overflow-secret": "wrong"}):
        with pytest.raises(Unauthorised):
            strict.receive(headers, body, SECRET, NOW)


@pytest.mark.parametrize(
    ("how", "encode"),
    [
        ({"header": "X-Gorgias-Signature"}, lambda digest: digest.hex()),
        (
            {"header": "X-Gorgias-Signature", "prefix": "sha256="},
            lambda digest: f"sha256={digest.hex()}",
        ),
        (
            {"header": "X-Gorgias-Hmac-SHA256", "encoding": "base64"},
            lambda digest: base64.b64encode(digest).decode(),
        ),
    ],
)
def test_a_signature_is_verified_the_way_that_the_options_say(how, encode):
    options = {"url": "https://desk.example", "groups": {"shop": 1}, "user": 9, "signature": how}
    secrets = {"token": ("t",), "webhook": (SECRET,), "signature": ("old", "s3cr3t")}
    signing = open_helpdesk(
        HelpdeskConfig("gorgias", options, secrets), Words(), str, SystemClock()
    )
    body = b'{"ticket_id": "7"}'
    good = encode(hmac.digest(b"s3cr3t", body, hashlib.sha256))
    name = how["header"].lower()

    assert signing.receive({name: good}, body, SECRET, NOW) == Hint("7")
    for headers, raw in (
        ({}, body),
        ({name: good[:-1]}, body),
        ({name: good}, body + b" "),
        *(({name: good[:at] + "~" + good[at + 1 :]}, body) for at in range(len(good))),
    ):
        with pytest.raises(Unauthorised):
            signing.receive(headers, raw, SECRET, NOW)


def test_times_without_a_zone_are_the_zone_s_of_the_options(server):
    number = server.create()
    server.tickets[number]["created_datetime"] = "2026-07-01T12:00:00.123456"
    for zone, hour in (("UTC", 12), ("Europe/Amsterdam", 10)):
        own = connect(g, server, SystemClock(), zone=zone)
        due = datetime(2026, 7, 1, hour, 0, 0, 123456, UTC).timestamp()
        assert own.read(number).created == due
        own.close()


def test_a_snooze_is_on_hold_until_it_ends(server, gorgias):
    number = server.create()
    server.tickets[number] |= {"status": "closed", "snooze_datetime": g.naive(server.now() + 60)}
    assert gorgias.read(number).status is Status.ON_HOLD
    server.skew = 120.0
    assert gorgias.read(number).status is Status.SOLVED


def test_a_snoozed_ticket_to_which_the_customer_writes_is_open(server, gorgias):
    number = server.create()
    gorgias.set_status(number, Status.ON_HOLD)
    assert server.tickets[number]["status"] == "closed"
    server.customer_writes(number)
    assert gorgias.read(number).status is Status.OPEN


def test_trashed_tickets_and_spam_are_known(server, gorgias):
    number = server.create()
    server.spam(number)
    assert gorgias.read(number).status is Status.SPAM
    server.delete(number)
    assert gorgias.read(number).status is Status.DELETED


def test_tags_are_never_replaced(server, gorgias):
    number = server.create(tags=("vip",))
    gorgias.write(gorgias.read(number), TO_PARTNER)
    back = Desired("shop", "overflow", is_tagged=False, reason_field=g.REASON, reason="")
    gorgias.write(gorgias.read(number), back)
    assert server.shown(number).tags == {"vip"}
    assert not [call for call in server.calls("PUT") if call.endswith("/tags")]


def test_a_field_is_set_alone_by_its_bare_value_and_cleared_by_deleting_it(server, gorgias):
    number = server.create()
    server.tickets[number]["custom_fields"]["77"] = {"id": 77, "value": "nl"}
    gorgias.write(gorgias.read(number), TO_PARTNER)
    assert [a.body for a in server.asked if "custom-fields" in a.path] == ["backlog"]
    assert gorgias.read(number).reason == "backlog"

    back = Desired(None, "overflow", is_tagged=True, reason_field=g.REASON, reason="")
    seen = gorgias.read(number)
    for _ in range(2):  # the second time it is gone already
        gorgias.write(seen, back)
    assert server.tickets[number]["custom_fields"] == {"77": {"id": 77, "value": "nl"}}


def test_where_a_field_stands_and_what_is_sent_for_it_can_be_set(server):
    own = connect(
        g, server, SystemClock(), field_path="fields/{field}", field_body="object", bulk=False
    )
    number = server.create()
    seen = own.read(number)
    with pytest.raises(Refused):  # it is where the documentation says
        own.write(seen, TO_PARTNER)
    asked = server.asked[-1]
    assert (asked.path, asked.body) == (f"tickets/{number}/fields/{g.REASON}", {"value": "backlog"})
    own.close()
    options = {"url": "https://x.example", "user": 9, "groups": {"shop": 1}, "field_path": "fields"}
    assert check_options("gorgias", options).keys() == {"options.field_path"}


def test_fields_that_come_as_a_list_are_known_by_the_number_of_the_field(server, gorgias):
    number = server.create()
    value = {"field": {"id": int(g.REASON)}, "id": 5551, "value": "backlog"}
    server.tickets[number]["custom_fields"] = [value]
    assert gorgias.read(number).reason == "backlog"


@pytest.mark.parametrize("made", [{"via": "rule"}, {"via": "helpdesk", "rule_id": 4}])
def test_what_a_rule_says_by_itself_is_no_answer(server, gorgias, made):
    number = server.create()
    said = {"body_text": "Danke!", "channel": "email", "public": True, "from_agent": True}
    server._say(number, **said, **made)
    assert gorgias.read(number).answered is None
    server.answer(number)
    assert gorgias.read(number).answered is not None


def test_the_last_changed_come_first_whenever_they_were_made(server, gorgias):
    server.skew = -600.0
    numbers = [server.create() for _ in range(5)]
    server.skew = 0.0
    cursor = gorgias.changed_since("").cursor
    server.assign(numbers[0])
    assert [seen.id for seen in gorgias.changed_since(cursor).tickets] == [numbers[0]]


def test_nothing_is_asked_that_the_documentation_does_not_name(server, gorgias):
    number = server.create()
    begun = gorgias.changed_since("").cursor
    for page in (gorgias.changed_since(begun), gorgias.walk_open("")):
        assert [seen.id for seen in page.tickets] == [number]
    assert gorgias.groups() == ["far", "near", "shop", "vip"]
    assert not gorgias.has_note(number, "ovf-OTHER1")


def test_an_answer_goes_back_the_way_the_question_came(server, gorgias):
    number = server.create()
    gorgias.reply(number, "Es kommt.", "ovf-REPLY1")
    sent = server.said[number][-1]
    assert sent["source"] == {
        "type": "email",
        "from": {"address": "hilfe@shop.example"},
        "to": [{"address": "kunde@example.com"}],
    }
    server._ask(number)
    server.said[number][-1]["source"]["from"]["address"] = "elsewhere@example.com"
    gorgias.add_note(number, "a note", "ovf-NOTE01")
    gorgias.reply(number, "Es kommt.", "ovf-REPLY3")
    assert server.said[number][-1]["source"]["to"] == [{"address": "elsewhere@example.com"}]
    server.said[number].clear()
    with pytest.raises(Refused, match="no message of the customer"):
        gorgias.reply(number, "Es kommt.", "ovf-REPLY2")


def test_how_a_user_is_cleared_can_be_set(server):
    own = connect(g, server, SystemClock(), unassign="null")
    number = server.create()
    server.assign(number)
    own.write(own.read(number), TO_PARTNER)
    assert server.asked[-1].body["assignee_user"] is None
    assert server.shown(number).assignee is None
    own.close()


def test_faults_of_the_options_are_named_all_at_once():
    faults = check_options("gorgias", {"url": "https://x.example", "zone": "Nowhere"})
    assert faults.keys() == {"options.zone", "options.user", "options.groups"}


def test_a_signature_cannot_be_verified_without_its_secret():
    options = {"url": "https://x.example", "user": 9, "groups": {"shop": 1}}
    secrets = {"token": "env:T", "webhook": "env:W"}
    assert check_options("gorgias", options, secrets) == {}
    signed_ones = options | {"signature": {"header": "X-Gorgias-Signature"}}
    assert check_options("gorgias", signed_ones, secrets).keys() == {"secrets.signature"}
    assert check_options("gorgias", signed_ones, secrets | {"signature": "env:S"}) == {}


def test_a_ticket_that_the_shop_began_is_outbound(server, gorgias):
    number = server.create()
    server.tickets[number]["from_agent"] = True
    assert gorgias.read(number).outbound
