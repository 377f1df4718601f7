"""What the planner learns beside arrivals: work, patience, and the agents who are really there.

From tallies and the situation alone. A round keeps what it has learned with the plan, so whichever
process makes the next one goes on with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from overflow.core.learning import presence
from overflow.core.learning.presence import Look, Presence, presence_from
from overflow.core.learning.times import Lesson, Seen, lesson_from, mean_time
from overflow.core.model import HOME, Channel, Policy, Situation
from overflow.core.pool import handle_time, home_load
from overflow.core.prospects.ahead import Learned
from overflow.core.roster import Staff, staff
from overflow.core.rounds import Work
from overflow.flows import counts
from overflow.flows.counts import AtHome

GLANCE: Final = 120.0
"""Seconds; whoever is not seen at work for so long while customers wait on the line, is not."""
PATIENTLY: Final = 2.0
"""Handle times until the first answers of what was begun at once are given."""


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
) -> Taught:
    """With what was counted since ``last`` (see ``plain``); empty: the first round.

    That one takes over the mean that the store has measured.
    """
    counted, day = counts.at_home(totals, channel.name), _day(policy.zone, now)
    if not last:
        return Taught(Lesson(day, _measured(channel, situation)), Lesson(day), counted)
    handle, patience = lesson_from(last["handle"]), lesson_from(last["patience"])
    new = counted.since(AtHome(*last["counted"]))
    return Taught(
        handle.learned(Seen(new.handled, new.handled_time), day),
        patience.learned(Seen(new.gave_up, new.waited), day),
        counted,
        new,
        day > handle.day,
    )


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
    lines = list(_lines(situation, policy, now))
    answers = {line.channel: counts.at_home(totals, line.channel).answers for line in lines}
    if people.agents is None or not people.hours.is_open(now):
        return Team(people, before._replace(last=None, since=None), answers)
    counted = last.get("answers", {})
    worked = sum(
        (answers[line.channel] - counted.get(line.channel, answers[line.channel])) * line.seconds
        for line in lines
        if not line.is_live
    )
    seen = _look(lines, people.agents, now)
    return Team(people, presence.look(before, seen, worked, people.declared), answers)


class _Line(NamedTuple):
    """One channel's tickets at home."""

    channel: str
    waiting: int
    wip: int
    is_live: bool
    width: int
    """Tickets that an agent works on at once."""
    seconds: float
    """Of an agent's time that a ticket takes."""


def _lines(situation: Situation, policy: Policy, now: float) -> Iterator[_Line]:
    for name, channel in policy.channels.items():
        seconds = handle_time(name, situation, policy, now)[0]
        if name not in policy.home.channels or seconds is None:
            continue
        queues = {queue for team, queue in situation.loads if team == HOME}
        loads = [home_load(situation, policy, q) for q in queues if q.partition(".")[0] == name]
        width = policy.home.concurrency.get(name, 1)
        yield _Line(
            name,
            sum(load.waiting for load in loads),
            sum(load.wip for load in loads),
            channel.live,
            width,
            seconds / width,
        )


def _look(lines: list[_Line], agents: int, now: float) -> Look:
    waiting = sum(line.waiting for line in lines)
    working = sum(line.wip / line.width for line in lines if line.is_live)
    letters = [line for line in lines if line.waiting and not line.is_live]
    written = sum(line.waiting for line in letters)
    return Look(
        at=now,
        agents=agents,
        there=working + sum(line.waiting / line.width for line in lines),
        is_waiting=waiting > 0,
        working=working,
        unit=sum(line.waiting * line.seconds for line in letters) / written if written else GLANCE,
        delay=PATIENTLY * max((line.seconds * line.width for line in letters), default=0.0),
    )
