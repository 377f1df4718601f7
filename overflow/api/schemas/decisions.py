"""The journal's decisions."""

from __future__ import annotations

from typing import Any

from marshmallow import INCLUDE, Schema, fields, validate

from overflow.api.moments import Moment
from overflow.api.schemas.common import ENTRY, PageQuery, cursor_of, page_of
from overflow.api.told import plain
from overflow.core.decision import Outcome, Reason


class Told(fields.Dict):
    """A part of a trace, its moments in ISO 8601."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **_: Any) -> Any:  # noqa: ANN401, ARG002  marshmallow's
        return plain(value)


class DecisionSchema(Schema):
    """A decision with its trace: inputs with their ages, every team against every reason."""

    class Meta:
        """The trace grows."""

        unknown = INCLUDE

    id = fields.String(required=True, metadata={"example": "1795166102125-0"})
    ticket = fields.String(required=True, metadata={"example": "4711"})
    at = Moment(required=True, allow_none=True)
    cause = fields.String(required=True, metadata={"example": "new"})
    outcome = fields.String(required=True, validate=validate.OneOf([o.value for o in Outcome]))
    team = fields.String(required=True, metadata={"example": "daytime"})
    reason = fields.String(required=True, validate=validate.OneOf([r.value for r in Reason]))
    headline = fields.String(
        required=True,
        metadata={"example": "To daytime: 121 tickets wait or are worked on, pressure is on."},
    )
    queue = fields.String(required=True, metadata={"example": "chat.de"})
    policy_version = fields.Integer(required=True)
    situation_seq = fields.Integer(required=True)
    mode = fields.String(required=True)
    channel = fields.String(required=True)
    language = fields.String(required=True)
    topic = fields.String(required=True)
    asked = fields.String(
        required=True, metadata={"description": "home or partner where a person asked for it."}
    )
    holder = fields.String(required=True, metadata={"description": "Who held it before."})
    due = Moment(required=True, allow_none=True)
    measures = Told(required=True, metadata={"description": "With their levels."})
    pressure = Told(required=True)
    line = Told(required=True)
    plan = fields.Dict(
        allow_none=True,
        metadata={"description": "The planner's threshold; null: the policy wants no plan."},
    )
    teams = fields.List(
        Told(),
        required=True,
        metadata={"description": "Every team against every reason, and what it would cost."},
    )
    inputs = fields.List(
        fields.Dict(),
        required=True,
        metadata={"description": "What it rested on, how old, and what came of that."},
    )
    along = fields.Dict(
        metadata={"description": "Who was behind it and what else became of the ticket."}
    )


class JournalQuery(PageQuery):
    """Which decisions."""

    cursor = cursor_of(ENTRY, "1795166102125-0")
    start = Moment("Not before this time.", is_bound=True, load_default=None)
    end = Moment("Not after this time.", is_bound=True, load_default=None)


DecisionPageSchema = page_of(DecisionSchema)
