"""Leases: one process at a time does a thing, by the store's own clock."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import redis

from overflow.clock import new_id
from overflow.store import keys
from overflow.store.scripts import Lua
from overflow.store.situation_codec import to_micro


class Ending(IntEnum):
    """How a drain that wants to end stands."""

    FREED = 1
    """Nothing was due; the lease is free."""
    MORE = 0
    """Something is due; the lease is still held."""
    LOST = -1
    """The lease was somebody else's already."""


class Leases:
    """Gives out leases. ``key`` is one of ``keys.drain_lease``, ``shop_lease`` and ``lease``."""

    def __init__(self, client: redis.Redis) -> None:
        self._client: Any = client
        self._renew = Lua(client, "renew")
        self._release = Lua(client, "release")
        self._end_drain = Lua(client, "end_drain")

    def acquire(self, key: str, seconds: float) -> Lease | None:
        """The lease for so long, or None while another process has it."""
        token = new_id()
        # Sent again after a lost answer it finds its own token, and has the lease all the same.
        held = self._client.set(key, token, nx=True, get=True, px=round(seconds * 1000))
        return Lease(self, key, token) if held in (None, token.encode()) else None

    def is_held(self, key: str) -> bool:
        return bool(self._client.exists(key))

    def renew(self, key: str, token: str, seconds: float) -> bool:
        return bool(self._renew([key], [token, round(seconds * 1000)]))

    def release(self, key: str, token: str) -> bool:
        return bool(self._release([key], [token]))

    def end_drain(self, shop: str, token: str, now: float) -> Ending:
        names = [keys.drain_lease(shop), keys.dirty(shop), keys.to_read(shop)]
        return Ending(self._end_drain(names, [token, to_micro(now)]))


class Lease:
    """One lease. It ends by itself: whoever works longer must ``renew`` and obey its answer."""

    def __init__(self, leases: Leases, key: str, token: str) -> None:
        self._leases = leases
        self.key = key
        self.token = token

    def renew(self, seconds: float) -> bool:
        """Prolong it to so long from now. False: it is lost; stop."""
        return self._leases.renew(self.key, self.token, seconds)

    def release(self) -> bool:
        """Give it back. False: it was lost before."""
        return self._leases.release(self.key, self.token)

    def end_drain(self, shop: str, now: float) -> Ending:
        """Give the drain's lease back only if nothing of the shop is due, here or in the store.

        In one step with the commits: what is marked later finds the lease free.
        """
        return self._leases.end_drain(shop, self.token, now)
