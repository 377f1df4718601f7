"""What the planner learns of work and patience, beside arrivals, from what was counted at home.

Live service and replay learn by the same functions. A round keeps what it has learned as plain
data, so whichever process makes the next one goes on with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from overflow.core.learning.counted import AtHome
from overflow.core.learning.times import Lesson, Seen, lesson_from, mean_time
from overflow.core.model import HOME, Channel, Policy, Situation
from overflow.core.prospects.ahead import Learned
from overflow.core.rounds import Work


class Taught(NamedTuple):
    """What is known of a channel's times, and what came of it since the last round."""

    handle: Lesson
    patience: Lesson
    counted: AtHome
    new: AtHome = AtHome()
    is_new_day: bool = False

    @property
    def work(self) -> Work:
        """For today's estimates. Where nobody ever gave up, that may just not be seen."""
        gives_up = self.patience.samples > 0
        return Work(
            Seen(self.new.handled, self.new.handled_time),
            Seen(self.new.gave_up, self.new.waited) if gives_up else Seen(),
        )

    def times(self, channel: Channel, policy: Policy) -> Learned:
        """What earlier days taught; the policy's times are the prior."""
        weight, waits = float(policy.min_samples), self.patience
        return Learned(
            mean_time(self.handle.past, channel.handle_time, weight),
            mean_time(waits.past, channel.patience, weight) if waits.past.events else None,
        )

    def plain(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return {"handle": self.handle, "patience": self.patience, "counted": self.counted}


def taught(
    last: Mapping[str, Any],
    counted: AtHome,
    channel: Channel,
    situation: Situation,
    policy: Policy,
    now: float,
    *,
    goes_on: bool,
) -> Taught:
    """With what was counted since ``last`` (see ``plain``); empty: the first round.

    That one takes over the mean that the store has measured. ``goes_on``: so do today's estimates;
    else they begin with all that is known.
    """
    day = _day(policy.zone, now)
    if not last:
        return Taught(Lesson(day, _measured(channel, situation)), Lesson(day), counted)
    new, before = counted.since(AtHome(*last["counted"])), lesson_from(last["handle"])
    handle = before.learned(Seen(new.handled, new.handled_time), day)
    patience = lesson_from(last["patience"]).learned(Seen(new.gave_up, new.waited), day)
    if not goes_on:
        handle, patience = handle.over(), patience.over()
    return Taught(handle, patience, counted, new, day > before.day)


def taught_before(days: Iterable[tuple[float, AtHome]], zone: str) -> Taught | None:
    """What earlier times taught: moments (epoch seconds, ascending) and what was counted in each.

    None: nothing was counted.
    """
    handle = patience = Lesson()
    for at, new in days:
        day = _day(zone, at)
        handle = handle.learned(Seen(new.handled, new.handled_time), day)
        patience = patience.learned(Seen(new.gave_up, new.waited), day)
    return Taught(handle, patience, AtHome()) if handle.day else None


def _measured(channel: Channel, situation: Situation) -> Seen:
    sample = situation.handle_time.get((HOME, channel.name))
    return Seen() if sample is None else Seen(sample.n, sample.n * sample.mean)


def _day(zone: str, at: float) -> int:
    return datetime.fromtimestamp(at, ZoneInfo(zone)).toordinal()
