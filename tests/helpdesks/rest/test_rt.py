"""The file for Request Tracker beside the coded connector, on a real Request Tracker 5."""

from pathlib import Path

import pytest

from overflow.clock import SystemClock
from overflow.core.model import HelpdeskConfig, Status, Words
from overflow.errors import HelpdeskAway, Refused
from overflow.helpdesks import open_helpdesk
from overflow.helpdesks.port import Desired, Full
from overflow.policies.text import document
from tests.helpdesks.rt_shop import SECRET, Person, connect

pytestmark = pytest.mark.slow
FILE = Path(__file__).parents[3] / "deploy" / "helpdesks" / "rt.yaml"
TO_PARTNER = Desired(
    "partner", "overflow", is_tagged=True, reason_field="OverflowReason", reason="backlog 41 of 40"
)
BACK_HOME = Desired(
    "inhouse", "overflow", is_tagged=False, reason_field="OverflowReason", reason=""
)


def described(rt, login="svc-overflow", size=100):
    """The helpdesk by the file."""
    options = {"url": rt.base_url, **document(FILE.read_text())}
    for name in ("open", "changed"):
        options["requests"][name]["pages"]["size"] = size
    secrets = {"token": (rt.tokens.get(login, "1-1-0"),), "webhook": ("old", SECRET)}
    config = HelpdeskConfig("rest", options, secrets)
    return open_helpdesk(config, Words(reason_field="OverflowReason"), str, SystemClock())


@pytest.fixture(scope="module")
def agent(rt):
    return Person(rt, "agent-in")


@pytest.fixture(scope="module")
def coded(rt):
    desk = connect(rt)
    yield desk
    desk.close()


@pytest.fixture(scope="module")
def desk(rt):
    made = described(rt)
    yield made
    made.close()


def walked(step, cursor=""):
    """All that a walk shows."""
    found = {}
    while True:
        page = step(cursor)
        found |= {seen.id: seen for seen in page.tickets}
        cursor = page.cursor
        if page.is_last:
            return found, cursor


def test_both_read_the_same(agent, coded, desk):
    number = agent.open_ticket(Priority=70, CustomFields={"Tags": ["vip", "eilig"]})
    assert desk.read(number) == coded.read(number)

    agent.change(number, Owner="agent-in")
    agent.answer(number)
    assert desk.read(number) == coded.read(number)
    assert desk.read(number).answered

    into = agent.open_ticket()
    agent.change(number, MergeInto=into)
    assert desk.read(number).status is Status.MERGED
    assert desk.read("99999999") is None
    assert desk.read(agent.open_ticket(Type="reminder")) is None


def test_a_ticket_is_moved_tagged_and_freed_in_one_call_and_taken_back(agent, desk):
    number = agent.open_ticket(CustomFields={"Tags": ["vip", "Öl"]})
    agent.change(number, Owner="agent-in")
    calls = []
    desk.watched_by(calls.append)
    desk.write(desk.read(number), TO_PARTNER)
    desk.watched_by(lambda call: None)

    moved = desk.read(number)
    assert [call.request.method for call in calls].count("PUT") == 1
    assert (moved.group, moved.assignee, moved.reason) == ("partner", None, "backlog 41 of 40")
    assert moved.tags == {"vip", "Öl", "overflow"}

    desk.write(moved, TO_PARTNER)
    assert desk.read(number).version == moved.version

    desk.write(moved, BACK_HOME)
    home = desk.read(number)
    assert (home.group, home.tags, home.reason) == ("inhouse", {"vip", "Öl"}, None)


def test_what_has_moved_on_is_not_written_over(agent, desk):
    number = agent.open_ticket()
    seen = desk.read(number)
    agent.change(number, Owner="agent-in")
    with pytest.raises(HelpdeskAway) as caught:
        desk.write(seen, TO_PARTNER)
    assert caught.value.retry_after == 0
    assert desk.read(number).group == "inhouse"


def test_notes_answers_and_statuses_stand_there_after_they_were_written(agent, desk):
    number = agent.open_ticket()
    desk.add_note(number, "41 warten. Ü", "ov-7Yq_x")
    assert desk.has_note(number, "ov-7Yq_x")
    assert not desk.has_note(number, "ov-7Yq-z")
    assert desk.read(number).answered is None
    desk.reply(number, "Ist unterwegs.", "ov-55")
    assert desk.has_note(number, "ov-55")
    assert desk.read(number).answered
    for status in (Status.PENDING, Status.SOLVED, Status.OPEN):
        desk.set_status(number, status)
        assert desk.read(number).status is status
    with pytest.raises(Refused, match="no status for merged"):
        desk.set_status(number, Status.MERGED)


def test_a_webhook_shows_what_a_read_shows(rt, agent, desk, inbox):
    rt.post_webhooks_to(f"{inbox.url}/v1/shops/shoes/events/rest", SECRET)
    try:
        number = agent.open_ticket()
        [sent] = inbox.take()
        event = desk.receive(sent.headers, sent.body, "", SystemClock().now())
        assert event == Full(desk.read(number), event.delivery, is_new=True)
        agent.answer(number)
        agent.change(number, CustomFields={"Tags": ["keep-here"], "Language": "fr"})
        sent = inbox.take()[-1]
        event = desk.receive(sent.headers, sent.body, "", SystemClock().now())
        assert event == Full(desk.read(number), event.delivery)
    finally:
        rt.post_webhooks_to(None)


@pytest.mark.parametrize("size", [2, 100])
def test_both_walk_over_the_same(rt, agent, coded, size):
    desk = described(rt, size=size)
    agent.answer(agent.open_ticket())
    mine, theirs = desk.changed_since("").cursor, coded.changed_since("").cursor
    numbers = agent.open_tickets(3)
    agent.change(numbers[0], Status="resolved")
    agent.change(numbers[1], MergeInto=numbers[2])

    assert walked(desk.walk_open)[0] == walked(coded.walk_open)[0]
    found, onwards = walked(desk.changed_since, mine)
    assert found == walked(coded.changed_since, theirs)[0]
    assert found[numbers[0]].status is Status.SOLVED
    assert found[numbers[1]].status is Status.MERGED

    late = agent.open_ticket()
    assert late in walked(desk.changed_since, onwards)[0]
    assert set(desk.groups()) == set(coded.groups())
    desk.close()


def test_a_token_that_is_wrong_is_refused(rt):
    desk = described(rt, "nobody")
    for call in (lambda: desk.read("1"), lambda: desk.walk_open(""), desk.groups):
        with pytest.raises(Refused, match="401"):
            call()
    desk.close()
