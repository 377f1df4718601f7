"""The policy that decides beside the live one: its document, how far it is, where it differed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
import redis

from overflow.store import keys, tallies

MOST_KEPT: Final = 10_000
"""Differences that are kept, the newest."""


@dataclass(slots=True)
class Shadow:
    """A shop's shadow policy, and how far it is."""

    document: dict[str, Any]
    since: float
    """When it was put there."""
    cursor: str
    """The journal's entry up to which it has decided."""
    decided: int = 0
    different: int = 0
    left_out: int = 0
    """Decisions that could not be made again: whose situation or policy is kept no more."""
    pairs: dict[str, int] = field(default_factory=dict)
    """``TEAM/SHADOW_TEAM/CHANNEL`` -> decisions."""
    pressure: dict[str, list[Any]] = field(default_factory=dict)
    astray: dict[str, list[str]] = field(default_factory=dict)

    def to_fields(self) -> dict[str, bytes]:
        """What changes as it goes on."""
        names = ("cursor", "decided", "different", "left_out", "pairs", "pressure", "astray")
        return {name: orjson.dumps(getattr(self, name)) for name in names}


class Shadows:
    """One shadow a shop."""

    def __init__(self, client: redis.Redis) -> None:
        self._client: Any = client

    def put(self, shop: str, document: Mapping[str, Any], now: float, cursor: str) -> None:
        """Begin anew with this policy; what was found before is forgotten."""
        shadow = Shadow(dict(document), now, cursor)
        pipe = self._client.pipeline()
        pipe.delete(keys.shadow(shop), keys.shadow_differences(shop))
        pipe.hset(
            keys.shadow(shop),
            mapping={
                "document": orjson.dumps(shadow.document),
                "since": orjson.dumps(now),
                **shadow.to_fields(),
            },
        )
        pipe.execute()

    def drop(self, shop: str) -> bool:
        """Forget it and what it found; whether there was one."""
        gone: int = self._client.delete(keys.shadow(shop), keys.shadow_differences(shop))
        return bool(gone)

    def is_there(self, shop: str) -> bool:
        """Whether the shop has one."""
        return bool(self._client.exists(keys.shadow(shop)))

    def get(self, shop: str) -> Shadow | None:
        """The shop's shadow; None: it has none."""
        fields = self._client.hgetall(keys.shadow(shop))
        if not fields:
            return None
        return Shadow(**{name.decode(): orjson.loads(value) for name, value in fields.items()})

    def advance(
        self,
        shop: str,
        before: str,
        after: Shadow,
        differences: Iterable[Mapping[str, Any]],
        counted: Mapping[str, int],
        now: float,
    ) -> bool:
        """Write all that a stretch of the journal came to, at once.

        False, and nothing is written, when it is not at ``before`` any more or begun anew.
        """

        def write(pipe: Any) -> bool:  # noqa: ANN401  redis-py's pipeline
            present = pipe.hmget(keys.shadow(shop), "cursor", "since")
            pipe.multi()
            if present != [orjson.dumps(before), orjson.dumps(after.since)]:
                return False
            pipe.hset(keys.shadow(shop), mapping=after.to_fields())
            for each in differences:
                pipe.xadd(
                    keys.shadow_differences(shop), {"d": orjson.dumps(each)}, maxlen=MOST_KEPT
                )
            quarter = keys.quarter(shop, tallies.quarter(now))
            for name, n in counted.items():
                pipe.hincrby(keys.totals(shop), name, n)
                pipe.hincrby(quarter, name, n)
            if counted:
                pipe.expire(quarter, tallies.KEPT, nx=True)
            return True

        done: bool = self._client.transaction(write, keys.shadow(shop), value_from_callable=True)
        return done

    def differences(self, shop: str, before: str, limit: int) -> list[tuple[str, dict[str, Any]]]:
        """The differences older than ``before`` (``+``: all), newest first, each with its id."""
        start = before if before == "+" else f"({before}"
        rows = self._client.xrevrange(keys.shadow_differences(shop), start, "-", limit)
        return [(row[0].decode(), orjson.loads(row[1][b"d"])) for row in rows]
