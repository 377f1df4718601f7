from pathlib import Path

import pytest

from tests.helpdesks.vendors.suite import SKEWED
from tests.helpdesks.vendors.worlds import World
from tests.real.fixtures import django_desk, rt

__all__ = ["django_desk", "rt"]

HERE = Path(__file__).parent
HERE = Path(__file__).parent
RUNNING = {"django_helpdesk": "django_desk", "rt": "rt"}
"""Those that can be run for real, and the fixture that runs them."""


def pytest_generate_tests(metafunc):
    """Each file of the suite says which helpdesks it is about, so that files share the work."""
    if "world" in metafunc.fixturenames:
        metafunc.parametrize("world", metafunc.module.HELPDESKS, indirect=True)


def pytest_collection_modifyitems(items):
    items[:] = [item for item in items if item.path.parent != HERE or _makes_sense(item)]


def _makes_sense(item):
    is_skewed = getattr(item, "originalname", "") in SKEWED
    return not (is_skewed and item.callspec.params["world"] in RUNNING)


@pytest.fixture
def world(request, store_url, store_client):
    real = [request.getfixturevalue(RUNNING[request.param])] if request.param in RUNNING else []
    made = World(request.param, store_url, store_client, *real)
    made.open()
    yield made
    made.close()
