"""What teams declare about themselves, and what people switch off; each until a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Required, TypedDict, Unpack

from overflow.core.hours import Hours, parse_hours
from overflow.core.model import Declared, Home, Partner, Policy, Switch
from overflow.errors import Invalid, Unknown
from overflow.flows.services import Services

Faults = dict[str, list[str]]


class Said(TypedDict, total=False):
    """What is declared; what is left out is as the policy says."""

    until: Required[float]
    agents: int | None
    """Home: agents really on shift."""
    capacity: Mapping[str, int] | None
    """Partner: tickets it can take now, per channel; at most the contract's."""
    hours: str
    """In OpenStreetMap's syntax, in the time zone and with the holidays of the team."""
    paused: bool
    reason: str


def declare(services: Services, shop: str, team: str, **said: Unpack[Said]) -> Declared:
    """Put what a team says about itself in place of what it said before.

    Raises ``Unknown`` for a team the policy does not name and
    ``Invalid`` with every fault.
    """
    policy = services.book.policy(shop)
    holder, now = _team(policy, team), services.clock.now()
    faults: Faults = {}
    hours = _checked(said, holder, now, faults)
    if faults:
        raise Invalid("this cannot be declared", faults)
    declared = Declared(
        at=now,
        until=said["until"],
        agents=said.get("agents"),
        capacity=said.get("capacity"),
        hours=hours,
        paused=said.get("paused", False),
        reason=said.get("reason", ""),
    )
    services.situations.declare(shop, team, declared)
    services.journal.append(shop, "declared", {"team": team, **said})
    return declared


def withdraw(services: Services, shop: str, team: str) -> None:
    """The policy holds again."""
    _team(services.book.policy(shop), team)
    services.situations.declare(shop, team, None)
    services.journal.append(shop, "withdrawn", {"team": team})


def switch_off(
    services: Services, shop: str, scope: str, *, until: float, reason: str, by: str
) -> Switch:
    """Switch ``partner:NAME``, ``channel:NAME`` or ``queue:NAME`` off.

    Raises ``Unknown`` for what the policy does not name, ``Invalid`` for an end in the past.
    """
    _scoped(services.book.policy(shop), scope)
    if until <= services.clock.now():
        raise Invalid("this cannot be switched off", {"until": ["is in the past"]})
    switch = Switch(until, reason, by)
    services.situations.switch(shop, scope, switch)
    services.journal.append(shop, "switched_off", {"scope": scope, **switch._asdict()})
    return switch


def switch_on(services: Services, shop: str, scope: str) -> None:
    """Switch it on again, whether or not it is off."""
    services.book.policy(shop)
    services.situations.switch(shop, scope, None)
    services.journal.append(shop, "switched_on", {"scope": scope})


def _team(policy: Policy, name: str) -> Home | Partner:
    team = policy.team(name)
    if team is None:
        raise Unknown(f"{name!r} is no team of this shop")
    return team


def _checked(said: Said, team: Home | Partner, now: float, faults: Faults) -> Hours | None:
    """The hours it names, as they are meant; every fault is added."""
    if said["until"] <= now:
        faults["until"] = ["is in the past"]
    agents, capacity = said.get("agents"), said.get("capacity")
    if isinstance(team, Partner):
        _check_capacity(capacity or {}, team, faults)
        if agents is not None:
            faults["agents"] = ["is known of the shop's own team only"]
    elif capacity is not None:
        faults["capacity"] = ["is a partner's; at home it follows from the agents"]
    elif agents is not None and agents < 0:
        faults["agents"] = ["cannot be below 0"]
    return _hours(said.get("hours", ""), team, faults)


def _hours(text: str, team: Home | Partner, faults: Faults) -> Hours | None:
    if not text:
        return None
    try:
        return parse_hours(text, team.hours.zone, team.hours.holidays)
    except ValueError as error:
        faults["hours"] = [str(error)]
        return None


def _check_capacity(capacity: Mapping[str, int], partner: Partner, faults: Faults) -> None:
    for channel, room in capacity.items():
        agreed = partner.capacity.get(channel)
        if agreed is None:
            faults[f"capacity.{channel}"] = ["is no channel of this partner"]
        elif not 0 <= room <= agreed:
            faults[f"capacity.{channel}"] = [f"has to be from 0 to the contract's {agreed}"]


def _scoped(policy: Policy, scope: str) -> None:
    kind, _, name = scope.partition(":")
    channel = name.partition(".")[0]
    is_known = {
        "partner": any(partner.name == name for partner in policy.partners),
        "channel": name in policy.channels,
        "queue": "." in name and channel in policy.channels,
    }
    if not is_known.get(kind, False):
        raise Unknown(f"{scope!r} names no partner, channel or queue of this shop")
