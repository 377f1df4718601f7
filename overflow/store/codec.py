"""A ticket's record as one small hash, and back.

Short names, whole microseconds, and nothing stored that is the default or can be told from
another field: so a usual ticket stays a listpack of some 200 bytes. The first six are always
stored, in this order, and are what commit.lua counts by:

    r rev   t team   k class (w, i, p or nothing)   q queue   c channel   a arrived

    l language       o topic            y priority        s status (absent: open)
    g assignee       d due              w answered        v version (absent: -1)
    D desired_rev    C confirmed_rev    m moves_out       n moves_back
    G desired_group  H confirmed_group (absent: as G)     O observed_group (absent: as G)
    P origin_group (absent: as G)       h held_since (absent: as arrived)
    b claimed_by     u claim_until      j decision        R reason          M manual
    B handled_by     F refused_by       N noted           V virtual         K marks
    e note           E note_tried     U superseded_group                p promised

Written by scripts only: x token of the last commit, J last journal entry, S dirty since,
W wip since.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from overflow.core.model import Record, Status
from overflow.errors import BadInput
from overflow.store.index import class_of, queue_of
from overflow.store.situation_codec import from_micro, to_micro

Flat = list[str | int | bytes]

LONGEST_ID: Final = 200
OWED: Final = ("d", "w")
"""When the first answer is due and when it was given, for who wants nothing else."""
_FORBIDDEN: Final = frozenset(":|@{}*")
_STATUSES: Final = {status.value.encode(): status for status in Status}


@lru_cache(maxsize=4096)
def name(text: str) -> str:
    """The text itself if it can name a team, queue, channel or language.

    Raises ``BadInput`` otherwise: the store joins names with ``:`` and ``|``.
    """
    if len(text) > LONGEST_ID or not text.isprintable() or _FORBIDDEN & set(text):
        raise BadInput(f"{text[:40]!r} cannot be a name: letters, digits, '.', '-', '_'")
    return text


def encode(record: Record, rev: int) -> Flat:
    """The fields to be stored, as ``name, value, name, value, ...``.

    Raises ``BadInput`` for a team, queue, channel or id that the store cannot keep.
    """
    if not 0 < len(record.id) <= LONGEST_ID or not record.id.isprintable():
        raise BadInput(f"ticket id {record.id[:40]!r} cannot be kept")
    arrived = to_micro(record.arrived)
    flat: Flat = [
        "r", rev, "t", name(record.team), "k", class_of(record), "q", name(queue_of(record)),
        "c", name(record.channel), "a", arrived,
    ]  # fmt: skip
    _add_texts(flat, record)
    _add_numbers(flat, record, arrived)
    return flat


def _add_texts(flat: Flat, record: Record) -> None:
    group = record.desired_group
    if record.status is not Status.OPEN:
        flat += "s", record.status.value
    for field, text, usual in (
        ("l", record.language, ""),
        ("o", record.topic, ""),
        ("g", record.assignee, ""),
        ("G", group, ""),
        ("H", record.confirmed_group, group),
        ("O", record.observed_group, group),
        ("U", record.superseded_group, ""),
        ("P", record.origin_group, group),
        ("b", record.claimed_by, ""),
        ("j", record.decision, ""),
        ("R", record.reason, ""),
        ("B", record.handled_by, ""),
        ("F", record.refused_by, ""),
        ("N", record.noted, ""),
        ("V", record.virtual, ""),
        ("K", record.marks, ""),
        ("e", record.note, ""),
        ("p", record.promised, ""),
    ):
        if text != usual:
            flat += field, text


def _add_numbers(flat: Flat, record: Record, arrived: int) -> None:
    if record.version != -1:
        flat += "v", record.version
    if (held_since := to_micro(record.held_since)) != arrived:
        flat += "h", held_since
    for field, number in (
        ("y", record.priority),
        ("D", record.desired_rev),
        ("C", record.confirmed_rev),
        ("m", record.moves_out),
        ("n", record.moves_back),
        ("M", int(record.manual)),
    ):
        if number:
            flat += field, number
    for field, at in (
        ("d", record.due),
        ("w", record.answered),
        ("u", record.claim_until),
        ("E", record.note_tried),
    ):
        if at:
            flat += field, to_micro(at)


def unflat(flat: Sequence[bytes]) -> dict[bytes, bytes]:
    """What a script gives as ``name, value, ...``."""
    return dict(zip(flat[::2], flat[1::2], strict=True))


def decode(ticket_id: str, fields: Mapping[bytes, bytes]) -> Record | None:
    """The record from its stored fields; None when there are none."""
    if not fields:
        return None
    get = fields.get
    arrived = from_micro(fields[b"a"])
    held_since = get(b"h")
    group = get(b"G", b"")
    return Record(
        id=ticket_id,
        channel=fields[b"c"].decode(),
        language=get(b"l", b"").decode(),
        topic=get(b"o", b"").decode(),
        priority=int(get(b"y", 0)),
        status=_STATUSES[get(b"s", b"open")],
        team=fields[b"t"].decode(),
        assignee=get(b"g", b"").decode(),
        arrived=arrived,
        due=from_micro(get(b"d", 0)),
        answered=from_micro(get(b"w", 0)),
        rev=int(fields[b"r"]),
        version=int(get(b"v", -1)),
        desired_rev=int(get(b"D", 0)),
        confirmed_rev=int(get(b"C", 0)),
        desired_group=group.decode(),
        confirmed_group=get(b"H", group).decode(),
        observed_group=get(b"O", group).decode(),
        origin_group=get(b"P", group).decode(),
        held_since=from_micro(held_since) if held_since else arrived,
        moves_out=int(get(b"m", 0)),
        moves_back=int(get(b"n", 0)),
        claimed_by=get(b"b", b"").decode(),
        claim_until=from_micro(get(b"u", 0)),
        decision=get(b"j", b"").decode(),
        reason=get(b"R", b"").decode(),
        manual=b"M" in fields,
        handled_by=get(b"B", b"").decode(),
        refused_by=get(b"F", b"").decode(),
        noted=get(b"N", b"").decode(),
        virtual=get(b"V", b"").decode(),
        marks=get(b"K", b"").decode(),
        superseded_group=get(b"U", b"").decode(),
        note=get(b"e", b"").decode(),
        note_tried=from_micro(get(b"E", 0)),
        promised=get(b"p", b"").decode(),
        queue=fields[b"q"].decode(),
        wip_since=from_micro(get(b"W", 0)),
    )
