"""What is expected to arrive: per queue and time, with where each figure comes from.

The base is what was uploaded, where it covers the time, else the shop's usual arrivals
(``history``). On top come the lifts: peaks of the calendar (unless the upload says that it has
them already) and signals. A queue or time of which nothing is known has no figure, never 0.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Final, Literal, NamedTuple

from overflow.core.arrivals.history import QUARTER, Profile, slot
from overflow.core.arrivals.lifts import Lift, lift
from overflow.core.model import Policy, Situation

UPLOADED: Final = "uploaded"
HISTORY: Final = "history"


class Interval(NamedTuple):
    """Uploaded: so many tickets from then on, spread evenly."""

    start: float
    seconds: float
    arrivals: float


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A forecast that somebody made."""

    at: float
    """When it was uploaded (epoch seconds)."""
    intervals: Mapping[str, tuple[Interval, ...]]
    """By queue (``chat.de``) or channel (``chat``); in order, without overlaps."""
    has_peaks: bool = False
    """The peaks of the calendar are in it: they are not put on top."""
    by: str = ""


class Expected(NamedTuple):
    """What is expected in one quarter of an hour."""

    start: float
    arrivals: float
    """Tickets, lifts included."""
    usual: float
    """Without them."""
    lift: Lift
    source: Literal["uploaded", "history"]
    days: int
    """Past days behind the figure; 0 for an uploaded one."""
    stand_in: str = ""
    """Which days these are where there were none of the same kind."""


Points = tuple[tuple[float, float], ...]
"""(time, rate) in order, linear in between; a repeated time is a jump."""


@dataclass(frozen=True)
class Forecast:
    """One shop's forecast, as policy and situation have it. Works its figures out when asked."""

    policy: Policy
    situation: Situation
    profile: Profile | None = None
    uploaded: Uploaded | None = None
    _lifts: dict[tuple[str, int, bool], Lift] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @cached_property
    def queues(self) -> tuple[str, ...]:
        """Those of which anything is known, sorted."""
        known = set(self.profile.usual) if self.profile else set()
        for name in self.uploaded.intervals if self.uploaded else ():
            if "." in name:
                known.add(name)
            elif not self._shares.get(name):
                known.add(self.policy.queue_of(name, self.policy.default_language))
        return tuple(sorted(known))

    def quarter(self, queue: str, number: int) -> Expected | None:
        """A quarter of an hour, numbered since the epoch; None where nothing is known."""
        middle = (number + 0.5) * QUARTER
        given = self._uploaded(queue, middle)
        if given is not None:
            raised = self._lift(queue, number, with_peaks=not (self.uploaded or _NONE).has_peaks)
            start = number * QUARTER
            return Expected(start, given * raised.factor, given, raised, "uploaded", 0)
        usual = self.profile.usual.get(queue) if self.profile else None
        if usual is None:
            return None
        kind, place = slot(number, self.policy.calendar)
        base = usual.arrivals[kind][place]
        raised = self._lift(queue, number, with_peaks=True)
        return Expected(
            number * QUARTER,
            base * raised.factor,
            base,
            raised,
            "history",
            usual.days[kind],
            usual.stand_in(kind),
        )

    def quarters(self, queue: str, start: float, end: float) -> list[Expected]:
        """Every quarter of an hour that begins in ``start <= t < end`` and is known."""
        numbers = range(int(-(-start // QUARTER)), int(-(-end // QUARTER)))
        found = (self.quarter(queue, number) for number in numbers)
        return [each for each in found if each is not None]

    def arrivals(self, queue: str, start: float, end: float) -> float | None:
        """Tickets expected between two moments; None where a part of the time is unknown."""
        points = self.rate(queue, start, end - start)
        if points is None or points[-1][0] < end - start:
            return None
        return sum((b[0] - a[0]) * a[1] for a, b in pairwise(points))

    def rate(self, queue: str, start: float, seconds: float, unit: float = 1.0) -> Points | None:
        """The rate of arrival in ``seconds`` (above 0) as a course takes it.

        Times are in units of ``unit`` seconds from ``start`` on, rates are tickets per unit; a step
        for each quarter of an hour, so that their sums stay what they are. Ends with the first
        quarter that is unknown; None where that is the one of ``start``.
        """
        points: list[tuple[float, float]] = []
        end = start + seconds
        for number in range(int(start // QUARTER), int(-(-end // QUARTER))):
            found = self.quarter(queue, number)
            if found is None:
                break
            begin = max(number * QUARTER, start)
            until = min((number + 1) * QUARTER, end)
            _step(points, (begin - start) / unit, (until - start) / unit, found.arrivals / QUARTER)
        return tuple((t, r * unit) for t, r in points) or None

    def _uploaded(self, queue: str, at: float) -> float | None:
        """Tickets of the quarter around ``at`` by the upload; None where it does not cover it."""
        if self.uploaded is None:
            return None
        own = _covering(self.uploaded.intervals.get(queue, ()), at)
        if own is not None:
            return own
        channel = queue.partition(".")[0]
        given = _covering(self.uploaded.intervals.get(channel, ()), at)
        return None if given is None else given * self._share(queue, channel)

    def _share(self, queue: str, channel: str) -> float:
        """The part of a channel's tickets that are the queue's.

        As was usual; without a history all of them are of the default language.
        """
        shares = self._shares.get(channel)
        if shares:
            return shares.get(queue, 0.0)
        usual = self.policy.queue_of(channel, self.policy.default_language)
        return 1.0 if queue == usual else 0.0

    @cached_property
    def _shares(self) -> dict[str, dict[str, float]]:
        """Channel -> queue -> its part of the channel's usual arrivals."""
        sums: dict[str, dict[str, float]] = {}
        for queue, usual in self.profile.usual.items() if self.profile else ():
            week = sum(map(sum, usual.arrivals))
            sums.setdefault(queue.partition(".")[0], {})[queue] = week
        totals = {channel: sum(each.values()) for channel, each in sums.items()}
        return {
            channel: {queue: week / totals[channel] for queue, week in each.items()}
            for channel, each in sums.items()
            if totals[channel] > 0
        }

    def _lift(self, queue: str, number: int, *, with_peaks: bool) -> Lift:
        channel = queue.partition(".")[0]
        key = channel, number, with_peaks
        found = self._lifts.get(key)
        if found is None:
            middle = (number + 0.5) * QUARTER
            found = lift(channel, middle, self.policy, self.situation, with_peaks=with_peaks)
            self._lifts[key] = found
        return found


_NONE: Final = Uploaded(0.0, {})


def _covering(intervals: tuple[Interval, ...], at: float) -> float | None:
    """Tickets in a quarter of an hour of the interval in which the moment lies."""
    place = bisect_right(intervals, at, key=lambda each: each.start) - 1
    if place < 0:
        return None
    start, seconds, arrivals = intervals[place]
    return arrivals * QUARTER / seconds if at < start + seconds else None


def _step(points: list[tuple[float, float]], begin: float, until: float, rate: float) -> None:
    """Go on with a flat piece; one like the last makes that longer."""
    if points and points[-1][1] == rate and len(points) > 1:
        points[-1] = until, rate
        return
    points += ((begin, rate), (until, rate))
