"""From a record to the ticket that is decided, and from the decision back to the record."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from overflow.core import waits
from overflow.core.decision import Decision, Outcome
from overflow.core.desired import group_of, revised
from overflow.core.handling import asked_of
from overflow.core.model import HOME, Cause, Mode, Policy, Record, Ticket
from overflow.core.trace import Reason

_UNCOUNTED: Final = (Reason.REOPENED, Reason.PINNED_PARTNER)


def ticket_of(
    record: Record, cause: Cause, policy: Policy, *, ahead: int | None = None, epoch: int = 0
) -> Ticket:
    """The ticket as a decision sees it.

    ``ahead``: tickets waiting before it in its own queue, for a review. ``epoch``: the
    situation's; while observing, the holder is the team it was decided to in this run.
    """
    team = record.team
    if policy.mode is Mode.OBSERVE and team == HOME:
        team = virtual_team(record, epoch) or HOME
    return Ticket(
        record.id,
        record.channel,
        record.language,
        record.topic,
        record.arrived,
        None if record.answered or not record.due else record.due,
        cause,
        team,
        ahead,
        record.moves_out,
        record.moves_back,
        frozenset(record.refused_by.split()),
        record.handled_by,
        record.held_since,
        asked_of(record, policy) if record.marks else "",
    )


def virtual_team(record: Record, epoch: int) -> str:
    """The partner it was decided to in this run of observing; empty: none."""
    team, _, run = record.virtual.rpartition("@")
    return team if run == str(epoch) else ""


def settle(record: Record, decision: Decision, policy: Policy, now: float) -> Record:
    """The record once the decision is carried out; observing, only what it says is remembered.

    A move sets the desired group, owes a note (``outcome team-it-came-from``) and, as overflow
    or recall, counts against the move limit; ``desired_rev`` rises only if the helpdesk should
    show something else than before.
    """
    if policy.mode is Mode.OBSERVE:
        return _observed(record, decision)
    if decision.team == record.team:
        return _stayed(record, decision, policy)
    moved = replace(
        record,
        team=decision.team,
        reason=decision.reason.value,
        desired_group=group_of(decision.team, record, policy),
        held_since=now,
        claimed_by="",
        claim_until=0.0,
        note=f"{decision.outcome.value} {record.team}",
        note_tried=0.0,
        virtual="",
        promised=waits.given(record, decision, decision.team),
        **_counted(record, decision),
    )
    return revised(record, moved, policy)


def _stayed(record: Record, decision: Decision, policy: Policy) -> Record:
    """Nothing moves. What a partner holds keeps the reason for which it got it."""
    reason = decision.reason.value
    if decision.outcome is Outcome.ACCEPT and record.reason:
        reason = record.reason
    promised = waits.given(record, decision, record.team)
    if reason == record.reason and not record.virtual and promised == record.promised:
        return record
    return revised(record, replace(record, reason=reason, virtual="", promised=promised), policy)


def _observed(record: Record, decision: Decision) -> Record:
    is_away = record.team == HOME and decision.team != HOME
    virtual = f"{decision.team}@{decision.epoch}" if is_away else ""
    promised = waits.given(record, decision, record.team)
    if virtual == record.virtual and promised == record.promised:
        return record
    return replace(record, virtual=virtual, promised=promised)


def _counted(record: Record, decision: Decision) -> dict[str, Any]:
    match decision.outcome:
        case Outcome.OVERFLOW | Outcome.LATE if decision.reason not in _UNCOUNTED:
            return {"moves_out": record.moves_out + 1}
        case Outcome.RECALL:
            return {"moves_back": record.moves_back + 1}
        case _:
            return {}
