"""Helpdesk and service side by side, ticket by ticket, each read over HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from overflow.demo.desks import Seen
from overflow.demo.service import Json
from overflow.demo.shop import GROUPS, TAG

ASSIGNEES_OF: Final = "inhouse"
"""Partners' agents work through the API; the helpdesk does not know them."""


class Difference(NamedTuple):
    """Something that one side says otherwise than the other."""

    ticket: str
    what: str


def differences(desk: Sequence[Seen], service: dict[str, Json | None]) -> list[Difference]:
    """Everything that is not the same on both sides; empty: they agree on every ticket.

    ``service`` has an entry for every ticket that either side knows.
    """
    known = {ticket.id for ticket in desk}
    found = [
        Difference(seen.id, what) for seen in desk for what in _of_ticket(seen, service[seen.id])
    ]
    strange = [Difference(id_, "unknown to the helpdesk") for id_ in service.keys() - known]
    return found + strange


def delays(desk: Sequence[Seen], decisions: Iterable[Json]) -> list[float]:
    """Seconds from each move until the helpdesk had its note, the last that is written; sorted.

    Of tickets that were moved once, for there it is plain which note belongs to which decision.
    """
    moves: dict[str, list[float]] = {}
    for decision in decisions:
        if decision["team"] != decision["holder"]:
            at = datetime.fromisoformat(decision["at"]).timestamp()
            moves.setdefault(decision["ticket"], []).append(at)
    return sorted(
        seen.notes[0].at - moves[seen.id][0]
        for seen in desk
        if len(seen.notes) == 1 and len(moves.get(seen.id, ())) == 1
    )


def _of_ticket(seen: Seen, told: Json | None) -> Iterator[str]:
    if told is None:
        yield "unknown to the service"
        return
    for what, there, here in _pairs(seen, told):
        if there != here:
            yield f"{what}: {there or 'none'} in the helpdesk, {here or 'none'} in the service"
    if not told["is_in_step"]:
        yield "the service has something left to write"
    if len({note.reference for note in seen.notes}) != len(seen.notes):
        yield "a note was posted twice"
    if told["team"] != ASSIGNEES_OF and not seen.notes and told["reason"] != "manual":
        yield "no note says why it was handed over"


def _pairs(seen: Seen, told: Json) -> Iterator[tuple[str, object, object]]:
    """What is compared: its name, the helpdesk's word, the service's."""
    is_away = told["team"] != ASSIGNEES_OF
    yield "status", seen.status, told["status"]
    yield "group", seen.group, GROUPS[told["team"]]
    yield "answered", seen.is_answered, told["answered_at"] is not None
    yield "tag", TAG in seen.tags, is_away
    yield "assignee", seen.assignee, told["assignee"] or ""
