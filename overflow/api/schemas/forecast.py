"""The forecast as it is uploaded and shown."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from overflow.api.moments import Moment
from overflow.api.schemas.common import QUEUE, agent, word
from overflow.api.schemas.signals import CauseSchema
from overflow.core.arrivals.expected import Expected, Forecast

DAY = 86400
MOST_HOURS = 72


class ForecastRowSchema(Schema):
    """So many tickets from then on; `queue` or `channel`, not both."""

    queue = fields.String(metadata={"example": "chat.de"})
    channel = fields.String(metadata={"description": "Shared out over its queues as usual."})
    at = fields.String(
        required=True,
        metadata={
            "description": "A whole quarter of an hour; without an offset on the shop's clock.",
            "example": "2026-11-27T09:00",
        },
    )
    arrivals = fields.Float(required=True, metadata={"example": 14.5})


class ForecastUploadSchema(Schema):
    """A forecast that somebody made."""

    interval = fields.Integer(
        required=True,
        validate=validate.Range(900, DAY),
        metadata={
            "description": "Seconds that each row holds: a multiple of 900.",
            "example": 3600,
            "multipleOf": 900,
        },
    )
    has_peaks = fields.Boolean(
        metadata={"description": "The policy's peaks are in it; else they are put on top."}
    )
    agent = agent()
    rows = fields.List(fields.Nested(ForecastRowSchema), required=True)


class UploadQuery(Schema):
    """What a table of comma-separated values cannot say itself."""

    interval = fields.Integer(
        validate=validate.Range(900, DAY),
        metadata={
            "description": "Seconds that each row holds: a multiple of 900. Needed with CSV.",
            "example": 3600,
        },
    )
    has_peaks = fields.Boolean(
        metadata={"description": "With CSV: the policy's peaks are in it already."}
    )
    agent = agent()


class UploadedSchema(Schema):
    """What was uploaded."""

    at = Moment(required=True, allow_none=True)
    by = fields.String(required=True, allow_none=True)
    has_peaks = fields.Boolean(required=True)
    start = Moment(required=True, allow_none=True)
    end = Moment(required=True, allow_none=True)
    arrivals = fields.Dict(
        keys=fields.String(),
        values=fields.Float(),
        required=True,
        metadata={
            "description": "Tickets in all by queue or channel.",
            "example": {"chat.de": 412.5},
        },
    )


class QuarterSchema(Schema):
    """What is expected in one quarter of an hour."""

    at = Moment(required=True, allow_none=True)
    arrivals = fields.Float(required=True, metadata={"description": "Tickets, lifts included."})
    usual = fields.Float(required=True, metadata={"description": "Tickets without the lifts."})
    lift = fields.Float(required=True, metadata={"description": "`arrivals` ÷ `usual`."})
    causes = fields.List(fields.Nested(CauseSchema), required=True)
    source = fields.String(required=True, validate=validate.OneOf(["history", "uploaded"]))
    days = fields.Integer(
        required=True, metadata={"description": "Past days behind the figure; 0 for an upload."}
    )
    stand_in = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Which days these are, where none of the same kind was seen."},
    )


class QueueForecastSchema(Schema):
    """One queue."""

    queue = fields.String(required=True, metadata={"example": "chat.de"})
    arrivals = fields.Float(required=True, metadata={"description": "Tickets in all these hours."})
    quarters = fields.List(fields.Nested(QuarterSchema), required=True)


class ForecastSchema(Schema):
    """What is expected to arrive."""

    at = Moment(required=True, allow_none=True)
    usual_made = Moment(
        "When the usual arrivals were last worked out; null: no whole day is known yet.",
        required=True,
        allow_none=True,
    )
    uploaded = fields.Nested(UploadedSchema, required=True, allow_none=True)
    queues = fields.List(fields.Nested(QueueForecastSchema), required=True)


class ForecastQuery(Schema):
    """Which part of the forecast."""

    hours = fields.Integer(
        load_default=24,
        validate=validate.Range(1, MOST_HOURS),
        metadata={"description": "How far ahead."},
    )
    queue = word("Only this queue.", "chat.de", QUEUE, load_default=None)


def uploaded(forecast: Forecast) -> dict[str, Any] | None:
    """What was uploaded, as ``UploadedSchema`` dumps it; None: nothing."""
    given = forecast.uploaded
    if given is None:
        return None
    every = [each for rows in given.intervals.values() for each in rows]
    return {
        "at": given.at,
        "by": given.by or None,
        "has_peaks": given.has_peaks,
        "start": min((each.start for each in every), default=None),
        "end": max((each.start + each.seconds for each in every), default=None),
        "arrivals": {
            name: sum(each.arrivals for each in rows) for name, rows in given.intervals.items()
        },
    }


def shown(forecast: Forecast, now: float, hours: int, queue: str | None) -> dict[str, Any]:
    """The coming hours, as ``ForecastSchema`` dumps them."""
    usual = forecast.profile
    names = [name for name in forecast.queues if queue in {None, name}]
    return {
        "at": now,
        "usual_made": usual.made if usual is not None and usual.usual else None,
        "uploaded": uploaded(forecast),
        "queues": [_queue(name, forecast, now, hours) for name in names],
    }


def _queue(name: str, forecast: Forecast, now: float, hours: int) -> dict[str, Any]:
    quarters = forecast.quarters(name, now - now % 900, now + hours * 3600)
    return {
        "queue": name,
        "arrivals": round(sum(each.arrivals for each in quarters), 3),
        "quarters": [_quarter(each) for each in quarters],
    }


def _quarter(each: Expected) -> dict[str, Any]:
    return {
        "at": each.start,
        "arrivals": round(each.arrivals, 3),
        "usual": round(each.usual, 3),
        "lift": round(each.lift.factor, 4),
        "causes": [cause._asdict() for cause in each.lift.causes],
        "source": each.source,
        "days": each.days,
        "stand_in": each.stand_in or None,
    }
