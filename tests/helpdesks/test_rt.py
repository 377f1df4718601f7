"""The connector against a real Request Tracker 5."""

import itertools
import threading

import pytest

from overflow.clock import SystemClock
from overflow.core.model import Snapshot, Status
from overflow.errors import HelpdeskAway, Refused, Unauthorised
from overflow.helpdesks.port import Desired, Full, Hint
from overflow.helpdesks.rt import search as rt_search
from overflow.helpdesks.rt.connector import RtHelpdesk
from tests.helpdesks.rt_shop import SECRET, Person, connect

pytestmark = pytest.mark.slow


def desired(group, field, reason, *, tagged) -> Desired:
    return Desired(group, "overflow", tagged, field, reason)


TO_PARTNER = desired("partner", "OverflowReason", "backlog 41 of 40", tagged=True)
BACK_HOME = desired("inhouse", "OverflowReason", "", tagged=False)


@pytest.fixture(scope="module")
def agent(rt) -> Person:
    return Person(rt, "agent-in")


@pytest.fixture(scope="module")
def partner(rt) -> Person:
    return Person(rt, "agent-pt")


@pytest.fixture(scope="module")
def desk(rt):
    connector = connect(rt)
    yield connector
    connector.close()


@pytest.fixture
def hooked(rt, inbox, desk):
    """Takes what has come in since the last time, as events."""
    rt.post_webhooks_to(f"{inbox.url}/v1/shops/shoes/events/rt", SECRET)

    def events():
        now = SystemClock().now()
        return [desk.receive(d.headers, d.body, "", now) for d in inbox.take()]

    yield events
    rt.post_webhooks_to(None)


# --- reading ---------------------------------------------------------------------------------


def test_a_ticket_is_read_as_it_stands(agent, desk):
    values = {"Channel": "whatsapp", "Language": "PT-br", "Tags": ["vip", "to-partner"]}
    number = agent.open_ticket(Priority=70, CustomFields=values)

    seen = desk.read(number)

    assert seen.created == pytest.approx(SystemClock().now(), abs=60)
    assert seen.version > 0
    assert seen == Snapshot(
        id=number,
        status=Status.OPEN,
        group="inhouse",
        assignee=None,
        channel="whatsapp",
        language="pt",
        created=seen.created,
        version=seen.version,
        priority=70,
        tags=frozenset({"vip", "to-partner"}),
    )


@pytest.mark.parametrize("number", ["99999999", "not-a-number", "7/../8"])
def test_a_ticket_that_is_not_there_reads_as_none(desk, number):
    assert desk.read(number) is None


def test_a_number_that_leads_elsewhere_is_refused(desk):
    with pytest.raises(Refused):
        desk.read("..")


def test_a_language_that_is_none_is_as_good_as_not_given(agent, desk):
    number = agent.open_ticket(CustomFields={"Channel": "", "Language": "das Übliche"})
    seen = desk.read(number)
    assert (seen.channel, seen.language) == ("", "")


def test_a_merged_ticket_reads_as_merged(agent, desk):
    number, into = agent.open_ticket(), agent.open_ticket()
    agent.change(number, MergeInto=into)
    assert desk.read(number).status is Status.MERGED
    assert desk.read(number).id == number
    assert desk.read(into).status is Status.OPEN


def test_a_reminder_is_no_ticket(agent, desk):
    number = agent.open_ticket(Type="reminder")
    assert desk.read(number) is None


def test_the_answer_is_the_first_message_that_is_not_the_customers(agent, desk):
    number = agent.open_ticket(Requestor="agent-in@shop.example")
    agent.answer(number, "Noch etwas: es eilt.")
    assert desk.read(number).answered is None

    agent.comment(number)
    assert desk.read(number).answered is None

    desk.reply(number, "Ist unterwegs.", "ov-1")
    first = desk.read(number).answered
    assert first == pytest.approx(SystemClock().now(), abs=60)

    desk.reply(number, "Ist angekommen.", "ov-2")
    assert desk.read(number).answered == first


def test_an_answer_to_a_customer_without_an_address_is_seen(agent, desk):
    number = agent.open_ticket(Requestor="agent-pt", CustomFields={"Channel": "phone"})
    agent.change(number, Requestor=[])
    assert desk.read(number).answered is None
    agent.answer(number)
    assert desk.read(number).answered


# --- what can go wrong -----------------------------------------------------------------------


def test_a_token_that_is_wrong_is_refused(rt):
    desk = connect(rt, "nobody")
    for call in (lambda: desk.read("1"), lambda: desk.walk_open(""), desk.groups):
        with pytest.raises(Refused, match="401"):
            call()
    desk.close()


def test_a_ticket_that_may_not_be_seen_is_refused(rt, agent):
    desk = connect(rt, "agent-pt")
    with pytest.raises(Refused, match="403"):
        desk.read(agent.open_ticket())
    desk.close()


def test_a_helpdesk_that_is_slow_is_away(rt, agent):
    desk, number = connect(rt, timeout=0.3), agent.open_ticket()
    with rt.paused(), pytest.raises(HelpdeskAway, match="too long"):
        desk.read(number)
    desk.close()
    desk = connect(rt)
    assert desk.read(number)
    desk.close()


def test_a_helpdesk_that_is_down_is_away(rt):
    desk = connect(rt, url="http://127.0.0.1:1")
    with pytest.raises(HelpdeskAway, match="cannot be reached"):
        desk.groups()
    desk.close()


# --- writing ---------------------------------------------------------------------------------


def test_a_ticket_is_moved_tagged_and_freed_in_one_call(agent, desk):
    number = agent.open_ticket(CustomFields={"Tags": ["vip", "Öl"]})
    agent.change(number, Owner="agent-in")
    seen = desk.read(number)
    assert seen.assignee == "agent-in"

    desk.write(seen, TO_PARTNER)

    moved = desk.read(number)
    assert (moved.group, moved.assignee) == ("partner", None)
    assert moved.tags == {"vip", "Öl", "overflow"}
    assert moved.reason == "backlog 41 of 40"


def test_a_ticket_is_taken_back_with_all_its_marks(agent, desk):
    number = agent.open_ticket(CustomFields={"Tags": ["vip"]})
    desk.write(desk.read(number), TO_PARTNER)
    desk.write(desk.read(number), BACK_HOME)

    home = desk.read(number)
    assert (home.group, home.tags, home.reason) == ("inhouse", {"vip"}, None)


def test_nothing_is_written_where_nothing_differs(agent, desk):
    number = agent.open_ticket()
    desk.write(desk.read(number), TO_PARTNER)
    seen = desk.read(number)

    desk.write(seen, TO_PARTNER)
    desk.write(seen, desired(None, None, "ignored", tagged=True))

    assert desk.read(number).version == seen.version


def test_what_has_moved_on_is_not_written_over(agent, desk):
    number = agent.open_ticket()
    seen = desk.read(number)
    agent.change(number, Owner="agent-in")

    with pytest.raises(HelpdeskAway) as caught:
        desk.write(seen, TO_PARTNER)

    assert caught.value.retry_after == 0
    assert desk.read(number).group == "inhouse"


@pytest.mark.parametrize(
    "wanted",
    [
        desired("nowhere", None, "", tagged=True),
        desired("partner", "NoSuchField", "backlog", tagged=True),
    ],
    ids=["queue", "field"],
)
def test_what_rt_refuses_with_200_shows_when_it_is_read_back(agent, desk, wanted):
    number = agent.open_ticket()
    desk.write(desk.read(number), wanted)

    after = desk.read(number)
    assert (after.group, after.reason) != (wanted.group, wanted.reason or None)


def test_a_note_stands_once_and_is_no_answer(agent, desk):
    number, other = agent.open_ticket(), agent.open_ticket()
    assert not desk.has_note(number, "ov-7Yq_x")

    desk.add_note(number, "An Partner Nord: 41 warten. Frist 14:05 Ü", "ov-7Yq_x")

    assert desk.has_note(number, "ov-7Yq_x")
    assert not desk.has_note(number, "ov-7Yq-z")
    assert not desk.has_note(other, "ov-7Yq_x")
    assert desk.read(number).answered is None


def test_an_answer_is_found_by_its_reference_too(agent, desk):
    number = agent.open_ticket()
    desk.reply(number, "Ist unterwegs. (ov-55)", "ov-55")
    assert desk.has_note(number, "ov-55")
    assert desk.read(number).answered


def test_a_note_on_no_ticket_is_refused(desk):
    with pytest.raises(Refused):
        desk.add_note("99999999", "text", "ov-1")


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        (Status.PENDING, Status.PENDING),
        (Status.ON_HOLD, Status.PENDING),
        (Status.SOLVED, Status.SOLVED),
        (Status.OPEN, Status.OPEN),
    ],
)
def test_a_status_is_set(agent, desk, status, shown):
    number = agent.open_ticket()
    desk.set_status(number, status)
    assert desk.read(number).status is shown
    desk.set_status(number, status)
    assert desk.read(number).status is shown


def test_a_status_that_rt_does_not_take_is_refused_with_its_words(rt, agent):
    desk = connect(rt, statuses={"waiting for parts": "on_hold"})
    with pytest.raises(Refused, match="isn't a valid status"):
        desk.set_status(agent.open_ticket(), Status.ON_HOLD)
    with pytest.raises(Refused, match="no status for merged"):
        desk.set_status("1", Status.MERGED)
    desk.close()


# --- the webhook -----------------------------------------------------------------------------


def test_every_webhook_shows_what_a_read_shows_and_its_version(agent, partner, desk, hooked):
    number = agent.open_ticket()
    [event] = hooked()
    assert event == Full(desk.read(number), event.delivery, is_new=True)

    changes = [
        lambda: agent.change(number, Owner="agent-in"),
        lambda: agent.comment(number),
        lambda: agent.answer(number),
        lambda: agent.change(number, CustomFields={"Tags": ["keep-here"], "Language": "fr"}),
        lambda: agent.change(number, Queue="partner"),
        lambda: partner.change(number, Owner="agent-pt"),
        lambda: partner.change(number, Status="stalled"),
        lambda: partner.change(number, Status="resolved"),
        lambda: partner.change(number, Status="open"),
        lambda: partner.change(number, Status="rejected"),
    ]
    versions = [event.ticket.version]
    for change in changes:
        change()
        event = hooked()[-1]
        assert event == Full(desk.read(number), event.delivery)
        versions.append(event.ticket.version)
    assert versions == sorted(set(versions))


def test_our_own_writes_come_back_as_webhooks(agent, desk, hooked):
    number = agent.open_ticket()
    desk.write(desk.read(number), TO_PARTNER)
    desk.add_note(number, "note", "ov-9")
    assert [event.ticket.id for event in hooked()] == [number] * 3


def test_changes_at_the_same_time_leave_the_last_version_with_the_last_state(agent, desk, hooked):
    """Two events may bear one version and differ: who commits first need not have begun first."""
    number = agent.open_ticket()

    def change(person):
        for value in range(5):
            agent.change(number, CustomFields={"Tags": [f"{person}-{value}"]})
            agent.change(number, Priority=person * 10 + value)

    threads = [threading.Thread(target=change, args=(person,)) for person in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    final, told = desk.read(number), [event.ticket for event in hooked()]
    assert max(ticket.version for ticket in told) == final.version
    assert final in told


def test_a_webhook_carries_no_text_and_no_address(agent, hooked, inbox, rt):
    number = agent.open_ticket()
    agent.answer(number, "Ihr Paket ist da.")
    bodies = b"".join(delivery.body for delivery in inbox.take())
    for secret in (b"Paket", b"4711", b"customer.example"):
        assert secret not in bodies


@pytest.mark.parametrize(
    "tamper",
    [
        lambda headers, body: (headers, body + b" "),
        lambda headers, body: ({**headers, "x-rt-signature": "sha256=" + "0" * 64}, body),
        lambda headers, body: ({**headers, "x-rt-timestamp": "1"}, body),
        lambda headers, body: ({**headers, "x-rt-timestamp": "99999999999"}, body),
        lambda headers, body: ({}, body),
    ],
    ids=["body", "signature", "old", "future", "unsigned"],
)
def test_a_webhook_that_is_not_ours_is_not_believed(agent, desk, hooked, inbox, tamper):
    agent.open_ticket()
    [delivery] = inbox.take()
    headers, body = tamper(delivery.headers, delivery.body)
    with pytest.raises(Unauthorised):
        desk.receive(headers, body, "", SystemClock().now())


def test_a_merge_is_told_as_a_hint(agent, desk, hooked):
    number, into = agent.open_ticket(), agent.open_ticket()
    hooked()
    agent.change(number, MergeInto=into)
    events = hooked()
    assert [event.ticket_id for event in events if isinstance(event, Hint)] == [number]
    assert desk.read(into) in [event.ticket for event in events if isinstance(event, Full)]


def test_tickets_that_the_service_may_not_see_are_not_told(rt, agent, desk, hooked):
    number = agent.open_ticket("elsewhere")
    assert hooked() == []

    agent.change(number, Queue="inhouse")
    assert [event.ticket.group for event in hooked()] == ["inhouse"]

    agent.change(number, Queue="elsewhere")
    [event] = hooked()
    assert isinstance(event, Hint)
    assert event.ticket_id == number


def test_a_change_in_the_web_interface_is_told(rt, agent, desk, hooked):
    number = agent.open_ticket()
    hooked()
    agent.click(f"Ticket/Modify.html?id={number}&Queue=partner&SubmitTicket=1")
    [event] = hooked()
    assert event == Full(desk.read(number), event.delivery)
    assert event.ticket.group == "partner"


def test_a_receiver_that_fails_costs_rt_no_ticket(rt, agent, desk, inbox, hooked):
    inbox.status = 503
    failed = agent.open_ticket()
    rt.post_webhooks_to("http://127.0.0.1:1/down", SECRET)
    unheard = agent.open_ticket()
    inbox.open.clear()
    rt.post_webhooks_to(inbox.url, SECRET, timeout=1)
    slow = agent.open_ticket()
    (rt.home / "overflow.json").write_text("{ this is no JSON")
    broken = agent.open_ticket()
    for number in (failed, unheard, slow, broken):
        assert desk.read(number).status is Status.OPEN


# --- walking ---------------------------------------------------------------------------------


@pytest.fixture
def small_pages(monkeypatch):
    monkeypatch.setattr(rt_search, "PAGE", 5)


def walk(step, cursor=""):
    """All pages from the cursor on, and where the next walk begins."""
    tickets = []
    for _ in range(100):
        page = step(cursor)
        tickets += page.tickets
        cursor = page.cursor
        if page.is_last:
            return tickets, cursor
    raise AssertionError("a walk that does not end")


def test_the_walk_shows_every_open_ticket_once(agent, desk, small_pages):
    waiting = agent.open_tickets(7)
    stalled, solved = agent.open_ticket(), agent.open_ticket()
    agent.change(stalled, Status="stalled")
    agent.change(solved, Status="resolved")
    agent.answer(waiting[3])

    found, cursor = walk(desk.walk_open)

    seen = {ticket.id: ticket for ticket in found}
    assert len(seen) == len(found)
    assert {*waiting, stalled} <= seen.keys()
    assert solved not in seen
    assert seen[waiting[3]].answered
    assert seen[waiting[2]] == without_version(desk.read(waiting[2]))
    assert desk.walk_open(cursor).is_last


def test_a_walk_can_be_taken_up_by_another_process(rt, agent, desk, small_pages):
    agent.open_tickets(6)
    whole, _ = walk(desk.walk_open)
    first = desk.walk_open("")
    other = connect(rt)
    rest, _ = walk(other.walk_open, first.cursor)
    assert [*first.tickets, *rest] == whole
    other.close()


def test_changes_are_found_even_many_in_one_second(agent, desk, small_pages):
    old = agent.open_ticket()
    _, begun = walk(desk.changed_since)
    many = agent.open_tickets(12)
    agent.answer(old)

    found, cursor = walk(desk.changed_since, begun)

    seen = {ticket.id: ticket for ticket in found}
    assert len(seen) == len(found)
    assert {old, *many} <= seen.keys()
    assert seen[old] == without_version(desk.read(old))
    assert {t.id for t in walk(desk.changed_since, cursor)[0]} >= {old, *many}, "no overlap"


def test_tickets_that_change_during_the_walk_are_not_missed(agent, desk, small_pages):
    numbers = agent.open_tickets(6)
    _, begun = walk(desk.changed_since)
    for number in numbers:
        agent.change(number, Priority=1)
    cursor, seen = begun, {}
    for number in itertools.chain(numbers, itertools.repeat("")):
        page = desk.changed_since(cursor)
        cursor = page.cursor
        seen |= {ticket.id: ticket for ticket in page.tickets}
        if page.is_last:
            break
        if number:
            agent.change(number, Priority=99)
    after, _ = walk(desk.changed_since, cursor)
    seen |= {ticket.id: ticket for ticket in after}
    for number in numbers:
        assert seen[number] == without_version(desk.read(number))


def test_what_has_ended_is_among_the_changes(agent, desk):
    solved, deleted, merged, into = (agent.open_ticket() for _ in range(4))
    _, begun = walk(desk.changed_since)
    agent.change(solved, Status="resolved")
    agent.change(deleted, Status="deleted")
    agent.change(merged, MergeInto=into)

    seen = {ticket.id: ticket.status for ticket in walk(desk.changed_since, begun)[0]}

    assert seen[solved] is Status.SOLVED
    assert seen[deleted] is Status.DELETED
    assert seen[merged] is Status.MERGED
    assert desk.read(deleted).status is Status.DELETED


def test_a_cursor_of_another_helpdesk_begins_now(desk):
    page = desk.changed_since("2026-11-22T00:00:00Z")
    assert page.is_last
    assert not page.tickets


def test_a_user_who_does_not_ask_in_utc_is_told_so(rt, agent):
    agent.open_ticket()
    desk = connect(rt, "agent-in")
    with pytest.raises(Refused, match="time zone"):
        desk.changed_since("")
    desk.close()


def test_an_unknown_status_keeps_nobody_else_from_being_followed(rt, agent, desk):
    number, other = agent.open_ticket("parcels"), agent.open_ticket()
    agent.change(number, Status="lost in transit")
    with pytest.raises(Refused, match="lost in transit"):
        desk.read(number)

    _, begun = walk(desk.changed_since)
    agent.change(number, Priority=3)
    agent.change(other, Priority=3)
    seen = {ticket.id for ticket in walk(desk.changed_since, begun)[0]}
    assert other in seen
    assert number not in seen

    knowing = connect(rt, statuses={"Lost in transit": "on_hold"})
    assert knowing.read(number).status is Status.ON_HOLD
    assert number in {ticket.id for ticket in walk(knowing.walk_open)[0]}
    knowing.set_status(number, Status.ON_HOLD)
    knowing.close()


def test_the_queues_are_known(desk: RtHelpdesk):
    assert {"inhouse", "partner"} <= set(desk.groups())


def without_version(seen: Snapshot) -> Snapshot:
    return Snapshot(**{name: getattr(seen, name) for name in seen.__slots__} | {"version": None})
