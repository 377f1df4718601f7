"""Several processes commit more than fits, and a partner ends exactly at its capacity."""

import multiprocessing
from collections import Counter

import pytest

from overflow.store.commits import Basis, Commit, Committed, Full, Outdated
from overflow.store.connect import connect
from overflow.store.tickets import Tickets
from tests.store.builders import NOW, SHOP, a_partner, a_policy, a_record

PROCESSES = 4
EACH = 60


def hand_over(url, worker, results):
    """Hand over ``EACH`` tickets, each decided from the situation this process remembers."""
    client = connect(url)
    tickets = Tickets(client)
    came_to = Counter()
    for n in range(EACH):
        situation = tickets.situations.recent(SHOP, NOW, within=60)
        record = a_record(f"{worker}-{n}", "acme", desired_rev=1, desired_group="Acme")
        basis = Basis.of(situation, "email.de")
        done = tickets.commit(SHOP, Commit(record, 0, NOW, basis=basis, takes="acme"))
        came_to[done.limit if isinstance(done, Full) else type(done).__name__] += 1
    results.put(came_to)
    client.close()


def race_for_one_ticket(url, worker, results):
    """Claim the same ticket as often as it changes hands, always from what was just read."""
    client = connect(url)
    tickets = Tickets(client)
    won = 0
    for _ in range(EACH):
        seen = tickets.get(SHOP, "7")
        record = a_record("7", priority=seen.priority + 1)
        won += isinstance(tickets.commit(SHOP, Commit(record, seen.rev, NOW)), Committed)
    results.put(Counter(won=won))
    client.close()


def in_processes(target, url):
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    workers = [context.Process(target=target, args=(url, n, results)) for n in range(PROCESSES)]
    for worker in workers:
        worker.start()
    total = sum((results.get(timeout=60) for _ in workers), Counter())
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    return total


@pytest.mark.slow
@pytest.mark.parametrize(
    ("limits", "limit", "fits"),
    [
        ({"capacity": {"email": 37}}, "channel", 37),
        ({"capacity": {"email": 500}, "total": 101}, "total", 101),
        ({"capacity": {"email": 500}, "day": 53}, "day", 53),
    ],
)
def test_several_processes_end_exactly_at_capacity(
    store_url, tickets, policies, upkeep, limits, limit, fits
):
    policies.put(SHOP, {}, a_policy(a_partner(**limits)))

    came_to = in_processes(hand_over, store_url)

    assert came_to == {"Committed": fits, limit: PROCESSES * EACH - fits}
    assert tickets.situations.get(SHOP, NOW).held[("acme", "email")] == fits
    assert upkeep.audit(SHOP) == []


@pytest.mark.slow
def test_of_all_who_change_one_ticket_each_builds_on_the_one_before(store_url, tickets):
    tickets.commit(SHOP, Commit(a_record("7"), 0, NOW))

    won = in_processes(race_for_one_ticket, store_url)["won"]

    record = tickets.get(SHOP, "7")
    assert record.priority == won == record.rev - 1


def test_a_process_with_an_old_situation_is_told_the_new_one(tickets, policies):
    seen = tickets.situations.get(SHOP, NOW)
    policies.put(SHOP, {}, a_policy(age=0.0))

    commit = Commit(a_record(), 0, NOW, basis=Basis.of(seen, "email.de"))
    refused = tickets.commit(SHOP, commit)

    assert isinstance(refused, Outdated)
    assert refused.situation.policy_version == seen.policy_version + 1
