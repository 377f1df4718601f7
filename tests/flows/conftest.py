import pytest

from tests.flows.fake_desk import FakeDesk
from tests.flows.house import House


@pytest.fixture
def desk():
    return FakeDesk()


@pytest.fixture
def house(store_url, store_client, desk):
    made = House(store_url, store_client, desk)
    yield made
    made.queue.close()


@pytest.fixture
def shop(house):
    """A house whose shop is open for business."""
    house.open()
    return house
