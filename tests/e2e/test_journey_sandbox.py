"""The journey with the sandbox helpdesk: signed webhooks that carry the whole ticket."""

import pytest

from tests.e2e import journey
from tests.e2e.connected import is_found_connected
from tests.e2e.sandbox_world import sandbox_world
from tests.e2e.shop import routed

pytestmark = [pytest.mark.slow, pytest.mark.needs("ps"), pytest.mark.timeout(240)]


def test_a_busy_hour_leaves_helpdesk_and_service_in_agreement():
    with sandbox_world() as world:
        old = journey.before_the_service(world)
        with routed(world) as shop:
            journey.play(shop, old)
            is_found_connected(shop, world.write("chat", "de"))
