"""What a dry run is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from marshmallow import (
    EXCLUDE,
    INCLUDE,
    Schema,
    ValidationError,
    fields,
    post_load,
    validate,
    validates_schema,
)

from overflow.api.moments import Moment
from overflow.api.schemas.common import NAME, QUEUE, SPELT, TICKET, word
from overflow.api.schemas.decisions import DecisionSchema
from overflow.api.schemas.shops import PartnerSchema, QueueSchema, SituationSchema
from overflow.api.schemas.tickets import NewTicketSchema
from overflow.core.model import Cause

_COUNT: Final = validate.Range(0, 1_000_000)
_TAG: Final = validate.Length(1, 100)
_TEAM: Final = validate.Regexp(NAME, error=SPELT[NAME])


class MovedSchema(Schema):
    """How often the service has moved it."""

    out = fields.Integer(load_default=0, validate=_COUNT)
    back = fields.Integer(load_default=0, validate=_COUNT)


class SupposedTicketSchema(NewTicketSchema):
    """A ticket that may or may not exist: as it is submitted, and what would be known of it."""

    id = word("What it is called in the answer.", "4711", TICKET, load_default="preview")
    due_at = Moment(
        "First answer due; left out: by the policy's target.", load_default=None, allow_none=True
    )
    tags = fields.List(
        fields.String(validate=_TAG),
        load_default=list,
        metadata={"description": "Its tags in the helpdesk.", "example": ["to-partner"]},
    )
    cause = fields.String(
        load_default=Cause.NEW.value,
        validate=validate.OneOf([cause.value for cause in Cause]),
        metadata={
            "description": "Why it is decided. `late` and `untouched`: the sweep looks at it."
        },
    )
    team = word("Who holds it; left out: whose group it stands in.", "inhouse", load_default=None)
    ahead = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=_COUNT,
        metadata={"description": "Tickets waiting before it in its queue; null: it joins the end."},
    )
    is_answered = fields.Boolean(
        load_default=False, metadata={"description": "It has had its first answer."}
    )
    moves = fields.Nested(MovedSchema, load_default=dict)
    refused_by = fields.List(
        fields.String(validate=_TEAM),
        load_default=list,
        metadata={"description": "Partners that returned it.", "example": ["daytime"]},
    )
    handled_by = word("Who answered it before it was reopened.", "daytime", load_default=None)
    held_since = Moment("Since when the holder has it.", load_default=None, allow_none=True)

    @post_load
    def _as_the_service_has_it(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        language = re.split("[-_]", data["language"].lower())[0]
        return {**data, "channel": data["channel"].lower(), "language": language}


class _Part(Schema):
    """A part of a situation; what the service works out by itself may stand there too."""

    shown: type[Schema]

    class Meta:
        """Looked through below: what an answer of the API has is no fault."""

        unknown = EXCLUDE

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _no_others(self, _data: object, original: object, **_: object) -> None:
        if isinstance(original, Mapping):
            known = {*self.fields, *self.shown().fields}
            others = {str(name): ["is no field here"] for name in original if name not in known}
            if others:
                raise ValidationError(others)


class SupposedLoadSchema(Schema):
    """What one team has of a queue."""

    team = word("`inhouse` or a partner.", "inhouse", required=True)
    waiting = fields.Integer(load_default=0, validate=_COUNT)
    wip = fields.Integer(load_default=0, validate=_COUNT)


class SupposedPressureSchema(Schema):
    """A queue's pressure."""

    on = fields.Boolean(required=True)
    since = Moment(load_default=None, allow_none=True)
    measure = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf(["", "backlog", "expected_wait", "breach"]),
    )


class SupposedQueueSchema(_Part):
    """One queue; the loads that are given take the place of all it has."""

    shown = QueueSchema
    queue = word("Its name.", "chat.de", QUEUE, required=True)
    teams = fields.List(fields.Nested(SupposedLoadSchema))
    pressure = fields.Nested(SupposedPressureSchema)


class SupposedRoomSchema(Schema):
    """A partner on one channel."""

    channel = word("Its name.", "chat", required=True)
    held = fields.Integer(validate=_COUNT)
    capacity = fields.Integer(validate=_COUNT, metadata={"description": "At most the contract's."})


class SupposedPartnerSchema(_Part):
    """One partner."""

    shown = PartnerSchema
    partner = word("Its name.", "daytime", required=True)
    is_open = fields.Boolean()
    is_paused = fields.Boolean()
    held = fields.Integer(validate=_COUNT)
    channels = fields.List(fields.Nested(SupposedRoomSchema))
    today = fields.Integer(validate=_COUNT)


class SupposedInputSchema(Schema):
    """How old an input is: ``at``, else ``age``."""

    input = word("Its name.", "helpdesk", r"^[A-Za-z0-9_.:-]{1,60}$", required=True)
    at = Moment(load_default=None, allow_none=True)
    age = fields.Float(
        load_default=0.0, validate=validate.Range(0), metadata={"description": "Seconds."}
    )


class SupposedSituationSchema(_Part):
    """A situation as the API shows it, or parts of one."""

    shown = SituationSchema
    at = Moment("When it was so; the time of the decision where none is given.")
    agents = fields.Integer(
        allow_none=True, validate=_COUNT, metadata={"description": "Agents on shift at home."}
    )
    is_open = fields.Boolean(metadata={"description": "Home is open."})
    queues = fields.List(fields.Nested(SupposedQueueSchema))
    partners = fields.List(fields.Nested(SupposedPartnerSchema))
    inputs = fields.List(fields.Nested(SupposedInputSchema))


class PreviewSchema(Schema):
    """A ticket, and if wished a situation and a time."""

    ticket = fields.Nested(SupposedTicketSchema, required=True)
    situation = fields.Nested(
        SupposedSituationSchema,
        load_default=dict,
        metadata={"description": "Laid over the situation of now."},
    )
    at = Moment(
        "When it is decided; what is known is as old then as it is now.",
        load_default=None,
        allow_none=True,
    )


class PreviewedSchema(DecisionSchema):
    """A decision that was not made, with its whole trace."""

    class Meta:
        """It has no entry in the journal."""

        unknown = INCLUDE
        exclude = ("id", "along")
