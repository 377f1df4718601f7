"""A situation as it would be: at another time, or with other figures in some places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from overflow.core.hours import ALWAYS_OPEN, Hours, parse_hours
from overflow.core.model import (
    HOME,
    Declared,
    Load,
    Partner,
    Policy,
    Pressure,
    Situation,
)
from overflow.core.roster import hours_of, live, staff
from overflow.errors import Invalid

LASTING: Final = 86_400.0
"""Seconds for which what is supposed of a team is taken to hold."""
_ALL: Final = "*"
_NEVER: Final = parse_hours("off", "UTC")
Given = Mapping[str, Any]


def empty(policy: Policy, at: float) -> Situation:
    """Nobody waits, nothing was measured or declared, and no helpdesk is an input."""
    return Situation(at, 0, policy.version, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})


def moved(situation: Situation, at: float) -> Situation:
    """The same found at another time: what it rests on is as old then as it is now."""
    by = at - situation.at
    return replace(
        situation,
        at=at,
        seen={name: when + by for name, when in situation.seen.items()},
        handle_time={of: one._replace(at=one.at + by) for of, one in situation.handle_time.items()},
        raw=(),
    )


def laid_over(situation: Situation, given: Given, policy: Policy, at: float) -> Situation:
    """The situation with the figures that are given, in the form in which the API shows one.

    A queue that is named has the loads that are given for it and no others; what an API's answer
    works out (expected waits, limits of contracts) is left to the policy. Raises ``Invalid`` by
    path for a capacity above the contract's.
    """
    _check(given, policy)
    queues, partners = given.get("queues", ()), given.get("partners", ())
    named = {each["queue"] for each in queues}
    loads = {of: load for of, load in situation.loads.items() if of[1] not in named}
    loads |= {
        (team["team"], each["queue"]): Load(team.get("waiting", 0), team.get("wip", 0))
        for each in queues
        for team in each.get("teams", ())
    }
    today = {each["partner"]: each["today"] for each in partners if "today" in each}
    return replace(
        situation,
        loads=loads,
        held={**situation.held, **dict(_held(partners, situation))},
        today={**situation.today, **today},
        pressure={**situation.pressure, **_pressure(queues, situation, at)},
        declared={**situation.declared, **_declared(given, situation, policy, at)},
        seen={**situation.seen, **_seen(given.get("inputs", ()), at)},
        raw=(),
    )


def _check(given: Given, policy: Policy) -> None:
    faults: dict[str, list[str]] = {}
    for n, each in enumerate(given.get("partners", ())):
        partner = policy.team(each["partner"])
        agreed = partner.capacity if isinstance(partner, Partner) else None
        for m, room in enumerate(each.get("channels", ())):
            most = None if agreed is None else agreed.get(room["channel"], 0)
            if most is not None and room.get("capacity", 0) > most:
                path = f"situation.partners.{n}.channels.{m}.capacity"
                faults[path] = [f"is above the contract's {most}"]
    if faults:
        raise Invalid("this cannot be supposed", faults)


def _held(partners: Iterable[Given], situation: Situation) -> Iterable[tuple[tuple[str, str], int]]:
    for each in partners:
        name = each["partner"]
        given = {
            room["channel"]: room["held"] for room in each.get("channels", ()) if "held" in room
        }
        yield from (((name, channel), n) for channel, n in given.items())
        if "held" in each:
            yield (name, _ALL), each["held"]
        elif given:
            others = (
                n
                for (team, channel), n in situation.held.items()
                if team == name and channel != _ALL and channel not in given
            )
            yield (name, _ALL), sum(others) + sum(given.values())


def _pressure(queues: Iterable[Given], situation: Situation, at: float) -> dict[str, Pressure]:
    found: dict[str, Pressure] = {}
    for each in queues:
        said = each.get("pressure")
        if said is not None:
            known = situation.pressure.get(each["queue"], Pressure())
            since = said.get("since") or (known.since if known.on == said["on"] else at)
            found[each["queue"]] = Pressure(
                said["on"], since, said.get("measure") or known.measure, known.rev
            )
    return found


def _seen(inputs: Iterable[Given], at: float) -> dict[str, float]:
    return {
        each["input"]: each["at"] if each.get("at") is not None else at - each["age"]
        for each in inputs
    }


def _declared(given: Given, situation: Situation, policy: Policy, at: float) -> dict[str, Declared]:
    """What teams would have had to declare for it to be as it is given; only where it differs."""
    found = {HOME: _of_home(given, situation, policy, at)}
    for each in given.get("partners", ()):
        partner = policy.team(each["partner"])
        if isinstance(partner, Partner):
            found[partner.name] = _of_partner(partner, each, situation, at)
    return {team: said for team, said in found.items() if said is not None}


def _of_home(given: Given, situation: Situation, policy: Policy, at: float) -> Declared | None:
    people = staff(policy, situation, at)
    agents = given.get("agents")
    hours = _as_open(given.get("is_open"), people.hours, at)
    if hours is None and agents in {None, people.agents}:
        return None
    said = _said(situation, HOME, at)
    agents = people.agents if agents is None else agents
    return said._replace(agents=agents, hours=said.hours if hours is None else hours)


def _of_partner(partner: Partner, given: Given, situation: Situation, at: float) -> Declared | None:
    before = live(situation.declared.get(partner.name), at)
    said = _said(situation, partner.name, at)
    hours = _as_open(given.get("is_open"), hours_of(partner, before, at), at)
    limits = dict(said.capacity or {})
    for room in given.get("channels", ()):
        agreed = partner.capacity.get(room["channel"], 0)
        if "capacity" in room and room["capacity"] != limits.get(room["channel"], agreed):
            limits[room["channel"]] = room["capacity"]
    after = said._replace(
        capacity=limits or said.capacity,
        hours=said.hours if hours is None else hours,
        paused=given.get("is_paused", said.paused),
    )
    return None if after == said else after


def _said(situation: Situation, team: str, at: float) -> Declared:
    """What the team has declared and what still holds, prolonged."""
    before = live(situation.declared.get(team), at)
    if before is None:
        return Declared(at, at + LASTING)
    return before._replace(at=at, until=max(before.until, at + LASTING))


def _as_open(is_open: bool | None, hours: Hours, at: float) -> Hours | None:  # noqa: FBT001  as shown
    """The hours by which it would be so; None: it is."""
    if is_open is None or hours.is_open(at) == is_open:
        return None
    return ALWAYS_OPEN if is_open else _NEVER
