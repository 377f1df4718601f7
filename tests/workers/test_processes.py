"""Real worker processes with a real store and a real, small helpdesk; killed on the way."""

import json
import os
import re
import secrets
import signal
import subprocess
import sys
import threading
from base64 import b64encode
from pathlib import Path

import pytest
from werkzeug import Response

from overflow.demo.sandbox import Sandbox
from overflow.flows import shops
from overflow.flows.polling import imports
from overflow.flows.routing.route import mark_to_read
from overflow.settings import Settings
from overflow.wiring import build
from tests.flows.house import FAR_GROUP, HOME_GROUP, NEAR_GROUP, SHOP, document, partner
from tests.serve.procs import children, until

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


@pytest.fixture
def secret():
    return "whsec_" + b64encode(secrets.token_bytes(24)).decode()


@pytest.fixture
def sandbox(secret):
    with Sandbox(secret, groups=(HOME_GROUP, NEAR_GROUP, FAR_GROUP)) as desk:
        yield desk


@pytest.fixture
def services(store_url, store_client, sandbox):
    made = build(Settings(redis_url=store_url))
    helpdesk = {
        "connector": "standard",
        "options": {"url": sandbox.url, "timeout": 2.0},
        "secrets": {"webhook": "env:DESK_SECRET"},
    }
    roomy = partner("near", NEAR_GROUP, capacity={"email": 500})
    shops.put_policy(made, SHOP, document(helpdesk=helpdesk, partners=[roomy]))
    yield made
    made.close()


@pytest.fixture
def start(store_url, secret):
    """Starts workers; they are ended, and what they are made of is, when the test ends."""
    started = []

    def begin(count: int = 1, **more: str) -> subprocess.Popen:
        environment = {
            **os.environ,  # noqa: TID251  a child's
            "OVERFLOW_REDIS_URL": store_url,
            "OVERFLOW_WORKERS": str(count),
            "DESK_SECRET": secret,
            **more,
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "workers"],
            cwd=ROOT,
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(40)
        finally:
            process.stderr.close()


def in_step(services, people, count) -> bool:
    """Whether helpdesk and service agree on so many tickets, each noted once."""
    marks = services.marks.counts(SHOP)
    if marks.dirty or marks.to_read or marks.dead:
        return False
    tickets = people.tickets()
    records = services.tickets.get_many(SHOP, [ticket["id"] for ticket in tickets])
    return len(records) == count and all(
        records[ticket["id"]].desired_group == ticket["group"] for ticket in tickets
    )


def burst(services, people, count):
    """Tickets arrive, and all that is heard of them are hints."""
    for _ in range(count):
        ticket = people.create("email", "en")
        mark_to_read(services, SHOP, ticket["id"])


def notes_of(ticket) -> list[str]:
    return [note["reference"] for note in ticket["notes"] if note.get("reference")]


def test_a_burst_is_put_in_step_though_a_worker_is_killed_in_it(services, sandbox, start):
    sandbox.faults.latency = 0.05
    workers = start()
    until(lambda: imports.is_imported(services, SHOP))
    with sandbox.people() as people:
        burst(services, people, 30)
        until(lambda: any(t["group"] == NEAR_GROUP for t in people.tickets()))
        [victim] = until(lambda: children(workers.pid, "workers"))
        os.kill(victim, signal.SIGKILL)
        until(lambda: len(moved(people)) >= 27, 30.0)  # its work goes on
        assert children(workers.pid, "workers") != [victim]

        # A note that may have been posted is waited for until no request can still take effect.
        until(lambda: in_step(services, people, 30), 100.0)
        assert [len(notes_of(ticket)) for ticket in moved(people)] == [1] * len(moved(people))
    assert services.upkeep.audit(SHOP) == []


def moved(people):
    return [ticket for ticket in people.tickets() if ticket["group"] == NEAR_GROUP]


def test_two_workers_share_the_work_and_end_when_told_to(services, sandbox, start):
    workers = start(2)
    until(lambda: imports.is_imported(services, SHOP))
    until(lambda: len(children(workers.pid, "workers")) == 2)
    until(lambda: len(services.progress.beats()) == 2)
    with sandbox.people() as people:
        burst(services, people, 10)
        until(lambda: in_step(services, people, 10))

    workers.terminate()

    assert workers.wait(40) == 0
    assert services.progress.beats() == {}


def test_a_helpdesk_that_does_not_answer_holds_up_no_other_shop(
    services, sandbox, start, httpserver
):
    is_asked, is_over = threading.Event(), threading.Event()
    answers = []

    def hang(_):
        is_asked.set()
        is_over.wait(25.0)
        answers.append(503)
        return Response(status=503)

    httpserver.expect_request(re.compile("/.*")).respond_with_handler(hang)
    helpdesk = {
        "connector": "standard",
        "options": {"url": httpserver.url_for(""), "timeout": 25.0},
        "secrets": {"webhook": "env:DESK_SECRET"},
    }
    shops.put_policy(services, "chairs", document(helpdesk=helpdesk))
    try:
        start()
        assert is_asked.wait(20.0)
        with sandbox.people() as people:
            until(lambda: imports.is_imported(services, SHOP))
            burst(services, people, 10)
            until(lambda: in_step(services, people, 10))
        assert answers == []
    finally:
        is_over.set()


def test_what_the_first_walk_finds_stays_where_it_stands(services, sandbox, start):
    with sandbox.people() as people:
        for _ in range(6):
            people.create("email", "en")
        start()
        until(lambda: imports.is_imported(services, SHOP))

        assert {ticket["group"] for ticket in people.tickets()} == {HOME_GROUP}
        assert in_step(services, people, 6)


@pytest.mark.parametrize(
    ("settings", "says", "status"),
    [
        ({"OVERFLOW_WORKERS": "none"}, "is no whole number", 2),
        ({"OVERFLOW_REDIS_URL": "unix:///nowhere/store.sock"}, "the store cannot be used", 1),
    ],
    ids=["settings", "store"],
)
def test_what_is_wrong_is_said_in_one_line(start, settings, says, status):
    workers = start(**settings)

    said = workers.stderr.read()
    assert workers.wait(60) == status
    (line,) = [json.loads(line) for line in said.splitlines()]
    assert says in line["why"]
    assert line.get("where", "OVERFLOW_WORKERS") == "OVERFLOW_WORKERS"
