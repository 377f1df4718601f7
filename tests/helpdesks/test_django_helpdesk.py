"""The connector against a real django-helpdesk."""

import pytest

from overflow.clock import SystemClock
from overflow.core.model import Snapshot, Status
from overflow.errors import BadInput, HelpdeskAway, Refused, Unauthorised
from overflow.helpdesks.port import Desired, Hint
from tests.helpdesks.django_shop import TOKEN, Person, connect

pytestmark = pytest.mark.slow


def desired(group, field, reason, *, tagged) -> Desired:
    return Desired(group, "overflow", tagged, field, reason)


TO_PARTNER = desired("partner", "overflow_reason", "backlog 41 of 40", tagged=True)
BACK_HOME = desired("inhouse", "overflow_reason", "", tagged=False)


@pytest.fixture(scope="module")
def agent(django_desk) -> Person:
    return Person(django_desk, "agent-in")


@pytest.fixture(scope="module")
def desk(django_desk):
    connector = connect(django_desk)
    yield connector
    connector.close()


@pytest.fixture
def hooked(django_desk, inbox, desk):
    """Takes what has come in since the last time, as events."""
    path = "/v1/shops/shoes/events/django_helpdesk/"
    django_desk.post_webhooks_to(f"{inbox.url}{path}{TOKEN}")

    def events():
        return [
            desk.receive(d.headers, d.body, d.path.removeprefix(path), 0.0) for d in inbox.take()
        ]

    yield events
    django_desk.post_webhooks_to(None)


# --- reading ---------------------------------------------------------------------------------


def test_a_ticket_is_read_as_it_stands(agent, desk):
    facts = {"custom_language": "PT-br", "custom_tags": "vip, to-partner,", "priority": 1}
    number = agent.open_ticket(custom_channel="whatsapp", **facts)

    seen = desk.read(number)

    assert seen.created == pytest.approx(SystemClock().now(), abs=60)
    assert seen == Snapshot(
        id=number,
        status=Status.OPEN,
        group="inhouse",
        assignee=None,
        channel="whatsapp",
        language="pt",
        created=seen.created,
        priority=4,
        tags=frozenset({"vip", "to-partner"}),
    )


@pytest.mark.parametrize("channel", ["phone", "email", "form", "chat", "video", "messenger", "x"])
def test_every_channel_of_ours_can_be_chosen(agent, desk, channel):
    assert desk.read(agent.open_ticket(custom_channel=channel)).channel == channel


@pytest.mark.parametrize("number", ["99999999", "not-a-number"])
def test_a_ticket_that_is_not_there_reads_as_none(desk, number):
    assert desk.read(number) is None


def test_the_answer_is_the_first_thing_that_staff_writes_to_the_customer(agent, desk):
    number = agent.open_ticket()
    assert desk.read(number).answered is None, "its own opening, typed in by staff"

    agent.write(number, "Rückruf nötig", public=False)
    agent.write(number, " ")
    assert desk.read(number).answered is None

    agent.write(number, "Ist unterwegs.")
    first = desk.read(number).answered
    assert first == pytest.approx(SystemClock().now(), abs=60)

    desk.reply(number, "Ist angekommen.", "ov-1")
    assert desk.read(number).answered == first


def test_an_agent_who_takes_a_ticket_shows_as_its_assignee(django_desk, agent, desk):
    number = agent.open_ticket()
    agent.change(number, assigned_to=django_desk.user_ids["agent-in"])
    assert desk.read(number).assignee == str(django_desk.user_ids["agent-in"])


@pytest.mark.parametrize(
    ("status", "on_hold", "meaning"),
    [
        (1, False, Status.OPEN),
        (1, True, Status.ON_HOLD),
        (2, False, Status.OPEN),
        (2, True, Status.ON_HOLD),
        (3, False, Status.SOLVED),
        (3, True, Status.SOLVED),
        (4, False, Status.CLOSED),
        (5, False, Status.MERGED),
    ],
)
def test_statuses_mean_what_they_say(agent, desk, status, on_hold, meaning):
    number = agent.open_ticket()
    agent.change(number, status=status, on_hold=on_hold)
    assert desk.read(number).status is meaning


def test_a_merged_ticket_reads_as_merged(agent, desk):
    number, into = agent.open_ticket(), agent.open_ticket()
    agent.change(number, merged_to=int(into), status=5)
    assert desk.read(number).status is Status.MERGED


def test_a_queue_that_the_policy_does_not_name_is_kept_by_its_number(django_desk, agent):
    number, home = agent.open_ticket(), django_desk.queue_ids["inhouse"]
    desk = connect(django_desk, queues={"partner": django_desk.queue_ids["partner"]})
    assert desk.read(number).group == f"#{home}"

    desk.write(desk.read(number), TO_PARTNER)
    desk.write(desk.read(number), desired(f"#{home}", None, "", tagged=False))
    assert desk.read(number).group == f"#{home}"
    desk.close()


# --- what can go wrong -----------------------------------------------------------------------


def test_a_token_that_is_wrong_is_refused(django_desk):
    desk = connect(django_desk, "nobody")
    for call in (lambda: desk.read("1"), lambda: desk.walk_open("")):
        with pytest.raises(Refused, match="401"):
            call()
    desk.close()


def test_a_helpdesk_that_is_slow_is_away(django_desk, agent):
    desk, number = connect(django_desk, timeout=0.5), agent.open_ticket()
    with django_desk.paused(), pytest.raises(HelpdeskAway, match="too long"):
        desk.read(number)
    desk.close()
    desk = connect(django_desk)
    assert desk.read(number)
    desk.close()


def test_a_helpdesk_that_is_down_is_away(django_desk):
    desk = connect(django_desk, url="http://127.0.0.1:1")
    with pytest.raises(HelpdeskAway, match="cannot be reached"):
        desk.read("1")
    desk.close()


# --- writing ---------------------------------------------------------------------------------


def test_a_ticket_is_moved_tagged_and_freed_in_one_call(django_desk, agent, desk):
    number = agent.open_ticket(custom_tags="vip,Öl")
    agent.change(number, assigned_to=django_desk.user_ids["agent-in"])

    desk.write(desk.read(number), TO_PARTNER)

    moved = desk.read(number)
    assert (moved.group, moved.assignee) == ("partner", None)
    assert moved.tags == {"vip", "Öl", "overflow"}
    assert moved.reason == "backlog 41 of 40"


@pytest.mark.parametrize("tags", [{}, {"custom_tags": "vip"}], ids=["bare", "tagged"])
def test_a_ticket_is_taken_back_with_all_its_marks(agent, desk, tags):
    number = agent.open_ticket(**tags)
    before = desk.read(number)
    desk.write(before, TO_PARTNER)
    desk.write(desk.read(number), BACK_HOME)
    assert desk.read(number) == before

    desk.write(desk.read(number), TO_PARTNER)
    assert desk.read(number).tags == before.tags | {"overflow"}


def test_nothing_is_written_where_nothing_differs(django_desk, agent, desk):
    number = agent.open_ticket()
    desk.write(desk.read(number), TO_PARTNER)
    seen = desk.read(number)

    unreachable = connect(django_desk, url="http://127.0.0.1:1")
    unreachable.write(seen, TO_PARTNER)
    unreachable.write(seen, desired(None, None, "ignored", tagged=True))
    unreachable.close()


def test_a_ticket_that_has_ended_meanwhile_is_read_again_first(agent, desk):
    number = agent.open_ticket()
    seen = desk.read(number)
    agent.change(number, status=3)

    with pytest.raises(HelpdeskAway) as caught:
        desk.write(seen, TO_PARTNER)

    assert caught.value.retry_after == 0
    desk.write(desk.read(number), TO_PARTNER)
    assert desk.read(number).group == "partner"


def test_a_queue_that_nobody_named_is_refused(agent, desk):
    with pytest.raises(Refused, match="queues"):
        desk.write(desk.read(agent.open_ticket()), desired("nowhere", None, "", tagged=True))
    with pytest.raises(Refused, match="400"):
        desk.write(desk.read(agent.open_ticket()), desired("#999", None, "", tagged=True))


def test_a_field_that_is_not_there_shows_when_it_is_read_back(agent, desk):
    number = agent.open_ticket()
    desk.write(desk.read(number), desired("partner", "no_such_field", "backlog", tagged=True))
    assert desk.read(number).reason is None


def test_a_note_stands_once_and_is_no_answer(agent, desk):
    number, other = agent.open_ticket(), agent.open_ticket()
    assert not desk.has_note(number, "ov-7Yq_x")

    desk.add_note(number, "An Partner Nord: 41 warten. Frist 14:05 Ü", "ov-7Yq_x")

    assert desk.has_note(number, "ov-7Yq_x")
    assert not desk.has_note(other, "ov-7Yq_x")
    assert desk.read(number).answered is None
    ticket = agent.call("GET", f"tickets/{number}/")
    assert ticket["title"] == "Wo ist mein Paket?"
    assert ticket["followup_set"][-1]["public"] is False


@pytest.mark.parametrize(
    "text",
    [
        "{{ ticket.secret_key }}",
        "{{ }} {{",
        "{% load x %} and 50 %} off {%",
        "{# said in passing #}",
        "{{{{%%}}}} {%}{#}",
        "<b>Grüße</b> & 'mehr' €",
    ],
)
def test_whatever_an_agent_writes_arrives_as_text(agent, desk, text):
    number = agent.open_ticket()
    desk.reply(number, text, "ov-3")
    [*_, followup] = agent.call("GET", f"tickets/{number}/")["followup_set"]
    assert followup["public"] is True
    assert followup["comment"].replace(" ", "") == f"{text}\n\nov-3".replace(" ", "")
    assert desk.has_note(number, "ov-3")


def test_a_note_on_no_ticket_is_refused(desk):
    with pytest.raises(Refused):
        desk.add_note("99999999", "text", "ov-1")
    with pytest.raises(Refused):
        desk.set_status("99999999", Status.SOLVED)
    assert not desk.has_note("99999999", "ov-1")


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        (Status.PENDING, Status.ON_HOLD),
        (Status.ON_HOLD, Status.ON_HOLD),
        (Status.SOLVED, Status.SOLVED),
        (Status.CLOSED, Status.CLOSED),
        (Status.OPEN, Status.OPEN),
    ],
)
@pytest.mark.parametrize("before", [{}, {"on_hold": True}, {"status": 3}, {"status": 4}], ids=str)
def test_a_status_is_set_whatever_it_was(agent, desk, before, status, shown):
    number = agent.open_ticket()
    agent.change(number, **before)
    for _ in range(2):
        desk.set_status(number, status)
        assert desk.read(number).status is shown
    assert desk.read(number).answered is None


def test_a_status_that_it_does_not_have_is_refused(agent, desk):
    with pytest.raises(Refused, match="spam"):
        desk.set_status(agent.open_ticket(), Status.SPAM)


# --- the webhook -----------------------------------------------------------------------------


def test_every_webhook_is_a_hint(agent, desk, hooked):
    number = agent.open_ticket()
    assert hooked() == [Hint(number)]
    agent.write(number, "Ist unterwegs.")
    assert hooked() == [Hint(number)]
    desk.add_note(number, "note", "ov-1")
    assert hooked() == [Hint(number)]
    desk.set_status(number, Status.SOLVED)
    assert hooked() == [Hint(number)]


def test_a_change_by_its_api_alone_is_told_to_nobody(agent, desk, hooked):
    number = agent.open_ticket()
    hooked()
    desk.write(desk.read(number), TO_PARTNER)
    assert hooked() == []


def test_a_change_in_the_web_interface_is_told(django_desk, agent, desk, hooked):
    number = agent.open_ticket()
    hooked()
    agent.click(
        f"/tickets/{number}/update/",
        comment="",
        owner=django_desk.user_ids["agent-in"],
        priority=3,
        queue=django_desk.queue_ids["inhouse"],
        title="Wo ist mein Paket?",
        new_status=1,
    )
    assert hooked() == [Hint(number)]
    assert desk.read(number).assignee == str(django_desk.user_ids["agent-in"])


@pytest.mark.parametrize("token", ["", "a-token-in-the-ur", "A-TOKEN-IN-THE-URL", "ü", "old "])
def test_a_webhook_without_its_token_is_not_believed(desk, token):
    with pytest.raises(Unauthorised):
        desk.receive({}, b'{"ticket": {"id": 1}}', token, 0.0)


def test_the_old_token_is_valid_while_it_is_rotated_out(desk):
    assert desk.receive({}, b'{"ticket": {"id": 1}}', "old", 0.0) == Hint("1")


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"ticket": 1}', b'{"ticket": {"id": null}}', b'{"ticket": {"id"']
)
def test_a_body_that_makes_no_sense_is_bad_input(desk, body):
    with pytest.raises(BadInput) as caught:
        desk.receive({}, body, TOKEN, 0.0)
    assert not isinstance(caught.value, Unauthorised)


def test_a_receiver_that_is_down_fails_the_call_though_the_note_stands(
    django_desk, agent, desk, hooked
):
    number = agent.open_ticket()
    django_desk.post_webhooks_to("http://127.0.0.1:1/down")
    with pytest.raises(HelpdeskAway, match="500"):
        desk.add_note(number, "note", "ov-8")
    django_desk.post_webhooks_to(None)
    assert desk.has_note(number, "ov-8")


def test_the_queues_are_those_that_the_options_name(desk):
    assert desk.groups() == ["inhouse", "partner", "partner-two"]
