"""The shop of these tests: one policy for every helpdesk, open day and night, one partner."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from overflow.clock import SystemClock
from overflow.core.model import HOME
from overflow.flows.routing.errand import IMPORTED
from overflow.store.situations import Situations
from tests.e2e.client import Client, Shop
from tests.e2e.eventually import eventually
from tests.e2e.service import Service, serving
from tests.e2e.world import HOME_GROUP, PARTNER_GROUP, World

SHOP: Final = "shoes"
PARTNER: Final = "helpers"
START: Final = 4
"""Tickets at home from which on others overflow."""


def document(world: World, mode: str = "live") -> dict[str, Any]:
    """At home stay the first four chats; whatever comes on top of them goes to the partner."""
    level = {"start": START, "stop": START}
    return {
        "mode": mode,
        "zone": "Europe/Berlin",
        "helpdesk": dict(world.helpdesk),
        "inhouse": {
            "group": HOME_GROUP,
            "hours": "24/7",
            "agents": 1,
            "languages": ["de", "en"],
        },
        "partners": [
            {
                "name": PARTNER,
                "group": PARTNER_GROUP,
                "hours": "24/7",
                "languages": ["de", "en", "nl"],
                "capacity": {"chat": 500, "email": 500},
                "price": 2.5,
                "answer_time": "10s",
            }
        ],
        "channels": {
            "chat": {"target": "1h", "handle_time": "8m"},
            "email": {"target": "4h", "handle_time": "8m"},
        },
        "default": {"channel": "email", "language": "de"},
        "pressure": {"backlog": level, "hold": "1h"},
        "words": dict(world.words),
        "retries": {"in_doubt": "10s"},
    }


@dataclass
class Routed:
    """A shop whose helpdesk is followed, and those who use the service."""

    world: World
    service: Service
    shop: Shop
    """With the shop's key."""
    partner: Shop
    """With the partner's key."""

    @property
    def webhook_url(self) -> str:
        return f"{self.service.base}/v1/shops/{SHOP}/events/{self.world.connector}{self.world.hook}"

    def holder(self, ticket: str) -> str | None:
        """The team that holds it; None while the service does not know it."""
        found = self.shop.ticket(ticket)
        return None if found is None else found["team"]

    def arrives(self, channel: str = "chat", language: str = "de") -> str:
        """A customer writes, and the service has the ticket."""
        ticket = self.world.write(channel, language)
        eventually(f"ticket {ticket} is known", lambda: self.holder(ticket))
        return ticket


@contextmanager
def routed(world: World, mode: str = "live", processes: int = 1) -> Iterator[Routed]:
    """The service runs, the first walk over the helpdesk has ended, webhooks reach it.

    Several ``processes`` (of the API, and as many workers) may decide from loads that are up to
    a second old, so that one more or less overflows.
    """
    shops = {SHOP: document(world, mode)}
    with serving(shops, world.secrets, api=processes, workers=processes) as service:
        scopes = (("--shop", SHOP), ("--shop", SHOP, "--partner", PARTNER))
        clients = [service.client(*scope) for scope in scopes]
        found = Routed(world, service, *(Shop(client, SHOP) for client in clients))
        try:
            world.webhooks_to(found.webhook_url)
            eventually("the first walk has ended", lambda: _is_imported(service), within=60)
            yield found
        finally:
            world.webhooks_to(None)
            for client in clients:
                client.close()


def _is_imported(service: Service) -> bool:
    store = service.store()
    try:
        return IMPORTED in Situations(store).get(SHOP, SystemClock().now()).seen
    finally:
        store.close()


__all__ = ["HOME", "PARTNER", "SHOP", "START", "Client", "Routed", "document", "routed"]
