"""The planner's thresholds, as they are shown."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import Schema, fields, validate

from overflow.api.moments import Moment
from overflow.api.schemas.late_levels import LEAVE_EXAMPLE, LateSchema, LeaveSchema, late, leaving
from overflow.core.model import LateLevels
from overflow.core.planned import told
from overflow.flows.planner.planning import ChannelPlan

MOST_STEPS: Final = 200


class StepSchema(Schema):
    """A threshold, from a moment on."""

    at = Moment(required=True, allow_none=True)
    level = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "Overflow from so many at home on; null: nobody."},
    )


class EstimatesSchema(Schema):
    """What a plan rests on."""

    demand = fields.Float(
        required=True,
        metadata={"description": "What comes beside the forecast: 1.2 is a fifth more."},
    )
    handle_time = fields.Float(
        required=True, metadata={"description": "Seconds of work on a ticket."}
    )
    patience = fields.Float(
        required=True,
        allow_none=True,
        metadata={"description": "Seconds until who waits gives up; null: nobody does."},
    )
    agents = fields.Float(required=True, metadata={"description": "Taken to be there now."})
    arrivals_an_hour = fields.Float(
        required=True, allow_none=True, metadata={"description": "Lately; null: too few to say."}
    )
    foretold_an_hour = fields.Float(
        required=True,
        allow_none=True,
        metadata={"description": "By the forecast; null: there is none."},
    )


class GroundsSchema(Schema):
    """What an estimate began with, and how much was seen since."""

    prior = fields.Float(
        required=True,
        allow_none=True,
        metadata={"description": "By the policy, in the estimate's unit; null: it says nothing."},
    )
    samples = fields.Float(
        required=True,
        metadata={"description": "Tickets seen, older ones counting less.", "example": 182.5},
    )


class LearnedSchema(Schema):
    """What was learned from what this shop's own people and customers did."""

    handle_time = fields.Nested(GroundsSchema, required=True)
    patience = fields.Nested(GroundsSchema, required=True)
    agents = fields.Nested(GroundsSchema, required=True)


class ChannelPlanSchema(Schema):
    """One channel's plan. Its tickets and those served before them count, each by its work."""

    channel = fields.String(required=True, metadata={"example": "chat"})
    at = Moment(required=True, allow_none=True)
    why = fields.String(
        required=True,
        metadata={"description": "Why it has no plan; empty: it has.", "example": "home is closed"},
    )
    method = fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf(["rolling", "forecast", "stationary"]),
    )
    level = fields.Integer(
        required=True, allow_none=True, metadata={"description": "The threshold now; null: none."}
    )
    at_home = fields.Float(
        required=True,
        allow_none=True,
        metadata={
            "description": "What a ticket that comes now finds at home, held against the "
            "threshold: waiting and in work, in tickets of this channel; null: unknown.",
            "example": 27.5,
        },
    )
    steps = fields.List(
        fields.Nested(StepSchema), required=True, metadata={"description": "From now on."}
    )
    leave = fields.List(
        fields.Nested(LeaveSchema),
        required=True,
        metadata={
            "description": "Who of those that wait leaves late now, with so many `at_home`, least "
            "time left first; empty: the plan says nothing of it.",
            "example": LEAVE_EXAMPLE,
        },
    )
    late = fields.List(
        fields.Nested(LateSchema),
        required=True,
        metadata={
            "description": "The same for other numbers at home: as it is planned now, and for the "
            "next full hours by today's estimates."
        },
    )
    estimates = fields.Nested(EstimatesSchema, required=True, allow_none=True)
    learned = fields.Nested(LearnedSchema, required=True, allow_none=True)


class PlanSchema(Schema):
    """A shop's plan."""

    planning = fields.String(
        required=True, validate=validate.OneOf(["off", "cost", "service_level"])
    )
    min_samples = fields.Integer(
        required=True,
        metadata={"description": "The policy's times count like so many samples of one's own."},
    )
    items = fields.List(fields.Nested(ChannelPlanSchema), required=True)


def channel_plan(found: ChannelPlan, at_home: float | None, now: float) -> dict[str, Any]:
    """As ``ChannelPlanSchema`` says."""
    plan = found.plan
    levels = None if plan is None or plan.level(now) is None else plan.late
    steps: list[tuple[float, int]] = []
    if plan is not None:
        for at, n in zip(plan.times, plan.levels, strict=True):
            steps = [(at, n)] if at <= now else [*steps, (at, n)]
    return {
        "channel": found.channel,
        "at": found.at,
        "why": found.why,
        "method": None if plan is None else plan.method,
        "level": None if plan is None else told(plan.level(now)),
        "at_home": at_home,
        "steps": [{"at": at, "level": told(n)} for at, n in steps[:MOST_STEPS]],
        "leave": [] if levels is None or at_home is None else leaving(at_home, levels),
        "late": _late(found, levels, now),
        "estimates": dict(found.known) or None,
        "learned": dict(found.learned) or None,
    }


def _late(found: ChannelPlan, levels: LateLevels | None, now: float) -> list[dict[str, Any]]:
    coming = [(at, later) for at, later in found.later if at > now]
    present = [] if levels is None else [(now, levels)]
    return [late(at, each) for at, each in [*present, *coming]]
