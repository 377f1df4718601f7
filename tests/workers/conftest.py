import pytest

from tests.flows.fake_desk import FakeDesk
from tests.flows.house import House


@pytest.fixture
def desk():
    return FakeDesk()


@pytest.fixture
def shop(store_url, store_client, desk):
    """A house whose shop is open for business."""
    house = House(store_url, store_client, desk)
    house.open()
    yield house
    house.queue.close()
