"""Whether the ticket should leave home at all, and why."""

from __future__ import annotations

from typing import NamedTuple

from overflow.core import pressure
from overflow.core.survey import Survey
from overflow.core.trace import Reason


class Need(NamedTuple):
    """Whether it should leave, the reason for or against, and what a partner must offer."""

    is_to_leave: bool
    reason: Reason
    must_help: bool = True
    """Only a partner that gives relief."""


def of(seen: Survey) -> Need:
    """Home cannot serve it or is closed; by the plan, or else by pressure and its own risk."""
    failed = seen.home.failed
    for reason in (Reason.CHANNEL, Reason.LANGUAGE, Reason.SWITCHED_OFF):
        if reason in failed:
            return Need(is_to_leave=True, reason=reason, must_help=False)
    if Reason.CLOSED in failed:
        return _closed(seen)
    if seen.plan is not None and seen.plan.counts:
        # Its threshold weighs this ticket's and the later ones' chances already.
        return Need(seen.plan.is_reached, Reason.PLAN, must_help=False)
    if seen.pressure.on:
        return Need(is_to_leave=True, reason=pressure.reason(seen.pressure))
    if is_at_risk(seen):
        return Need(is_to_leave=True, reason=Reason.BREACH)
    return Need(is_to_leave=False, reason=Reason.NO_PRESSURE)


def is_at_risk(seen: Survey) -> bool:
    """Its own chance of a breach at home has reached the level that starts pressure."""
    levels = seen.channel.thresholds.breach
    return levels is not None and seen.forecast.breach.reaches(levels.start)


def _closed(seen: Survey) -> Need:
    match seen.policy.when_closed:
        case "overflow":
            return Need(is_to_leave=True, reason=Reason.CLOSED_FORCED, must_help=False)
        case "keep":
            return Need(is_to_leave=False, reason=Reason.CLOSED_KEPT)
        case "auto":
            pass
    if seen.channel.live:
        return Need(is_to_leave=True, reason=Reason.CLOSED)
    chance = seen.forecast.breach.value
    if chance is not None and chance > seen.policy.closed_breach_level:
        return Need(is_to_leave=True, reason=Reason.CLOSED_WOULD_BREACH)
    return Need(is_to_leave=False, reason=Reason.CLOSED_CAN_WAIT)
