"""That a shop whose helpdesk is set up is found so by ``overflow connect``."""

from tests.e2e.shop import SHOP


def is_found_connected(shop, ticket=None):
    """A round trip is seen, on a ticket of its own where the helpdesk's API can make one."""
    named = () if ticket is None else ("--ticket", ticket)
    service, vendor = shop.service, shop.world.connector
    words = ("connect", vendor, "--shop", SHOP, "--url", service.base, "--wait", "30", *named)
    said = service.run(*words)
    assert "the round trip was seen" in said
    assert "there     webhook: the service heard of it" in said
