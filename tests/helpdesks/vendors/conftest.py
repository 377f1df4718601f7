import pytest

from tests.helpdesks.vendors.worlds import REAL, VENDORS, World
from tests.real.fixtures import django_desk, rt

__all__ = ["django_desk", "rt"]

RUNNING = {"django_helpdesk": "django_desk", "rt": "rt"}
PARAMS = [*VENDORS, *(pytest.param(name, marks=pytest.mark.slow) for name in REAL)]


@pytest.fixture(params=PARAMS)
def world(request, store_url, store_client):
    real = [request.getfixturevalue(RUNNING[request.param])] if request.param in REAL else []
    made = World(request.param, store_url, store_client, *real)
    made.open()
    yield made
    made.close()
