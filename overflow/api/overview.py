"""The situation as people want to see it: queues, partners, ages."""

from __future__ import annotations

from typing import Any, Final

from overflow.api.schemas.signals import lifted
from overflow.core.arrivals.lifts import lift
from overflow.core.forecast import AtHome
from overflow.core.model import HOME, Load, Policy, Pressure, Situation
from overflow.core.outlook import joining
from overflow.core.roster import Staff, hours_of, live, staff

_ALL: Final = "*"
"""In place of a channel: all of them."""


def overview(situation: Situation, policy: Policy, now: float) -> dict[str, Any]:
    """As ``SituationSchema`` dumps it."""
    people = staff(policy, situation, now)
    return {
        "at": situation.at,
        "policy_version": policy.version,
        "mode": policy.mode.value,
        "agents": people.agents,
        "is_open": people.hours.is_open(now),
        "queues": _queues(situation, policy, people, now),
        "partners": [_partner(name, situation, policy, now) for name in _names(situation, policy)],
        "inputs": [
            {"input": name, "at": at, "age": max(0.0, now - at)}
            for name, at in sorted(situation.seen.items())
        ],
        "lifts": _lifts(situation, policy, now),
    }


def _lifts(situation: Situation, policy: Policy, now: float) -> list[dict[str, Any]]:
    """Channels of which more arrives than usual, or less, and why."""
    found = ((channel, lift(channel, now, policy, situation)) for channel in policy.channels)
    return [lifted(channel, one) for channel, one in found if one.causes]


def _queues(
    situation: Situation, policy: Policy, people: Staff, now: float
) -> list[dict[str, Any]]:
    teams: dict[str, list[tuple[str, Load]]] = {queue: [] for queue in situation.pressure}
    for (team, queue), load in situation.loads.items():
        teams.setdefault(queue, []).append((team, load))
    return [
        {
            "queue": queue,
            "teams": [{"team": team, **load._asdict()} for team, load in sorted(loads)],
            "pressure": _pressure(situation.pressure.get(queue, Pressure())),
            "expected_wait": _wait(joining(queue, situation, policy, people, now)),
        }
        for queue, loads in sorted(teams.items())
    ]


def _pressure(pressure: Pressure) -> dict[str, Any]:
    return {"on": pressure.on, "since": pressure.since, "measure": pressure.measure or None}


def _wait(outlook: AtHome | None) -> dict[str, Any]:
    if outlook is None:
        return {"value": None, "method": "the policy names no such channel"}
    return {"value": outlook.wait.value, "method": outlook.wait.method}


def _names(situation: Situation, policy: Policy) -> list[str]:
    """The policy's partners in its order, then those that only hold tickets still."""
    named = [partner.name for partner in policy.partners]
    holding = {team for team, _ in situation.loads} | {team for team, _ in situation.held}
    return named + sorted(holding - {*named, HOME})


def _partner(name: str, situation: Situation, policy: Policy, now: float) -> dict[str, Any]:
    partner = next((each for each in policy.partners if each.name == name), None)
    said = live(situation.declared.get(name), now)
    limits = dict(said.capacity) if said is not None and said.capacity is not None else {}
    agreed = dict(partner.capacity) if partner is not None else {}
    held = {channel: n for (team, channel), n in situation.held.items() if team == name}
    in_all = held.pop(_ALL, 0)
    return {
        "partner": name,
        "is_open": partner is not None and hours_of(partner, said, now).is_open(now),
        "is_paused": said is not None and said.paused,
        "is_in_policy": partner is not None,
        "held": in_all,
        "total_capacity": partner.total_capacity if partner is not None else None,
        "channels": [
            {
                "channel": channel,
                "held": held.get(channel, 0),
                "capacity": min(
                    agreed.get(channel, 0), limits.get(channel, agreed.get(channel, 0))
                ),
            }
            for channel in sorted({*agreed, *held})
        ],
        "today": situation.today.get(name, 0),
        "daily_limit": partner.daily_limit if partner is not None else None,
    }
