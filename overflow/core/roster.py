"""Who is there at home: agents now, and until a ticket is due.

What was declared counts while it is fresh, then the policy's shifts. The number of agents goes
stale with age; hours and a pause hold until the moment that was named with them. Agents on shift
while home is closed serve nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from overflow.core.hours import Hours
from overflow.core.line import Stretch
from overflow.core.model import HOME, Declared, Home, Partner, Policy, Situation
from overflow.core.trace import Input

LOOK_AHEAD = 8 * 86400.0
"""Seconds ahead that are searched for the next staffed moment."""


class Staff(NamedTuple):
    """Home's people at one moment."""

    home: Home
    hours: Hours
    """Those that count now."""
    hours_until: float
    """Until then; the policy's afterwards."""
    agents: int | None
    """On shift now, open or not; None: neither declared nor in the policy."""
    declared: int | None
    declared_until: float
    origin: Input


def live(declared: Declared | None, now: float) -> Declared | None:
    """What a team declared, while it holds."""
    return declared if declared is not None and declared.until > now else None


def hours_of(team: Home | Partner, declared: Declared | None, now: float) -> Hours:
    """The hours that count now: declared ones until their end, else the policy's."""
    said = live(declared, now)
    return team.hours if said is None or said.hours is None else said.hours


def staff(policy: Policy, situation: Situation, now: float) -> Staff:
    """Home's people now, and where that is known from."""
    home, limit = policy.home, policy.ages.staffing
    said = situation.declared.get(HOME)
    if said is None:
        effect = (
            "the shifts of the policy used" if home.shifts else "unknown: no shifts, none declared"
        )
        origin = Input("staffing", None, limit, effect)
        return Staff(home, home.hours, now, _on_shift(home, now), None, now, origin)
    hours = hours_of(home, said, now)
    age = now - said.at
    until = min(said.until, said.at + limit)
    if said.agents is None or until <= now:
        origin = Input("staffing", age, limit, _why_not(said, home, now))
        return Staff(home, hours, said.until, _on_shift(home, now), None, now, origin)
    origin = Input("staffing", age, limit, "as declared")
    return Staff(home, hours, said.until, said.agents, said.agents, until, origin)


def _why_not(said: Declared, home: Home, now: float) -> str:
    if said.agents is None:
        why = "declared without a number of agents"
    elif said.until <= now:
        why = "the declaration has ended"
    else:
        why = "declared too long ago"
    return f"{why}: {'the shifts of the policy used' if home.shifts else 'unknown'}"


def _on_shift(home: Home, now: float) -> int | None:
    if not home.shifts:
        return None
    return sum(shift.agents for shift in home.shifts if shift.hours.is_open(now))


def opens_before(people: Staff, now: float, due: float) -> bool:
    """Whether home is open at any moment from now until due."""
    return next(_open_spans(people, now, due), None) is not None


def stretches(people: Staff, now: float, due: float) -> list[Stretch]:
    """(seconds, agents) from now until due, in order; closed time has no agents.

    The seconds sum up to ``due - now``; empty when due is not after now. Agents must be known.
    Where the policy has no shifts, declared agents are taken to stay.
    """
    if due <= now:
        return []
    changes = _agents(people, now, due)
    for begin, end in _open_spans(people, now, due):
        changes += ((begin, 1, 0), (end, -1, 0))
    return _swept(changes, now, due)


def _open_spans(people: Staff, now: float, due: float) -> Iterator[Stretch]:
    """(from, until) in which home is open."""
    until = min(max(people.hours_until, now), due)
    yield from people.hours.segments(now, until)
    if until < due:
        yield from people.home.hours.segments(until, due)


def _agents(people: Staff, now: float, due: float) -> list[tuple[float, int, int]]:
    changes: list[tuple[float, int, int]] = []
    roster_from = now
    if people.declared is not None:
        roster_from = min(people.declared_until, due) if people.home.shifts else due
        changes += ((now, 0, people.declared), (roster_from, 0, -people.declared))
    for shift in people.home.shifts:
        for begin, end in shift.hours.segments(roster_from, due):
            changes += ((begin, 0, shift.agents), (end, 0, -shift.agents))
    return changes


def _swept(changes: list[tuple[float, int, int]], now: float, due: float) -> list[Stretch]:
    moments = sorted({now, due, *(at for at, _, _ in changes)})
    is_open = agents = 0
    changes.sort(reverse=True)
    found: list[Stretch] = []
    for at, until in pairwise(moments):
        while changes and changes[-1][0] <= at:
            _, opened, came = changes.pop()
            is_open += opened
            agents += came
        here = float(agents if is_open else 0)
        if found and found[-1][1] == here:
            found[-1] = (found[-1][0] + until - at, here)
        else:
            found.append((until - at, here))
    return found
