"""A process goes by the store's time, whatever its machine's clock says."""

import pytest

from overflow.clock import SystemClock
from overflow.store import store_clock
from overflow.store.connect import connect
from overflow.store.store_clock import LEAST, StoreClock
from tests.flows.house import MovableClock


@pytest.fixture
def own():
    return MovableClock()


@pytest.fixture
def clock(store_client, own):
    return StoreClock(store_client, own)


def is_right(clock):
    return clock.now() == pytest.approx(SystemClock().now(), abs=LEAST)


@pytest.mark.parametrize("ahead", [-3600.0, -40.0, -1.0, 1.0, 86_400.0])
def test_a_wrong_clock_is_put_right(clock, own, ahead):
    own.advance(ahead)

    assert is_right(clock)


def test_a_small_difference_is_left_alone(clock, own):
    own.advance(LEAST / 5)

    before = own.now()

    assert before <= clock.now() <= own.now()


def test_a_clock_that_is_set_meanwhile_is_followed(clock, own, monkeypatch):
    monkeypatch.setattr(store_clock, "EVERY", 0.0)
    own.advance(-40.0)
    assert is_right(clock)

    own.advance(40.0)

    assert is_right(clock)


def test_while_the_store_is_away_the_difference_last_found_stands(
    clock, own, monkeypatch, tmp_path
):
    own.advance(-40.0)
    assert is_right(clock)
    monkeypatch.setattr(store_clock, "EVERY", 0.0)

    with connect(f"unix://{tmp_path}/nobody", retries=0) as nobody:
        monkeypatch.setattr(clock, "_store", nobody)

        assert is_right(clock)
