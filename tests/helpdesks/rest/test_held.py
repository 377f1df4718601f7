"""A person's move wins over a write that had to wait, where the file says nothing of a version."""

from copy import deepcopy

import pytest

from tests.helpdesks.rest.conftest import Described
from tests.helpdesks.vendors.suite_held import *  # noqa: F403


def _unlocked(options):
    made = deepcopy(options)
    del made["ticket"]["version"]
    for request in made["requests"].values():
        if isinstance(request.get("json"), dict):
            request["json"].pop("rev", None)
    return made


class Unlocked(Described):
    options = _unlocked(Described.options)


@pytest.fixture
def world(store_url, store_client):
    made = Unlocked(store_url, store_client)
    made.open()
    yield made
    made.close()
