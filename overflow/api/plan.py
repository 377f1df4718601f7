"""The planner's thresholds for the coming hours, and what they rest on."""

from __future__ import annotations

from typing import Any

from overflow.api.access import Who
from overflow.api.blueprint import Part
from overflow.api.context import services
from overflow.api.schemas.plan import PlanSchema, channel_plan
from overflow.flows.planner import planning

part = Part("plan", __name__, description="From how many tickets on, and when, to overflow.")


@part.operation("GET", "/v1/shops/<shop>/plan", Who.SHOP)
@part.response(200, PlanSchema)
def get_plan(shop: str) -> dict[str, Any]:
    """Read each channel's thresholds for the coming hours, or why it has none.

    Empty where the policy plans nothing.
    """
    now, found = services().clock.now(), planning.plans(services(), shop)
    policy = services().book.policy(shop)
    return {
        "planning": policy.planning,
        "min_samples": policy.min_samples,
        "items": [channel_plan(one, now) for one in found],
    }
