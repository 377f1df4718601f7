"""Does the helpdesk show what is desired, and what follows for the record."""

from __future__ import annotations

from dataclasses import replace

from overflow.core.lifecycle import desired_of, owner_of, shows
from overflow.core.model import Policy, Record, Snapshot


def confirmed(record: Record, seen: Snapshot, policy: Policy) -> Record:
    """The record once the helpdesk was read; the same one if there is nothing to confirm."""
    if record.desired_rev == record.confirmed_rev or not shows(seen, desired_of(record, policy)):
        return record
    return replace(
        record,
        confirmed_rev=record.desired_rev,
        confirmed_group=record.observed_group,
        superseded_group="",
    )


def withdrawn(record: Record, policy: Policy) -> Record:
    """The record where nothing may be written: held where it stands.

    For what was still to be written when the shop was switched from ``live`` to another mode, or
    when the ticket was deleted or merged.
    """
    if not record.is_dirty:
        return record
    return replace(
        record,
        team=owner_of(record.observed_group, policy),
        desired_group=record.observed_group,
        confirmed_group=record.observed_group,
        confirmed_rev=record.desired_rev,
        superseded_group="",
        note="",
        note_tried=0.0,
    )
