"""The planner's threshold as a decision meets it: looked up, never worked out in a request."""

from __future__ import annotations

from overflow.core.model import Policy, Situation
from overflow.core.optimum.course import NEVER
from overflow.core.trace import Line, Planned

FALLBACK = 3600.0
"""Seconds after a plan's end that its stationary threshold still counts."""


def told(level: int | None) -> int | None:
    """A threshold as it is shown: None where no queue reaches it, or there is none."""
    return None if level is None or level >= NEVER else level


def of(
    channel: str, line: Line, situation: Situation, policy: Policy, now: float
) -> Planned | None:
    """The threshold for a channel's queues; None where the policy wants no plan.

    The plan while it reaches, then its stationary threshold, then nothing: the policy's own
    thresholds count.
    """
    if policy.planning == "off":
        return None
    have = _have(line)
    plan = situation.plans.get(channel)
    if plan is None:
        return Planned(None, have, "no plan for this channel", None)
    age = max(0.0, now - plan.made)
    if have is None:
        return Planned(None, None, "what stands at home is unknown", age)
    level = plan.level(now)
    if level is not None:
        return Planned(level, have, plan.method, age)
    if plan.fallback is not None and 0.0 <= now - plan.until < FALLBACK:
        return Planned(plan.fallback, have, "stationary, for the plan is too old", age)
    return Planned(None, have, "the plan is too old", age)


def _have(line: Line) -> float | None:
    """Unknown where the line is: home's people or the handle time are, or nothing is heard."""
    return None if line.position is None else line.ahead + line.wip
