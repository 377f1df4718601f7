"""The journal: one stream a shop, of everything that changed loads, tallies or a holder.

Fields of an entry: ``k`` kind, ``t`` ticket, ``p`` the ticket's entry before, ``b`` and ``a`` where
it counted before and after (``team|class|queue|channel|virtual``, ``-`` nowhere), ``h`` partner and
day it was handed over, ``r`` queue and its new pressure, ``m`` measured seconds of work, ``c``
tallies, ``q`` its arrival and tallies of the arrival, ``d`` what it says, ``s`` the situation it
was decided from, packed. Those that are empty are not there. A decision is said in short.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
import redis

from overflow.core.decision import trace_of
from overflow.core.model import Situation
from overflow.core.shorthand import written_out
from overflow.errors import BadInput
from overflow.store import keys
from overflow.store.codec import unflat
from overflow.store.packing import Shapes
from overflow.store.scripts import Lua
from overflow.store.situation_codec import decode

_ID: Final = re.compile(r"\d{1,18}(-\d{1,18})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry."""

    id: str
    """Sorts by time within the shop."""
    at: float
    """The store's time when it was written."""
    kind: str
    ticket: str
    """Empty: about no ticket."""
    data: dict[str, Any]
    """What the flow said."""
    fields: Mapping[str, bytes]
    """The other fields as they are stored."""

    taken: tuple[float, Sequence[bytes]] | None = None
    """When the situation was taken that it was decided from, and its stored form."""

    def situation(self, now: float) -> Situation | None:
        """What it was decided from, exactly, so that it can be decided again.

        ``now`` is when it was decided. None: it was not decided from any.
        """
        if self.taken is None:
            return None
        at, raw = self.taken
        return decode(raw, at, now)


class Journal:
    """Read by audit, reports and replay. Commits write it; ``append`` is for what is no ticket."""

    def __init__(self, client: redis.Redis) -> None:
        self._client: Any = client
        self._chain = Lua(client, "chain")
        self._shapes = Shapes(client)

    def append(self, shop: str, kind: str, data: Mapping[str, object]) -> str:
        """Write an entry about no ticket (a policy, a switch) and return its id."""
        entry: bytes = self._client.xadd(
            keys.journal(shop), {"k": kind, "t": "", "d": orjson.dumps(data)}
        )
        return entry.decode()

    def read(self, shop: str, start: str = "-", end: str = "+", limit: int = 100) -> list[Entry]:
        """Entries from ``start`` to ``end``, oldest first.

        Both are ids (``(ID`` leaves that one out), times through ``at``, or ``-`` and ``+``;
        ``BadInput`` for anything else.
        """
        rows = self._client.xrange(keys.journal(shop), _bound(start), _bound(end), limit)
        return [self._entry(shop, *row) for row in rows]

    def latest(self, shop: str, before: str = "+", limit: int = 100) -> list[Entry]:
        """Entries up to ``before``, newest first."""
        rows = self._client.xrevrange(keys.journal(shop), _bound(before), "-", limit)
        return [self._entry(shop, *row) for row in rows]

    def entry(self, shop: str, entry_id: str) -> Entry | None:
        """One entry; None when it is not there (any more)."""
        if not _ID.fullmatch(entry_id):
            return None
        rows = self._client.xrange(keys.journal(shop), entry_id, entry_id)
        return self._entry(shop, *rows[0]) if rows else None

    def of_ticket(self, shop: str, ticket_id: str, limit: int = 100) -> list[Entry]:
        """The newest entries about a ticket that is still kept, newest first."""
        reply = self._chain([keys.ticket(shop, ticket_id), keys.journal(shop)], [limit])
        return [self._entry(shop, row[0], unflat(row[1])) for row in reply]

    def trim(self, shop: str, before: float) -> int:
        """Forget what was written before that time; returns how many entries."""
        oldest, gone = int(before * 1000), 0
        # One trim takes some thousand entries, so that it holds nobody up, and leaves the rest.
        while n := int(self._client.xtrim(keys.journal(shop), minid=oldest, approximate=True)):
            gone += n
        return gone

    def _entry(self, shop: str, entry_id: bytes, fields: Mapping[bytes, bytes]) -> Entry:
        named = {name.decode(): value for name, value in fields.items()}
        text, packed = entry_id.decode(), named.pop("s", None)
        return Entry(
            id=text,
            at=int(text.partition("-")[0]) / 1000,
            kind=named.pop("k").decode(),
            ticket=named.pop("t").decode(),
            data=_said(named.pop("d", b"{}")),
            fields=named,
            taken=None if packed is None else self._shapes.unpack(shop, packed),
        )


def at(seconds: float) -> str:
    """The id from which entries were written at or after that time."""
    return str(round(seconds * 1000))


def _bound(text: str) -> str:
    """Where a reading begins or ends; ``BadInput`` for what is neither an id nor an end."""
    if text not in {"-", "+"} and not _ID.fullmatch(text.removeprefix("(")):
        raise BadInput(f"{text[:40]!r} is no place in the journal")
    return text


def _said(text: bytes) -> dict[str, Any]:
    said: dict[str, Any] = orjson.loads(text)
    if isinstance(said.get("decision"), list):
        said["decision"] = trace_of(written_out(said["decision"]))
    return said
