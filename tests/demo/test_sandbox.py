"""The sandbox helpdesk: what it tells of its tickets, and how it misbehaves when told to."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress

import pytest

from overflow.clock import SystemClock, monotonic
from overflow.demo.sandbox import People, Sandbox, outbox, routes
from overflow.errors import HelpdeskAway, Refused
from overflow.helpdesks.http import HelpdeskHttp
from overflow.helpdesks.signatures import sign_standard, standard_webhooks
from tests.helpdesks.standard_shop import SECRET, opened


@pytest.fixture
def hook(httpserver):
    """Takes webhooks; what came is in ``told``."""
    httpserver.expect_request("/events").respond_with_data(status=204)
    return httpserver


@pytest.fixture
def sandbox(hook):
    with Sandbox(SECRET, webhook_url=hook.url_for("/events")) as running:
        yield running


@pytest.fixture
def people(sandbox):
    with sandbox.people() as those:
        yield those


def told(hook):
    """The webhooks so far, verified: (id, type, ticket)."""
    found = []
    for request, _ in hook.log:
        headers = {name.lower(): value for name, value in request.headers.items()}
        now = float(headers["webhook-timestamp"])
        identity = standard_webhooks([SECRET], headers, request.data, now)
        event = json.loads(request.data)
        found.append((identity, event["type"], event["data"]["ticket"]))
    return found


def states(hook):
    return [ticket["updated_at"] for _, _, ticket in told(hook)]


def test_every_change_is_told_once_signed_and_with_the_whole_state(hook, people):
    ticket = people.create("chat", "de", priority=2)["id"]
    people.wait_until_quiet()  # webhooks may overtake one another
    for act in (
        lambda: people.assign(ticket, "ada"),
        lambda: people.reply(ticket, "ada"),
        lambda: people.note(ticket),
        lambda: people.tag(ticket, "vip", "new", drop=["new"]),
        lambda: people.move(ticket, "partner-one"),
        lambda: people.solve(ticket),
        lambda: people.write_again(ticket),
    ):
        act()
        people.wait_until_quiet()
    events = told(hook)
    assert [kind for _, kind, _ in events] == ["ticket.created"] + 7 * ["ticket.updated"]
    assert len({identity for identity, _, _ in events}) == 8
    shown = people.ticket(ticket)
    notes = shown.pop("notes")
    assert [note["public"] for note in notes] == [True, False]
    assert events[-1][2] == shown
    assert (shown["group"], shown["assignee"], shown["status"]) == ("partner-one", None, "open")
    assert shown["answered_at"] == events[2][2]["updated_at"]


def test_what_changes_nothing_is_not_told(hook, people):
    ticket = people.create("chat", "de")["id"]
    people.set_status(ticket, "open")
    people.move(ticket, "webshop")
    people.tag(ticket, drop=["vip"])
    people.write_again(ticket)
    people.wait_until_quiet()
    assert len(told(hook)) == 1


def test_a_webhook_is_tried_again_under_the_same_id(httpserver, sandbox, people):
    httpserver.clear()
    httpserver.expect_ordered_request("/events").respond_with_data(status=503)
    httpserver.expect_ordered_request("/events").respond_with_data(status=429)
    httpserver.expect_ordered_request("/events").respond_with_data(status=202)
    people.create("chat", "de")
    people.wait_until_quiet()
    assert len({identity for identity, _, _ in told(httpserver)}) == 1
    assert (
        people.state()["webhooks"] | {"sent": 1, "again": 2, "pending": 0}
        == (people.state()["webhooks"])
    )


def test_a_webhook_is_given_up_after_a_bounded_number_of_attempts(hook, people, monkeypatch):
    monkeypatch.setattr(outbox, "DELAYS", (0.01, 0.01))
    people.send_webhooks_to(f"http://127.0.0.1:{unused_port()}/events")
    people.create("chat", "de")
    assert people.wait_until_quiet()["webhooks"]["given_up"] == 1
    people.send_webhooks_to(hook.url_for("/events"))
    people.create("chat", "de")
    people.wait_until_quiet()
    assert [ticket["id"] for _, _, ticket in told(hook)] == ["2"]


def test_a_webhook_refused_for_good_is_not_tried_again(httpserver, people):
    httpserver.clear()
    httpserver.expect_request("/events").respond_with_data(status=401)
    people.create("chat", "de")
    assert people.wait_until_quiet()["webhooks"]["refused"] == 1
    assert len(httpserver.log) == 1


def test_a_slow_receiver_does_not_hold_up_the_helpdesk(httpserver, people):
    httpserver.clear()
    people.send_webhooks_to("http://127.0.0.1:9/never")
    began = monotonic()
    for _ in range(20):
        people.create("chat", "de")
    assert monotonic() - began < 5.0


def test_webhooks_can_be_lost(hook, sandbox, people):
    sandbox.faults.lose_webhooks = 1
    for _ in range(2):
        people.create("chat", "de")
    sandbox.faults.webhooks = False
    people.create("chat", "de")
    state = people.wait_until_quiet()
    assert [ticket["id"] for _, _, ticket in told(hook)] == ["2"]
    assert state["webhooks"]["lost"] == 2


def test_webhooks_can_be_doubled_under_one_id_and_under_another(hook, sandbox, people):
    sandbox.faults.duplicate_webhooks = 1
    people.create("chat", "de")
    people.create("chat", "de")
    people.wait_until_quiet()
    events = told(hook)
    assert Counter(ticket["id"] for _, _, ticket in events) == {"1": 3, "2": 1}
    assert sorted(Counter(i for i, _, t in events if t["id"] == "1").values()) == [1, 2]


def test_webhooks_can_come_last_first(hook, sandbox, people, monkeypatch):
    monkeypatch.setattr(outbox, "SENDERS", 1)
    with Sandbox(SECRET, webhook_url=hook.url_for("/events")) as one_by_one:
        one_by_one.faults.reorder_webhooks = 3
        with one_by_one.people() as those:
            ticket = those.create("chat", "de")["id"]
            those.reply(ticket)
            assert those.state()["webhooks"]["pending"] == 2
            those.solve(ticket)
            those.write_again(ticket)
            those.wait_until_quiet()
    stamps = states(hook)
    assert stamps[:3] == sorted(stamps[:3], reverse=True)
    assert stamps[3] == max(stamps)


def test_all_tickets_are_shown_page_by_page(people, monkeypatch):
    monkeypatch.setattr(routes, "PAGE", 3)
    people.send_webhooks_to("")
    made = [people.create("chat", "de")["id"] for _ in range(7)]
    people.solve(made[0])
    assert [ticket["id"] for ticket in people.tickets()] == made
    assert people.state()["tickets"] == 7


def test_faults_may_strike_only_one_kind_of_call(sandbox, people):
    ticket = people.create("chat", "de")["id"]
    people.switch(only="ticket.note", fail_next=1, fail_status=429, retry_after="3")
    with opened(sandbox.url) as desk:
        assert desk.read(ticket) is not None
        desk.reply(ticket, "x", "y")
        with pytest.raises(HelpdeskAway) as caught:
            desk.add_note(ticket, "x", "y")
        assert caught.value.retry_after == 3.0
        desk.add_note(ticket, "x", "y")
    assert len(people.ticket(ticket)["notes"]) == 2


@pytest.mark.parametrize("switch", [{"no_such": 1}, {"outage": 1}, {"latency": "slow"}])
def test_a_switch_that_is_none_is_refused(people, switch):
    with pytest.raises(Refused, match="422"):
        people.switch(**switch)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda people: people.create("chat", "de", group="nowhere"),
        lambda people: people.create("chat", "de", colour="red"),
        lambda people: people.move("1", "nowhere"),
        lambda people: people.set_status("1", "bogus"),
        lambda people: people.solve("999"),
    ],
    ids=["group", "field", "move", "status", "ticket"],
)
def test_people_are_told_what_cannot_be(people, wrong):
    people.create("chat", "de")
    with pytest.raises(Refused):
        wrong(people)


def test_it_carries_many_slow_calls_at_once(sandbox, people):
    made = [people.create("chat", "de")["id"] for _ in range(8)]
    sandbox.faults.latency = 1.0
    calls = 64
    with opened(sandbox.url) as desk, ThreadPoolExecutor(calls) as pool:
        began = monotonic()
        list(pool.map(lambda i: desk.read(made[i % 8]), range(calls)))
        took = monotonic() - began
    assert 1.0 <= took < calls / 2, "one after the other they take a second each"


def test_a_port_that_is_taken_is_an_error(sandbox):
    port = int(sandbox.base.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        Sandbox(SECRET, port=port).start()


def test_it_runs_as_a_process_of_its_own(hook):
    command = [sys.executable, "-m", "overflow.demo.sandbox", "--port", "0", "--secret-env", "SEC"]
    process = subprocess.Popen(
        [*command, "--webhook-url", hook.url_for("/events"), "--group", "a", "--group", "b"],
        env=os.environ | {"SEC": SECRET},  # noqa: TID251  a child's environment
        stdout=subprocess.PIPE,
        text=True,
    )
    with process, process.stdout:
        url = process.stdout.readline().split()[-1]
        with opened(url) as desk, People(url.removesuffix("/api")) as people:
            ticket = people.create("chat", "de")["id"]
            assert desk.read(ticket).group == "a"
            people.wait_until_quiet()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert len(told(hook)) == 1


def unused_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def send(sandbox, path, event):
    """A signed event as some other service might send it."""
    body = json.dumps(event).encode()
    headers = sign_standard([SECRET], "msg_1", SystemClock().now(), body)
    with closing(HelpdeskHttp(sandbox.url)) as http:
        http.request("POST", path, content=body, headers=headers)


@pytest.mark.parametrize(
    ("path", "event", "status"),
    [
        ("/elsewhere", {}, 404),
        ("/events", [], 422),
        ("/events", {"type": "ticket.note", "data": {"id": "999"}}, 404),
        ("/events", {"type": "ticket.burn", "data": {"id": "1"}}, 422),
        ("/events", {"type": "ticket.status", "data": {"id": "1", "status": "bogus"}}, 422),
    ],
    ids=["path", "body", "ticket", "type", "status"],
)
def test_what_is_not_of_the_protocol_is_answered_as_the_page_says(
    sandbox, people, path, event, status
):
    people.create("chat", "de")
    with pytest.raises(Refused, match=str(status)):
        send(sandbox, path, event)


@pytest.mark.parametrize(
    "nonsense",
    [b"\r\n\r\n", b"GET\r\n\r\n", b"x" * 100_000, b"POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n"],
    ids=["nothing", "half", "much", "length"],
)
def test_who_speaks_no_http_is_hung_up_on(sandbox, people, nonsense):
    host, _, port = sandbox.base.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as wire, suppress(ConnectionError):
        wire.sendall(nonsense)
        assert wire.recv(1000) == b""
    assert people.state()["tickets"] == 0


def test_who_waits_for_quiet_is_told_when_it_does_not_come(people, monkeypatch):
    monkeypatch.setattr(routes, "QUIET", 0.05)
    people.send_webhooks_to(f"http://127.0.0.1:{unused_port()}/events")
    people.create("chat", "de")
    with pytest.raises(HelpdeskAway, match="503"):
        people.wait_until_quiet()
