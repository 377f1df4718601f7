"""Exceptions become HTTP here, in one table: problem JSON (RFC 9457), whatever went wrong.

``type`` points into the documentation page, ``title`` is the same for every problem of a type,
``detail`` says what happened this time. More members say what a caller may want to act on.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, NamedTuple, cast

import orjson
import structlog
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from overflow.api.told import plain
from overflow.errors import (
    BadInput,
    Conflict,
    Fault,
    Invalid,
    NotNow,
    Refused,
    StoreAway,
    by_path,
)

MEDIA_TYPE: Final = "application/problem+json"
SOON: Final = 1
"""Seconds to wait where a fault does not say."""


class Type(NamedTuple):
    """A type of problem."""

    name: str
    title: str
    about: str


TYPES: Final[Mapping[int, Type]] = {
    400: Type(
        "bad-request", "Bad request", "The request cannot be read; the same again fails again."
    ),
    401: Type(
        "unauthorised", "Unauthorised", "No key, token or signature, or one that does not fit."
    ),
    403: Type("forbidden", "Forbidden", "The key is good, and not for this."),
    404: Type("not-found", "Not found", "There is no such thing, or not for this key."),
    405: Type(
        "method-not-allowed",
        "Method not allowed",
        "The header Allow lists what this address takes.",
    ),
    409: Type("conflict", "Conflict", "Somebody else was first; the members say who."),
    412: Type(
        "precondition-failed",
        "Precondition failed",
        "The version is another one; `version` is the present one.",
    ),
    413: Type("too-large", "Too large", "The body is larger than 1 MiB."),
    415: Type(
        "unsupported-media-type",
        "Unsupported media type",
        "The body must be JSON, unpacked, and its Content-Type must say so.",
    ),
    422: Type("invalid", "Invalid", "Understood, and wrong; `faults` has every fault by its path."),
    428: Type(
        "precondition-required",
        "Precondition required",
        "If-Match or If-None-Match must say which version is meant.",
    ),
    429: Type("too-many-requests", "Too many requests", "Slow down; Retry-After says how long."),
    500: Type(
        "bug", "Bug", "A bug in the service. Its log has the `request_id` and what happened."
    ),
    502: Type(
        "helpdesk-refused", "Refused", "The helpdesk refused for good; the detail has its reason."
    ),
    503: Type(
        "not-now", "Not now", "Nothing is wrong with the request: try again after Retry-After."
    ),
}
"""By status. Any other status has the type ``about:blank``."""

_CHALLENGES: Final = {401: {"WWW-Authenticate": 'Bearer realm="overflow"'}}

_log = structlog.get_logger(__name__)


def install(app: Flask) -> None:
    """Answer every exception with problem JSON."""
    app.register_error_handler(Fault, of_fault)
    app.register_error_handler(HTTPException, of_http)
    app.register_error_handler(Exception, of_bug)


def of_fault(fault: Fault) -> Response:
    """One of our own errors."""
    match fault:
        case BadInput():
            return problem(
                fault.status, fault.message, _CHALLENGES.get(fault.status), _facts(fault)
            )
        case NotNow():
            return of_not_now(fault)
        case Refused():
            return problem(502, fault.message)
        case _:
            return of_bug(fault)


def of_not_now(fault: NotNow, status: int = 503) -> Response:
    """Try again; ``status`` is what the caller takes for that."""
    wait = max(SOON, math.ceil(fault.retry_after or SOON))
    _log.warning("not now", route=str(request.url_rule), why=fault.message)
    return problem(status, _said(fault), {"Retry-After": str(wait)})


def _said(fault: NotNow) -> str:
    """Where the store is, and what it answers, is nothing for those outside; the log has it."""
    if isinstance(fault, StoreAway):
        return "The store cannot be used right now."
    return fault.message


def _facts(fault: BadInput) -> dict[str, object]:
    """What a caller may want to act on."""
    match fault:
        case Invalid():
            return {"faults": fault.faults}
        case Conflict():
            return dict(plain(fault.facts))
        case _:
            return {}


def of_http(error: HTTPException) -> Response:
    """One of Werkzeug's, or what webargs makes of a request that it cannot read."""
    if error.response is not None:
        return cast("Response", error.response)
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    headers: dict[str, str] = {}
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        headers["Allow"] = ", ".join(sorted(error.valid_methods))
    said: dict[str, Any] = getattr(error, "data", None) or {}
    places = (said.get("messages") or {}).values()  # the body and the query, each with its own
    faults = {where: texts for place in places for where, texts in by_path(place).items()}
    if status == HTTPStatus.BAD_REQUEST and faults:
        return problem(status, "; ".join(t for texts in faults.values() for t in texts))
    if faults:
        return problem(status, "The request has faults.", headers, {"faults": faults})
    return problem(status, error.description or "", headers)


def of_bug(error: Exception) -> Response:
    """Anything that is not in the tree of errors."""
    _log.exception("bug", route=str(request.url_rule), exc_info=error)
    return problem(500, "Something went wrong here, not with the request.")


def problem(
    status: int,
    detail: str,
    headers: Mapping[str, str] | None = None,
    members: Mapping[str, object] | None = None,
) -> Response:
    """The answer; none of ``members`` takes the place of one that every problem has."""
    known = TYPES.get(status)
    content = {
        "type": f"/docs#{known.name}" if known else "about:blank",
        "title": known.title if known else HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "request_id": request.environ.get("overflow.request_id", ""),
    }
    body = orjson.dumps({**(members or {}), **content}, default=str)
    return Response(body, status, dict(headers or {}), content_type=MEDIA_TYPE)
