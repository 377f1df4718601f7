"""What the planner worked out for queues that share a line: from how many on to overflow."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from overflow.core.model.late_levels import LateLevels


@dataclass(frozen=True, slots=True)
class QueuePlan:
    """Thresholds of the coming time, looked up by every decision.

    n is what is waiting and in work at home when a ticket comes, in tickets of its channel.
    """

    made: float
    """Epoch seconds."""
    until: float
    """Later its thresholds do not count any more."""
    method: str
    """How it was found: ``rolling``, ``forecast`` or ``stationary``."""
    times: tuple[float, ...]
    """Epoch seconds, ascending, the first at or before ``made``."""
    levels: tuple[int, ...]
    """From ``times[i]`` on: overflow when n >= ``levels[i]``."""
    fallback: int | None = None
    """The stationary threshold at the estimates it was made with, for when it has become too old;
    None: there is none."""
    ends: tuple[int, ...] = ()
    """From ``times[i]`` on: keep again when n >= ``ends[i]``, for who joins then is late anyway and
    harms nobody any more; empty: never."""
    late: LateLevels | None = None
    """From which place on who waits leaves late, times in seconds; None: nothing was worked out."""

    def level(self, now: float) -> int | None:
        """The threshold at that time; None: the plan does not reach there."""
        if not self.times or not self.times[0] <= now < self.until:
            return None
        return self.levels[bisect_right(self.times, now) - 1]

    def end(self, now: float) -> int | None:
        """From which number on to keep again; None: from none."""
        if not self.ends or self.level(now) is None:
            return None
        return self.ends[bisect_right(self.times, now) - 1]
