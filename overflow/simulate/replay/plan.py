"""The planner's rounds in a replay: plans made from what the replayed policy itself has seen.

As in the live service, by the same functions of the core, but every ten minutes instead of every
few seconds. The forecast is the one that is known today.
"""

from __future__ import annotations

from collections import Counter
from typing import Final, NamedTuple

from overflow.core import estimate, rounds
from overflow.core.arrivals.expected import Forecast, Uploaded
from overflow.core.arrivals.history import Profile
from overflow.core.estimate import Estimates, known
from overflow.core.model import Policy, QueuePlan, Situation
from overflow.core.plan import Planner
from overflow.core.prospects.ahead import Ahead, ahead
from overflow.core.roster import staff

EVERY: Final = 600.0
"""Seconds between two rounds."""
VALID: Final = 2 * EVERY
"""Seconds that a plan counts."""


class Foretold(NamedTuple):
    """What is known of the arrivals to come."""

    usual: Profile | None = None
    uploaded: Uploaded | None = None


class Planning:
    """The rounds of one replay."""

    def __init__(self, policy: Policy, foretold: Foretold) -> None:
        self._policy, self._foretold = policy, foretold
        self._planner = Planner()
        self._learned: dict[str, Estimates] = {}
        self._came: Counter[str] = Counter()
        self._last: float | None = None

    @property
    def is_wanted(self) -> bool:
        """Whether the policy plans at all."""
        return self._policy.planning != "off"

    def came(self, channel: str) -> None:
        """A ticket has come."""
        self._came[channel] += 1

    def round(self, situation: Situation, at: float) -> dict[str, QueuePlan]:
        """Learn from what came since the last one; the plan of each channel that has one."""
        forecast = Forecast(self._policy, situation, *self._foretold)
        plans: dict[str, QueuePlan] = {}
        for name in sorted(self._policy.home.channels & self._policy.channels.keys()):
            here = ahead(self._policy.channels[name], self._policy, situation, forecast, at)
            if not isinstance(here, str):
                made = self._plan(name, here, situation, at)
                if made is not None:
                    plans[name] = made
        self._came.clear()
        self._last = at
        return plans

    def _plan(self, name: str, here: Ahead, situation: Situation, at: float) -> QueuePlan | None:
        estimates = self._learned[name] = self._observed(name, here, situation, at)
        seen = known(estimates, here.prospect.expected, here.prospect.concurrency)
        busy = rounds.held(here, name, situation.held)
        return rounds.plan(self._planner, here, estimates, seen, busy, at, VALID)

    def _observed(self, name: str, here: Ahead, situation: Situation, at: float) -> Estimates:
        before = self._learned.get(name)
        if before is None or self._last is None or at <= self._last:
            return estimate.begin(here.prospect.expected)
        declared = staff(self._policy, situation, at).declared
        return rounds.learned(before, here, self._came, declared, self._last, at)
