"""Tickets and the decisions about them."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import Schema, fields, validate

from overflow.api.moments import Moment
from overflow.api.schemas.common import QUEUE, TICKET, PageQuery, cursor_of, page_of, word
from overflow.api.schemas.decisions import DecisionSchema
from overflow.core.model import HOME, Record, Status, standing
from overflow.core.waits import METHODS, promise

OPEN_STATUSES: Final = ("open", "pending", "on_hold")
STANDINGS: Final = ("waiting", "wip", "parked")
CURSOR: Final = r"^[0-9]{16}\|[A-Za-z0-9_.:-]{1,128}$"
_OF_THE_HOLDER: Final = ("group", "assignee", "claim", "reason", "decision", "expected_wait")
LANGUAGE: Final = r"^([A-Za-z]{2,3}([-_][A-Za-z0-9_-]{1,30})?)?$"


def _optional(about: str, example: object = None) -> fields.String:
    shown = {"description": about} | ({} if example is None else {"example": example})
    return fields.String(required=True, allow_none=True, metadata=shown)


class ClaimSchema(Schema):
    """Who works on it."""

    agent = fields.String(required=True, metadata={"example": "amelie"})
    until = Moment(required=True, allow_none=True)


class MovesSchema(Schema):
    """How often the service moved it since it was last opened."""

    out = fields.Integer(required=True)
    back = fields.Integer(required=True)


class ExpectedWaitSchema(Schema):
    """The wait for the first answer, as it was expected when the holder got the ticket."""

    seconds = fields.Float(required=True, metadata={"example": 90.0})
    at = Moment("Counted from here.", required=True, allow_none=True)
    method = fields.String(
        required=True,
        validate=validate.OneOf(METHODS),
        metadata={
            "description": "line: its place in the line; after_opening: the same after home opens; "
            "usual: a partner's usual answer time."
        },
    )


class TicketSchema(Schema):
    """A ticket as the service keeps it: no texts, no customer."""

    id = fields.String(required=True, metadata={"example": "4711"})
    status = fields.String(required=True, validate=validate.OneOf([s.value for s in Status]))
    standing = fields.String(
        required=True,
        validate=validate.OneOf([*STANDINGS, "ended"]),
        metadata={
            "description": "waiting: open, not answered, nobody on it. wip: open otherwise. "
            "parked: pending or on hold."
        },
    )
    team = fields.String(
        required=True,
        metadata={
            "description": "Who holds it: inhouse or a partner. Empty for a partner that returned "
            "it, when another one has it now; then nothing else is told of that one either."
        },
    )
    queue = fields.String(required=True, metadata={"example": "chat.de"})
    channel = fields.String(required=True, metadata={"example": "chat"})
    language = fields.String(required=True, metadata={"example": "de"})
    topic = fields.String(required=True)
    priority = fields.Integer(required=True)
    group = _optional("Its group or queue in the helpdesk.", "Partner Day")
    assignee = _optional("Its agent in the helpdesk.")
    arrived_at = Moment(required=True, allow_none=True)
    due_at = Moment("First answer due.", required=True, allow_none=True)
    answered_at = Moment(required=True, allow_none=True)
    held_since = Moment(required=True, allow_none=True)
    claim = fields.Nested(ClaimSchema, required=True, allow_none=True)
    reason = _optional("Main reason of the last decision: a stable code.", "backlog")
    decision = _optional("Id of the last decision.", "1795166102125-0")
    is_manual = fields.Boolean(
        required=True, metadata={"description": "A person moved it; the service will not."}
    )
    is_in_step = fields.Boolean(
        required=True, metadata={"description": "The helpdesk shows what was decided."}
    )
    observed_team = _optional("While observing: the team it would have gone to.")
    expected_wait = fields.Nested(
        ExpectedWaitSchema,
        required=True,
        allow_none=True,
        metadata={"description": "Null: it was unknown, or there is no more to wait for."},
    )
    moves = fields.Nested(MovesSchema, required=True)


class TicketDetailSchema(TicketSchema):
    """The same with the trace of its last decision."""

    trace = fields.Nested(
        DecisionSchema,
        required=True,
        allow_none=True,
        metadata={"description": "The last decision; null when there was none."},
    )


class TicketQuery(PageQuery):
    """Which tickets."""

    cursor = cursor_of(CURSOR, "1795166102125000|4711")
    team = word("Held by this team; partners always see their own only.", "daytime")
    queue = word("In this queue.", "chat.de", QUEUE)
    channel = word("On this channel.", "chat")
    standing = fields.String(validate=validate.OneOf(STANDINGS))
    status = fields.String(validate=validate.OneOf(OPEN_STATUSES))
    claimed = fields.Boolean(metadata={"description": "With, or without, a live claim."})


class NewTicketSchema(Schema):
    """A ticket's whole state, from a caller that is no helpdesk."""

    id = word("The ticket's id in the helpdesk.", "4711", TICKET, required=True)
    channel = word("Left out: the policy's default.", "chat", load_default="")
    language = fields.String(
        load_default="",
        validate=validate.Regexp(LANGUAGE, error="is no language such as de or pt-BR"),
        metadata={"example": "de", "description": "Left out: the policy's default."},
    )
    topic = word("As the policy names it.", "returns", load_default="")
    priority = fields.Integer(load_default=0, validate=validate.Range(-1000, 1000))
    status = fields.String(load_default="open", validate=validate.OneOf(OPEN_STATUSES))
    group = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Regexp(r"^[^\x00-\x1f\x7f]{1,200}$", error="is no group"),
        metadata={
            "description": "The group it stands in. Left out: the policy's `inhouse.group`.",
            "example": "Service",
        },
    )
    created_at = Moment(load_default=None, allow_none=True)


class RoutedDecisionSchema(Schema):
    """The decision in short."""

    id = fields.String(required=True)
    outcome = fields.String(required=True)
    team = fields.String(required=True)
    reason = fields.String(required=True)
    headline = fields.String(required=True)
    trace = fields.String(
        required=True, metadata={"description": "Where the whole trace can be read."}
    )


class RoutedSchema(Schema):
    """What came of an event or a submitted ticket."""

    result = fields.String(
        required=True,
        metadata={
            "description": "decided, updated, accepted, imported, duplicate, same, older, ignored; "
            "read_again: known already, the helpdesk is asked how it stands.",
            "example": "decided",
        },
    )
    ticket = fields.String(required=True, allow_none=True)
    team = fields.String(
        required=True, allow_none=True, metadata={"description": "Who holds it now."}
    )
    decision = fields.Nested(
        RoutedDecisionSchema,
        required=True,
        allow_none=True,
        metadata={"description": "The decision made now; null when none was."},
    )


class MarkedSchema(Schema):
    """A hint was taken in."""

    result = fields.String(required=True, validate=validate.Equal("marked"))
    ticket = fields.String(required=True, allow_none=True)


TicketPageSchema = page_of(TicketSchema)


def shown(record: Record, team: str = "") -> dict[str, Any]:
    """A record as ``TicketSchema`` dumps it; for a partner's ``team`` without the other partners.

    A partner gets to see a ticket that another one holds in one case: as the answer to its return.
    """
    told = _whole(record)
    if team and told["observed_team"] not in {team, HOME}:
        told["observed_team"] = None
    if team and record.team not in {team, HOME}:
        told |= {"team": ""} | dict.fromkeys(_OF_THE_HOLDER)
    return told


def _whole(record: Record) -> dict[str, Any]:
    claim = {"agent": record.claimed_by, "until": record.claim_until} if record.claimed_by else None
    return {
        "id": record.id,
        "status": record.status.value,
        "standing": standing(record),
        "team": record.team,
        "queue": record.queue,
        "channel": record.channel,
        "language": record.language,
        "topic": record.topic,
        "priority": record.priority,
        "group": record.desired_group or None,
        "assignee": record.assignee or None,
        "arrived_at": record.arrived,
        "due_at": record.due,
        "answered_at": record.answered,
        "held_since": record.held_since,
        "claim": claim,
        "reason": record.reason or None,
        "decision": record.decision or None,
        "is_manual": record.manual,
        "is_in_step": not record.is_dirty,
        "observed_team": record.virtual.partition("@")[0] or None,
        "expected_wait": _expected(record),
        "moves": {"out": record.moves_out, "back": record.moves_back},
    }


def _expected(record: Record) -> dict[str, Any] | None:
    stands = promise(record)
    return None if stands is None else stands._asdict()
