"""Waits promised and kept: from the decision to the first answer, counted in the store."""

import pytest

from overflow.core.waits import promise
from overflow.metrics import Sources, domain
from tests.flows.house import NEAR_GROUP, SHOP
from tests.flows.routing import arrivals, arrive, heard


def counted(shop):
    totals = shop.services.tallies.totals(SHOP)
    return {name: count for name, count in totals.items() if name.startswith("wait")}


def answer(shop, desk, ticket, after, **facts):
    heard(shop, desk, ticket, answered=desk.tickets[ticket].created + after, **facts)


def test_an_answer_is_compared_with_the_wait_that_was_expected(shop, desk):
    told = arrivals(shop, desk, 3)[-1]
    stands = promise(told.record)
    assert (told.record.team, stands.method) == ("inhouse", "line")
    assert counted(shop) == {}

    answer(shop, desk, "3", 100.0)

    found = counted(shop)
    waited = desk.tickets["3"].created + 100.0 - stands.at
    error = abs(waited - stands.seconds)
    assert found.pop("wait_promised/email/line") == round(stands.seconds * 1000)
    assert found.pop("wait_taken/email/line") == pytest.approx(waited * 1000, abs=1)
    assert found.pop("wait_error/email/line") == pytest.approx(error * 1000, abs=1)
    assert found == {f"wait/email/line/{'later' if waited > stands.seconds else 'sooner'}": 1}


def test_an_answer_is_counted_once_and_a_promise_is_forgotten_with_it(shop, desk):
    arrive(shop, desk, "1")
    answer(shop, desk, "1", 100.0)
    before = counted(shop)

    heard(shop, desk, "1", priority=3)

    assert counted(shop) == before
    assert shop.services.tickets.get(SHOP, "1").promised == ""


def test_a_partners_usual_answer_time_is_a_promise_too(shop, desk):
    gone = arrivals(shop, desk, 4)[-1]
    assert gone.record.team == "near"

    assert promise(gone.record).method == "usual"
    assert promise(gone.record).seconds == 10.0


def test_a_ticket_that_a_person_moves_counts_as_moved(shop, desk):
    arrive(shop, desk, "1")

    heard(shop, desk, "1", group=NEAR_GROUP)
    answer(shop, desk, "1", 100.0)

    assert counted(shop) == {"wait/email/line/moved": 1}


def test_what_was_promised_and_kept_is_exposed(shop, desk):
    arrive(shop, desk, "1")
    answer(shop, desk, "1", 100.0)
    services = shop.services
    sources = Sources(
        services.clock,
        services.policies,
        services.situations,
        services.marks,
        services.tallies,
        services.book.policy,
        is_worker_alive=lambda: True,
    )

    text = domain(sources, "")[0].decode()

    labels = '{channel="email",method="line",shop="lamps"}'
    assert 'overflow_wait_promises_total{channel="email",method="line",outcome="' in text
    [line] = [
        t for t in text.splitlines() if t.startswith(f"overflow_wait_taken_seconds_total{labels}")
    ]
    assert float(line.split()[-1]) == pytest.approx(100.0, abs=5.0)
