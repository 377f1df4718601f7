"""The parts of the store over the real, empty store of the test process."""

import pytest

from overflow.store.journal import Journal
from overflow.store.leases import Leases
from overflow.store.marks import Marks
from overflow.store.policies import Policies
from overflow.store.tallies import Tallies
from overflow.store.tickets import Tickets
from overflow.store.upkeep import Upkeep
from tests.store.builders import SHOP, a_policy


@pytest.fixture
def policies(store_client):
    return Policies(store_client)


@pytest.fixture
def tickets(store_client, policies):
    """The tickets of a shop that has a policy."""
    policies.put(SHOP, {"version": "first"}, a_policy())
    return Tickets(store_client)


@pytest.fixture
def situations(tickets):
    return tickets.situations


@pytest.fixture
def marks(store_client):
    return Marks(store_client)


@pytest.fixture
def leases(store_client):
    return Leases(store_client)


@pytest.fixture
def journal(store_client):
    return Journal(store_client)


@pytest.fixture
def tallies(store_client):
    return Tallies(store_client)


@pytest.fixture
def upkeep(store_client):
    return Upkeep(store_client)
