"""Two at once: agents who claim the same ticket, workers and ticks that find the same work."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from overflow.clock import SystemClock
from overflow.jobs import Jobs, Task, connect
from tests.e2e.agreement import moves, settled
from tests.e2e.eventually import eventually
from tests.e2e.sandbox_world import sandbox_world
from tests.e2e.shop import PARTNER, SHOP, Routed, routed
from tests.e2e.stubborn import insist, people
from tests.e2e.world import HOME_GROUP, PARTNER_GROUP

pytestmark = [pytest.mark.slow, pytest.mark.needs("ps"), pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def shop():
    with sandbox_world() as world, routed(world, processes=2) as found:
        yield found


def test_of_two_agents_who_claim_one_ticket_one_is_told_who_holds_it(shop):
    tickets = [shop.world.write("email", "nl") for _ in range(8)]
    for ticket in tickets:
        eventually(f"{ticket} goes", lambda t=ticket: shop.holder(t) == PARTNER)
        answers = _claimed_by_both(shop, ticket)
        assert sorted(reply.status_code for _, reply in answers) == [200, 409]
        [winner] = [agent for agent, reply in answers if reply.status_code == 200]
        [loser] = [reply for _, reply in answers if reply.status_code == 409]
        assert loser.headers["content-type"] == "application/problem+json"
        assert loser.json()["claimed_by"] == winner
        assert loser.json()["until"].endswith("Z")
        assert shop.shop.ticket(ticket)["claim"]["agent"] == winner


def _claimed_by_both(shop: Routed, ticket: str):
    barrier = threading.Barrier(2)

    def claim(agent):
        barrier.wait(10)
        path = f"{shop.partner.path}/tickets/{ticket}/claim"
        return agent, shop.partner.client.call("POST", path, {"agent": agent})

    with people(2) as pool:
        return list(pool.map(claim, ("amelie", "bruno")))


def test_workers_and_ticks_that_find_the_same_work_do_it_once(shop):
    """A second ``python -m workers`` on the same store, and every job put on the queue tenfold."""
    settled(shop)  # nothing is left to write from the test before
    before = Counter(shop.world.people.state()["calls"])
    jobs = Jobs(connect(shop.service.settings.store_url), SystemClock())
    tickets = []
    with _more_workers(shop, jobs):
        for _ in range(10):
            tickets += [shop.world.write("email", "nl") for _ in range(4)]
            for task in Task:
                assert jobs.enqueue(task, SHOP)
        for ticket in tickets:
            eventually(f"{ticket} goes", lambda t=ticket: shop.holder(t) == PARTNER)
        settled(shop)
    jobs.close()
    assert {t: m for t in tickets if (m := moves(shop, t)) != ["overflow"]} == {}
    assert {t for t in tickets if len(shop.world.show(t).references) != 1} == set()
    calls = Counter(shop.world.people.state()["calls"])
    calls.subtract(before)
    assert (calls["ticket.assign"], calls["ticket.note"]) == (len(tickets), len(tickets))


def test_a_caller_who_comes_after_the_webhook_moves_nothing_back(shop):
    """What it says of the ticket was true before the service moved it."""
    ticket = shop.world.write("email", "nl")
    eventually("it goes", lambda: shop.world.show(ticket).references)
    body = {"id": ticket, "channel": "email", "language": "nl", "group": HOME_GROUP}
    said = insist(shop.shop, "/tickets", body, f"late-{ticket}")
    assert said["team"] == PARTNER
    settled(shop)
    assert (shop.holder(ticket), moves(shop, ticket)) == (PARTNER, ["overflow"])
    assert shop.world.show(ticket).group == PARTNER_GROUP


@contextmanager
def _more_workers(shop: Routed, jobs: Jobs) -> Iterator[None]:
    """Another ``python -m workers``, of two processes, with ticks of its own."""
    there, service = len(jobs.workers()), shop.service
    process = subprocess.Popen(
        [sys.executable, "-m", "workers"],
        env=service.environment | {"OVERFLOW_REDIS_URL": service.settings.store_url},
        cwd=service.home,
    )
    try:
        eventually("more workers are there", lambda: len(jobs.workers()) == there + 2)
        yield
    finally:
        process.terminate()
        assert process.wait(40) == 0
