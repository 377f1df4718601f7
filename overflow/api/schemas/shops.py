"""Shops: their policy, their situation, their dead letters."""

from __future__ import annotations

from marshmallow import INCLUDE, Schema, fields, validate

from overflow.api.moments import Moment
from overflow.api.schemas.common import page_of
from overflow.api.schemas.signals import LiftSchema
from overflow.core.model import Mode


class ShopListSchema(Schema):
    """All shops."""

    items = fields.List(fields.String(metadata={"example": "lamps"}), required=True)


class PolicySchema(Schema):
    """A policy document; docs/policy.md describes every field."""

    class Meta:
        """Checked by ``overflow.policies``, which names every fault at once."""

        unknown = INCLUDE


class VersionListSchema(Schema):
    """All versions of a policy."""

    items = fields.List(fields.Integer(), required=True)


class CheckedSchema(Schema):
    """What a policy's check found."""

    is_valid = fields.Boolean(required=True)
    faults = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        required=True,
        metadata={
            "description": "Every fault by its path.",
            "example": {"partners.1.hours": ["is missing"]},
        },
    )
    explanation = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "What it will do, in sentences; null while there are faults."},
    )


class MeasureSchema(Schema):
    """A figure, or why there is none."""

    value = fields.Float(required=True, allow_none=True)
    method = fields.String(required=True)


class PressureSchema(Schema):
    """A queue's pressure."""

    on = fields.Boolean(required=True)
    since = Moment(required=True, allow_none=True)
    measure = fields.String(required=True, allow_none=True)


class LoadSchema(Schema):
    """What one team has of a queue."""

    team = fields.String(required=True)
    waiting = fields.Integer(required=True)
    wip = fields.Integer(required=True)


class QueueSchema(Schema):
    """One queue."""

    queue = fields.String(required=True, metadata={"example": "chat.de"})
    teams = fields.List(fields.Nested(LoadSchema), required=True)
    pressure = fields.Nested(PressureSchema, required=True)
    expected_wait = fields.Nested(
        MeasureSchema,
        required=True,
        metadata={"description": "Seconds at home for a ticket that comes now."},
    )


class RoomSchema(Schema):
    """A partner on one channel."""

    channel = fields.String(required=True)
    held = fields.Integer(required=True)
    capacity = fields.Integer(required=True)


class PartnerSchema(Schema):
    """One partner."""

    partner = fields.String(required=True)
    is_open = fields.Boolean(required=True)
    is_paused = fields.Boolean(
        required=True,
        metadata={"description": "It declared a pause: takes no more, keeps what it has."},
    )
    is_in_policy = fields.Boolean(
        required=True,
        metadata={"description": "False: taken out; it keeps what it holds until that ends."},
    )
    held = fields.Integer(
        required=True, metadata={"description": "Open tickets it holds, on all channels."}
    )
    total_capacity = fields.Integer(required=True, allow_none=True)
    channels = fields.List(fields.Nested(RoomSchema), required=True)
    today = fields.Integer(required=True, metadata={"description": "Handed over today."})
    daily_limit = fields.Integer(required=True, allow_none=True)


class InputSchema(Schema):
    """What decisions rest on."""

    input = fields.String(required=True)
    at = Moment(required=True, allow_none=True)
    age = fields.Float(required=True, metadata={"description": "Seconds."})


class SituationSchema(Schema):
    """What decisions are made from now."""

    at = Moment(required=True, allow_none=True)
    policy_version = fields.Integer(required=True)
    mode = fields.String(required=True, validate=validate.OneOf([m.value for m in Mode]))
    agents = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "Agents on shift at home; null: unknown."},
    )
    is_open = fields.Boolean(required=True, metadata={"description": "Home is open now."})
    queues = fields.List(fields.Nested(QueueSchema), required=True)
    partners = fields.List(fields.Nested(PartnerSchema), required=True)
    inputs = fields.List(fields.Nested(InputSchema), required=True)
    lifts = fields.List(
        fields.Nested(LiftSchema),
        required=True,
        metadata={"description": "Channels of which more than usual is expected now, or less."},
    )


class DeadLetterSchema(Schema):
    """Work that was given up. No bodies, no texts."""

    id = fields.String(
        required=True, metadata={"description": "The ticket's id.", "example": "4711"}
    )
    work = fields.String(required=True, validate=validate.OneOf(["write", "read"]))
    attempts = fields.Integer(required=True)
    error = fields.String(required=True)
    at = Moment(required=True, allow_none=True)


class RetriedSchema(Schema):
    """What is due again."""

    retried = fields.Integer(required=True)


DeadLetterPageSchema = page_of(DeadLetterSchema)
