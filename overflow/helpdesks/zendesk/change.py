"""What is sent to Zendesk to change a ticket, alone or among many: pure.

A write names the time that the ticket bore when it was read, and is refused where it bears a later
one. https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/#update-ticket
"""

from __future__ import annotations

from dataclasses import dataclass

from overflow.core.model import Snapshot
from overflow.helpdesks.keyset import iso
from overflow.helpdesks.port import Change, Desired
from overflow.helpdesks.references import carrying
from overflow.helpdesks.vocabulary import Vocabulary, number_of


@dataclass(frozen=True, slots=True)
class Changes:
    """Made with one shop's words. ``unassigns``: a null clears the assignee."""

    words: Vocabulary
    unassigns: bool

    def alone(self, change: Change) -> dict[str, object]:
        """All but the tag, for which a ticket of its own has a call; empty: nothing differs."""
        made = self._fields(change.seen, change.desired)
        if change.note is not None:
            made |= comment(change.note.text, change.note.reference, public=False)
        return {**made, **_stamp(change.seen)} if made else {}

    def among_many(self, change: Change) -> dict[str, object]:
        """All of it. In a ticket by itself ``tags`` would replace what others have set."""
        made = {"id": number_of(change.seen.id), **self.alone(change), **_stamp(change.seen)}
        desired = change.desired
        if desired.is_tagged != (desired.tag in change.seen.tags):
            made["additional_tags" if desired.is_tagged else "remove_tags"] = [desired.tag]
        return made

    def _fields(self, seen: Snapshot, desired: Desired) -> dict[str, object]:
        change: dict[str, object] = {}
        if desired.group is not None and desired.group != seen.group:
            change["group_id"] = self.words.number(desired.group)
            if self.unassigns:
                change["assignee_id"] = None
        if desired.reason_field and desired.reason != (seen.reason or ""):
            field = number_of(desired.reason_field)
            change["custom_fields"] = [{"id": field, "value": desired.reason or None}]
        return change


def comment(text: str, reference: str, *, public: bool) -> dict[str, object]:
    """An internal note or an answer, as a part of a change."""
    return {"comment": {"body": carrying(text, reference), "public": public}}


def _stamp(seen: Snapshot) -> dict[str, object]:
    if seen.version is None:
        return {}
    seconds, rest = divmod(seen.version, 1_000_000)
    fraction = f".{rest:06}".removesuffix("000") if rest else ""
    return {"safe_update": True, "updated_stamp": f"{iso(seconds)[:-1]}{fraction}Z"}
