"""The tickets: committed by one script, found by one index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

import redis

from overflow.core.model import HOME, Record
from overflow.store import codec, index, keys
from overflow.store.commit_codec import arguments, key_names, named
from overflow.store.commits import Commit, Committed, Refusal
from overflow.store.index import Place, Standing
from overflow.store.packing import Shapes
from overflow.store.scripts import Lua
from overflow.store.situation_codec import Taken, from_micro, grouped, local_day, to_micro
from overflow.store.situations import Situations
from overflow.store.wire import wire_of


class Tickets:
    """One per process. Every write of a ticket goes through ``commit``."""

    def __init__(self, client: redis.Redis, situations: Situations | None = None) -> None:
        self._client: Any = client
        self.situations = situations or Situations(client)
        """Remembers the situation that every commit gives back."""
        self._wire = wire_of(client)
        self._shapes = Shapes(client)
        self._commit = Lua(client, "commit")

    def commit(self, shop: str, commit: Commit) -> Committed | Refusal:
        """One atomic step, written whole or refused whole.

        Sent twice after a lost answer it ends the same. Raises ``BadInput`` for names the store
        cannot keep and ``StoreAway``, after which nobody knows whether it was written.
        """
        may_come = commit.record.team != HOME or commit.record.virtual
        day = local_day(commit.now, self.situations.zone(shop, commit.now)) if may_come else ""
        seen, packed = commit.situation, b""
        if seen is not None and seen.raw:
            packed = self._shapes.pack(shop, seen.at, seen.raw, commit.now)
        asked = self.situations.asked(shop)
        reply, raw = self._commit.along(
            key_names(shop, commit),
            arguments(commit, day, packed),
            ("HGETALL", keys.situation(shop)),
        )
        taken = Taken(raw, from_micro(reply[1]), commit.now)
        self.situations.remember(shop, taken, asked)
        return named(reply, commit, taken)

    def get(self, shop: str, ticket_id: str) -> Record | None:
        """The ticket as it stands; None when the store does not have it."""
        [flat] = self._wire.ask(("HGETALL", keys.ticket(shop, ticket_id)))
        return codec.decode(ticket_id, codec.unflat(flat))

    def get_many(self, shop: str, ids: Iterable[str]) -> dict[str, Record]:
        """Those of the tickets that the store has, by id, in the order asked."""
        wanted = list(ids)
        flats = self._wire.ask(*(("HGETALL", keys.ticket(shop, i)) for i in wanted))
        found = {
            i: codec.decode(i, codec.unflat(flat)) for i, flat in zip(wanted, flats, strict=True)
        }
        return {i: record for i, record in found.items() if record}

    def answer_by(self, shop: str, ids: Iterable[str]) -> dict[str, float]:
        """When the first answers of these tickets are due (epoch seconds), where none was given."""
        wanted = list(ids)
        found = self._wire.ask(*(("HMGET", keys.ticket(shop, i), *codec.OWED) for i in wanted))
        return {
            i: from_micro(due)
            for i, (due, answered) in zip(wanted, found, strict=True)
            if due and not answered
        }

    def list_open(
        self,
        shop: str,
        team: str | None = None,
        standing: Standing | None = None,
        queue: str | None = None,
        cursor: str = "",
        limit: int = 50,
    ) -> tuple[list[Record], str]:
        """Tickets not ended, oldest arrival first, and where the next page begins ("": nowhere).

        A cursor stays good while tickets come and go; it belongs to no filter.
        """
        prefixes = self._prefixes(shop, team, standing, queue)
        pipe = self._client.pipeline(transaction=False)
        for prefix in prefixes:
            low = f"({prefix}{cursor}" if cursor else f"[{prefix}"
            pipe.zrangebylex(keys.open_index(shop), low, f"({prefix}~", start=0, num=limit + 1)
        members = [member for page in pipe.execute() for member in page] if prefixes else []
        places = sorted((arrived, i) for _, _, _, arrived, i in map(index.split, members))
        page = places[:limit]
        records = self.get_many(shop, [ticket_id for _, ticket_id in page])
        more = len(places) > limit
        return list(records.values()), f"{page[-1][0]}|{page[-1][1]}" if more else ""

    def ahead(self, shop: str, record: Record) -> int:
        """Tickets waiting in its queue at its team that arrived before it."""
        queue = index.queue_of(record)
        arrived = to_micro(record.arrived)
        count: int = self._client.zlexcount(
            keys.open_index(shop),
            f"[{index.prefix(record.team, 'w', queue)}",
            f"({index.member(record.team, 'w', queue, arrived, record.id)}",
        )
        return count

    def waiting(self, shop: str, team: str, page: int = 500) -> Iterator[Place]:
        """What waits at a team, queue by queue, first come first.

        Read page by page: what comes and goes meanwhile may be missed, or be met though it waits
        no more.
        """
        for prefix in self._prefixes(shop, team, "waiting", None):
            yield from self._waiting_in(shop, prefix, page)

    def _waiting_in(self, shop: str, prefix: str, page: int) -> Iterator[Place]:
        low, ahead = f"[{prefix}", 0
        while True:
            members: list[bytes] = self._client.zrangebylex(
                keys.open_index(shop), low, f"({prefix}~", start=0, num=page
            )
            for member in members:
                _, _, queue, _, ticket_id = index.split(member)
                yield Place(ticket_id, queue, ahead)
                ahead += 1
            if len(members) < page:
                return
            low = f"({members[-1].decode()}"

    def claims_due(self, shop: str, now: float, limit: int = 500) -> list[str]:
        """Tickets whose claim has ended, the longest ago first."""
        ids: list[bytes] = self._client.zrangebyscore(
            keys.claims(shop), "-inf", to_micro(now), start=0, num=limit
        )
        return [ticket_id.decode() for ticket_id in ids]

    def _prefixes(
        self, shop: str, team: str | None, standing: Standing | None, queue: str | None
    ) -> list[str]:
        """The index's prefixes of every team, class and queue that has tickets and is asked for."""
        letters = [index.CLASSES[standing]] if standing else list(index.STANDINGS)
        fields = self._client.hgetall(keys.situation(shop))
        groups = grouped(list(chain.from_iterable(fields.items())))
        return [
            index.prefix(at_team, letter, of_queue)
            for letter in letters
            for (at_team, of_queue), count in groups[letter].items()
            if team in (None, at_team) and queue in (None, of_queue) and count != b"0"
        ]
