"""What a replayed planner gets to see: who came, home's work, and customers who waited.

Counted as the live service counts, so the same functions learn from it.
"""

from __future__ import annotations

from collections import Counter

from overflow.core.learning.counted import AtHome
from overflow.core.learning.ends import tells_patience
from overflow.core.model import HOME, Policy
from overflow.simulate.replay.world import Job


class Counts:
    """Of one replay, since its beginning."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._home: dict[str, AtHome] = {}
        self.came: Counter[str] = Counter()
        """Channel -> tickets."""

    def at_home(self, channel: str) -> AtHome:
        """Of a channel."""
        return self._home.get(channel, AtHome())

    def answered(self, job: Job, at: float) -> None:
        """Somebody has given the first answer: on a channel that is not live the work was that."""
        if not self._is_live(job.channel):
            self._worked(job, at)

    def ended(self, job: Job, at: float) -> None:
        """The work on it is done."""
        if self._is_live(job.channel):
            self._worked(job, at)

    def waited(self, job: Job, at: float, *, gave_up: bool = False) -> None:
        """A customer waits no more at home: was taken up, handed over, or gave up."""
        since = max(job.case.arrived, job.held_since)
        is_seen = job.team == HOME and self._is_live(job.channel)
        if is_seen and tells_patience(since, at - since, self._policy):
            self._add(job.channel, AtHome(gave_up=float(gave_up), waited=at - since))

    def _worked(self, job: Job, at: float) -> None:
        if job.team == HOME:
            self._add(job.channel, AtHome(handled=1, handled_time=at - job.begun))

    def _add(self, channel: str, new: AtHome) -> None:
        before = self.at_home(channel)
        self._home[channel] = AtHome(*(a + b for a, b in zip(before, new, strict=True)))

    def _is_live(self, channel: str) -> bool:
        known = self._policy.channels.get(channel)
        return known is not None and known.live
