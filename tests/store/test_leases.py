"""One process at a time does a thing, by the store's own clock."""

import pytest

from overflow.clock import SystemClock
from overflow.store import keys
from overflow.store.leases import Ending, Leases
from tests.store.builders import NOW, SHOP

KEY = keys.lease("sweep")


def test_only_one_process_has_a_lease(leases):
    lease = leases.acquire(KEY, 60)

    assert leases.acquire(KEY, 60) is None
    assert leases.is_held(KEY)
    assert lease.release()
    assert not leases.is_held(KEY)
    assert leases.acquire(KEY, 60)


def test_a_lease_ends_by_the_clock_of_the_store(leases, store_client):
    leases.acquire(KEY, 7.5)

    assert 7_000 < store_client.pttl(KEY) <= 7_500


def test_a_lease_can_be_prolonged_by_its_holder(leases, store_client):
    lease = leases.acquire(KEY, 7.5)

    assert lease.renew(60)
    assert store_client.pttl(KEY) > 50_000


def test_a_lease_asked_for_again_after_a_lost_answer_is_had(store_client):
    class Repeating:
        """Sends everything twice, as after a connection that broke before the answer."""

        def __init__(self, client):
            self.connection_pool = client.connection_pool

        def set(self, *args, **options):
            store_client.set(*args, **options)
            return store_client.set(*args, **options)

    lease = Leases(Repeating(store_client)).acquire(KEY, 60)

    assert lease.renew(60)
    assert Leases(store_client).acquire(KEY, 60) is None


def test_whoever_lost_a_lease_can_neither_prolong_nor_release_it(leases, store_client):
    lost = leases.acquire(KEY, 60)
    store_client.delete(KEY)
    assert not lost.renew(60)

    leases.acquire(KEY, 60)
    assert not lost.renew(60)
    assert not lost.release()
    assert leases.is_held(KEY)


@pytest.fixture
def drain(leases):
    return leases.acquire(keys.drain_lease(SHOP), 60)


def test_a_drain_ends_only_when_nothing_is_due(drain, leases, marks):
    marks.mark_to_read(SHOP, ["7"], NOW)
    assert drain.end_drain(SHOP, NOW) is Ending.MORE
    assert leases.is_held(keys.drain_lease(SHOP))

    marks.done(SHOP, "read", marks.to_read_due(SHOP, NOW)[0])
    assert drain.end_drain(SHOP, NOW) is Ending.FREED
    assert not leases.is_held(keys.drain_lease(SHOP))


@pytest.mark.parametrize("behind", [0.2, 3600.0])
def test_a_drain_whose_clock_is_behind_leaves_nothing_that_others_marked(drain, marks, behind):
    now = SystemClock().now()
    marks.mark_to_read(SHOP, ["7"], now)

    assert marks.to_read_due(SHOP, now - behind) == []
    assert drain.end_drain(SHOP, now - behind) is Ending.MORE


def test_work_that_is_put_off_or_dead_holds_no_drain_up(drain, marks):
    now = SystemClock().now()
    marks.mark_to_read(SHOP, ["1", "2"], now)
    for mark in marks.to_read_due(SHOP, now)[:1]:
        marks.postpone(SHOP, "read", mark, now + 3600, "slow")
    for mark in marks.to_read_due(SHOP, now):
        marks.bury(SHOP, "read", mark, "gone", now)

    assert drain.end_drain(SHOP, now) is Ending.FREED


def test_a_drain_that_lost_its_lease_hears_so(drain, leases, store_client):
    store_client.delete(keys.drain_lease(SHOP))
    leases.acquire(keys.drain_lease(SHOP), 60)

    assert drain.end_drain(SHOP, NOW) is Ending.LOST
    assert leases.is_held(keys.drain_lease(SHOP))
