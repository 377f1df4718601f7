"""What is Freshdesk's alone."""

import pytest

from overflow.clock import SystemClock
from overflow.core.model import Status
from overflow.errors import BadInput, Refused, Unauthorised
from overflow.helpdesks import paging
from overflow.helpdesks.freshdesk.ticket import html_of
from overflow.helpdesks.port import Desired, Hint
from tests.helpdesks.vendors import freshdesk_server
from tests.helpdesks.vendors.little import No
from tests.helpdesks.vendors.signing import NOW, SECRET, desk, signed
from tests.helpdesks.vendors.worlds import connect


@pytest.fixture
def server():
    made = freshdesk_server.Server(SystemClock().now)
    yield made
    made.close()


@pytest.fixture
def freshdesk(server):
    made = connect(freshdesk_server, server, SystemClock())
    yield made
    made.close()


@pytest.mark.parametrize(
    "body",
    [
        b'{"freshdesk_webhook": {"ticket_id": 3695, "ticket_status": "Offen"}}',
        b'{"freshdesk_webhook": {"ticket_id": "3695"}}',
        b'{"ticket_id": "#3695"}',
        b'{"triggered_event": {ticket_action:created}, "ticket_id": 3695}',
        b'{"subject": "He said "hi"", "ticket_id":"3695"}',
        b"freshdesk_webhook%5Bticket_id%5D=3695&freshdesk_webhook%5Bticket_status%5D=Open",
        b"ticket_id=3695",
        b'<?xml version="1.0"?><hash><ticket-id type="integer">3695</ticket-id></hash>',
        b"<freshdesk-webhook><ticket_id>3695</ticket_id></freshdesk-webhook>",
    ],
)
def test_a_webhook_in_every_encoding_names_its_ticket(body):
    headers, token = signed("freshdesk", body)
    assert desk("freshdesk").receive(headers, body, token, NOW) == Hint("3695")


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"ticket_id": null}', b"ticket_id=abc"])
def test_a_webhook_that_names_no_ticket_is_bad_input(body):
    headers, token = signed("freshdesk", body)
    with pytest.raises(BadInput, match=r"ticket_id|object"):
        desk("freshdesk").receive(headers, body, token, NOW)


def test_the_secret_may_stand_in_a_header_of_its_own_or_in_the_url_alone():
    body = b'{"ticket_id": 1}'
    desk("freshdesk").receive({"x-overflow-secret": SECRET}, body, SECRET, NOW)
    with pytest.raises(Unauthorised):
        desk("freshdesk").receive({}, body, SECRET, NOW)
    lenient = desk("freshdesk", needs_header=False)
    lenient.receive({}, body, SECRET, NOW)
    with pytest.raises(Unauthorised):
        lenient.receive({"x-overflow-secret": "wrong"}, body, SECRET, NOW)


def test_a_status_of_the_account_means_what_the_options_say(server, freshdesk):
    number = server.create()
    server.tickets[number]["status"] = 12
    with pytest.raises(Refused, match=r"helpdesk\.options\.statuses"):
        freshdesk.read(number)
    own = connect(freshdesk_server, server, SystemClock(), statuses={12: "on_hold"})
    assert own.read(number).status is Status.ON_HOLD
    own.close()


def test_an_outbound_email_is_outbound(server, freshdesk):
    assert freshdesk.read(server.create(source=10)).outbound
    assert not freshdesk.read(server.create(source=3)).outbound
    assert freshdesk.read(server.create(source=3)).channel == "phone"


def test_a_merged_ticket_is_known_by_a_tag_where_the_shop_has_one(server):
    own = connect(freshdesk_server, server, SystemClock(), merged_tag="merged")
    number = server.create(tags=["merged"])
    server.shut(number)
    assert own.read(number).status is Status.MERGED
    own.close()


def test_deleted_tickets_and_spam_are_among_what_changed(server, freshdesk):
    cursor = freshdesk.changed_since("").cursor
    numbers = [server.create() for _ in range(6)]
    for number in numbers[:4]:
        server.delete(number)
    server.spam(numbers[4])
    found = {}
    for _ in range(20):
        page = freshdesk.changed_since(cursor)
        found |= {seen.id: seen.status for seen in page.tickets}
        cursor = page.cursor
        if page.is_last:
            break
    statuses = [Status.DELETED] * 4 + [Status.SPAM, Status.OPEN]
    assert found == dict(zip(numbers, statuses, strict=True))


@pytest.mark.parametrize("link", [None, "<https://x.example/?page=2>; rel=next"])
def test_pages_are_gone_through_with_links_or_without(server, freshdesk, link):
    server.page, paged = 100, server._paged

    def linked(asked, values):
        status, listed, headers = paged(asked, values)
        return status, listed, {"Link": link} if headers and link else {}

    server._paged = linked
    numbers, seen, cursor = {server.create() for _ in range(230)}, [], ""
    for _ in range(20):
        page = freshdesk.walk_open(cursor)
        seen += [ticket.id for ticket in page.tickets]
        cursor = page.cursor
        if page.is_last:
            break
    assert set(seen) == numbers


def test_a_ticket_that_is_gone_without_a_word_is_gone(server, freshdesk):
    def gone(asked, number):
        raise No(404, b" ")

    server.show = gone
    assert freshdesk.read("7") is None


def test_a_ticket_that_was_made_months_ago_is_walked_over_and_followed(server, freshdesk):
    cursor = freshdesk.changed_since("").cursor
    server.skew = -60 * 86_400.0
    number = server.create()
    server.skew = 0.0
    assert [seen.id for seen in freshdesk.walk_open("").tickets] == [number]
    server.assign(number)
    found = []
    for _ in range(3):  # deleted ones, spam, all others
        page = freshdesk.changed_since(cursor)
        found, cursor = [*found, *page.tickets], page.cursor
    assert [seen.id for seen in found] == [number]


def test_other_custom_fields_stay_as_they_are(server, freshdesk):
    number = server.create()
    server.tickets[number]["custom_fields"]["cf_language"] = "nl"
    seen = freshdesk.read(number)
    wanted = freshdesk_server.REASON
    freshdesk.write(
        seen, Desired("near", "overflow", is_tagged=True, reason_field=wanted, reason="x")
    )
    assert server.tickets[number]["custom_fields"] == {wanted: "x", "cf_language": "nl"}


def test_notes_are_html_in_which_nothing_is_markup():
    assert html_of("a < b & c\n<script>") == "a &lt; b &amp; c<br>\n&lt;script&gt;"


def test_a_list_that_has_no_end_is_refused(server, freshdesk, monkeypatch):
    monkeypatch.setattr(paging, "LONGEST", 3)
    link = {"Link": "<https://x.example/?page=2>; rel=next"}
    server._paged = lambda asked, values: (200, [{"id": 1}], link)
    number, before = server.create(), len(server.asked)
    for look in (lambda: freshdesk.has_note(number, "OV-1"), freshdesk.groups):
        with pytest.raises(Refused, match="no end"):
            look()
    assert len(server.asked) - before == 2 * 3
