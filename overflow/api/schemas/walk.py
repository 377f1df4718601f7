"""A walk over all that is open in the helpdesk."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from overflow.api.moments import Moment
from overflow.flows.polling.audit import Walk


class WalkSchema(Schema):
    """The walk under way, else the last one."""

    state = fields.String(
        required=True,
        validate=validate.OneOf(["asked", "walking", "ended", "none"]),
        metadata={
            "description": "Asked: it begins with the next poll, within seconds, or, where "
            "`missing_groups` names some, once they are there.",
            "example": "walking",
        },
    )
    asked = Moment("When somebody asked for the next one.", required=True, allow_none=True)
    begun = Moment(required=True, allow_none=True)
    ended = Moment(required=True, allow_none=True)
    pages = fields.Integer(required=True, metadata={"example": 3})
    tickets = fields.Integer(
        required=True,
        metadata={"description": "Open tickets that the helpdesk has shown.", "example": 287},
    )
    differences = fields.Integer(
        required=True,
        metadata={
            "description": "Those that differ from what the service had, and those that it took "
            "for open and were not shown: they are read again.",
            "example": 2,
        },
    )
    missing_groups = fields.List(
        fields.String(),
        required=True,
        metadata={
            "description": "Groups of the policy that the helpdesk does not have: no walk begins.",
            "example": [],
        },
    )


def walk(told: Walk, missing_groups: list[str]) -> dict[str, Any]:
    """As ``WalkSchema`` dumps it."""
    return {
        "state": told.standing,
        "asked": told.asked,
        "begun": told.begun,
        "ended": told.ended,
        "pages": told.pages,
        "tickets": told.tickets,
        "differences": told.differences,
        "missing_groups": missing_groups,
    }
