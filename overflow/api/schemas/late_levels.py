"""Which of those that wait leave late, as it is shown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from marshmallow import Schema, fields

from overflow.api.moments import Moment
from overflow.core.model import LateLevels
from overflow.core.planned import told

LEAVE_EXAMPLE: Final = [
    {"left": 0.0, "place": None},
    {"left": 60.0, "place": 4},
    {"left": 120.0, "place": 7},
]


class LeaveSchema(Schema):
    """From which place on who has so much time left leaves."""

    left = fields.Float(
        required=True,
        metadata={
            "description": "Seconds until the first answer is late, on the target's clock. From "
            "one entry to the next the place changes evenly; beside one of null nobody leaves.",
            "example": 60.0,
        },
    )
    place = fields.Integer(
        required=True,
        allow_none=True,
        metadata={
            "description": "The first place in the line that leaves for a partner, 1 is served "
            "next; null: nobody does, as where a partner would be late too.",
            "example": 4,
        },
    )


class CrowdSchema(Schema):
    """The same for so many at home."""

    at_home = fields.Float(
        required=True,
        metadata={
            "description": "Waiting and in work at home, in tickets of this channel.",
            "example": 31.0,
        },
    )
    leave = fields.List(
        fields.Nested(LeaveSchema), required=True, metadata={"example": LEAVE_EXAMPLE}
    )


class LateSchema(Schema):
    """Who of those that wait leaves late at a moment."""

    at = Moment(required=True, allow_none=True)
    crowds = fields.List(fields.Nested(CrowdSchema), required=True)


def late(at: float, levels: LateLevels) -> dict[str, Any]:
    """As ``LateSchema`` says."""
    return {
        "at": at,
        "crowds": [
            {"at_home": crowd, "leave": _leave(levels.slacks, along)}
            for crowd, along in zip(levels.crowds, levels.places, strict=True)
        ],
    }


def leaving(crowd: float, levels: LateLevels) -> list[dict[str, Any]]:
    """A list of ``LeaveSchema``: with so many at home."""
    along = [levels.place(crowd, slack) for slack in levels.slacks]
    return _leave(levels.slacks, along)


def _leave(slacks: Sequence[float], places: Sequence[float]) -> list[dict[str, Any]]:
    return [
        {"left": round(slack, 1), "place": _first(place)}
        for slack, place in zip(slacks, places, strict=True)
    ]


def _first(place: float) -> int | None:
    """The first whole place that is not before it."""
    return None if math.isinf(place) else told(math.ceil(place))
