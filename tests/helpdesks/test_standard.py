"""The standard connector against the sandbox helpdesk, over real HTTP."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from overflow.core.model import Status
from overflow.demo.sandbox import Sandbox
from overflow.errors import HelpdeskAway, Refused
from overflow.helpdesks.port import Desired, Full
from tests.helpdesks.standard_shop import OTHER, SECRET, opened

TO_PARTNER = Desired(
    "partner-one", "overflow", is_tagged=True, reason_field="reason", reason="backlog"
)


@pytest.fixture
def sandbox():
    with Sandbox(SECRET) as running:
        yield running


@pytest.fixture
def people(sandbox):
    with sandbox.people() as those:
        yield those


@pytest.fixture
def desk(sandbox):
    with opened(sandbox.url) as helpdesk:
        yield helpdesk


@pytest.fixture
def ticket(people):
    return people.create("chat", "de", topic="returns", priority=3)["id"]


def calls(people, kind):
    return people.state()["calls"].get(kind, 0)


def test_a_ticket_is_read_as_it_stands(desk, people, ticket):
    people.assign(ticket, "ada")
    people.reply(ticket, "ada")
    people.tag(ticket, "vip", "keep-here")
    seen = desk.read(ticket)
    assert (seen.id, seen.channel, seen.language, seen.topic) == (ticket, "chat", "de", "returns")
    assert (seen.group, seen.assignee, seen.priority) == ("webshop", "ada", 3)
    assert seen.tags == {"vip", "keep-here"}
    assert seen.created < seen.answered < seen.version / 1e6


def test_a_ticket_that_is_not_there_is_none(desk):
    assert desk.read("999") is None


def test_an_id_from_outside_cannot_leave_its_place_in_the_url(desk):
    assert desk.read("../groups") is None
    with pytest.raises(Refused):
        desk.read("..")


def test_a_write_makes_group_tag_and_reason_as_desired_and_takes_the_assignee_off(
    desk, people, ticket
):
    people.assign(ticket, "ada")
    desk.write(desk.read(ticket), TO_PARTNER)
    seen = desk.read(ticket)
    assert (seen.group, seen.assignee, seen.reason) == ("partner-one", None, "backlog")
    assert seen.tags == {"overflow"}


def test_what_is_as_desired_is_not_written(desk, people, ticket):
    for _ in range(3):
        desk.write(desk.read(ticket), TO_PARTNER)
    assert calls(people, "ticket.assign") == 1


def test_group_and_reason_are_left_alone_unless_they_are_desired(desk, people, ticket):
    desk.write(desk.read(ticket), TO_PARTNER)
    desk.write(
        desk.read(ticket),
        Desired(None, "overflow", is_tagged=False, reason_field=None, reason="returned"),
    )
    seen = desk.read(ticket)
    assert (seen.group, seen.reason, seen.tags) == ("partner-one", "backlog", frozenset())


def test_peoples_tags_survive_ours(desk, people, ticket):
    people.tag(ticket, "vip")
    desk.write(desk.read(ticket), TO_PARTNER)
    desk.write(desk.read(ticket), replace(TO_PARTNER, is_tagged=False))
    assert desk.read(ticket).tags == {"vip"}


def test_a_write_never_tramples_what_a_person_did_meanwhile(desk, people, ticket):
    seen = desk.read(ticket)
    people.move(ticket, "partner-two")
    with pytest.raises(HelpdeskAway) as caught:
        desk.write(seen, TO_PARTNER)
    assert caught.value.retry_after == 0.0
    assert desk.read(ticket).group == "partner-two"


def test_a_write_sent_again_after_a_lost_answer_takes_effect_once(desk, sandbox, people, ticket):
    sandbox.faults.compares_versions = False
    sandbox.faults.lose_answers = 1
    seen = desk.read(ticket)
    with pytest.raises(HelpdeskAway):
        desk.write(seen, TO_PARTNER)
    people.move(ticket, "partner-two")
    desk.write(seen, TO_PARTNER)  # the same event, known by its id
    assert desk.read(ticket).group == "partner-two"


def test_the_same_move_made_again_later_is_another_event(desk, ticket):
    home = replace(TO_PARTNER, group="webshop", is_tagged=False, reason="")
    for desired in (TO_PARTNER, home, TO_PARTNER):
        desk.write(desk.read(ticket), desired)
    assert desk.read(ticket).group == "partner-one"


def test_a_write_that_is_ignored_with_200_shows_when_read_back(desk, sandbox, ticket):
    sandbox.faults.ignore_next = 1
    desk.write(desk.read(ticket), TO_PARTNER)
    assert desk.read(ticket).group == "webshop"
    desk.write(desk.read(ticket), TO_PARTNER)
    assert desk.read(ticket).group == "partner-one"


def test_a_group_that_is_not_there_is_refused_for_good(desk, ticket):
    with pytest.raises(Refused, match="422"):
        desk.write(desk.read(ticket), replace(TO_PARTNER, group="nowhere"))


def test_a_note_is_internal_and_carries_its_reference(desk, people, ticket):
    assert not desk.has_note(ticket, "ov-7")
    desk.add_note(ticket, "Handed over: backlog.", "ov-7")
    assert desk.has_note(ticket, "ov-7")
    assert not desk.has_note(ticket, "ov-8")
    (note,) = people.ticket(ticket)["notes"]
    assert not note["public"]
    assert note["text"] == "Handed over: backlog.\n\nov-7"
    assert desk.read(ticket).answered is None


def test_a_note_whose_answer_was_lost_is_found_by_its_reference(desk, sandbox, people, ticket):
    sandbox.faults.lose_answers = 1
    with pytest.raises(HelpdeskAway):
        desk.add_note(ticket, "Handed over (ov-7).", "ov-7")
    assert desk.has_note(ticket, "ov-7")
    assert people.ticket(ticket)["notes"][0]["text"] == "Handed over (ov-7)."
    desk.add_note(ticket, "Handed over (ov-7).", "ov-7")
    assert len(people.ticket(ticket)["notes"]) == 2, "the sandbox tells no doubles, as others"


def test_a_reply_is_public_and_answers_the_ticket(desk, people, ticket):
    desk.reply(ticket, "Your parcel is on its way.", "ov-9")
    (reply,) = people.ticket(ticket)["notes"]
    assert (reply["public"], reply["text"]) == (True, "Your parcel is on its way.")
    assert desk.read(ticket).answered is not None
    assert desk.has_note(ticket, "ov-9"), "so that a lost answer can be looked for"


@pytest.mark.parametrize("status", [Status.PENDING, Status.ON_HOLD, Status.SOLVED])
def test_a_status_is_set_once(desk, people, ticket, status):
    desk.set_status(ticket, status)
    desk.set_status(ticket, status)
    assert desk.read(ticket).status is status
    assert calls(people, "ticket.status") == 1


def test_a_ticket_can_be_solved_again_after_it_was_reopened(desk, people, ticket):
    for _ in range(2):
        desk.set_status(ticket, Status.SOLVED)
        people.write_again(ticket)
        assert desk.read(ticket).status is Status.OPEN


def test_the_status_of_a_ticket_that_is_gone_is_refused(desk):
    with pytest.raises(Refused):
        desk.set_status("999", Status.SOLVED)


def walked(step, cursor=""):
    """All pages of a walk, and the cursor it ended with."""
    tickets, page = [], None
    while page is None or not page.is_last:
        page = step(cursor if page is None else page.cursor)
        tickets += page.tickets
    return tickets, page.cursor


def test_a_walk_gives_every_ticket_that_is_not_ended_page_by_page(desk, people):
    made = [people.create("email", "nl")["id"] for _ in range(450)]
    people.solve(made[3])
    people.set_status(made[4], "pending")
    found, _ = walked(desk.walk_open)
    assert [seen.id for seen in found] == [made[i] for i in range(450) if i != 3]


def test_changes_are_followed_without_a_gap_and_end(desk, people):
    _, cursor = walked(desk.changed_since)
    made = [people.create("email", "nl")["id"] for _ in range(250)]
    found, cursor = walked(desk.changed_since, cursor)
    assert [seen.id for seen in found] == made
    people.solve(made[7])
    again, _ = walked(desk.changed_since, cursor)
    assert again[-1].id == made[7]
    assert again[-1].status is Status.SOLVED


def test_changes_while_the_walk_is_under_way_come_at_the_latest_with_the_next(desk, people):
    _, cursor = walked(desk.changed_since)
    made = [people.create("email", "nl")["id"] for _ in range(250)]
    first = desk.changed_since(cursor)
    assert not first.is_last
    people.solve(made[0])
    people.solve(made[249])
    rest, cursor = walked(desk.changed_since, first.cursor)
    following, _ = walked(desk.changed_since, cursor)
    solved = {seen.id for seen in rest + following if seen.status is Status.SOLVED}
    assert solved == {made[0], made[249]}


def test_only_the_helpdesks_own_clock_counts(desk, sandbox, people):
    sandbox.faults.skew = -86_400.0
    _, cursor = walked(desk.changed_since)
    made = people.create("email", "nl")["id"]
    found, _ = walked(desk.changed_since, cursor)
    assert [seen.id for seen in found] == [made]


@pytest.mark.parametrize("cursor", ["x", "17", "a.b.c", "9" * 40 + "..", "٣.."])
def test_a_cursor_of_another_connector_begins_now(desk, people, cursor):
    page = desk.changed_since(cursor)
    assert page.is_last
    assert not page.tickets


def test_groups_are_listed(desk):
    assert list(desk.groups()) == ["webshop", "partner-one", "partner-two"]


@pytest.mark.parametrize(("status", "after"), [(429, "7"), (503, "7"), (500, "")])
def test_a_helpdesk_that_fails_or_throttles_is_away(desk, sandbox, ticket, status, after):
    sandbox.faults.fail_status, sandbox.faults.retry_after = status, after
    sandbox.faults.fail_next = 1
    with pytest.raises(HelpdeskAway) as caught:
        desk.read(ticket)
    assert caught.value.retry_after == (float(after) if after else None)
    assert desk.read(ticket) is not None


def test_an_outage_is_a_helpdesk_that_is_away_until_it_ends(desk, sandbox, ticket):
    sandbox.faults.outage = True
    with pytest.raises(HelpdeskAway):
        desk.read(ticket)
    with pytest.raises(HelpdeskAway):
        desk.add_note(ticket, "x", "y")
    sandbox.faults.outage = False
    assert desk.read(ticket) is not None


def test_a_wrong_secret_is_refused_both_ways_and_either_of_two_is_good(sandbox, people, ticket):
    with opened(sandbox.url, OTHER) as stranger:
        with pytest.raises(Refused, match="401"):
            stranger.read(ticket)
        with pytest.raises(Refused, match="401"):
            stranger.add_note(ticket, "x", "y")
    with opened(sandbox.url, OTHER, SECRET) as rotating:
        assert rotating.read(ticket) is not None
    with opened(sandbox.url, OTHER, outward=(SECRET,)) as two_ways:
        assert two_ways.read(ticket) is not None
    assert people.ticket(ticket)["notes"] == []


def test_many_threads_share_the_connector(desk, sandbox, people):
    made = [people.create("chat", "de")["id"] for _ in range(64)]
    sandbox.faults.latency = 0.05
    with ThreadPoolExecutor(32) as pool:
        list(pool.map(lambda i: desk.write(desk.read(i), TO_PARTNER), made))
        read = list(pool.map(desk.read, made))
    assert [seen.id for seen in read] == made
    assert {seen.group for seen in read} == {"partner-one"}


def test_a_cursor_that_the_helpdesk_knows_no_more_is_refused(desk):
    """Whoever walks begins anew, and not without end."""
    _, cursor = walked(desk.changed_since)
    since, then, _ = cursor.split(".", 2)
    for ask in (desk.walk_open, lambda page: desk.changed_since(f"{since}.{then}.{page}")):
        with pytest.raises(Refused):
            ask("of-last-week")


def test_what_the_sandbox_tells_is_what_it_shows(httpserver, desk, people):
    httpserver.expect_request("/events").respond_with_json({})
    people.send_webhooks_to(httpserver.url_for("/events"))
    made = people.create("chat", "de", tags=["vip"])["id"]
    people.wait_until_quiet()
    ((request, _),) = httpserver.log
    headers = {name.lower(): value for name, value in request.headers.items()}
    now = float(headers["webhook-timestamp"])
    event = desk.receive(headers, request.data, "", now)
    assert event == Full(desk.read(made), headers["webhook-id"], is_new=True)


NOON = "2026-11-20T12:00:00Z"
GOOD = {"id": "7", "status": "open", "created_at": NOON, "updated_at": NOON}
ANSWERS = [
    ({}, "read"),
    ({"ticket": []}, "read"),
    ({"ticket": GOOD | {"status": "bogus"}}, "read"),
    ({"ticket": GOOD | {"created_at": None}}, "read"),
    ({"tickets": {}, "as_of": NOON}, "walk"),
    ({"tickets": []}, "walk"),
    ({"tickets": [], "as_of": "now"}, "walk"),
    ({"tickets": [], "as_of": NOON, "cursor": 7}, "walk"),
    ({"notes": {}}, "notes"),
    ({"groups": "all"}, "groups"),
    ({"groups": [1]}, "groups"),
]


@pytest.mark.parametrize(("answer", "what"), ANSWERS)
def test_an_answer_that_is_not_of_the_protocol_is_refused_with_its_place(httpserver, answer, what):
    for path in ("/tickets/7", "/tickets", "/tickets/7/notes", "/groups"):
        httpserver.expect_request(path).respond_with_json(answer)
    with opened(httpserver.url_for("")) as desk:
        step = {
            "read": lambda: desk.read("7"),
            "walk": lambda: desk.walk_open(""),
            "notes": lambda: desk.has_note("7", "x"),
            "groups": desk.groups,
        }[what]
        with pytest.raises(Refused, match="GET /"):
            step()


def test_one_ticket_that_makes_no_sense_does_not_hide_the_others(httpserver):
    tickets = [GOOD, {"id": "8"}, None, GOOD | {"id": "9"}]
    httpserver.expect_request("/tickets").respond_with_json({"tickets": tickets, "as_of": NOON})
    with opened(httpserver.url_for("")) as desk:
        assert [seen.id for seen in desk.walk_open("").tickets] == ["7", "9"]


def test_a_helpdesk_without_a_list_of_groups_cannot_say(httpserver):
    httpserver.expect_request("/groups").respond_with_json({"error": "no such thing"}, status=404)
    with opened(httpserver.url_for("")) as desk:
        assert desk.groups() is None
