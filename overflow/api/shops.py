"""Shops as their people see them: situation, journal of decisions, dead letters."""

from __future__ import annotations

from typing import Any

from overflow.api.access import Who
from overflow.api.blueprint import Part
from overflow.api.context import services
from overflow.api.overview import overview
from overflow.api.schemas.common import PageQuery, page
from overflow.api.schemas.decisions import DecisionPageSchema, DecisionSchema, JournalQuery
from overflow.api.schemas.shops import (
    DeadLetterPageSchema,
    RetriedSchema,
    ShopListSchema,
    SituationSchema,
)
from overflow.errors import Unknown
from overflow.flows import shops, views

part = Part("shops", __name__, description="A shop's situation, journal and dead letters.")

SHOP = "/v1/shops/<shop>"
Shown = dict[str, Any]


@part.operation("GET", "/v1/shops", Who.OPERATOR)
@part.response(200, ShopListSchema)
def list_shops() -> Shown:
    """List all shops."""
    return {"items": shops.shops(services())}


@part.operation("GET", f"{SHOP}/situation", Who.SHOP)
@part.response(200, SituationSchema)
def get_situation(shop: str) -> Shown:
    """Read what decisions are made from now: loads, pressure, partners' room, ages of inputs."""
    view = views.situation(services(), shop)
    return overview(view.situation, view.policy, services().clock.now())


@part.operation("GET", f"{SHOP}/decisions", Who.SHOP)
@part.arguments(JournalQuery, location="query")
@part.response(200, DecisionPageSchema)
def list_decisions(query: Shown, shop: str) -> Shown:
    """List the shop's decisions, the newest first."""
    found, cursor = views.decisions(services(), shop, **query)
    return page(found, cursor)


@part.operation("GET", f"{SHOP}/decisions/<entry>", Who.SHOP)
@part.response(200, DecisionSchema)
def get_decision(shop: str, entry: str) -> Shown:
    """Read one decision with its whole trace."""
    return views.decision(services(), shop, entry)


@part.operation("GET", f"{SHOP}/dead-letters", Who.SHOP)
@part.arguments(PageQuery, location="query")
@part.response(200, DeadLetterPageSchema)
def list_dead_letters(query: Shown, shop: str) -> Shown:
    """List what could not be written to, or read from, the helpdesk."""
    letters, cursor = views.dead_letters(services(), shop, **query)
    return page(letters, cursor)


@part.operation("POST", f"{SHOP}/dead-letters/retry", Who.SHOP)
@part.response(200, RetriedSchema)
def retry_dead_letters(shop: str) -> Shown:
    """Try all dead letters again."""
    return {"retried": views.retry_dead_letters(services(), shop)}


@part.operation("POST", f"{SHOP}/dead-letters/<ticket_id>/retry", Who.SHOP)
@part.response(200, RetriedSchema)
def retry_dead_letter(shop: str, ticket_id: str) -> Shown:
    """Try a ticket's dead letters again."""
    retried = views.retry_dead_letters(services(), shop, [ticket_id])
    if not retried:
        raise Unknown(f"ticket {ticket_id!r} has no dead letter")
    return {"retried": retried}
