"""The journey with a real django-helpdesk: unsigned hints, and changes no webhook tells of."""

import pytest

from tests.e2e import journey
from tests.e2e.connected import is_found_connected
from tests.e2e.django_world import DjangoWorld
from tests.e2e.shop import routed
from tests.real.fixtures import django_desk

__all__ = ["django_desk"]
pytestmark = [pytest.mark.slow, pytest.mark.needs("ps"), pytest.mark.timeout(240)]


def test_a_busy_hour_leaves_helpdesk_and_service_in_agreement(django_desk):
    world = DjangoWorld(django_desk)
    old = journey.before_the_service(world)
    with routed(world) as shop:
        journey.play(shop, old)
        is_found_connected(shop)
