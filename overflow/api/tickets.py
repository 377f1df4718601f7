"""Tickets: submitted by callers that are no helpdesk, listed, read with their decisions."""

from __future__ import annotations

import re
from functools import partial
from typing import Any, Final

from flask import Response, request

from overflow.api import answers, told
from overflow.api.access import Who
from overflow.api.blueprint import Part
from overflow.api.bodies import raw
from overflow.api.context import by, caller, services
from overflow.api.schemas.common import PageQuery, page
from overflow.api.schemas.decisions import DecisionPageSchema
from overflow.api.schemas.tickets import (
    NewTicketSchema,
    RoutedSchema,
    TicketDetailSchema,
    TicketPageSchema,
    TicketQuery,
    shown,
)
from overflow.core.model import Snapshot, Status
from overflow.errors import BadInput
from overflow.flows import views
from overflow.flows.routing import intake

part = Part("tickets", __name__, description="Tickets and what was decided about them.")

_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")
KEY_HEADER: Final[dict[str, Any]] = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same for the same request: it is carried out once in 24 hours.",
    "schema": {"type": "string", "pattern": r"^[\x21-\x7e]{1,255}$"},
    "example": "3f9f7a0e-5b1c-4c57-9a55-6c1c2f0d8a11",
}


@part.operation(
    "POST",
    "/v1/shops/<shop>/tickets",
    Who.SHOP,
    parameters=[{**KEY_HEADER, "required": True}],
    responses={409: "conflict", 422: "invalid", 503: "not-now"},
)
@part.arguments(NewTicketSchema)
@part.response(200, RoutedSchema)
def submit_ticket(new: dict[str, Any], shop: str) -> Response:
    """Have a ticket decided that comes from no helpdesk.

    For a ticket that the service has already this is a hint: the helpdesk is asked how it stands.

    The same key and body again: the answer that was given before, with the header
    `Idempotent-Replayed: true`. The same key with another body: 422. While the first request is
    under way: 409.
    """
    submitted = intake.submit(
        services(),
        shop,
        _snapshot(new),
        owner=caller().key,
        key=idempotency_key(is_needed=True),
        body=raw(),
        render=partial(answers.routed, shop),
    )
    headers = {"Idempotent-Replayed": "true"} if submitted.is_replay else {}
    return Response(submitted.answer, 200, headers, content_type=answers.JSON)


@part.operation("GET", "/v1/shops/<shop>/tickets", Who.PARTNER)
@part.arguments(TicketQuery, location="query")
@part.response(200, TicketPageSchema)
def list_tickets(query: dict[str, Any], shop: str) -> dict[str, Any]:
    """List tickets that are not ended, the oldest first.

    A partner sees what it holds.
    """
    who = by()
    records, cursor = views.tickets(services(), shop, who, **query)
    return page([shown(record, who.team) for record in records], cursor)


@part.operation("GET", "/v1/shops/<shop>/tickets/<ticket_id>", Who.PARTNER)
@part.response(200, TicketDetailSchema)
def get_ticket(shop: str, ticket_id: str) -> dict[str, Any]:
    """Read a ticket with the trace of its last decision.

    A partner sees its own tests and home's; no trace that tells of other partners.
    """
    who = by()
    view = views.ticket(services(), shop, ticket_id, who)
    return {**shown(view.record, who.team), "trace": told.for_team(view.decision, who.team)}


@part.operation("GET", "/v1/shops/<shop>/tickets/<ticket_id>/decisions", Who.PARTNER)
@part.arguments(PageQuery(only=("limit",)), location="query")
@part.response(200, DecisionPageSchema)
def list_decisions_of_ticket(query: dict[str, Any], shop: str, ticket_id: str) -> dict[str, Any]:
    """List what was decided about a ticket, the newest first.

    A partner sees the decisions that concern no other partner.
    """
    who = by()
    views.ticket(services(), shop, ticket_id, who)
    found = views.decisions_of(services(), shop, ticket_id, **query)
    seen = (told.for_team(each, who.team) for each in found)
    return page([each for each in seen if each is not None], "")


def idempotency_key(*, is_needed: bool = False) -> str:
    """The request's Idempotency-Key; empty when there is none and none is needed."""
    key = request.headers.get("Idempotency-Key", "")
    if (key or is_needed) and not _KEY.fullmatch(key):
        why = "is missing" if not key else "must be 1 to 255 visible ASCII characters"
        raise BadInput(f"the header Idempotency-Key {why}")
    return key


def _snapshot(new: dict[str, Any]) -> Snapshot:
    created = new["created_at"]
    return Snapshot(
        id=new["id"],
        status=Status(new["status"]),
        group=new["group"],
        assignee=None,
        channel=new["channel"].lower(),
        language=re.split("[-_]", new["language"].lower())[0],
        created=services().clock.now() if created is None else created,
        topic=new["topic"],
        priority=new["priority"],
    )
