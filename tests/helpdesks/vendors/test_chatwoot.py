"""What is Chatwoot's alone."""

import itertools
import json

import pytest

from overflow.clock import SystemClock
from overflow.core.model import Snapshot, Status
from overflow.errors import Refused, Unauthorised
from overflow.helpdesks import http, paging
from overflow.helpdesks.port import Desired, Full, Hint, Nothing
from tests.helpdesks.vendors import chatwoot_server as c
from tests.helpdesks.vendors.signing import NOW, SECRET, desk, signed
from tests.helpdesks.vendors.worlds import connect

TO_PARTNER = Desired("near", "overflow", is_tagged=True, reason_field=c.REASON, reason="backlog")


@pytest.fixture
def server():
    made = c.Server(SystemClock().now)
    yield made
    made.close()


@pytest.fixture
def chatwoot(server):
    made = connect(c, server, SystemClock())
    yield made
    made.close()


def event(connector=None, **facts):
    """What the connector makes of the recorded webhook with these facts."""
    recorded = json.loads((c.DATA / "chatwoot-conversation_updated.json").read_text())
    body = json.dumps(recorded | facts).encode()
    headers, token = signed("chatwoot", body)
    headers["x-chatwoot-delivery"] = "d-1"
    return (connector or desk("chatwoot")).receive(headers, body, token, NOW)


def test_a_conversation_comes_whole():
    assert event() == Full(
        Snapshot(
            id="7171",
            status=Status.OPEN,
            group="#3",
            assignee=None,
            channel="email",
            language="",
            created=1795338611.0,
            version=1795338911482,
            tags=frozenset({"retoure"}),
        ),
        "d-1",
    )
    assert event(event="conversation_created").is_new


@pytest.mark.parametrize(
    "kind",
    [
        *("contact_created", "contact_updated", "webwidget_triggered", "inbox_created"),
        *("inbox_updated", "conversation_typing_on", "conversation_typing_off", ""),
    ],
)
def test_what_says_nothing_about_a_conversation_is_acknowledged(kind):
    assert isinstance(event(event=kind), Nothing)


def test_messages_are_hints_and_notes_are_nothing():
    for kind in ("message_created", "message_updated"):
        assert event(event=kind, conversation={"id": 8}) == Hint("8", "d-1")
        assert isinstance(event(event=kind, conversation={"id": 8}, private=True), Nothing)


def test_times_of_webhooks_may_be_texts():
    seen = event(first_reply_created_at="2026-11-22T17:10:00.500Z").ticket
    assert seen.answered == 1795367400.5


@pytest.mark.parametrize(
    "facts",
    [{"first_reply_created_at": "yesterday"}, {"created_at": None}, {"status": "to come"}],
)
def test_a_webhook_that_makes_no_sense_is_a_hint(facts):
    assert event(**facts) == Hint("7171", "d-1")


def test_a_read_is_never_older_than_the_webhook_of_the_same_state(server, chatwoot):
    number = server.create()
    for _ in range(20):
        server.assign(number)
        hook = server.sent(server.hooks[-1])
        told = chatwoot.receive(hook.headers, hook.body, "", server.now()).ticket
        assert chatwoot.read(number).version >= told.version


def test_a_conversation_without_its_time_has_no_version(server, chatwoot):
    number = server.create()
    del server.tickets[number]["updated_at"]
    assert chatwoot.read(number).version is None


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ({"conversation_language": "nl", "browser_language": "de-DE"}, "nl"),
        ({"browser_language": "de-DE"}, "de"),
        ({"browser_language": "<script>"}, ""),
        ({"conversation_language": None}, ""),
        (None, ""),
    ],
)
def test_the_language_is_what_chatwoot_found_it_to_be(said, language):
    assert event(additional_attributes=said).ticket.language == language


@pytest.mark.parametrize("kind", ["AgentBot", "Captain::Assistant", []])
def test_neither_a_bot_nor_an_assistant_is_an_assignee(kind):
    meta = {"assignee": {"id": 7}, "assignee_type": kind, "team": None}
    assert event(meta=meta).ticket.assignee is None
    assert event(meta={**meta, "assignee_type": "User"}).ticket.assignee == "7"


def test_a_label_that_was_never_made_is_refused(server, chatwoot):
    server.unmade = {"overflow"}
    number = server.create(tags=("vip",))
    with pytest.raises(Refused, match="no label overflow"):
        chatwoot.write(chatwoot.read(number), TO_PARTNER)
    assert server.tickets[number]["labels"] == ["vip"]


def test_a_team_that_is_not_there_is_refused(server):
    groups = {**c.GROUPS, "near": 99}
    own = connect(c, server, SystemClock(), groups=groups)
    with pytest.raises(Refused, match="no team 99"):
        own.write(own.read(server.create()), TO_PARTNER)
    own.close()


@pytest.mark.parametrize("behind", ["/", "/api/v1", "/api/v1/accounts/1/"])
def test_the_api_s_path_may_stand_behind_the_address(server, behind):
    own = connect(c, server, SystemClock(), url=server.url + behind)
    number = server.create()
    assert own.read(number).id == number
    own.close()


def test_another_account_s_conversation_is_not_ours():
    assert isinstance(event(account={"id": 2}), Nothing)


def test_a_bot_s_conversation_is_nobody_s_until_it_is_handed_over():
    assert isinstance(event(status="pending"), Nothing)
    assert event(status="pending", first_reply_created_at=1795338900).ticket.answered
    customer = desk("chatwoot", pending="customer")
    assert event(customer, status="pending").ticket.status is Status.PENDING


def test_what_a_bot_has_is_in_no_list(server, chatwoot):
    server.create(status="pending")
    mine = server.create()
    pages = [chatwoot.walk_open(cursor) for cursor in ("", "0.2.1", "1.1.0")]
    assert [seen.id for page in pages for seen in page.tickets] == [mine]


def test_a_version_that_does_not_sign_sends_hints_with_a_secret_in_the_url():
    old = desk("chatwoot", signed=False)
    body = (c.DATA / "chatwoot-conversation_updated.json").read_bytes()
    assert old.receive({}, body, SECRET, NOW) == Hint("7171")
    for token in ("", "wrong"):
        with pytest.raises(Unauthorised):
            old.receive({}, body, token, NOW)


def test_the_attributes_of_others_and_a_member_s_own_labels_stay(server, chatwoot):
    number = server.create(tags=("vip",))
    seen = chatwoot.read(number)
    server.tag(number, "eilig")
    server.tickets[number]["custom_attributes"]["score"] = 5

    chatwoot.write(seen, TO_PARTNER)

    assert set(server.tickets[number]["labels"]) == {"vip", "eilig", "overflow"}
    told = {"order": "4711", "score": 5, c.REASON: "backlog"}
    assert server.tickets[number]["custom_attributes"] == told


def test_a_member_whom_the_team_assigned_by_itself_is_taken_off(server, chatwoot):
    server.assigning[c.GROUPS["near"]] = 88
    number = server.create()
    chatwoot.write(chatwoot.read(number), TO_PARTNER)
    assert (server.shown(number).group, server.shown(number).assignee) == ("near", None)


def test_pending_and_on_hold_are_a_snooze_and_closed_is_refused(server, chatwoot):
    number = server.create()
    for status in (Status.PENDING, Status.ON_HOLD):
        chatwoot.set_status(number, status)
        assert server.tickets[number]["status"] == "snoozed"
    with pytest.raises(Refused):
        chatwoot.set_status(number, Status.CLOSED)


def test_a_list_that_shrinks_while_it_is_walked_over_is_gone_back_in(server, chatwoot):
    numbers = [server.create() for _ in range(9)]
    first = chatwoot.walk_open("")
    server.solve(numbers[0])
    server.solve(numbers[1])
    seen, page = {ticket.id for ticket in first.tickets}, first
    while not page.is_last:
        page = chatwoot.walk_open(page.cursor)
        seen |= {ticket.id for ticket in page.tickets}
    assert set(numbers) <= seen


def test_what_changed_in_days_is_walked_over_page_after_page(server, chatwoot):
    ago = int(SystemClock().now()) - 3 * 86_400
    server.skew = -4 * 86_400
    before = [server.create() for _ in range(4)]
    server.skew = 0.0
    since = [server.create() for _ in range(8)]
    seen, page = set(), chatwoot.changed_since(str(ago))
    while not page.is_last:
        seen |= {ticket.id for ticket in page.tickets}
        page = chatwoot.changed_since(page.cursor)
    seen |= {ticket.id for ticket in page.tickets}
    assert set(since) <= seen
    assert not set(before[:2]) & seen
    assert not any("updated_within" in asked.query for asked in server.asked)
    assert int(page.cursor) >= ago + 3 * 86_400
    assert chatwoot.changed_since(page.cursor).is_last
    assert "updated_within" in server.asked[-1].query


@pytest.fixture
def huge(server, monkeypatch):
    """Conversations of which three are too much for one answer."""
    monkeypatch.setattr(http, "MAX_BYTES", 30_000)
    numbers = [server.create() for _ in range(8)]
    for number in numbers:
        server.tickets[number]["additional_attributes"] = {"mail": "x" * 10_000}
    server.per_page = 2
    return numbers


def test_changes_that_are_too_much_for_one_answer_are_walked_over(server, chatwoot, huge):
    seen, page = set(), chatwoot.changed_since(str(int(SystemClock().now()) - 30))
    while not page.is_last:
        seen |= {ticket.id for ticket in page.tickets}
        page = chatwoot.changed_since(page.cursor)
    assert seen == set(huge)


def test_those_that_are_not_found_for_too_much_are_read_by_themselves(server, chatwoot, huge):
    before = len(server.asked)
    for _ in range(2):
        assert chatwoot.bulk.read(huge, None) == {}
    assert len(server.asked) - before == 1


def test_those_are_looked_for_that_changed_since_the_first_of_them_did(server, chatwoot):
    number = server.create()
    for ago, within in ((None, 60), (20, 80), (3600, 300), (-3600, 60)):
        since = None if ago is None else SystemClock().now() - ago
        assert set(chatwoot.bulk.read([number], since)) == {number}
        assert int(server.asked[-1].query["updated_within"]) == pytest.approx(within, abs=1)


def test_answers_without_a_body_and_lists_without_a_count_are_taken(server, chatwoot):
    number = server.create()
    for name in ("assignments", "labels"):
        done = getattr(server, name)
        setattr(server, name, lambda *asked, done=done: done(*asked) and None)
    chatwoot.write(chatwoot.read(number), TO_PARTNER)
    assert (server.shown(number).group, server.shown(number).tags) == ("near", {"overflow"})
    listing = server.list_conversations
    server.list_conversations = lambda asked: {
        "data": {"payload": listing(asked)["data"]["payload"]}
    }
    assert [seen.id for seen in chatwoot.walk_open("").tickets] == [number]


def test_a_clock_of_ours_that_was_set_back_looks_far_back(server, chatwoot):
    number = server.create()
    ahead = str(int(SystemClock().now()) + 3600)
    page = chatwoot.changed_since(ahead)
    assert [seen.id for seen in page.tickets] == [number]
    assert chatwoot.changed_since(page.cursor).is_last


def test_messages_that_have_no_end_are_refused(server, chatwoot, monkeypatch):
    monkeypatch.setattr(paging, "LONGEST", 3)
    numbers = itertools.count(1000, -1)
    server.messages = lambda asked, number: {"payload": [{"id": next(numbers), "content": ""}]}
    before = len(server.asked)
    with pytest.raises(Refused, match="no end"):
        chatwoot.has_note("7", "OV-1")
    assert len(server.asked) - before == 3


def test_messages_whose_pages_name_one_another_come_to_an_end(server, chatwoot):
    numbers = itertools.cycle([5, 9])
    server.messages = lambda asked, number: {"payload": [{"id": next(numbers), "content": ""}]}
    assert not chatwoot.has_note("7", "OV-1")
