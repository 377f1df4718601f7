"""One shop's gate in a process: who waits, who comes again later, and what the store is asked."""

import pytest

from overflow.core.model import HelpdeskConfig
from overflow.errors import Throttled
from overflow.flows.shop_gate import MANY, ShopGate
from overflow.flows.turnstile import LOOK, PATIENCE, TELLS
from overflow.helpdesks.gate import unless
from overflow.store import keys
from overflow.store.connect import connect
from overflow.store.throttle import Throttle
from tests.flows.house import SHOP, HastyClock

LIMITED = HelpdeskConfig("rest", {"limit": {"requests": 40, "seconds": 20.0}}, {})
UNLIMITED = HelpdeskConfig("zammad", {}, {})


@pytest.fixture
def clock():
    return HastyClock()


@pytest.fixture
def made(store_client, clock):
    return lambda config: ShopGate(Throttle(store_client, clock.now), SHOP, config, clock)


def pass_through(gate, times, status=200, *, urgent=False, **headers):
    for _ in range(times):
        gate.enter(is_urgent=urgent)
        gate.left(status, headers)


def count(store_client, name):
    return int(store_client.hget(keys.totals(SHOP), f"calls/{name}") or 0)


def test_whoever_comes_too_soon_waits_for_as_long_as_the_budget_wants(made, clock):
    gate, began = made(LIMITED), clock.now()

    pass_through(gate, 40)

    assert clock.now() - began > 0.8 * 20.0


def test_whoever_would_wait_too_long_comes_again_and_nothing_was_sent(made):
    gate = made(LIMITED)
    pass_through(gate, 1, 429, **{"retry-after": "30"})

    with pytest.raises(Throttled) as caught:
        gate.enter(is_urgent=True)
    assert caught.value.is_undone
    assert caught.value.retry_after == pytest.approx(30.0, abs=1.0)
    assert gate.room() == 0


def test_nobody_who_is_to_stop_waits_on_or_keeps_a_place(made, clock, store_client):
    gate, began = made(LIMITED), clock.now()

    with unless(lambda: clock.now() > began + 1.0), pytest.raises(Throttled) as caught:
        pass_through(gate, 40)

    assert caught.value.is_undone
    assert clock.now() - began < 1.5
    assert not list(store_client.scan_iter("*:later"))


def test_a_short_rest_is_waited_out(made, clock):
    gate = made(LIMITED)
    pass_through(gate, 1, 429, **{"retry-after": "1"})
    began = clock.now()

    gate.enter(is_urgent=True)

    assert 1.0 <= clock.now() - began < PATIENCE


def test_so_many_tickets_are_begun_as_the_budget_feeds(made):
    assert made(LIMITED).room() == 4
    assert made(UNLIMITED).room() == MANY


def test_without_limits_the_store_is_asked_now_and_then_and_counts_all(made, clock, store_client):
    gate = made(UNLIMITED)
    calls_before = store_client.info("stats")["total_commands_processed"]
    pass_through(gate, 500)
    calls = store_client.info("stats")["total_commands_processed"] - calls_before
    clock.advance(1.0)
    pass_through(gate, 1)

    assert calls < 50
    assert count(store_client, "sent") == 501


def test_calls_are_counted_soon_also_where_looks_keep_the_state_fresh(made, clock, store_client):
    gate = made(UNLIMITED)
    for _ in range(100):
        gate.room()
        pass_through(gate, 1)
        clock.sleep(LOOK / 2)

    assert 100 - TELLS / (LOOK / 2) <= count(store_client, "sent") <= 100


@pytest.mark.parametrize("status", [None, 500, 503, 401, 403])
def test_what_fails_again_and_again_is_left_alone_and_tried_by_one(made, clock, status):
    gate, other = made(UNLIMITED), made(UNLIMITED)
    pass_through(gate, 12, status)
    for each in (gate, other):
        with pytest.raises(Throttled, match="failed again and again"):
            each.enter(is_urgent=True)

    clock.advance(3.0)
    assert other.room() == 1
    other.enter(is_urgent=False)
    with pytest.raises(Throttled):
        gate.enter(is_urgent=True)
    other.left(200, {})
    assert gate.room() > 0


def test_another_helpdesk_of_the_shop_is_not_left_alone_for_what_the_first_one_said(made):
    first, moved, other = (
        made(HelpdeskConfig(connector, {"url": url}, {}))
        for connector, url in (("zammad", "a"), ("zammad", "b"), ("chatwoot", "a"))
    )
    pass_through(first, 1, 429, **{"retry-after": "30"})

    with pytest.raises(Throttled):
        first.enter(is_urgent=True)
    pass_through(moved, 20)
    pass_through(other, 20)
    assert moved.state().rate is None


@pytest.mark.parametrize("status", [200, 404, 409, 412, 422])
def test_what_answers_is_not_away(made, status):
    gate = made(UNLIMITED)
    pass_through(gate, 11, 503)
    pass_through(gate, 1, status)
    pass_through(gate, 11, 503)

    gate.enter(is_urgent=False)


FRESHDESK = HelpdeskConfig("freshdesk", {}, {})
LIST, SHOW = "GET /api/v2/tickets", "GET /api/v2/tickets/7"


class TestCallsThatHaveALimitOfTheirOwn:
    def rate(self, made, clock, what, times=40):
        """Calls a second."""
        gate, began = made(FRESHDESK), clock.now()
        for _ in range(times):
            gate.enter(is_urgent=False, what=what)
            gate.left(200, {}, what)
        return times / (clock.now() - began)

    def test_they_keep_to_it(self, made, clock):
        assert self.rate(made, clock, LIST) < 20 / 40

    def test_the_others_do_not_mind(self, made, clock):
        assert self.rate(made, clock, SHOW) > 3.0

    def test_too_many_of_them_hold_up_themselves_only(self, made):
        gate = made(FRESHDESK)
        gate.left(429, {"retry-after": "30", "x-ratelimit-remaining": "150"}, LIST)

        with pytest.raises(Throttled):
            gate.enter(is_urgent=True, what=LIST)
        gate.enter(is_urgent=True, what=SHOW)

    def test_too_many_of_all_hold_up_all(self, made):
        gate = made(FRESHDESK)
        gate.left(429, {"retry-after": "30", "x-ratelimit-remaining": "0"}, LIST)

        with pytest.raises(Throttled):
            gate.enter(is_urgent=True, what=SHOW)

    def test_their_limit_grows_with_the_budget(self, made, clock):
        gate, headers = made(FRESHDESK), {"x-ratelimit-total": "4000"}
        gate.enter(is_urgent=True, what=SHOW)
        gate.left(200, headers, SHOW)

        assert self.rate(made, clock, LIST) > 2.0


def test_a_store_that_is_away_stops_nobody(clock, tmp_path):
    throttle = Throttle(connect(f"unix://{tmp_path}/nothing.sock", retries=0))

    for config in (LIMITED, UNLIMITED):
        gate = ShopGate(throttle, SHOP, config, clock)
        pass_through(gate, 100, 503)
        assert gate.room() > 0
