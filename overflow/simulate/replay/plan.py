"""The planner's rounds in a replay: plans made from what the replayed policy itself has seen.

As in the live service, by the same functions of the core, but every ten minutes instead of every
few seconds. The forecast is the one that is known today. Work and patience are learned as the live
planner learns them, from the days before the period on. Who of the agents was really there is not:
in a replay all of them work.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from overflow.core import estimate, rounds
from overflow.core.arrivals.expected import Forecast, Uploaded
from overflow.core.arrivals.history import Profile
from overflow.core.estimate import Estimates, Known, known
from overflow.core.learning.taught import Taught, taught
from overflow.core.model import Channel, Policy, QueuePlan, Situation
from overflow.core.plan import Planner
from overflow.core.prospects.ahead import Ahead, ahead
from overflow.core.roster import staff
from overflow.simulate.replay.counts import Counts

EVERY: Final = 600.0
"""Seconds between two rounds."""
VALID: Final = 2 * EVERY
"""Seconds that a plan counts."""


class Beforehand(NamedTuple):
    """What a planner knew before the period."""

    usual: Profile | None = None
    uploaded: Uploaded | None = None
    taught: Mapping[str, Taught] = MappingProxyType({})
    """Channel -> what the days before taught of its times."""


class Planning:
    """The rounds of one replay."""

    def __init__(self, policy: Policy, beforehand: Beforehand) -> None:
        self._policy, self._forecast = policy, (beforehand.usual, beforehand.uploaded)
        self._planner = Planner()
        self._taught = dict(beforehand.taught)
        self._learned: dict[str, Estimates] = {}
        self._came: dict[str, int] = {}
        self._last: float | None = None
        self.counts = Counts(policy)
        self.known: dict[str, Known] = {}
        """Channel -> today's estimates, as of the last round."""

    @property
    def is_wanted(self) -> bool:
        """Whether the policy plans at all."""
        return self._policy.planning != "off"

    def round(self, situation: Situation, at: float) -> dict[str, QueuePlan]:
        """Learn from what came since the last one; the plan of each channel that has one."""
        forecast = Forecast(self._policy, situation, *self._forecast)
        plans: dict[str, QueuePlan] = {}
        for name in sorted(self._policy.home.channels & self._policy.channels.keys()):
            channel = self._policy.channels[name]
            times = self._learn(channel, situation, at)
            learned = times.times(channel, self._policy)
            here = ahead(channel, self._policy, situation, forecast, at, learned)
            if not isinstance(here, str):
                made = self._plan(name, here, times, situation, at)
                if made is not None:
                    plans[name] = made
        self._came = dict(self.counts.came)
        self._last = at
        return plans

    def _learn(self, channel: Channel, situation: Situation, at: float) -> Taught:
        before = self._taught.get(channel.name)
        found = self._taught[channel.name] = taught(
            {} if before is None else before.plain(),
            self.counts.at_home(channel.name),
            channel,
            situation,
            self._policy,
            at,
            goes_on=channel.name in self._learned,
        )
        return found

    def _plan(
        self, name: str, here: Ahead, times: Taught, situation: Situation, at: float
    ) -> QueuePlan | None:
        estimates = self._learned[name] = self._observed(name, here, times, situation, at)
        seen = known(estimates, here.prospect.expected, here.prospect.concurrency)
        self.known[name] = seen
        busy = rounds.held(here, name, situation.held)
        return rounds.plan(self._planner, here, estimates, seen, busy, at, VALID)

    def _observed(
        self, name: str, here: Ahead, times: Taught, situation: Situation, at: float
    ) -> Estimates:
        before = self._learned.get(name)
        if before is None or self._last is None or at <= self._last:
            return estimate.begin(here.prospect.expected)
        if times.is_new_day:
            before = estimate.anew(before, here.prospect.expected)
        came = {each: n - self._came.get(each, 0) for each, n in self.counts.came.items()}
        declared = staff(self._policy, situation, at).declared
        return rounds.learned(before, here, came, declared, self._last, at, times.work)
