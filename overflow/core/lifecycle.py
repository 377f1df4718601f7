"""What a look at the helpdesk changes in a ticket's record, and whether it must be decided.

``observe`` is the one transition that webhooks, reads, polling and walks end in; what changes a
record besides (people, decisions) can be had here too.

Snapshots of one ticket are ordered by the helpdesk's version. On a tie, or without versions, only
a read made for that purpose (``authoritative``) is believed; anything else asks for one.
"""

from __future__ import annotations

from dataclasses import replace

from overflow.core.changes import Change, Drop, Keep, ReadAgain
from overflow.core.desired import Wanted, desired_of, owner_of, shows
from overflow.core.handling import (
    answered,
    ask,
    asked_of,
    claim,
    expire,
    give_back,
    is_leaving,
    moved_by_person,
    release,
    with_status,
)
from overflow.core.look import Look, routing_tags
from overflow.core.model import HOME, Cause, Mode, Policy, Record, Snapshot
from overflow.core.promise import due_of
from overflow.core.settling import settle, ticket_of, virtual_team

__all__ = [
    "Change",
    "Drop",
    "Keep",
    "ReadAgain",
    "Wanted",
    "answered",
    "ask",
    "asked_of",
    "claim",
    "desired_of",
    "expire",
    "give_back",
    "is_leaving",
    "moved_by_person",
    "observe",
    "owner_of",
    "release",
    "settle",
    "shows",
    "ticket_of",
    "virtual_team",
    "with_status",
]


def observe(
    prior: Record | None,
    seen: Snapshot,
    policy: Policy,
    now: float,
    *,
    authoritative: bool,
    first_import: bool = False,
) -> Change:
    """What the snapshot means for the record we have; pure.

    ``authoritative``: a read of this ticket made one after the other, newer than all before.
    ``first_import``: the walk over what was open before the service came, and whatever arrives
    until it ends: held where it stands, undecided.

    Decided are: first sight of an open ticket that nobody has taken or answered, at home;
    reopening; a person's wish by tag; another channel, language or topic while the ticket waits.
    A ticket that somebody works on is not taken from under their hands, and one that a person
    moved is not decided again until it is reopened or they ask for it.
    """
    if prior is None:
        return _first(seen, policy, now, is_import=first_import)
    if _order(prior, seen) < 0:
        return Drop("older")
    change = Look(prior, seen, policy, now).change()
    if change.record == prior:
        return Drop("same")
    if not authoritative and _order(prior, seen) == 0:
        return ReadAgain()
    return replace(change, cause=None) if first_import else change


def _order(prior: Record, seen: Snapshot) -> int:
    """Newer 1, older -1; 0 where versions tie or one of both has none."""
    if seen.version is None or prior.version < 0:
        return 0
    return (seen.version > prior.version) - (seen.version < prior.version)


def _first(seen: Snapshot, policy: Policy, now: float, *, is_import: bool) -> Change:
    if seen.outbound or seen.status.is_ended:
        return Drop("ignored")
    channel = seen.channel or policy.default_channel
    language = seen.language or policy.default_language
    group = seen.group or ""
    team = owner_of(group, policy)
    arrived = min(
        seen.created, now
    )  # not after it was heard of, whatever the helpdesk's clock says
    record = Record(
        id=seen.id,
        channel=channel,
        language=language,
        topic=seen.topic,
        priority=seen.priority,
        status=seen.status,
        team=team,
        assignee=seen.assignee or "",
        arrived=arrived,
        due=due_of(channel, arrived, policy) or 0.0,
        answered=seen.answered or 0.0,
        rev=0,
        version=-1 if seen.version is None else seen.version,
        desired_rev=0,
        confirmed_rev=0,
        desired_group=group,
        confirmed_group=group,
        observed_group=group,
        origin_group=group if team == HOME else policy.home.group or "",
        held_since=now,
        handled_by=team if seen.answered else "",
        # A ticket that came to a partner without us, and that we could not take back.
        manual=team != HOME and policy.home.group is None,
        marks=" ".join(routing_tags(seen, policy)),
        queue=policy.queue_of(channel, language, seen.topic),
    )
    if is_import:
        return Keep(record, None, ("imported",))
    return _arrived(record, policy)


def _arrived(record: Record, policy: Policy) -> Keep:
    """At first sight: decided, unless a partner holds it or somebody has taken it up."""
    asked = asked_of(record, policy)
    if record.team == HOME and record.is_open and not record.is_touched:
        return Keep(record, Cause.NEW, ("arrived",))
    if asked and (asked == "home") != (record.team == HOME):
        return Keep(record, Cause.ASKED, ("arrived", "asked"))
    if record.team != HOME and policy.mode is Mode.LIVE:
        record = replace(record, desired_rev=1)  # it shall carry the tag of what partners hold
    return Keep(record, None, ("accepted",))
