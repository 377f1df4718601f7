"""What is answered to events and submitted tickets: small, and made without a schema.

This is the hot path: a webhook's answer costs a dictionary and one call of orjson.
"""

from __future__ import annotations

from typing import Final

import orjson
from flask import Response

from overflow.core.decision import headline
from overflow.flows.routing.errand import Routed
from overflow.flows.routing.intake import Marked, Passed, Received

JSON: Final = "application/json"


def to_event(shop: str, received: Received) -> Response:
    """200 with what became of the ticket, 202 for a hint, 204 for nothing of ours."""
    match received:
        case Routed(outcome="read_again"):
            return _marked(received.record.id if received.record else None)
        case Routed():
            return Response(routed(shop, received), 200, content_type=JSON)
        case Marked():
            return _marked(received.ticket_id)
        case Passed():
            return Response(b"", 204)


def _marked(ticket_id: str | None) -> Response:
    body = orjson.dumps({"result": "marked", "ticket": ticket_id})
    return Response(body, 202, content_type=JSON)


def routed(shop: str, result: Routed) -> bytes:
    """As ``RoutedSchema`` says."""
    record, made = result.record, result.decision
    decision = None
    if made is not None:
        decision = {
            "id": result.entry,
            "outcome": made.outcome.value,
            "team": made.team,
            "reason": made.reason.value,
            "headline": headline(made),
            "trace": f"/v1/shops/{shop}/decisions/{result.entry}",
        }
    return orjson.dumps(
        {
            "result": result.outcome,
            "ticket": record.id if record else None,
            "team": record.team if record else None,
            "decision": decision,
        }
    )
