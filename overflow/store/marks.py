"""What is to be written to, and read from, the helpdesk; and what could not be.

A mark's score is when it is due; a dead letter is a mark that is never due by itself. A commit
marks and clears by itself; here is what drain and reconciler do.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from enum import IntEnum
from typing import Any, Final, Literal, NamedTuple

import orjson
import redis

from overflow.store import keys
from overflow.store.scripts import Argument, Lua
from overflow.store.situation_codec import from_micro, to_micro

Work = Literal["write", "read"]
"""Write the desired state to the helpdesk, or read the ticket from it."""

_LETTER: Final[dict[Work, str]] = {"write": "w:", "read": "r:"}


LONGEST_ERROR: Final = 500
"""Characters of an error that are kept."""


class Mark(NamedTuple):
    """A ticket to be worked on."""

    id: str
    stamp: float
    """Tells this mark from a later one of the same ticket."""
    attempts: int
    """How often it failed so far."""


class DeadLetter(NamedTuple):
    """Work that was given up: no body, no text."""

    id: str
    work: Work
    attempts: int
    error: str
    at: float


class Counts(NamedTuple):
    """How much there is to do (tickets; epoch seconds, 0 for none)."""

    dirty: int
    to_read: int
    dead: int
    oldest_dirty: float
    oldest_to_read: float


class Confirmation(IntEnum):
    """What confirming came to."""

    CLEAN = 1
    STILL_DIRTY = 2
    """Confirmed, but a note is still owed."""
    OTHER = 0
    """Another state is desired by now: it stays dirty."""
    GONE = -1
    """The store does not have the ticket."""


class Marks:
    """The tickets that helpdesk and service have not agreed on yet."""

    def __init__(self, client: redis.Redis) -> None:
        self._client: Any = client
        self._mark = Lua(client, "mark")
        self._confirm = Lua(client, "confirm")
        self._put_off = Lua(client, "put_off")
        self._retry = Lua(client, "retry")

    def mark_to_read(self, shop: str, ids: Iterable[str], now: float) -> bool:
        """Have the tickets read. True when nobody drains the shop: enqueue a drain."""
        names = [keys.to_read(shop), keys.tries(shop), keys.drain_lease(shop)]
        return bool(self._mark(names, [to_micro(now), *ids]))

    def dirty_due(self, shop: str, now: float, limit: int = 100) -> list[Mark]:
        """Tickets to be written now, the longest due first."""
        return self._due(shop, "write", now, limit)

    def to_read_due(self, shop: str, now: float, limit: int = 100) -> list[Mark]:
        """Tickets to be read now, the longest due first."""
        return self._due(shop, "read", now, limit)

    def due_among(
        self, shop: str, ids: Iterable[str], now: float, work: Work = "write"
    ) -> set[str]:
        """Those of the tickets that are to be written (or read) now: not put off, not given up."""
        asked = list(ids)
        scores = self._client.zmscore(_queue(shop, work), asked) if asked else []
        due = to_micro(now)
        return {i for i, at in zip(asked, scores, strict=True) if at is not None and at <= due}

    def to_read_among(self, shop: str, ids: Iterable[str]) -> set[str]:
        """Those of the tickets that are marked to be read: due, put off or given up."""
        asked = list(ids)
        scores = self._client.zmscore(keys.to_read(shop), asked) if asked else []
        return {i for i, at in zip(asked, scores, strict=True) if at is not None}

    def confirm(
        self,
        shop: str,
        ticket_id: str,
        *,
        desired_rev: int,
        group: str,
        now: float,
        noted: str = "",
    ) -> Confirmation:
        """The helpdesk was read back and shows the desired state of that revision.

        ``group`` is the group it shows; where that revision was confirmed before, what was seen
        since then stands. ``noted`` is the decision whose note stands there by now,
        so that none is owed any more; empty: no note was posted.
        """
        names = [
            keys.ticket(shop, ticket_id),
            keys.dirty(shop),
            keys.tries(shop),
            keys.totals(shop),
        ]
        args: list[Argument] = [ticket_id, desired_rev, group, noted, to_micro(now)]
        return Confirmation(self._confirm(names, args))

    def postpone(
        self,
        shop: str,
        work: Work,
        mark: Mark,
        until: float,
        error: str,
        *,
        is_failure: bool = True,
    ) -> bool:
        """Try again then. False: it was marked anew meanwhile and is due already.

        Not ``is_failure``: it had to wait, and no attempt is counted.
        """
        attempts = mark.attempts + is_failure
        failure = {"attempts": attempts, "error": error[:LONGEST_ERROR], "at": until}
        return self._moved(shop, work, mark, to_micro(until), orjson.dumps(failure))

    def bury(self, shop: str, work: Work, mark: Mark, error: str, now: float) -> bool:
        """Give up: a dead letter until someone retries it or its desired state changes."""
        failure = {"attempts": mark.attempts + 1, "error": error[:LONGEST_ERROR], "at": now}
        return self._moved(shop, work, mark, "+inf", orjson.dumps(failure))

    def done(self, shop: str, work: Work, mark: Mark) -> bool:
        """It was worked on and nothing had to be committed. False: it was marked anew meanwhile."""
        return self._moved(shop, work, mark, "", b"")

    def dead(self, shop: str, cursor: str = "", limit: int = 50) -> tuple[list[DeadLetter], str]:
        """Dead letters by ticket id, and where the next page begins (empty: nowhere)."""
        pipe = self._client.pipeline()
        for work in _LETTER:
            pipe.zrangebyscore(_queue(shop, work), "+inf", "+inf")
        found = zip(_LETTER, pipe.execute(), strict=True)
        fields = sorted(f"{i.decode()}\0{work}" for work, ids in found for i in ids)
        later = [field for field in fields if field > cursor]
        page = later[:limit]
        letters = self._letters(shop, [field.split("\0") for field in page])
        return letters, page[-1] if len(later) > limit else ""

    def is_due(self, shop: str, work: Work, ticket_id: str) -> bool:
        """Whether that work on the ticket is still to be done: now or later, not given up."""
        score = self._client.zscore(_queue(shop, work), ticket_id)
        return score is not None and score < math.inf

    def is_dead(self, shop: str, work: Work, ticket_id: str) -> bool:
        """Whether that work on the ticket was given up."""
        return bool(self._client.zscore(_queue(shop, work), ticket_id) == math.inf)

    def retry_dead(self, shop: str, now: float, ids: Iterable[str] | None = None) -> int:
        """Make dead letters due again, all of them or those of these tickets; returns how many."""
        chosen = None if ids is None else list(ids)
        if chosen == []:
            return 0
        return sum(
            int(
                self._retry(
                    [_queue(shop, work), keys.tries(shop)], [to_micro(now), letter, *(chosen or [])]
                )
            )
            for work, letter in _LETTER.items()
        )

    def counts(self, shop: str) -> Counts:
        """How much there is to do. The oldest dirty one is looked for among the first 200."""
        pipe = self._client.pipeline(transaction=False)
        for work in _LETTER:
            pipe.zcount(_queue(shop, work), "-inf", "(+inf")
            pipe.zcount(_queue(shop, work), "+inf", "+inf")
        pipe.zrange(keys.dirty(shop), 0, 199)
        pipe.zrangebyscore(keys.to_read(shop), "-inf", "(+inf", start=0, num=1, withscores=True)
        dirty, dead_writes, to_read, dead_reads, ids, first_read = pipe.execute()
        return Counts(
            dirty,
            to_read,
            dead_writes + dead_reads,
            self._oldest(shop, ids),
            from_micro(first_read[0][1]) if first_read else 0.0,
        )

    def _due(self, shop: str, work: Work, now: float, limit: int) -> list[Mark]:
        rows = self._client.zrangebyscore(
            _queue(shop, work), "-inf", to_micro(now), start=0, num=limit, withscores=True
        )
        if not rows:
            return []
        names = [_LETTER[work] + ticket_id.decode() for ticket_id, _ in rows]
        failures = self._client.hmget(keys.tries(shop), names)
        return [
            Mark(ticket_id.decode(), from_micro(score), _attempts(failure))
            for (ticket_id, score), failure in zip(rows, failures, strict=True)
        ]

    def _moved(self, shop: str, work: Work, mark: Mark, due: str | int, failure: bytes) -> bool:
        args: list[Argument] = [_LETTER[work], mark.id, to_micro(mark.stamp), due, failure]
        return bool(self._put_off([_queue(shop, work), keys.tries(shop)], args))

    def _letters(self, shop: str, chosen: list[list[str]]) -> list[DeadLetter]:
        if not chosen:
            return []
        names = [f"{work[0]}:{ticket_id}" for ticket_id, work in chosen]
        failures = self._client.hmget(keys.tries(shop), names)
        return [
            DeadLetter(ticket_id, "write" if work == "write" else "read", **orjson.loads(failure))
            for (ticket_id, work), failure in zip(chosen, failures, strict=True)
            if failure
        ]

    def _oldest(self, shop: str, ids: list[bytes]) -> float:
        if not ids:
            return 0.0
        pipe = self._client.pipeline(transaction=False)
        for ticket_id in ids:
            pipe.hget(keys.ticket(shop, ticket_id.decode()), "S")
        return min((from_micro(since) for since in pipe.execute() if since), default=0.0)


def _queue(shop: str, work: Work) -> str:
    return keys.dirty(shop) if work == "write" else keys.to_read(shop)


def _attempts(failure: bytes | None) -> int:
    return int(orjson.loads(failure)["attempts"]) if failure else 0
