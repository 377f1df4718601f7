"""Looking after the store: is it right, make it right, throw away what is over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import redis
from redis.client import Pipeline

from overflow.core.model import Record
from overflow.store import codec, index, keys
from overflow.store.journal import Journal
from overflow.store.ledger import KINDS, Ledger
from overflow.store.scripts import Lua
from overflow.store.situation_codec import to_micro

_DAY: Final = 86_400
_DAYS_KEPT: Final = 2 * _DAY
"""Seconds; a day's count is over when that day has ended in every zone."""
_PAGE: Final = 500


class Upkeep:
    """Run by the sweep (``prune``), by tests and by people (``audit``, ``rebuild``)."""

    def __init__(self, client: redis.Redis, *, journal_days: int = 35) -> None:
        self._client: Any = client
        self._journal_days = journal_days
        self._journal = Journal(client)
        self._prune = Lua(client, "prune")

    def prune(self, shop: str, now: float) -> int:
        """Forget old days, ended declarations and switches, and old journal entries.

        And the queues whose pressure went off longer ago than the journal tells: any language that
        a ticket ever had makes one.
        """
        oldest = datetime.fromtimestamp(now - _DAYS_KEPT, UTC).strftime("%Y%m%d")
        told = now - self._journal_days * _DAY
        gone = int(self._prune([keys.situation(shop)], [to_micro(now), oldest, to_micro(told)]))
        return gone + self._journal.trim(shop, told)

    def audit(self, shop: str) -> list[str]:
        """What does not fit together, one sentence each; none when all is well.

        Reads every ticket of the shop; commits that fall meanwhile show up as faults.
        """
        records = list(self.records(shop))
        return [
            *_differences("counter", self._counters(shop), self._expected(shop, records)),
            *_differences("index", self._members(keys.open_index(shop)), _index(records)),
            *_differences("claim", self._members(keys.claims(shop)), _claims(records)),
            *_differences("dirty mark", self._members(keys.dirty(shop)), _dirty(records)),
        ]

    def rebuild(self, shop: str, now: float) -> list[str]:
        """Make counters, index, claims and dirty marks what the tickets say.

        Returns the faults there were. Begins again when a commit falls meanwhile, so it is for
        quiet hours.
        """
        faults: list[str] = self._client.transaction(
            lambda pipe: self._write(pipe, shop, now),
            keys.situation(shop),
            value_from_callable=True,
        )
        return faults

    def records(self, shop: str) -> Iterator[Record]:
        """Every ticket the store has, ended ones too, in no order."""
        names: list[str] = []
        for key in self._client.scan_iter(match=keys.tickets_of(shop), count=_PAGE):
            names.append(key.decode())
            if len(names) == _PAGE:
                yield from self._read(shop, names)
                names.clear()
        yield from self._read(shop, names)

    def _read(self, shop: str, names: list[str]) -> Iterator[Record]:
        pipe = self._client.pipeline(transaction=False)
        for name in names:
            pipe.hgetall(name)
        start = len(keys.ticket(shop, ""))
        for name, fields in zip(names, pipe.execute() if names else [], strict=True):
            if record := codec.decode(name[start:], fields):
                yield record

    def _write(self, pipe: Pipeline, shop: str, now: float) -> list[str]:
        faults = self.audit(shop)
        records = list(self.records(shop))
        stale, counters = self._counters(shop), self._expected(shop, records)
        dirty = set(_dirty(records)) - set(self._members(keys.dirty(shop)))
        pipe.multi()
        if stale:
            pipe.hdel(keys.situation(shop), *stale)
        if counters:
            pipe.hset(keys.situation(shop), items=[x for field in counters.items() for x in field])
        pipe.hincrby(keys.situation(shop), "seq", 1)
        _replace(pipe, keys.open_index(shop), _index(records))
        _replace(pipe, keys.claims(shop), _claims(records))
        if dirty:
            pipe.zadd(keys.dirty(shop), dict.fromkeys(dirty, to_micro(now)))
        return faults

    def _counters(self, shop: str) -> dict[str, int]:
        fields = self._client.hgetall(keys.situation(shop)).items()
        named = {name.decode(): value for name, value in fields}
        counters = {n: int(v) for n, v in named.items() if n.partition(":")[0] in KINDS}
        return {name: count for name, count in counters.items() if count}

    def _expected(self, shop: str, records: list[Record]) -> dict[str, int]:
        epoch = int(self._client.hget(keys.situation(shop), "epoch") or 0)
        return Ledger.of_records(records).counters(epoch)

    def _members(self, key: str) -> dict[str, int]:
        rows = self._client.zrange(key, 0, -1, withscores=True)
        return {member.decode(): score for member, score in rows}


def _index(records: list[Record]) -> dict[str, int]:
    places = ((r, index.class_of(r)) for r in records)
    return {
        index.member(r.team, letter, index.queue_of(r), to_micro(r.arrived), r.id): 0
        for r, letter in places
        if letter
    }


def _claims(records: list[Record]) -> dict[str, int]:
    return {r.id: to_micro(r.claim_until) for r in records if r.claim_until}


def _dirty(records: list[Record]) -> dict[str, None]:
    return {r.id: None for r in records if r.is_dirty}


def _replace(pipe: Pipeline, key: str, members: Mapping[str, int]) -> None:
    pipe.delete(key)
    if members:
        pipe.zadd(key, dict(members))


def _differences(
    what: str, found: Mapping[str, float], expected: Mapping[str, float | None]
) -> Iterator[str]:
    """Sentences; where the expected value is None any will do."""
    for name in sorted(found.keys() | expected.keys()):
        if name not in expected:
            yield f"{what} {name} is {found[name]:g} and should not be there"
        elif name not in found:
            yield f"{what} {name} is missing"
        elif (wanted := expected[name]) is not None and wanted != found[name]:
            yield f"{what} {name} is {found[name]:g} and should be {wanted:g}"
