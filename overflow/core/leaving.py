"""From which place in the line on who waits leaves late in the coming hours, for people to read.

Decisions look up the levels of the present moment alone (``QueuePlan.late``), which each round of
the planner makes anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from overflow.core.estimate import Estimates
from overflow.core.model import LateLevels
from overflow.core.plan import Planner
from overflow.core.prospects.ahead import Ahead
from overflow.core.prospects.time import MINUTE

HOUR: Final = 3600.0
HOURS: Final = 4
"""Full hours that are looked ahead."""


def coming(
    planner: Planner, here: Ahead, estimates: Estimates, now: float
) -> Iterator[tuple[float, LateLevels]]:
    """The next full hours (epoch seconds) at which somebody may leave, their levels in seconds.

    By today's estimates; none where tickets do not overflow late or nothing is foretold.
    """
    if not here.coming.is_foretold(now):
        return
    later = planner.solution(here.prospect, estimates, here.minute(now)).later
    if later is None:
        return
    for number in range(1, HOURS + 1):
        at = (now // HOUR + number) * HOUR
        if any(begin <= at < until for begin, until in here.spans):
            levels = later.late_levels(here.minute(at))
            if levels is not None:
                yield at, levels.in_units(MINUTE)
