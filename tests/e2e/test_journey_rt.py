"""The journey with a real Request Tracker 5: its scrip's webhooks, its REST2."""

import pytest

from tests.e2e import journey
from tests.e2e.connected import is_found_connected
from tests.e2e.rt_world import RtWorld
from tests.e2e.shop import routed
from tests.real.fixtures import rt

__all__ = ["rt"]
pytestmark = [pytest.mark.slow, pytest.mark.needs("ps"), pytest.mark.timeout(240)]


def test_a_busy_hour_leaves_helpdesk_and_service_in_agreement(rt):
    world = RtWorld(rt)
    old = journey.before_the_service(world)
    with routed(world) as shop:
        journey.play(shop, old)
        is_found_connected(shop)
