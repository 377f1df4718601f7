"""`overflow store`: what the store counts is held against the tickets, and made to fit."""

import json

import pytest
from click.testing import CliRunner

from overflow.cli import main
from overflow.store import keys
from tests.flows.house import SHOP
from tests.flows.routing import arrivals


@pytest.fixture
def store(house):
    arrivals(house, house.services.desks.of(house.services.book.policy(SHOP)), 4)

    def run(*arguments, status=0):
        done = CliRunner().invoke(main, ["store", *arguments])
        assert done.exit_code == status, done.output
        return done.output

    return run


def test_what_does_not_fit_is_named_and_mended(store, house, store_client):
    assert store("audit", SHOP) == "all fits\n"
    store_client.hincrby(keys.situation(SHOP), "w:inhouse:email.en", 5)
    store_client.delete(keys.dirty(SHOP))

    told = store("audit", SHOP, status=1)
    assert told.splitlines() == [
        "does not fit: counter w:inhouse:email.en is 8 and should be 3",
        "does not fit: dirty mark 4 is missing",
    ]
    faults = json.loads(store("rebuild", SHOP, "--json"))

    assert [f"does not fit: {fault}" for fault in faults] == told.splitlines()
    assert json.loads(store("audit", SHOP, "--json")) == []
    assert house.faults() == []
    assert store("rebuild", SHOP) == "all fits\n"


@pytest.mark.parametrize("what", ["audit", "rebuild"])
def test_a_shop_that_is_not_there_is_said(store, what):
    assert "hats" in store(what, "hats", status=2)
