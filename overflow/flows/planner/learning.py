"""What the planner learns beside arrivals: work, patience, and the agents who are really there.

From tallies and the situation alone. A round keeps what it has learned with the plan, so whichever
process makes the next one goes on with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from overflow.core.learning import at_work, presence
from overflow.core.learning.presence import Presence, presence_from
from overflow.core.learning.times import Lesson, Seen, lesson_from, mean_time
from overflow.core.model import HOME, Channel, Policy, Situation
from overflow.core.prospects.ahead import Learned
from overflow.core.roster import Staff, staff
from overflow.core.rounds import Work
from overflow.flows.routing import counts
from overflow.flows.routing.counts import AtHome


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
    totals: Mapping[str, int],
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
    counted, day = counts.at_home(totals, channel.name), _day(policy.zone, now)
    if not last:
        return Taught(Lesson(day, _measured(channel, situation)), Lesson(day), counted)
    new, before = counted.since(AtHome(*last["counted"])), lesson_from(last["handle"])
    handle = before.learned(Seen(new.handled, new.handled_time), day)
    patience = lesson_from(last["patience"]).learned(Seen(new.gave_up, new.waited), day)
    if not goes_on:
        handle, patience = handle.over(), patience.over()
    return Taught(handle, patience, counted, new, day > before.day)


def _measured(channel: Channel, situation: Situation) -> Seen:
    sample = situation.handle_time.get((HOME, channel.name))
    return Seen() if sample is None else Seen(sample.n, sample.n * sample.mean)


def _day(zone: str, at: float) -> int:
    return datetime.fromtimestamp(at, ZoneInfo(zone)).toordinal()


class Team(NamedTuple):
    """Home's people, and who of them is really there."""

    people: Staff
    presence: Presence
    answers: Mapping[str, float]
    """Counted since the beginning, by channel."""

    @property
    def agents(self) -> float | None:
        """For the planner; None: as the shifts have it."""
        share = self.presence.share
        base = self.people.agents if share < 1.0 else self.people.declared
        return None if base is None else base * share

    def plain(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return {"presence": self.presence._asdict(), "answers": self.answers}


def team(
    last: Mapping[str, Any],
    totals: Mapping[str, int],
    situation: Situation,
    policy: Policy,
    now: float,
) -> Team:
    """Home's people now, with what was counted since ``last`` (see ``plain``); empty: no round."""
    people = staff(policy, situation, now)
    before = presence_from(last["presence"]) if last else presence.begin(people.declared)
    answers = {name: counts.at_home(totals, name).answers for name in policy.channels}
    if people.agents is None or not people.hours.is_open(now):
        return Team(people, before._replace(last=None, since=None), answers)
    lines = list(at_work.lines(situation, policy, now))
    counted = last.get("answers", answers)
    new = {name: count - counted.get(name, count) for name, count in answers.items()}
    seen, worked = at_work.look(lines, people.agents, now), at_work.answering(lines, new)
    return Team(people, presence.look(before, seen, worked, people.declared), answers)
