"""The API's description: OpenAPI 3.1, made from the code that answers."""

from __future__ import annotations

from typing import Any, Final

import marshmallow as ma
from flask import Flask
from flask_smorest import Api
from flask_smorest.utils import prepare_response

from overflow import __version__
from overflow.api import outward
from overflow.api.moments import Moment
from overflow.api.problems import MEDIA_TYPE, TYPES, Type

OPENAPI: Final = "3.1.0"

DESCRIPTION: Final = """\
Routes a web shop's surplus of tickets to a partner team, inside the shop's own helpdesk.

**Keys.** `Authorization: Bearer ovf_...`, made by `overflow keys create`. A key is for one partner
of one shop, for one shop, or for the operator. What a key does not reach is answered with 404.

**Times** are ISO 8601 in UTC, durations seconds, money euros.

**Problems** are `application/problem+json` (RFC 9457) with the members `type`, `title`, `status`,
`detail` and `request_id`; `faults` names every fault of a body by its path.

**Lists** come in pages: hand the answer's `next_cursor` in again as `cursor` until it is null.

**Requests** may carry `X-Request-Id`; the answer repeats it, and so does every line of the log.
"""


class ProblemSchema(ma.Schema):
    """What went wrong (RFC 9457). Some problems have more members."""

    class Meta:
        """Members of a type of problem are passed on."""

        unknown = ma.INCLUDE

    type = ma.fields.String(
        required=True,
        metadata={"description": "Names the type of problem and points to its description."},
    )
    title = ma.fields.String(required=True)
    status = ma.fields.Integer(required=True)
    detail = ma.fields.String(required=True)
    request_id = ma.fields.String(
        required=True, metadata={"description": "Stands on every line that the log has of it."}
    )
    faults = ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.List(ma.fields.String()),
        metadata={"description": "Every fault by its path."},
    )


class Described(Api):
    """Flask-smorest, with our problems in place of its errors."""

    ERROR_SCHEMA = ProblemSchema
    DEFAULT_ERROR_RESPONSE_NAME = "problem"

    def __init__(self, app: Flask) -> None:
        options = {
            "info": {"description": DESCRIPTION, "license": {"name": "MIT", "identifier": "MIT"}},
            "servers": [{"url": "/", "description": "wherever this is read from"}],
            "webhooks": outward.WEBHOOKS,
        }
        super().__init__(
            app,
            spec_kwargs={
                "title": "overflow",
                "version": __version__,
                "openapi_version": OPENAPI,
                **options,
            },
        )
        self.register_field(Moment, "string", "date-time")
        self.spec.components.security_scheme(
            "key",
            {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "ovf_ID_SECRET",
                "description": "An API key; `overflow keys create` makes one.",
            },
        )

    def _register_error_handlers(self) -> None:
        """Ours are installed by ``overflow.api.problems``."""

    def _register_responses(self) -> None:
        """A problem for every status, under its type's name; and for any other."""
        for status, kind in TYPES.items():
            self._register_problem(kind.name, status, kind)
        self._register_problem(self.DEFAULT_ERROR_RESPONSE_NAME, 500, TYPES[500])

    def _register_problem(self, name: str, status: int, kind: Type) -> None:
        response: dict[str, Any] = {
            "description": kind.about,
            "schema": ProblemSchema,
            "example": {
                "type": f"/docs#{kind.name}",
                "title": kind.title,
                "status": status,
                "detail": kind.about,
                "request_id": "6wIhY0NpZkLx",
            },
        }
        if kind.name == "not-now":
            seconds = {"schema": {"type": "integer"}, "description": "Seconds to wait."}
            response["headers"] = {"Retry-After": seconds}
        prepare_response(response, self.spec, MEDIA_TYPE)
        self.spec.components.response(name, response, lazy=True)
