"""Can a team take this ticket? Every team against every reason, without short circuit.

The eight tests: closed, channel, language, full, daily limit, switched off, move limit, refused.
Home has no limits of number and is never asked to refuse; a switch on a channel or queue stops
handing over, so it fails partners only.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from overflow.core.hours import Hours
from overflow.core.model import (
    HOME,
    Cause,
    Declared,
    Mode,
    Partner,
    Policy,
    Situation,
    Switch,
    Ticket,
)
from overflow.core.roster import Staff, hours_of, live
from overflow.core.trace import Check, Reason

# Made once, for they are most of every trace; a look-up by reason would cost more than the test.
_OPEN: Final = Check(Reason.CLOSED, is_passed=True)
_CLOSED: Final = Check(Reason.CLOSED, is_passed=False)
_KNOWN_CHANNEL: Final = Check(Reason.CHANNEL, is_passed=True)
_SPOKEN: Final = Check(Reason.LANGUAGE, is_passed=True)
_ROOM: Final = Check(Reason.FULL, is_passed=True, note="no limit")
_EVERY_DAY: Final = Check(Reason.DAILY_LIMIT, is_passed=True, note="no limit")
_ON: Final = Check(Reason.SWITCHED_OFF, is_passed=True)
_UNREFUSED: Final = Check(Reason.REFUSED, is_passed=True)
_REFUSED: Final = Check(Reason.REFUSED, is_passed=False, note="it returned this ticket")
_ALL: Final = "*"


class Fitness(NamedTuple):
    """A team's tests and the hours that counted."""

    checks: tuple[Check, ...]
    failed: tuple[Reason, ...]
    hours: Hours


def of_home(
    ticket: Ticket, situation: Situation, policy: Policy, people: Staff, now: float
) -> Fitness:
    """Home's tests; the move limit counts where it would be a recall."""
    home = policy.home
    said = live(situation.declared.get(HOME), now)
    checks = (
        _OPEN if people.hours.is_open(now) else _CLOSED,
        _channel(ticket.channel, home.channels),
        _language(ticket.language, home.languages),
        _ROOM,
        _EVERY_DAY,
        _paused(said) if said is not None and said.paused else _ON,
        _back(ticket, policy),
        _UNREFUSED,
    )
    return Fitness(checks, _failed(checks), people.hours)


def of_partner(
    partner: Partner, ticket: Ticket, situation: Situation, policy: Policy, now: float
) -> Fitness:
    """A partner's tests. What it already holds does not count against it again."""
    said = live(situation.declared.get(partner.name), now)
    hours = hours_of(partner, said, now)
    holds = ticket.team == partner.name and ticket.cause is not Cause.REOPENED
    queue = policy.queue_of(ticket.channel, ticket.language, ticket.topic)
    checks = (
        _OPEN if hours.is_open(now) else _CLOSED,
        _channel(ticket.channel, partner.channels),
        _language(ticket.language, partner.languages),
        _room(partner, said, ticket.channel, situation, policy, holds=holds),
        _EVERY_DAY
        if partner.daily_limit is None
        else _below(
            Reason.DAILY_LIMIT, situation.today.get(partner.name, 0) - holds, partner.daily_limit
        ),
        _switch(partner, said, () if holds else (ticket.channel, queue), situation, now),
        _out(ticket, policy, is_free=holds or _had(partner, ticket)),
        _REFUSED if partner.name in ticket.refused_by else _UNREFUSED,
    )
    return Fitness(checks, _failed(checks), hours)


def _failed(checks: tuple[Check, ...]) -> tuple[Reason, ...]:
    return tuple([check.reason for check in checks if not check.is_passed])


def _channel(name: str, known: frozenset[str]) -> Check:
    return _KNOWN_CHANNEL if name in known else Check(Reason.CHANNEL, is_passed=False, note=name)


def _language(name: str, spoken: frozenset[str]) -> Check:
    """A team without languages speaks all; a ticket whose language is not known suits all."""
    if not spoken or not name or name in spoken:
        return _SPOKEN
    return Check(Reason.LANGUAGE, is_passed=False, note=name)


def _below(reason: Reason, have: int, limit: int, note: str = "") -> Check:
    return Check(reason, have < limit, have, limit, note)


def _room(
    partner: Partner,
    said: Declared | None,
    channel: str,
    situation: Situation,
    policy: Policy,
    *,
    holds: bool,
) -> Check:
    """The scarcer of the channel's and the whole contract's room, each as declared if less."""
    declared = said.capacity if said is not None and said.capacity is not None else {}
    limit, note = partner.capacity.get(channel, 0), "on the channel"
    if declared.get(channel, limit) < limit:
        limit, note = declared[channel], "on the channel, as declared"
    held = _held(partner.name, channel, situation, policy) - holds
    check = _below(Reason.FULL, held, limit, note)
    most = min(
        (n for n in (partner.total_capacity, declared.get(_ALL)) if n is not None), default=None
    )
    if most is None:
        return check
    in_all = _held(partner.name, _ALL, situation, policy) - holds
    if most - in_all < limit - held:
        return _below(Reason.FULL, in_all, most, "in all")
    return check


def _held(partner: str, channel: str, situation: Situation, policy: Policy) -> int:
    """Open tickets a partner holds; while observing, with what was decided to it."""
    held = situation.held.get((partner, channel))
    if held is None:
        held = 0
        if channel == _ALL:
            held = sum(n for (name, _), n in situation.held.items() if name == partner)
    if policy.mode is Mode.OBSERVE:
        for (name, queue), load in situation.virtual.items():
            if name == partner and channel in {_ALL, queue.partition(".")[0]}:
                held += load.backlog
    return held


def _switch(
    partner: Partner,
    said: Declared | None,
    target: tuple[str, ...],
    situation: Situation,
    now: float,
) -> Check:
    """``target``: the channel and queue it would be handed over on; empty: it holds it already."""
    if not partner.enabled:
        return Check(Reason.SWITCHED_OFF, is_passed=False, note="by the policy")
    if said is not None and said.paused:
        return _paused(said)
    if not situation.switched_off:
        return _ON
    kinds = ("channel", "queue")
    scopes = [f"{kind}:{name}" for kind, name in zip(kinds, target, strict=False)]
    for scope in (f"partner:{partner.name}", *scopes):
        switch = situation.switched_off.get(scope)
        if switch is not None and switch.until > now:
            return _off(scope, switch)
    return _ON


def _paused(said: Declared) -> Check:
    why = f": {said.reason}" if said.reason else ""
    return Check(Reason.SWITCHED_OFF, is_passed=False, limit=said.until, note=f"paused{why}")


def _off(scope: str, switch: Switch) -> Check:
    note = f"{scope} by {switch.by}: {switch.reason}"
    return Check(Reason.SWITCHED_OFF, is_passed=False, limit=switch.until, note=note)


def _had(partner: Partner, ticket: Ticket) -> bool:
    return ticket.cause is Cause.REOPENED and ticket.handled_by == partner.name


def _out(ticket: Ticket, policy: Policy, *, is_free: bool) -> Check:
    """A move out; not counted for who holds it or had it, nor when a person asked for it."""
    is_counted = not is_free and ticket.asked != "partner"
    have, limit = ticket.moves_out, policy.moves.out
    return Check(Reason.MOVE_LIMIT, not is_counted or have < limit, have, limit, "out")


def _back(ticket: Ticket, policy: Policy) -> Check:
    """A move back; returns, reopenings and what a person asked for are not counted."""
    is_recall = ticket.team != HOME and ticket.cause in _RECALLS and not ticket.asked
    have, limit = ticket.moves_back, policy.moves.back
    return Check(Reason.MOVE_LIMIT, not is_recall or have < limit, have, limit, "back")


_RECALLS: Final = frozenset({Cause.UNTOUCHED, Cause.CHANGED, Cause.LATE})
