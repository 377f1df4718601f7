"""The planner's threshold as a decision meets it: looked up, never worked out in a request."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from overflow.core import pool
from overflow.core.model import HOME, Policy, QueuePlan, Situation, Ticket
from overflow.core.optimum.course import NEVER
from overflow.core.trace import Line, Planned

Amount = TypeVar("Amount", int, float)

FALLBACK = 3600.0
"""Seconds after a plan's end that its stationary threshold still counts."""


def told(level: Amount | None) -> Amount | None:
    """A threshold or a place as it is shown: None where no queue reaches it, or there is none."""
    return None if level is None or level >= NEVER else level


def of(
    ticket: Ticket, queue: str, line: Line, situation: Situation, policy: Policy, now: float
) -> Planned | None:
    """What the plan says of a ticket in the channel's line; None where the policy wants no plan.

    The plan while it reaches, then its stationary threshold, then nothing: the policy's own
    thresholds count.
    """
    if policy.planning == "off":
        return None
    have = have_of(line)
    plan = situation.plans.get(ticket.channel)
    if plan is None:
        return Planned(None, have, "no plan for this channel", None)
    age = max(0.0, now - plan.made)
    if have is None:
        return Planned(None, None, "what stands at home is unknown", age)
    level, method = _level(plan, now)
    if level is None or method != plan.method:
        return Planned(level, have, method, age)
    leaves_from = _leaves_from(plan, ticket, queue, situation, policy, now)
    place = None if leaves_from is None else line.position
    return Planned(level, have, method, age, place, leaves_from, plan.end(now))


def _level(plan: QueuePlan, now: float) -> tuple[int | None, str]:
    """The threshold, and how it was found or why there is none."""
    level = plan.level(now)
    if level is not None:
        return level, plan.method
    if plan.fallback is not None and 0.0 <= now - plan.until < FALLBACK:
        return plan.fallback, "stationary, for the plan is too old"
    return None, "the plan is too old"


def have_of(line: Line) -> float | None:
    """What is held against the threshold; None where the line is unknown.

    That is where home's people or the handle time are, or nothing is heard.
    """
    return None if line.position is None else line.ahead + line.wip


def _leaves_from(
    plan: QueuePlan, ticket: Ticket, queue: str, situation: Situation, policy: Policy, now: float
) -> float | None:
    """The first place in the line that leaves late; None for a ticket that joins."""
    if plan.late is None or ticket.ahead is None or ticket.due is None:
        return None
    ahead, wip, _ = pool.before(replace(ticket, ahead=None), queue, situation, policy, now)
    slack = _slack(ticket.due, ticket.channel, policy, now)
    return min(plan.late.place(ahead + wip, slack), NEVER)


def _slack(due: float, channel: str, policy: Policy, now: float) -> float:
    """Seconds that it has left, on the clock that the plan was made on: see ``prospects.time``."""
    target = policy.channels[channel].target
    if target.clock == "business" and target.hours_of == HOME:
        return policy.home.hours.open_seconds(now, due) if due > now else 0.0
    return due - now
