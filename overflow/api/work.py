"""What agents do: claim, release, return, answer; and what the shop's people decide by hand."""

from __future__ import annotations

from typing import Any

from overflow.api.access import Who
from overflow.api.blueprint import Part
from overflow.api.context import by, services
from overflow.api.schemas.tickets import TicketSchema, shown
from overflow.api.schemas.work import (
    AgentSchema,
    AskSchema,
    ClaimRequestSchema,
    MoveSchema,
    NoteSchema,
    ReplySchema,
    ReturnSchema,
    StatusSchema,
)
from overflow.api.tickets import KEY_HEADER, idempotency_key
from overflow.core.model import Status
from overflow.flows.people import work

part = Part("work", __name__, description="What agents do with a ticket.")

TICKET = "/v1/shops/<shop>/tickets/<ticket_id>"
Body = dict[str, Any]
Shown = dict[str, Any]


@part.operation("POST", f"{TICKET}/claim", Who.PARTNER, responses={409: "conflict"})
@part.arguments(ClaimRequestSchema)
@part.response(200, TicketSchema)
def claim_ticket(body: Body, shop: str, ticket_id: str) -> Shown:
    """Claim a ticket for a time, or prolong one's claim.

    A claim of somebody else is answered with 409, `claimed_by` and `until`.
    """
    who = by(body["agent"])
    record = work.claim(services(), shop, ticket_id, who, seconds=body["seconds"])
    return shown(record, who.team)


@part.operation("POST", f"{TICKET}/release", Who.PARTNER, responses={409: "conflict"})
@part.arguments(AgentSchema)
@part.response(200, TicketSchema)
def release_ticket(body: Body, shop: str, ticket_id: str) -> Shown:
    """Give up one's claim."""
    who = by(body["agent"])
    return shown(work.release(services(), shop, ticket_id, who), who.team)


@part.operation("POST", f"{TICKET}/return", Who.PARTNER, responses={409: "conflict"})
@part.arguments(ReturnSchema)
@part.response(200, TicketSchema)
def return_ticket(body: Body, shop: str, ticket_id: str) -> Shown:
    """Give a ticket back to the shop, with a reason.

    It is decided again; the partner that returned it does not get it any more, and is not told
    which other one has it now.
    """
    who = by(body["agent"])
    record = work.give_back(services(), shop, ticket_id, who, reason=body["reason"])
    return shown(record, who.team)


@part.operation(
    "POST",
    f"{TICKET}/reply",
    Who.PARTNER,
    parameters=[KEY_HEADER],
    responses={409: "conflict", 503: "not-now"},
)
@part.arguments(ReplySchema)
@part.response(200, TicketSchema)
def reply_to_ticket(body: Body, shop: str, ticket_id: str) -> Shown:
    """Answer the customer.

    Written through to the helpdesk and answered with 200 only when it confirms. With an
    Idempotency-Key a repeated request posts once; the same key with another text is 422.
    """
    who, key = by(body["agent"]), idempotency_key()
    status = Status(body["status"]) if body["status"] else None
    record = work.reply(services(), shop, ticket_id, who, text=body["text"], status=status, key=key)
    return shown(record, who.team)


@part.operation(
    "POST",
    f"{TICKET}/notes",
    Who.PARTNER,
    parameters=[KEY_HEADER],
    responses={409: "conflict", 503: "not-now"},
)
@part.arguments(NoteSchema)
@part.response(200, TicketSchema)
def add_note_to_ticket(body: Body, shop: str, ticket_id: str) -> Shown:
    """Write an internal note.

    Written through to the helpdesk and answered with 200 only when it confirms. An
    Idempotency-Key does what it does for an answer.
    """
    who, key = by(body["agent"]), idempotency_key()
    record = work.note(services(), shop, ticket_id, who, text=body["text"], key=key)
    return shown(record, who.team)


@part.operation(
    "POST",
    f"{TICKET}/status",
    Who.PARTNER,
    responses={409: "conflict", 503: "not-now"},
)
@part.arguments(StatusSchema)
@part.response(200, TicketSchema)
def set_status_of_ticket(body: Body, shop: str, ticket_id: str) -> Shown:
    """Solve a ticket, set it pending or on hold, or open it again.

    Written through to the helpdesk and answered with 200 only when it confirms.
    """
    who = by(body["agent"])
    record = work.set_status(services(), shop, ticket_id, who, status=Status(body["status"]))
    return shown(record, who.team)


@part.operation("POST", f"{TICKET}/move", Who.SHOP, responses={409: "conflict"})
@part.arguments(MoveSchema)
@part.response(200, TicketSchema)
def move_ticket(body: Body, shop: str, ticket_id: str) -> Shown:
    """Move a ticket by hand.

    The service does not move it again unless it is reopened or somebody asks.
    """
    who = by(body["agent"])
    return shown(
        work.move(services(), shop, ticket_id, who, to=body["team"], reason=body["reason"])
    )


@part.operation("POST", f"{TICKET}/ask", Who.SHOP, responses={409: "conflict"})
@part.arguments(AskSchema)
@part.response(200, TicketSchema)
def ask_for_ticket(body: Body, shop: str, ticket_id: str) -> Shown:
    """Ask for a ticket to go to a partner, or to be kept here.

    Decided like the same wish said by a tag in the helpdesk.
    """
    return shown(work.ask(services(), shop, ticket_id, by(body["agent"]), to=body["to"]))
