"""The dry run: what would be decided, with nothing written."""

from __future__ import annotations

from typing import Any, Final

from overflow.api.access import Who
from overflow.api.blueprint import Part
from overflow.api.context import services
from overflow.api.schemas.preview import PreviewedSchema, PreviewSchema
from overflow.core.decision import trace_of
from overflow.flows.foresight import preview

part = Part("preview", __name__, description="What would be decided, if.")

EXAMPLE: Final = {
    "ticket": {"channel": "chat", "language": "de", "tags": []},
    "situation": {
        "agents": 2,
        "queues": [
            {"queue": "chat.de", "teams": [{"team": "inhouse", "waiting": 9, "wip": 6}]},
        ],
        "partners": [{"partner": "daytime", "channels": [{"channel": "chat", "held": 11}]}],
    },
    "at": "2026-11-21T11:00:00Z",
}


@part.operation("POST", "/v1/shops/<shop>/decisions/preview", Who.SHOP, responses={422: "invalid"})
@part.arguments(PreviewSchema, example=EXAMPLE)
@part.response(200, PreviewedSchema)
def preview_decision(given: dict[str, Any], shop: str) -> dict[str, Any]:
    """Say what would be decided about a ticket, with the whole trace; nothing is written.

    `situation` takes what reading the situation answers, or parts of it, and is laid over the
    situation of now; a queue that is named has the loads given for it and no others. Without `at`
    the ticket is decided at the situation's time, else now.
    """
    return trace_of(preview.preview(services(), shop, given))
