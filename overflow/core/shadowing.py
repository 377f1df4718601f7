"""A second policy beside the live one: what it would decide from what the live one has made.

The shadow sees the shop as it would stand had its own decisions been carried out: a ticket that it
has elsewhere than the helpdesk does is *astray*, and counts where the shadow has it. Its pressure
is its own. What comes of its own loads on others' waits is not played; replay does that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from overflow.core.decide import decide
from overflow.core.decision import Decision
from overflow.core.model import HOME, Cause, Load, Mode, Policy, Pressure, Situation, Ticket
from overflow.core.promise import due_of
from overflow.core.review import review

WAITING = "w"
WIP = "i"
_SAME = 1.0
"""Seconds by which two dues may differ and be the same promise."""


class Astray(NamedTuple):
    """A ticket that the shadow has elsewhere than the helpdesk."""

    team: str
    """Who holds it by the shadow."""
    real: str
    """Who holds it."""
    letter: str
    """w waiting, i wip, p parked: as it really stands."""
    queue: str
    channel: str


def decided(
    ticket: Ticket,
    situation: Situation,
    policies: tuple[Policy, Policy],
    astray: Mapping[str, Astray],
    pressure: Mapping[str, Pressure],
    at: float,
) -> Decision | None:
    """What the shadow, the second of the policies, would decide; None: nothing.

    The first is the one that made the decision: a target of the shadow's own counts in its place.
    """
    own, shadow = policies
    here = astray.get(ticket.id)
    team = ticket.team if here is None else here.team
    if ticket.cause in {Cause.LATE, Cause.UNTOUCHED} and team != ticket.team:
        return None
    seen = replace(
        ticket,
        team=team,
        due=due_by(ticket, own, shadow),
        moves_out=ticket.moves_out if here is None else int(team != HOME),
    )
    judge = review if ticket.cause in {Cause.LATE, Cause.UNTOUCHED} else decide
    return judge(
        seen,
        as_the_shadow_has_it(situation, (own, shadow), astray.values(), pressure),
        replace(shadow, mode=Mode.LIVE) if shadow.mode is Mode.OBSERVE else shadow,
        at,
    )


def due_by(ticket: Ticket, own: Policy, other: Policy) -> float | None:
    """When the answer is due by the other policy, if what is due was its own policy's promise."""
    if ticket.due is None:
        return None
    promised = due_of(ticket.channel, ticket.arrived, own)
    if promised is None or abs(promised - ticket.due) > _SAME:
        return ticket.due
    return due_of(ticket.channel, ticket.arrived, other)


def as_the_shadow_has_it(
    situation: Situation,
    policies: tuple[Policy, Policy],
    astray: Iterable[Astray],
    pressure: Mapping[str, Pressure],
) -> Situation:
    """The situation with every ticket where the shadow has it, and the shadow's pressure."""
    loads, held = dict(situation.loads), dict(situation.held)
    for each in astray:
        for team, by in ((each.real, -1), (each.team, 1)):
            if each.letter in {WAITING, WIP}:
                load = loads.get((team, each.queue), Load())
                loads[team, each.queue] = _changed(load, each.letter, by)
                if team != HOME:
                    for scope in (each.channel, "*"):
                        held[team, scope] = max(0, held.get((team, scope), 0) + by)
    return replace(
        without_plans_of_another(situation, *policies),
        policy_version=policies[1].version,
        loads=loads,
        held=held,
        pressure=pressure,
        virtual={},
        raw=(),
    )


def _changed(load: Load, letter: str, by: int) -> Load:
    if letter == WAITING:
        return load._replace(waiting=max(0, load.waiting + by))
    return load._replace(wip=max(0, load.wip + by))


def without_plans_of_another(situation: Situation, own: Policy, other: Policy) -> Situation:
    """Without the plans where the other policy would have made others: then its levels count."""
    if not situation.plans or _plans_alike(own, other):
        return situation
    return replace(situation, plans={})


def _plans_alike(own: Policy, other: Policy) -> bool:
    """Whether all that a plan is made from is the same in both."""
    channels = [
        {
            name: (one.live, one.target, one.patience, one.handle_time)
            for name, one in policy.channels.items()
        }
        for policy in (own, other)
    ]
    return (
        own.costs == other.costs
        and own.home == other.home
        and own.partners == other.partners
        and channels[0] == channels[1]
    )
