"""What people do to a ticket: they claim, release, give back, move, answer and ask.

Pure transitions of a record; all raise ``Conflict`` where somebody else was first, with the facts
that the answer names. Times are epoch seconds.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from overflow.core.desired import group_of, revised
from overflow.core.model import HOME, Policy, Record, Status
from overflow.core.promise import due_of
from overflow.core.trace import Reason
from overflow.errors import Conflict, Unknown

Asked = Literal["", "home", "partner"]

_BY_API: dict[str, Asked] = {"!home": "home", "!partner": "partner"}


def claim(record: Record, agent: str, until: float, now: float) -> Record:
    """The agent works on it until then; the same agent prolongs.

    Raises ``Conflict`` with ``claimed_by`` and ``until`` (None: assigned in the helpdesk, without
    an end), or when it has ended.
    """
    if record.status.is_ended:
        raise Conflict(f"ticket {record.id} has ended", status_of_ticket=record.status.value)
    if record.claimed_by and record.claimed_by != agent and record.claim_until > now:
        raise _held_by(record, record.claimed_by, record.claim_until)
    other = "" if is_leaving(record) else record.assignee
    if other and agent not in {other, record.claimed_by}:
        raise _held_by(record, other, None)
    return replace(record, claimed_by=agent, claim_until=until)


def release(record: Record, agent: str, now: float) -> Record:
    """The claim is given up; the same record when there is none. ``agent`` empty: anybody's."""
    if not record.claimed_by:
        return record
    if agent and agent != record.claimed_by and record.claim_until > now:
        raise _held_by(record, record.claimed_by, record.claim_until)
    return replace(record, claimed_by="", claim_until=0.0)


def expire(record: Record, now: float) -> Record:
    """Without its claim if that has ended; else the same record."""
    if not record.claimed_by or record.claim_until > now:
        return record
    return replace(record, claimed_by="", claim_until=0.0)


def give_back(record: Record, partner: str) -> Record:
    """The partner does not want it: to be decided again with the cause ``returned``.

    It is never offered to that partner again. Raises ``Conflict`` when the partner does not hold
    it or it has ended.
    """
    if record.team != partner or record.status.is_ended:
        raise Conflict(f"ticket {record.id} is not held by {partner}", team=record.team)
    refused = sorted({*record.refused_by.split(), partner})
    return replace(
        record,
        claimed_by="",
        claim_until=0.0,
        refused_by=" ".join(refused),
        marks=_without_api(record.marks),
    )


def moved_by_person(record: Record, team: str, policy: Policy, now: float) -> Record:
    """A person's move by the API: carried out, not counted, not undone by the service.

    Raises ``Unknown`` for a team the policy does not name, ``Conflict`` for a ticket that has
    ended. Moving it where it is pins it there.
    """
    if policy.team(team) is None:
        raise Unknown(f"{team} is no team of this shop")
    if record.status.is_ended:
        raise Conflict(f"ticket {record.id} has ended", status_of_ticket=record.status.value)
    pinned = replace(
        record,
        manual=True,
        reason=Reason.MANUAL.value,
        marks=_without_api(record.marks),
        virtual="",
    )
    if team == record.team:
        return revised(record, pinned, policy)
    moved = replace(
        pinned,
        team=team,
        held_since=now,
        claimed_by="",
        claim_until=0.0,
        desired_group=group_of(team, record, policy),
        note=f"{'recall' if team == HOME else 'overflow'} {record.team}",
        note_tried=0.0,
    )
    return revised(record, moved, policy)


def ask(record: Record, to: Asked) -> Record:
    """A person asks by the API; it outranks the tags that stand on the ticket now.

    To be decided with the cause ``asked``. Empty: takes back what was asked by the API.
    """
    tags = _without_api(record.marks).split()
    marks = [f"!{to}", *tags] if to else tags
    return replace(record, marks=" ".join(marks))


def asked_of(record: Record, policy: Policy) -> Asked:
    """What a person asked for, by API or else by tag; to keep it here goes before."""
    marks = record.marks.split()
    for mark in marks:
        if mark in _BY_API:
            return _BY_API[mark]
    if policy.words.keep_here in marks:
        return "home"
    return "partner" if policy.words.to_partner in marks else ""


def answered(record: Record, at: float) -> Record:
    """The first public reply was given; the same record when there was one before."""
    if record.answered:
        return record
    return replace(record, answered=at, handled_by=record.team)


def with_status(record: Record, status: Status, policy: Policy, now: float) -> Record:
    """Another status, with what ending and reopening bring along; the same one: the record."""
    if status is record.status:
        return record
    changes: dict[str, Any] = {"status": status}
    if status.is_ended and not record.status.is_ended:
        changes |= ending(record, status)
    elif record.status.is_ended and not status.is_ended:
        changes |= reopening(record, record.channel, policy, now)
    return replace(record, **changes)


def ending(record: Record, status: Status) -> dict[str, Any]:
    """What changes when a ticket ends: nobody works on it, and who did is remembered."""
    changes: dict[str, Any] = {"claimed_by": "", "claim_until": 0.0, "virtual": ""}
    if status in {Status.SOLVED, Status.CLOSED}:
        changes["handled_by"] = record.team
    return changes


def reopening(record: Record, channel: str, policy: Policy, now: float) -> dict[str, Any]:
    """What changes when an ended ticket goes on: people's and our moves are forgotten.

    One that never was answered waits anew: its target runs from now.
    """
    changes: dict[str, Any] = {
        "manual": False,
        "moves_out": 0,
        "moves_back": 0,
        "claimed_by": "",
        "claim_until": 0.0,
        "held_since": now,
    }
    if not record.answered:
        changes["due"] = due_of(channel, now, policy) or 0.0
    return changes


def is_leaving(record: Record) -> bool:
    """A move of ours is still to be written: the assignee is the old holder's."""
    return record.desired_group != record.confirmed_group


def _without_api(marks: str) -> str:
    return " ".join(mark for mark in marks.split() if mark not in _BY_API)


def _held_by(record: Record, agent: str, until: float | None) -> Conflict:
    return Conflict(
        f"{agent} works on ticket {record.id}", claimed_by=agent, until=until, team=record.team
    )
