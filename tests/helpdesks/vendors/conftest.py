from pathlib import Path

import pytest

from tests.helpdesks.vendors.suite import SKEWED
from tests.helpdesks.vendors.worlds import REAL, VENDORS, World
from tests.real.fixtures import django_desk, rt

__all__ = ["django_desk", "rt"]

HERE = Path(__file__).parent
RUNNING = {"django_helpdesk": "django_desk", "rt": "rt"}
PARAMS = [*VENDORS, *(pytest.param(name, marks=pytest.mark.slow) for name in REAL)]


def pytest_collection_modifyitems(items):
    items[:] = [item for item in items if item.path.parent != HERE or _makes_sense(item)]


def _makes_sense(item):
    is_skewed = getattr(item, "originalname", "") in SKEWED
    return not (is_skewed and item.callspec.params["world"] in REAL)


@pytest.fixture(params=PARAMS)
def world(request, store_url, store_client):
    real = [request.getfixturevalue(RUNNING[request.param])] if request.param in REAL else []
    made = World(request.param, store_url, store_client, *real)
    made.open()
    yield made
    made.close()
