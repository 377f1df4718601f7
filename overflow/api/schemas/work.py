"""What agents do with a ticket."""

from __future__ import annotations

from typing import Final

from marshmallow import Schema, fields, validate

from overflow.api.schemas.common import agent, text, word
from overflow.flows.people.work import LONGEST_CLAIM, LONGEST_REASON

LONGEST_TEXT: Final = 20_000
"""Characters of an answer or note."""
SETTABLE: Final = ("open", "pending", "on_hold", "solved")


class AgentSchema(Schema):
    """Who does it."""

    agent = agent(required=True)


class ClaimRequestSchema(AgentSchema):
    """Take a ticket to work on."""

    seconds = fields.Integer(
        load_default=900,
        validate=validate.Range(1, int(LONGEST_CLAIM)),
        metadata={"description": "How long the claim lasts unless it is prolonged."},
    )


class ReturnSchema(AgentSchema):
    """Give a ticket back to the shop."""

    reason = text(
        "Why, for the shop's people.",
        "Needs access to the warehouse.",
        LONGEST_REASON,
        required=True,
    )


class ReplySchema(AgentSchema):
    """Answer the customer."""

    text = text(
        "The answer, as the customer gets it.",
        "Your parcel left today.",
        LONGEST_TEXT,
        required=True,
    )
    status = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf(SETTABLE),
        metadata={"description": "Set this status with it.", "example": "solved"},
    )


class NoteSchema(AgentSchema):
    """Write an internal note."""

    text = text(
        "The note; customers never see it.", "Called the carrier.", LONGEST_TEXT, required=True
    )


class StatusSchema(AgentSchema):
    """Set the status."""

    status = fields.String(
        required=True, validate=validate.OneOf(SETTABLE), metadata={"example": "pending"}
    )


class MoveSchema(Schema):
    """Move a ticket by hand."""

    team = word("`inhouse` or a partner of the policy.", "daytime", required=True)
    agent = agent(load_default="")
    reason = text(
        "Why, for the journal.", "They know this customer.", LONGEST_REASON, load_default=""
    )


class AskSchema(Schema):
    """Ask for a ticket to go or stay."""

    to = fields.String(
        required=True,
        validate=validate.OneOf(["partner", "home"]),
        metadata={"description": "Any partner that can take it, or keep it here."},
    )
    agent = agent(load_default="")
