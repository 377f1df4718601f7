"""The journey with a real Request Tracker 5 that a file describes: no line of code is about RT."""

from pathlib import Path

import pytest

from overflow.policies.text import document
from tests.e2e import journey
from tests.e2e.connected import is_found_connected
from tests.e2e.rt_world import RtWorld
from tests.e2e.shop import routed
from tests.real.fixtures import rt

__all__ = ["rt"]
pytestmark = [pytest.mark.slow, pytest.mark.needs("ps"), pytest.mark.timeout(240)]

FILE = Path(__file__).parents[2] / "deploy" / "helpdesks" / "rt.yaml"


class DescribedRt(RtWorld):
    """The same world, spoken with by way of the file."""

    connector = "rest"

    def __init__(self, rt):
        super().__init__(rt)
        self.helpdesk = {
            **self.helpdesk,
            "connector": self.connector,
            "options": {"url": rt.base_url, **document(FILE.read_text())},
        }


def test_a_busy_hour_leaves_helpdesk_and_service_in_agreement(rt):
    world = DescribedRt(rt)
    old = journey.before_the_service(world)
    with routed(world) as shop:
        journey.play(shop, old)
        is_found_connected(shop, world.write("chat", "de"))
