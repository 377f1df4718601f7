"""What usually arrives in a shop, worked out from its tallies, and the forecast that was uploaded.

The fields of the hash: ``usual`` and ``uploaded``, both JSON.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson
import redis

from overflow.core.arrivals.expected import Interval, Uploaded
from overflow.core.arrivals.history import Profile, Usual
from overflow.store import keys


class Known(NamedTuple):
    """What a forecast is made from."""

    profile: Profile | None
    uploaded: Uploaded | None


class Forecasts:
    """Read whenever a forecast is wanted; what is still the same is not decoded again."""

    def __init__(self, client: redis.Redis) -> None:
        self._client: Any = client
        self._last: dict[str, tuple[list[bytes | None], Known]] = {}

    def get(self, shop: str) -> Known:
        """What there is."""
        texts = self._client.hmget(keys.forecast(shop), "usual", "uploaded")
        last = self._last.get(shop)
        if last is None or last[0] != texts:
            usual, uploaded = texts
            known = Known(
                _profile_from(usual) if usual else None,
                _uploaded_from(uploaded) if uploaded else None,
            )
            self._last[shop] = last = texts, known
        return last[1]

    def put_profile(self, shop: str, profile: Profile) -> None:
        """Keep the usual arrivals, in place of those before."""
        self._client.hset(keys.forecast(shop), "usual", _profile_to(profile))

    def put_uploaded(self, shop: str, uploaded: Uploaded | None) -> None:
        """Keep what was uploaded, in place of what was before; None: nothing is uploaded."""
        if uploaded is None:
            self._client.hdel(keys.forecast(shop), "uploaded")
        else:
            self._client.hset(keys.forecast(shop), "uploaded", _uploaded_to(uploaded))


def _profile_to(profile: Profile) -> bytes:
    usual = {
        queue: [one.days, [[round(k, 4) for k in row] for row in one.arrivals]]
        for queue, one in profile.usual.items()
    }
    return orjson.dumps([profile.made, profile.policy_version, usual])


def _profile_from(text: bytes) -> Profile:
    made, version, usual = orjson.loads(text)
    return Profile(
        made,
        {
            queue: Usual(tuple(days), tuple(tuple(row) for row in rows))
            for queue, (days, rows) in usual.items()
        },
        version,
    )


def _uploaded_to(uploaded: Uploaded) -> bytes:
    # orjson takes plain tuples only.
    intervals = {name: [tuple(each) for each in rows] for name, rows in uploaded.intervals.items()}
    return orjson.dumps([uploaded.at, uploaded.has_peaks, uploaded.by, intervals])


def _uploaded_from(text: bytes) -> Uploaded:
    at, has_peaks, by, intervals = orjson.loads(text)
    return Uploaded(
        at,
        {name: tuple(Interval(*each) for each in rows) for name, rows in intervals.items()},
        has_peaks,
        by,
    )
