"""A worker on a machine with a wrong clock: its marks, retries and claims are on time."""

import pytest

from overflow.errors import HelpdeskAway
from overflow.flows import sweep
from overflow.flows.drain import sync
from overflow.flows.people import work
from overflow.flows.people.work import By
from overflow.store import keys
from overflow.store.store_clock import LEAST, StoreClock
from tests.flows.house import NEAR_GROUP, SHOP, House, MovableClock
from tests.flows.routing import arrivals

LONGEST_PAUSE = 0.2
"""Seconds, by the policy of the house."""


@pytest.fixture(params=[-60.0, 60.0], ids=["behind", "ahead"])
def worker(request, store_url, store_client, desk):
    """A second process; the first one, the API, has the right time."""
    own = MovableClock()
    own.advance(request.param)
    made = House(store_url, store_client, desk, clock=StoreClock(store_client, own))
    yield made
    made.queue.close()


def test_what_another_has_marked_is_due_at_once(shop, worker, desk):
    arrivals(shop, desk, 4)

    assert sweep.nudge(worker.services, SHOP)
    assert sync.drain(worker.services, SHOP).tickets == 1
    assert desk.tickets["4"].group == NEAR_GROUP
    assert not shop.record("4").is_dirty


def test_a_failure_is_tried_again_when_the_policy_says(shop, worker, desk, store_client):
    arrivals(shop, desk, 4)
    desk.fault = lambda call, ticket_id: HelpdeskAway("not now")
    before = shop.clock.now()

    sync.drain(worker.services, SHOP, seconds=0.05)

    due = store_client.zscore(keys.dirty(SHOP), "4") / 1e6
    assert before - LEAST <= due <= shop.clock.now() + LONGEST_PAUSE + LEAST


def test_a_claim_lasts_as_long_as_it_was_made_for(shop, worker, desk):
    arrivals(shop, desk, 4)
    near = By("near", "amelie")
    work.claim(shop.services, SHOP, "4", near, seconds=30)

    sweep.run(worker.services, SHOP)
    assert shop.record("4").claimed_by == "amelie"

    work.claim(worker.services, SHOP, "4", near, seconds=30)
    assert shop.record("4").claim_until == pytest.approx(shop.clock.now() + 30, abs=1.0)
