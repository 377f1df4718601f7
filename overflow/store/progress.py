"""Where walks and polls go on, and which workers live."""

from __future__ import annotations

from typing import Any

import redis

from overflow.store import keys
from overflow.store.situation_codec import from_micro, to_micro


class Progress:
    """Small texts that outlive a process: cursors of a shop, heartbeats of workers."""

    def __init__(self, client: redis.Redis) -> None:
        self._client: Any = client

    def get(self, shop: str, name: str) -> str | None:
        """The text last put under that name; None: none was."""
        text = self._client.hget(keys.progress(shop), name)
        return None if text is None else text.decode()

    def put(self, shop: str, name: str, text: str) -> None:
        """Remember the text; whoever puts holds the lease of the walk."""
        self._client.hset(keys.progress(shop), name, text)

    def drop(self, shop: str, name: str) -> None:
        """Forget it."""
        self._client.hdel(keys.progress(shop), name)

    def beat(self, worker: str, now: float) -> None:
        """A worker lives."""
        self._client.hset(keys.HEARTBEATS, worker, to_micro(now))

    def beats(self) -> dict[str, float]:
        """Worker -> when it last said that it lives (epoch seconds)."""
        found = self._client.hgetall(keys.HEARTBEATS)
        return {worker.decode(): from_micro(at) for worker, at in found.items()}

    def forget_worker(self, worker: str) -> None:
        """It ended in an orderly way."""
        self._client.hdel(keys.HEARTBEATS, worker)
