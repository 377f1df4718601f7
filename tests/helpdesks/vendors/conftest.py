import pytest

from tests.helpdesks.vendors.worlds import VENDORS, World


@pytest.fixture(params=VENDORS)
def world(request, store_url, store_client):
    made = World(request.param, store_url, store_client)
    made.open()
    yield made
    made.close()
