"""What the helpdesk should show for a ticket, whether it does, and when that has changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, NamedTuple

from overflow.core.model import HOME, Mode, Partner, Policy, Record, Snapshot

RESTORED: Final = "!restored"
"""Among a record's marks: tag and reason have been put back since this state is desired."""


class Wanted(NamedTuple):
    """Group, tag and reason, as ``helpdesks.port.Desired`` has them."""

    group: str | None
    """None: leave it where it stands."""
    tag: str
    is_tagged: bool
    reason_field: str | None
    reason: str


def desired_of(record: Record, policy: Policy) -> Wanted:
    """Tickets of partners carry the tag and the reason; those of home carry neither."""
    is_away = record.team != HOME
    return Wanted(
        record.desired_group or None,
        policy.words.tag,
        is_away,
        policy.words.reason_field,
        record.reason if is_away else "",
    )


def shows(seen: Snapshot, wanted: Wanted) -> bool:
    """Whether group, tag and reason stand as desired."""
    if wanted.group is not None and seen.group != wanted.group:
        return False
    if wanted.is_tagged != (wanted.tag in seen.tags):
        return False
    return wanted.reason_field is None or (seen.reason or "") == wanted.reason


def restored(record: Record, seen: Snapshot, policy: Policy) -> Record:
    """The record with tag and reason to be written again, where they stood and stand no more.

    Only while the ticket is open with its partner; and once for each desired state, so that a rule
    of the helpdesk that takes them off is not fought. Else the same record.
    """
    is_in_step = 0 < record.desired_rev == record.confirmed_rev
    if policy.mode is not Mode.LIVE or record.team == HOME or not is_in_step:
        return record
    wanted, marks = desired_of(record, policy), record.marks.split()
    if seen.group != wanted.group or seen.status.is_ended or RESTORED in marks:
        return record
    if shows(seen, wanted):
        return record
    marks = [RESTORED, *marks]
    return replace(record, desired_rev=record.desired_rev + 1, marks=" ".join(marks))


def revised(before: Record, after: Record, policy: Policy) -> Record:
    """``after``, with the next ``desired_rev`` if the helpdesk should show something else.

    A group that already stands there (``confirmed_group``) needs no writing, unless a write of
    ours is under way: the groups that it may still set are remembered, so that its echo is known.
    """
    old, new = desired_of(before, policy), desired_of(after, policy)
    is_dirty = before.desired_rev != before.confirmed_rev
    is_there = after.desired_group == after.confirmed_group
    if old == new or (is_there and not is_dirty and old[1:] == new[1:]):
        return after
    superseded = _superseded(before, after) if is_dirty else ""
    return replace(
        after,
        desired_rev=before.desired_rev + 1,
        superseded_group=superseded,
        marks=" ".join(mark for mark in after.marks.split() if mark != RESTORED),
    )


def _superseded(before: Record, after: Record) -> str:
    """The groups of writes that may still land and that are neither wanted nor there already."""
    groups = dict.fromkeys([*before.superseded_group.splitlines(), before.desired_group])
    known = {after.desired_group, before.confirmed_group}
    return "\n".join(group for group in groups if group not in known)


def owner_of(group: str, policy: Policy) -> str:
    """The team a group belongs to: the partner of that group, else home."""
    return next((p.name for p in policy.partners if p.group == group), HOME)


def renamed(record: Record, policy: Policy) -> str:
    """The group of the partner that holds it, where the policy names that otherwise by now.

    Empty: it stands, or shall stand, in the group that the policy names.
    """
    holder = policy.team(record.team)
    if not isinstance(holder, Partner) or owner_of(record.desired_group, policy) != HOME:
        return ""
    return holder.group


def group_of(team: str, record: Record, policy: Policy) -> str:
    """Where a ticket stands when that team holds it; home's: where it came from."""
    holder = policy.team(team)
    if isinstance(holder, Partner):
        return holder.group
    return record.origin_group or policy.home.group or record.desired_group
