"""When the first response to a ticket is due."""

from __future__ import annotations

import math

from overflow.core.hours import Hours
from overflow.core.model import HOME, Policy
from overflow.core.roster import hours_of
from overflow.core.targets import due_at


def due_of(channel: str, arrived: float, policy: Policy) -> float | None:
    """Epoch seconds; None where nothing is promised on that channel, or never comes due."""
    known = policy.channels.get(channel)
    if known is None or not math.isfinite(known.target.seconds):
        return None
    target = known.target
    return due_at(arrived, target.seconds, target.clock, _clock_hours(target.hours_of, policy))


def _clock_hours(team: str, policy: Policy) -> Hours:
    """The policy's hours, not declared ones: a promise does not move with the roster."""
    known = policy.team(team) or policy.team(HOME) or policy.home
    return hours_of(known, None, 0.0)
