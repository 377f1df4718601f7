"""A walk over all that is open in the helpdesk, on demand."""

from __future__ import annotations

from typing import Any

from overflow.api.access import Who
from overflow.api.blueprint import Part
from overflow.api.context import services
from overflow.api.schemas.walk import WalkSchema, walk
from overflow.flows.polling import audit, groups

part = Part("walk", __name__, description="All that is open in the helpdesk, compared on demand.")

WALK = "/v1/shops/<shop>/walk"


@part.operation("POST", WALK, Who.SHOP)
@part.response(202, WalkSchema, description="It begins within seconds, or is under way.")
def ask_for_walk(shop: str) -> dict[str, Any]:
    """Have all that is open in the helpdesk compared with what the service has.

    That happens every ten minutes by itself. Asked for again before it ends, it is the same walk.
    """
    return walk(audit.ask(services(), shop), groups.missing(services(), shop))


@part.operation("GET", WALK, Who.SHOP)
@part.response(200, WalkSchema)
def get_walk(shop: str) -> dict[str, Any]:
    """Read how the walk under way stands, or what the last one came to."""
    return walk(audit.state(services(), shop), groups.missing(services(), shop))
