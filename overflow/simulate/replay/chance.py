"""What nobody saw: drawn, the same for every policy, from one seed and the ticket's own name.

Seen is taken as it was: how long the work took, when a customer gave up, how long a partner took
to answer. The rest is exponential with the mean that is known; a customer who waited and was
answered is drawn to wait longer than that.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final
from zlib import crc32

import numpy as np

from overflow.core.model import Policy
from overflow.errors import Invalid
from overflow.simulate.replay.case import Case, Past

LEAST: Final = 1.0
"""Seconds of work, at least."""


@dataclass(slots=True)
class Means:
    """Mean seconds of work by channel, and where each is known from."""

    seconds: dict[str, float]
    origin: dict[str, str]
    until_answer: dict[str, float]
    """Share of the work, 0..1, after which the customer has the first answer."""


def means(past: Past, policy: Policy) -> Means:
    """As measured in the period, else by the live service, else as the policy expects.

    Raises ``Invalid`` for a channel with tickets of which neither is known.
    """
    measured: dict[str, list[float]] = {}
    for case in past.cases:
        if case.work is not None:
            measured.setdefault(case.channel, []).append(case.work)
    found, faults = Means({}, {}, _until_answer(past)), {}
    asked = {case.channel for case in past.cases}
    before = {queue.partition(".")[0] for _, s in past.frames[:1] for _, queue in s.loads}
    for channel in sorted(asked | before):
        seconds, origin = _mean(channel, measured.get(channel, []), past, policy)
        if seconds is None and channel not in asked:
            continue
        if seconds is None:
            faults[f"channels.{channel}.handle_time"] = [
                "is needed for a replay: nothing was measured in the period"
            ]
        else:
            found.seconds[channel], found.origin[channel] = max(LEAST, seconds), origin
    if faults:
        raise Invalid("this cannot be replayed", faults)
    return found


def _mean(
    channel: str, measured: list[float], past: Past, policy: Policy
) -> tuple[float | None, str]:
    if len(measured) >= policy.min_samples:
        return float(np.mean(measured)), f"{len(measured)} measured in the period"
    for _, situation in reversed(past.frames):
        sample = situation.handle_time.get((policy.home.name, channel))
        if sample is not None and sample.n >= policy.min_samples:
            return sample.mean, "measured by the service"
    known = policy.channels.get(channel)
    if known is not None and known.handle_time:
        return known.handle_time, "expected by the policy"
    if measured:
        return float(np.mean(measured)), f"only {len(measured)} measured in the period"
    return None, ""


def _until_answer(past: Past) -> dict[str, float]:
    """As seen; else on a live channel at once, and elsewhere when the work is done."""
    answers: dict[str, float] = {}
    works: dict[str, float] = {}
    for case in past.cases:
        if case.work is not None and case.answered is not None and case.taken_up is not None:
            until = min(case.work, max(0.0, case.answered - case.taken_up))
            answers[case.channel] = answers.get(case.channel, 0.0) + until
            works[case.channel] = works.get(case.channel, 0.0) + case.work
    usual = {case.channel: 0.0 if case.is_live else 1.0 for case in past.cases}
    return usual | {channel: answers[channel] / work for channel, work in works.items() if work > 0}


@dataclass(slots=True)
class Chance:
    """The draws of one replay."""

    seed: int
    known: Means
    used: Counter[str] = field(default_factory=Counter)
    """``work seen``, ``work drawn``, ... -> of how many cases of the period."""
    _noted: set[tuple[str, int, str]] = field(default_factory=set)

    def work(self, case: Case) -> float:
        """Seconds of work on it."""
        if case.work is not None:
            self._note(case, "work seen")
            return max(LEAST, case.work)
        self._note(case, "work drawn")
        mean = self.known.seconds.get(case.channel, LEAST)
        return max(LEAST, mean * self._exponential(case, 0))

    def until_answer(self, case: Case, work: float) -> float:
        """Seconds of the work until the first answer."""
        if case.work is not None and case.answered is not None and case.taken_up is not None:
            return min(work, max(0.0, case.answered - case.taken_up))
        return work * self.known.until_answer.get(case.channel, 0.0)

    def patience(self, case: Case, mean: float | None) -> float | None:
        """Seconds from its arrival until the customer gives up; None: never."""
        if case.is_abandoned and case.ended is not None:
            self._note(case, "patience seen")
            return case.ended - case.arrived
        if mean is None:
            return None
        self._note(case, "patience drawn")
        end = case.response if case.taken_up is None else case.taken_up
        waited = 0.0 if end is None else max(0.0, end - case.arrived)
        return waited + mean * self._exponential(case, 1)

    def answer(self, case: Case, seen: float | None, mean: float) -> float:
        """Open seconds until a partner's first answer; ``seen``: that partner's own on it."""
        if seen is not None:
            self._note(case, "partner's answer seen")
            return seen
        self._note(case, "partner's answer drawn")
        return mean * self._exponential(case, 2)

    def _note(self, case: Case, what: str) -> None:
        one = (case.ticket, case.number, what)
        if case.number >= 0 and one not in self._noted:
            self._noted.add(one)
            self.used[what] += 1

    def _exponential(self, case: Case, which: int) -> float:
        """The ticket's own, of mean 1: the same whatever the policy."""
        name = crc32(case.ticket.encode())
        return float(np.random.default_rng((self.seed, name, case.number, which)).exponential())
