"""The forecast: shown with where each figure comes from, uploaded as JSON or CSV, withdrawn."""

from __future__ import annotations

from typing import Any, Final

import orjson
from flask import request
from marshmallow import ValidationError
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from overflow.api.access import Who
from overflow.api.blueprint import Part
from overflow.api.bodies import raw
from overflow.api.context import services
from overflow.api.schemas.forecast import (
    ForecastQuery,
    ForecastSchema,
    ForecastUploadSchema,
    UploadQuery,
    shown,
)
from overflow.core.arrivals.history import QUARTER
from overflow.errors import Invalid, by_path
from overflow.flows.planner import forecasting, uploads
from overflow.flows.planner.uploads import Upload

part = Part("forecast", __name__, description="What is expected to arrive.")

FORECAST: Final = "/v1/shops/<shop>/forecast"
CSV: Final = "text/csv"
HOURS: Final = 24
"""Shown after an upload."""
Shown = dict[str, Any]
_MISSING: Final = "is missing: how many seconds does each row hold?"

_BODY: Final[dict[str, Any]] = {
    "required": True,
    "description": "At most 1 MiB; every fault of it is named at once.",
    "content": {
        "application/json": {
            "schema": ForecastUploadSchema,
            "example": {
                "interval": 3600,
                "has_peaks": False,
                "rows": [
                    {"queue": "chat.de", "at": "2026-11-27T09:00", "arrivals": 14.5},
                    {"channel": "email", "at": "2026-11-27T09:00", "arrivals": 40},
                ],
            },
        },
        CSV: {
            "schema": {"type": "string"},
            "example": "channel,at,arrivals\nchat,2026-11-27T09:00,14.5\n",
        },
    },
}
_RESPONSES: Final = {
    400: "bad-request",
    413: "too-large",
    415: "unsupported-media-type",
    422: "invalid",
}


@part.operation("GET", FORECAST, Who.SHOP)
@part.arguments(ForecastQuery, location="query")
@part.response(200, ForecastSchema)
def get_forecast(query: Shown, shop: str) -> Shown:
    """Read what is expected in the coming hours, and where each figure comes from.

    A queue of which nothing is known is not listed, and neither is a time.
    """
    found = forecasting.forecast(services(), shop)
    return shown(found, services().clock.now(), query["hours"], query["queue"])


@part.operation("PUT", FORECAST, Who.SHOP, requestBody=_BODY, responses=_RESPONSES)
@part.arguments(UploadQuery, location="query")
@part.response(200, ForecastSchema)
def put_forecast(query: Shown, shop: str) -> Shown:
    """Upload a forecast, in place of the one before.

    Where it covers the time it takes the place of the shop's own history. Peaks (unless it has them
    already) and signals are put on top.
    """
    given = _csv(query) if request.mimetype == CSV else _json(query)
    forecasting.upload(services(), shop, given)
    return shown(forecasting.forecast(services(), shop), services().clock.now(), HOURS, None)


@part.operation("DELETE", FORECAST, Who.SHOP)
@part.response(204)
def withdraw_forecast(shop: str) -> None:
    """Withdraw what was uploaded: the shop's own history counts again."""
    forecasting.withdraw(services(), shop)


def _csv(query: Shown) -> Upload:
    faults = {} if "interval" in query else {"interval": [_MISSING]}
    try:
        rows = uploads.of_csv(raw().decode())
    except UnicodeDecodeError as error:
        raise BadRequest(f"The body is no text in UTF-8: {error.reason}.") from None
    return _upload(rows, query, faults)


def _json(query: Shown) -> Upload:
    """The rows are looked at one by one elsewhere; there may be thousands of them."""
    if request.mimetype != "application/json" and not request.mimetype.endswith("+json"):
        raise UnsupportedMediaType(
            "The body must be JSON or CSV, and its Content-Type must say so."
        )
    try:
        body = orjson.loads(raw())
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"The body is no JSON: {error}") from None
    if not isinstance(body, dict):
        raise Invalid("this forecast cannot be read", {"": ["must be an object"]})
    rows, faults = uploads.of_json(body.pop("rows", None)), {n: ["is for CSV only"] for n in query}
    try:
        said: Shown = ForecastUploadSchema(exclude=("rows",)).load(body)
    except ValidationError as error:
        said = {}
        faults |= by_path(error.messages)
    return _upload(rows, said, faults)


def _upload(rows: list[uploads.Row], said: Shown, faults: dict[str, list[str]]) -> Upload:
    interval = float(said["interval"]) if "interval" in said else QUARTER
    return Upload(rows, interval, said.get("has_peaks", False), said.get("agent", ""), faults)
