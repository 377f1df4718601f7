"""The commit as keys and arguments of commit.lua, and its numbered answers by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final

import orjson

from overflow.clock import new_id
from overflow.core.model import Record
from overflow.errors import BadInput
from overflow.store import codec, keys, tallies
from overflow.store.commits import (
    Changed,
    Commit,
    Committed,
    Full,
    Outdated,
    Overtaken,
    Refusal,
    Seen,
)
from overflow.store.index import queue_of
from overflow.store.scripts import Argument
from overflow.store.situation_codec import Taken, from_micro, pressure_to, to_micro

DAY: Final = 86_400
KEPT_ENDED: Final = 35 * DAY
"""Seconds that an ended ticket is kept."""
KEPT_DELIVERIES: Final = DAY
"""Seconds that a sender's delivery is known."""
KEPT_ANSWERS: Final = DAY
"""Seconds that an answer under an Idempotency-Key is kept."""

_TOKEN_BYTES: Final = 9

_FIELDS: Final = tuple(field.name for field in fields(Record))
_REV, _QUEUE, _WIP_SINCE, _VIRTUAL, _DECISION = map(
    _FIELDS.index, ("rev", "queue", "wip_since", "virtual", "decision")
)
_values = attrgetter(*_FIELDS)


def key_names(shop: str, commit: Commit) -> list[str]:
    """In the order of the script's header."""
    answer = commit.answer
    return [
        keys.ticket(shop, commit.record.id),
        *_same_for_all(shop),
        keys.quarter(shop, tallies.quarter(commit.now)),
        keys.cohort(shop, tallies.quarter(commit.record.arrived)),
        keys.drain_lease(shop),
        keys.delivery(shop, commit.delivery),
        keys.idempotency(shop, answer.owner, answer.key) if answer else keys.delivery(shop, ""),
    ]


@lru_cache(maxsize=4096)
def _same_for_all(shop: str) -> tuple[str, ...]:
    """Those that every commit of the shop has, in the order of the script's header."""
    return (
        keys.situation(shop),
        keys.open_index(shop),
        keys.claims(shop),
        keys.dirty(shop),
        keys.to_read(shop),
        keys.tries(shop),
        keys.journal(shop),
        keys.totals(shop),
    )


def arguments(commit: Commit, day: str, situation: bytes = b"") -> list[Argument]:
    """In the order of the script's header.

    ``day`` is the shop's calendar day; ``situation`` the packed one that it was decided from.
    """
    record, basis, answer = commit.record, commit.basis, commit.answer
    return [
        record.id,
        new_id(_TOKEN_BYTES),
        commit.prior_rev,
        to_micro(commit.now),
        int(record.is_dirty),
        to_micro(commit.read) if commit.read else "",
        to_micro(basis.at) if basis else "",
        basis.policy_version if basis else "",
        basis.queue if basis else queue_of(record),
        basis.pressure_rev if basis else "",
        commit.takes,
        day,
        pressure_to(commit.pressure) if commit.pressure else "",
        "" if commit.handled is None else f"{commit.handled:.3f}",
        commit.heard,
        KEPT_ENDED,
        tallies.KEPT,
        KEPT_DELIVERIES if commit.delivery else "",
        answer.token if answer else "",
        answer.text if answer else "",
        KEPT_ANSWERS,
        _kind(commit),
        _said(commit),
        situation,
        len(commit.tallies),
        len(commit.cohort),
        record.desired_rev,
        record.virtual,
        to_micro(record.claim_until) if record.claim_until else "",
        *commit.tallies,
        *commit.cohort,
        *codec.encode(record, commit.prior_rev + 1),
    ]


def _said(commit: Commit) -> bytes:
    """What the entry says, as JSON."""
    try:
        return orjson.dumps(commit.journal) if commit.journal else b""
    except orjson.JSONEncodeError as error:
        if "surrogates" not in str(error):
            raise
        raise BadInput("a text cannot be written in UTF-8") from error


def named(  # noqa: PLR0911  as many as the script has answers
    reply: Sequence[Any], commit: Commit, taken: Taken
) -> Committed | Refusal:
    """The script's answer by its number; one that is not known raises."""
    takes = commit.takes
    match reply:
        case [1, _, entry, wakes, wip_since, virtual]:
            record = _as_written(commit, entry.decode(), wip_since, virtual.decode())
            return Committed(record, entry.decode(), taken, bool(wakes))
        case [2, _, entry, wakes, flat]:
            return Committed(_kept(commit, flat), entry.decode(), taken, bool(wakes))
        case [-1, _, flat]:
            return Changed(_found(commit, flat), taken)
        case [-2, _]:
            return Outdated(taken)
        case [-3, _]:
            return Full(takes, "channel", taken)
        case [-4, _]:
            return Full(takes, "total", taken)
        case [-5, _]:
            return Full(takes, "day", taken)
        case [-6, _, flat]:
            return Seen(_found(commit, flat), taken)
        case [-7, _]:
            return Overtaken(taken)
        case _:
            raise AssertionError(f"commit.lua answered {reply[0]!r}")


def _kind(commit: Commit) -> str:
    return commit.kind or ("state" if commit.situation is None else "decision")


def _as_written(commit: Commit, entry: str, wip_since: bytes, virtual: str) -> Record:
    is_decision = entry and _kind(commit) == "decision"
    # As dataclasses.replace would, in half its time: this is done for every event.
    values = list(_values(commit.record))
    values[_REV] = commit.prior_rev + 1
    values[_QUEUE] = queue_of(commit.record)
    values[_WIP_SINCE] = from_micro(wip_since or 0)
    values[_VIRTUAL] = virtual
    if is_decision:
        values[_DECISION] = entry
    return Record(*values)


def _found(commit: Commit, flat: Sequence[bytes]) -> Record | None:
    return codec.decode(commit.record.id, codec.unflat(flat))


def _kept(commit: Commit, flat: Sequence[bytes]) -> Record:
    record = _found(commit, flat)
    if record is None:
        raise AssertionError("commit.lua found its own commit, and no ticket")
    return record
