"""The nouns of the trade: what a decision is made from.

Plain, immutable data and nothing else. Times are epoch seconds (UTC) as ``float``, durations are
seconds, money is euros. The words are those of the glossary in ``docs/terms.md``: a *team* holds a
ticket, a *queue* is channel x language (x topic where the policy says so), *waiting* is open with
neither public reply nor assignee, *wip* is open with either.
"""

from __future__ import annotations

from overflow.core.model.late_levels import LateLevels
from overflow.core.model.policy import (
    AgeLimits,
    Channel,
    Costs,
    HelpdeskConfig,
    Home,
    Levels,
    MoveLimits,
    Notes,
    Partner,
    Policy,
    Retries,
    Shift,
    Target,
    Thresholds,
    Words,
)
from overflow.core.model.queue_plan import QueuePlan
from overflow.core.model.situation import (
    Declared,
    Pressure,
    Sample,
    Situation,
    Switch,
)
from overflow.core.model.ticket import (
    Cause,
    Record,
    Snapshot,
    Ticket,
    standing,
)
from overflow.core.model.words import (
    HOME,
    Load,
    Mode,
    Status,
)

__all__ = [
    "HOME",
    "AgeLimits",
    "Cause",
    "Channel",
    "Costs",
    "Declared",
    "HelpdeskConfig",
    "Home",
    "LateLevels",
    "Levels",
    "Load",
    "Mode",
    "MoveLimits",
    "Notes",
    "Partner",
    "Policy",
    "Pressure",
    "QueuePlan",
    "Record",
    "Retries",
    "Sample",
    "Shift",
    "Situation",
    "Snapshot",
    "Status",
    "Switch",
    "Target",
    "Thresholds",
    "Ticket",
    "Words",
    "standing",
]
