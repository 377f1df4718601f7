"""Webhooks of helpdesks: the hot path, read raw and answered without schemas."""

from __future__ import annotations

import re
from typing import Any, Final

from flask import Response, request

from overflow.api import answers
from overflow.api.access import Who
from overflow.api.blueprint import Part, require_json
from overflow.api.bodies import raw
from overflow.api.context import services
from overflow.api.problems import of_not_now
from overflow.api.schemas.tickets import MarkedSchema, RoutedSchema
from overflow.errors import NotNow, Unknown
from overflow.flows.routing.intake import receive
from overflow.helpdesks import retry_status, sends_json

part = Part("events", __name__, description="Webhooks of helpdesks.")

_SHOP: Final = re.compile(r"[A-Za-z0-9_-]{1,60}")
_ANY: Final[dict[str, Any]] = {
    "required": True,
    "description": "What the helpdesk sends, at most 1 MiB. It is verified before it is parsed.",
    "content": {
        "application/json": {
            "schema": {},
            "example": {
                "type": "ticket.created",
                "timestamp": "2026-11-20T09:15:02.125Z",
                "data": {
                    "ticket": {
                        "id": "4711",
                        "version": 1,
                        "status": "new",
                        "channel": "chat",
                        "language": "de",
                        "group": "Service",
                        "assignee": None,
                        "created_at": "2026-11-20T09:15:02.125Z",
                        "tags": [],
                    }
                },
            },
        }
    },
}
_RESPONSES: Final = {
    204: {"description": "Verified, and nothing for us."},
    400: "bad-request",
    401: "unauthorised",
    404: "not-found",
    409: {"description": "As 503, for a helpdesk that sends again only what is answered so."},
    413: "too-large",
    415: "unsupported-media-type",
    503: "not-now",
}


@part.operation(
    "POST",
    "/v1/shops/<shop>/events/<connector>",
    Who.ANYONE,
    is_raw=True,
    requestBody=_ANY,
    responses=_RESPONSES,
)
@part.response(200, RoutedSchema, description="Committed; here is what became of the ticket.")
@part.alt_response(202, schema=MarkedSchema, description="A hint: the ticket will be read.")
def receive_event(shop: str, connector: str) -> Response:
    """Take in an event of a helpdesk that signs.

    Verified by the shop's connector. When this is answered with 2xx the event cannot be lost any
    more; a 503 asks the sender to send it again.
    """
    return _received(shop, connector, "")


@part.operation(
    "POST",
    "/v1/shops/<shop>/events/<connector>/<token>",
    Who.ANYONE,
    is_raw=True,
    requestBody=_ANY,
    responses=_RESPONSES,
)
@part.response(200, RoutedSchema, description="Committed; here is what became of the ticket.")
@part.alt_response(202, schema=MarkedSchema, description="A hint: the ticket will be read.")
def receive_event_with_token(shop: str, connector: str, token: str) -> Response:
    """Take in an event of a helpdesk that cannot sign.

    The token stands in for a signature. It is masked in every log.
    """
    return _received(shop, connector, token)


def _received(shop: str, connector: str, token: str) -> Response:
    if not _SHOP.fullmatch(shop):
        raise Unknown(f"there is no shop {shop[:60]!r}")
    if sends_json(connector):
        require_json()
    try:
        received = receive(services(), shop, connector, token, _headers(), raw())
    except NotNow as fault:
        return of_not_now(fault, retry_status(connector))
    return answers.to_event(shop, received)


def _headers() -> dict[str, str]:
    """With lower-case names, as connectors want them."""
    return {
        name[5:].replace("_", "-").lower(): value
        for name, value in request.environ.items()
        if name.startswith("HTTP_")
    }
