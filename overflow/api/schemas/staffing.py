"""What teams say about themselves, and what people switch off."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from overflow.api.moments import Moment
from overflow.api.schemas.common import NAME, SPELT, agent, text
from overflow.core.model import Declared, Switch

_UNTIL = "Until then it holds; afterwards the policy does again."


class _Hours(Schema):
    """Hours that stand in for the policy's."""

    hours = text(
        "Opening hours that stand in for the policy's, in OpenStreetMap's syntax.",
        "Mo-Fr 08:00-22:00",
        1000,
        load_default="",
    )
    paused = fields.Boolean(
        load_default=False, metadata={"description": "Takes no more tickets; keeps what it has."}
    )
    reason = text("Why, for the others.", "Fire drill.", 200, load_default="")
    until = Moment(_UNTIL, required=True)

    @validates_schema
    def says_something(self, data: dict[str, Any], **_: object) -> None:
        """A declaration without content would only hide the policy's."""
        is_counted = data.get("agents") is not None or data.get("capacity") is not None
        if not (is_counted or data.get("hours") or data.get("paused")):
            raise ValidationError("says nothing about capacity, agents, hours or a pause")


class AvailabilitySchema(_Hours):
    """What a partner can take now."""

    capacity = fields.Dict(
        keys=fields.String(validate=validate.Regexp(NAME, error=SPELT[NAME])),
        values=fields.Integer(strict=True, validate=validate.Range(0, 100_000)),
        load_default=None,
        allow_none=True,
        metadata={
            "description": "Most open tickets per channel, at most the contract's.",
            "example": {"chat": 12, "email": 60},
        },
    )


class StaffingSchema(_Hours):
    """Who is on shift at home."""

    agents = fields.Integer(
        strict=True,
        load_default=None,
        allow_none=True,
        validate=validate.Range(0, 100_000),
        metadata={"description": "Agents on shift now.", "example": 7},
    )


class DeclaredSchema(Schema):
    """What stands declared."""

    declared_at = Moment(required=True, allow_none=True)
    until = Moment(required=True, allow_none=True)
    agents = fields.Integer(required=True, allow_none=True)
    capacity = fields.Dict(
        keys=fields.String(), values=fields.Integer(), required=True, allow_none=True
    )
    hours = fields.String(required=True, allow_none=True)
    paused = fields.Boolean(required=True)
    reason = fields.String(required=True, allow_none=True)


class SwitchRequestSchema(Schema):
    """Switch a partner, channel or queue off."""

    until = Moment("Until then; later it is on again.", required=True)
    reason = text("Why, for the others.", "Their telephone system is down.", 200, required=True)
    agent = agent(required=True)


class SwitchSchema(Schema):
    """Something that is switched off."""

    scope = fields.String(required=True, metadata={"example": "partner:daytime"})
    until = Moment(required=True, allow_none=True)
    reason = fields.String(required=True)
    by = fields.String(required=True)


class SwitchListSchema(Schema):
    """Everything that is switched off."""

    items = fields.List(fields.Nested(SwitchSchema), required=True)


def declared(said: Declared) -> dict[str, Any]:
    """A declaration as ``DeclaredSchema`` dumps it."""
    return {
        "declared_at": said.at,
        "until": said.until,
        "agents": said.agents,
        "capacity": None if said.capacity is None else dict(said.capacity),
        "hours": said.hours.text if said.hours else None,
        "paused": said.paused,
        "reason": said.reason or None,
    }


def switch(scope: str, said: Switch) -> dict[str, Any]:
    """A switch as ``SwitchSchema`` dumps it."""
    return {"scope": scope, **said._asdict()}
