"""The shadow policy: how it stands, and where it differed."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from overflow.api.moments import Moment
from overflow.api.schemas.common import ENTRY, PageQuery, cursor_of
from overflow.flows.foresight.shadow import Seen


class ShadowQuery(PageQuery):
    """Which differences."""

    cursor = cursor_of(ENTRY, "1795166102125-0")


class ShadowPairSchema(Schema):
    """How often the live policy chose one team and the shadow another, or the same."""

    team = fields.String(required=True, metadata={"example": "inhouse"})
    shadow_team = fields.String(required=True, metadata={"example": "daytime"})
    channel = fields.String(required=True, metadata={"example": "chat"})
    decisions = fields.Integer(required=True)


class SideSchema(Schema):
    """What one of the two decided."""

    team = fields.String(required=True)
    outcome = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Null: it would have left the ticket where it has it."},
    )
    reason = fields.String(required=True, allow_none=True)
    headline = fields.String(required=True, allow_none=True)
    cost = fields.Float(
        required=True,
        allow_none=True,
        metadata={"description": "Expected euros of that team, by the shadow's values."},
    )


class DifferenceSchema(Schema):
    """A decision in which the two differed."""

    decision = fields.String(
        required=True,
        metadata={"description": "The live decision's id.", "example": "1795166102125-0"},
    )
    ticket = fields.String(required=True, metadata={"example": "4711"})
    at = Moment(required=True, allow_none=True)
    cause = fields.String(required=True)
    channel = fields.String(required=True)
    queue = fields.String(required=True)
    live = fields.Nested(SideSchema, required=True)
    shadow = fields.Nested(SideSchema, required=True)


class ShadowSchema(Schema):
    """How the shadow policy stands beside the live one."""

    since = Moment(required=True, allow_none=True)
    decided = fields.Integer(
        required=True, metadata={"description": "Live decisions that it has decided too."}
    )
    different = fields.Integer(
        required=True, metadata={"description": "Those in which it chose another team."}
    )
    left_out = fields.Integer(
        required=True, metadata={"description": "Those that could not be decided again."}
    )
    cursor = fields.String(
        required=True, metadata={"description": "The journal's entry up to which it has decided."}
    )
    teams = fields.List(fields.Nested(ShadowPairSchema), required=True)
    items = fields.List(
        fields.Nested(DifferenceSchema),
        required=True,
        metadata={"description": "The differences, newest first; the newest 10,000 are kept."},
    )
    next_cursor = fields.String(
        required=True, allow_none=True, metadata={"description": "Null on the last page."}
    )


def shown(seen: Seen) -> dict[str, Any]:
    """As ``ShadowSchema`` dumps it."""
    shadow = seen.shadow
    return {
        "since": shadow.since,
        "decided": shadow.decided,
        "different": shadow.different,
        "left_out": shadow.left_out,
        "cursor": shadow.cursor,
        "teams": [
            dict(zip(("team", "shadow_team", "channel"), pair.split("/"), strict=True))
            | {"decisions": n}
            for pair, n in sorted(shadow.pairs.items())
        ],
        "items": seen.items,
        "next_cursor": seen.cursor or None,
    }
