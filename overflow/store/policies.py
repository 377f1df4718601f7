"""Policies: numbered documents, and the limits that commit.lua checks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson
import redis

from overflow.core.model import Policy
from overflow.errors import Conflict
from overflow.store import keys
from overflow.store.codec import name
from overflow.store.scripts import Argument, Lua
from overflow.store.situation_codec import to_micro

ANY: Final = -1
"""No version is expected."""


class Policies:
    """Every version of every shop's policy."""

    def __init__(self, client: redis.Redis) -> None:
        self._client: Any = client
        self._put = Lua(client, "put_policy")

    def put(
        self,
        shop: str,
        document: Mapping[str, Any],
        policy: Policy,
        expected_version: int | None = None,
    ) -> int:
        """Store the document as the next version, effective at once; returns its number.

        ``policy`` is what ``document`` means: its limits, zone, mode and age limit go where the
        commits check them. ``expected_version`` is the present one (0: there must be none), None
        for whichever. Raises ``Conflict`` (412) with ``version`` when it is another one.
        """
        self._client.sadd(keys.SHOPS, name(shop))
        expected = ANY if expected_version is None else expected_version
        names = [keys.policies(shop), keys.situation(shop)]
        args = [expected, orjson.dumps(document), policy.mode.value, *_limits(policy)]
        version = int(self._put(names, args))
        if version < 0:
            present = -version - 1
            raise Conflict(
                f"the policy of {shop} is at version {present}, not {expected}",
                status=412,
                version=present,
            )
        return version

    def get(self, shop: str, version: int | None = None) -> tuple[int, dict[str, Any]] | None:
        """A version, by default the present one; None when there is none."""
        if version is None:
            present = self._client.hget(keys.situation(shop), "pv")
            if present is None:
                return None
            version = int(present)
        text = self._client.hget(keys.policies(shop), str(version))
        return (version, orjson.loads(text)) if text else None

    def versions(self, shop: str) -> list[int]:
        """The numbers of all versions, oldest first."""
        return sorted(int(number) for number in self._client.hkeys(keys.policies(shop)))

    def shops(self) -> list[str]:
        """Every shop that has a policy, sorted."""
        known: list[str] = sorted(shop.decode() for shop in self._client.smembers(keys.SHOPS))
        pipe = self._client.pipeline(transaction=False)
        for shop in known:
            pipe.hexists(keys.situation(shop), "pv")
        return [s for s, has_policy in zip(known, pipe.execute(), strict=True) if has_policy]


def _limits(policy: Policy) -> list[Argument]:
    """Fields of the situation; a partner or channel that is not named has no room."""
    fields: list[Argument] = ["z", policy.zone, "g", to_micro(policy.ages.situation)]
    for partner in policy.partners:
        of = f"c:{name(partner.name)}:"
        for channel, limit in partner.capacity.items():
            fields += [of + name(channel), limit]
        if partner.total_capacity is not None:
            fields += [of + "*", partner.total_capacity]
        if partner.daily_limit is not None:
            fields += [of + "*day", partner.daily_limit]
    return fields
