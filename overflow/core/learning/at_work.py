"""What home is seen to have in hand: from its loads to a look at who is there.

Of loads as they stand in the helpdesk: while observing, home still works on what was decided to a
partner.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from overflow.core.learning.presence import Look
from overflow.core.model import HOME, Policy, Situation
from overflow.core.pool import handle_time

GLANCE: Final = 120.0
"""Seconds; whoever is not seen at work for so long while customers wait on the line, is not."""
PATIENTLY: Final = 2.0
"""Handle times until the first answers of what was begun at once are given."""


class Line(NamedTuple):
    """One channel's tickets at home."""

    channel: str
    is_live: bool
    waiting: int
    wip: int
    width: int
    """Tickets that an agent works on at once."""
    seconds: float
    """Of an agent's time that a ticket takes."""


def lines(situation: Situation, policy: Policy, now: float) -> Iterator[Line]:
    """Every channel that home serves and whose handle time is known."""
    at_home = {queue: load for (team, queue), load in situation.loads.items() if team == HOME}
    for name in sorted(policy.home.channels & policy.channels.keys()):
        seconds = handle_time(name, situation, policy, now)[0]
        if seconds is not None:
            loads = [load for queue, load in at_home.items() if queue.partition(".")[0] == name]
            waiting, wip = (sum(column) for column in zip((0, 0), *loads, strict=True))
            width = policy.home.concurrency.get(name, 1)
            is_live = policy.channels[name].live
            yield Line(name, is_live, waiting, wip, width, seconds / width)


def look(found: list[Line], agents: int, now: float) -> Look:
    """Home as it stands, with so many agents declared or on shift."""
    letters = [line for line in found if line.waiting and not line.is_live]
    written = sum(line.waiting for line in letters)
    working = sum(line.wip / line.width for line in found if line.is_live)
    return Look(
        at=now,
        agents=agents,
        there=working + sum(line.waiting / line.width for line in found),
        is_waiting=any(line.waiting for line in found),
        working=working,
        unit=sum(line.waiting * line.seconds for line in letters) / written if written else GLANCE,
        delay=PATIENTLY * max((line.seconds * line.width for line in letters), default=0.0),
    )


def answering(found: list[Line], answers: Mapping[str, float]) -> float:
    """Seconds of agents' work that so many first answers by channel stand for.

    Not those of live channels: their work is seen while it goes on.
    """
    return sum(answers.get(line.channel, 0.0) * line.seconds for line in found if not line.is_live)
