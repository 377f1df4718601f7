"""Tickets that polling found to differ, until it is known why no webhook had told of them."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

import redis

from overflow.store import keys
from overflow.store.situation_codec import to_micro
from overflow.store.wire import wire_of


class Differences:
    """One small sorted set a shop, by when each was found."""

    def __init__(self, client: redis.Redis) -> None:
        self._client: Any = client
        self._wire = wire_of(client)

    def found(self, shop: str, ids: Collection[str], now: float) -> int:
        """They differ; returns how many were not found before."""
        if not ids:
            return 0
        added: int = self._client.zadd(
            keys.differences(shop), dict.fromkeys(ids, to_micro(now)), nx=True
        )
        return added

    def explain(self, shop: str, ticket_id: str) -> bool:
        """It is known by now. False: it was not found, or was explained before."""
        [gone] = self._wire.ask(("ZREM", keys.differences(shop), ticket_id))
        return bool(gone)

    def overdue(self, shop: str, until: float) -> int:
        """Forget those found before then; returns how many there were."""
        gone: int = self._client.zremrangebyscore(
            keys.differences(shop), "-inf", f"({to_micro(until)}"
        )
        return gone

    def count(self, shop: str, until: float = math.inf) -> int:
        """Those found before then that are not explained."""
        before = "+inf" if until == math.inf else f"({to_micro(until)}"
        return int(self._client.zcount(keys.differences(shop), "-inf", before))
