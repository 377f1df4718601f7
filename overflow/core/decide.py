"""Who gets a ticket. To change that, change this file.

    kept here by a person                        home
    returned                                     home, unless home cannot serve it now
    reopened                                     the team that handled it, while it can take it
    held by a partner                            that partner, while it knows channel and language
    asked for the partner by a person            the best partner that can take it
    everything else                              home; or the best partner, if it should leave home

"Should leave home" is ``need``, "the best" is ``choice``; both rest on ``survey``, which tests
every team against every reason.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from overflow.core import choice, need
from overflow.core.decision import Decision, Outcome
from overflow.core.model import HOME, Cause, Mode, Policy, Situation, Ticket
from overflow.core.survey import Survey, survey
from overflow.core.trace import Reason, TeamTest

_MISFIT: Final = frozenset({Reason.CHANNEL, Reason.LANGUAGE})


class Verdict(NamedTuple):
    """What is decided, without its trace."""

    outcome: Outcome
    team: str
    reason: Reason


def decide(ticket: Ticket, situation: Situation, policy: Policy, now: float) -> Decision:
    """The decision with its complete trace; pure, total, and the same for the same input.

    ``now`` is epoch seconds. A ticket that joins its queue (new, or handed over by a bot) moves
    the queue's pressure; the new state is in the decision if it changed. Never raises for data
    that the model allows: what is not known takes no part, and the trace says so.
    """
    seen = survey(ticket, situation, policy, now)
    return decision(seen, verdict(seen))


def decision(seen: Survey, found: Verdict) -> Decision:
    """The verdict with all that it rests on."""
    return Decision(
        ticket=seen.ticket.id,
        at=seen.now,
        cause=seen.ticket.cause,
        outcome=found.outcome,
        team=found.team,
        reason=found.reason,
        pressure=None if seen.pressure is seen.before else seen.pressure,
        queue=seen.queue,
        policy_version=seen.policy.version,
        situation_seq=seen.situation.seq,
        trace=seen.trace(),
        epoch=seen.situation.epoch,
    )


def verdict(seen: Survey) -> Verdict:
    """The table above, top to bottom."""
    ticket = seen.ticket
    if seen.policy.mode is Mode.OFF:
        return Verdict(Outcome.ACCEPT, ticket.team, Reason.OFF)
    if ticket.asked == "home":
        return _home(seen, Reason.PINNED_HOME)
    match ticket.cause:
        case Cause.RETURNED:
            return _returned(seen)
        case Cause.REOPENED:
            return _reopened(seen)
        case _:
            return _held(seen) if ticket.team != HOME else _free(seen)


def _free(seen: Survey) -> Verdict:
    return _asked(seen) if seen.ticket.asked == "partner" else _open(seen)


def _home(seen: Survey, reason: Reason) -> Verdict:
    """Home has it: kept, or back without being counted."""
    outcome = Outcome.KEEP if seen.ticket.team == HOME else Outcome.RETURN_HOME
    return Verdict(outcome, HOME, reason)


def _returned(seen: Survey) -> Verdict:
    """Home, for the partner that knew the ticket gave it back; another one if home cannot."""
    need_now = need.of(seen)
    if need_now.is_to_leave and seen.home.failed:
        other = choice.best(seen, choice.relieves if need_now.must_help else None)
        if other is not None:
            return Verdict(Outcome.OVERFLOW, other.team, need_now.reason)
    return _home(seen, Reason.RETURNED)


def _reopened(seen: Survey) -> Verdict:
    """The team that handled it; like a new ticket if that cannot take it."""
    ticket = seen.ticket
    before = seen.team(ticket.handled_by)
    if before is not None and before.is_able:
        if before.team == HOME:
            return _home(seen, Reason.REOPENED)
        outcome = Outcome.ACCEPT if ticket.team == before.team else Outcome.OVERFLOW
        return Verdict(outcome, before.team, Reason.REOPENED)
    found = _free(seen)
    if found.team != HOME or ticket.team == HOME:
        return found
    return _home(seen, _why_not(before, found.reason))


def _why_not(before: TeamTest | None, otherwise: Reason) -> Reason:
    """Why the partner that handled it does not have it back."""
    if before is None or before.team == HOME or not before.failed:
        return otherwise
    reason = before.failed[0]
    return Reason.PARTNER_CLOSED if reason is Reason.CLOSED else reason


def _held(seen: Survey) -> Verdict:
    """The holder, unless channel or language have become ones that it does not know.

    A partner that the policy no longer names keeps what it holds.
    """
    ticket = seen.ticket
    stays = Verdict(Outcome.ACCEPT, ticket.team, Reason.HELD)
    if ticket.asked == "partner":
        return stays._replace(reason=Reason.PINNED_PARTNER)
    holder = seen.team(ticket.team)
    if holder is None or _MISFIT.isdisjoint(holder.failed):
        return stays
    found = _open(seen)
    if found.team != HOME:
        return found
    if not _MISFIT.isdisjoint(seen.home.failed):
        return stays._replace(reason=Reason.UNFIT)
    if Reason.MOVE_LIMIT in seen.home.failed:
        return stays._replace(reason=Reason.MOVE_LIMIT)
    return Verdict(Outcome.RECALL, HOME, Reason.UNFIT)


def _asked(seen: Survey) -> Verdict:
    """The best partner that can take it, pressure or not."""
    there = choice.best(seen)
    if there is None:
        return _home(seen, choice.why_nobody(seen))
    return Verdict(Outcome.OVERFLOW, there.team, Reason.PINNED_PARTNER)


def _open(seen: Survey) -> Verdict:
    """Home, or the best partner if the ticket should leave home."""
    leave = need.of(seen)
    if not leave.is_to_leave:
        return _home(seen, leave.reason)
    there = choice.best(seen, choice.relieves if leave.must_help else None)
    if there is not None:
        return Verdict(Outcome.OVERFLOW, there.team, leave.reason)
    if leave.reason in {Reason.CHANNEL, Reason.LANGUAGE}:
        return _home(seen, leave.reason)
    if Reason.CLOSED in seen.home.failed and not choice.is_anyone_open(seen):
        return _home(seen, Reason.NOBODY_OPEN)
    return _home(seen, choice.why_nobody(seen))
