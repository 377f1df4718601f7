"""The planner's thresholds for the coming hours, and what they rest on."""

from __future__ import annotations

from typing import Any

from overflow.api.access import Who
from overflow.api.blueprint import Part
from overflow.api.context import services
from overflow.api.schemas.plan import PlanSchema, channel_plan
from overflow.core.model import Policy, Situation
from overflow.core.outlook import joining
from overflow.core.planned import have_of
from overflow.core.roster import staff
from overflow.flows import views
from overflow.flows.planner import planning

part = Part("plan", __name__, description="From how many tickets on, and when, to overflow.")


@part.operation("GET", "/v1/shops/<shop>/plan", Who.SHOP)
@part.response(200, PlanSchema)
def get_plan(shop: str) -> dict[str, Any]:
    """Read each channel's thresholds for the coming hours, or why it has none.

    With it who of those that wait leaves late: from which place in the line on, by the time that a
    ticket has left. Empty where the policy plans nothing.
    """
    now, found = services().clock.now(), planning.plans(services(), shop)
    view = views.situation(services(), shop)
    situation, policy = view.situation, view.policy
    return {
        "planning": policy.planning,
        "min_samples": policy.min_samples,
        "items": [
            channel_plan(one, _at_home(one.channel, situation, policy, now), now) for one in found
        ],
    }


def _at_home(channel: str, situation: Situation, policy: Policy, now: float) -> float | None:
    """What a ticket that comes now finds there, as the plan counts it; None: unknown."""
    outlook = joining(channel, situation, policy, staff(policy, situation, now), now)
    return None if outlook is None else have_of(outlook.line)
