"""Signals from outside, and what lifts the expected arrivals."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from overflow.api.moments import Moment
from overflow.api.schemas.common import agent, text
from overflow.core.arrivals.lifts import Lift
from overflow.core.arrivals.signals import LONGEST_NAME
from overflow.flows.people.signals import Told

_NAME = "As the policy's rules name it; capitals and double spaces make no difference."
_LARGEST = 1e12


class SignalRequestSchema(Schema):
    """Something that happened, or a figure."""

    name = text(_NAME, "temperature", LONGEST_NAME, required=True)
    value = fields.Float(
        load_default=None,
        allow_none=True,
        allow_nan=False,
        validate=validate.Range(-_LARGEST, _LARGEST),
        metadata={"description": "What the rules compare.", "example": 19.0},
    )
    until = Moment(
        "Until then it stands; as long as the rules say where not given.",
        load_default=None,
        allow_none=True,
    )
    agent = agent(load_default="")


class SignalSchema(Schema):
    """A signal that stands, and what it does now."""

    name = fields.String(required=True, metadata={"example": "temperature"})
    value = fields.Float(required=True, allow_none=True, metadata={"example": 19.0})
    at = Moment(required=True, allow_none=True)
    until = Moment(required=True, allow_none=True)
    by = fields.String(required=True, allow_none=True)
    rules = fields.List(
        fields.String(metadata={"example": "temperature >= 18"}),
        required=True,
        metadata={"description": "The policy's conditions that it meets now."},
    )
    lifts = fields.Dict(
        keys=fields.String(),
        values=fields.Float(),
        required=True,
        metadata={
            "description": "What each channel's expected arrivals are multiplied by because of it.",
            "example": {"chat": 1.6},
        },
    )


class SignalListSchema(Schema):
    """All signals that stand."""

    items = fields.List(fields.Nested(SignalSchema), required=True)


class CauseSchema(Schema):
    """Why more arrives than usual, or less."""

    kind = fields.String(required=True, validate=validate.OneOf(["peak", "signal"]))
    name = fields.String(required=True, metadata={"example": "black friday"})
    factor = fields.Float(required=True, metadata={"example": 3.0})
    until = Moment(required=True, allow_none=True)


class LiftSchema(Schema):
    """What a channel's usual arrivals are multiplied by now."""

    channel = fields.String(required=True, metadata={"example": "chat"})
    factor = fields.Float(required=True, metadata={"example": 3.0})
    causes = fields.List(fields.Nested(CauseSchema), required=True)


def signal(told: Told) -> dict[str, Any]:
    """A signal as ``SignalSchema`` dumps it."""
    given = told.signal
    return {
        "name": told.name,
        "value": given.value,
        "at": given.at,
        "until": given.until,
        "by": given.by or None,
        "rules": list(told.rules),
        "lifts": dict(told.lifts),
    }


def lifted(channel: str, lift: Lift) -> dict[str, Any]:
    """A lift as ``LiftSchema`` dumps it."""
    causes = [cause._asdict() for cause in lift.causes]
    return {"channel": channel, "factor": lift.factor, "causes": causes}
