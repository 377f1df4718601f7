"""Tallies: what was counted, in all and by quarter of an hour."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import redis

from overflow.store import keys

QUARTER: Final = 900
"""Seconds."""
KEPT: Final = 457 * 86_400
"""Seconds that a quarter's tallies are kept: 15 months."""
LAG_BOUNDS: Final = tuple(0.125 * 2**n for n in range(14))
"""Upper ends of the sync lag's buckets, seconds; the last one has none."""


def quarter(at: float) -> int:
    """The number of the quarter of an hour, counted from the epoch."""
    return int(at // QUARTER)


class Quarter(NamedTuple):
    """What one quarter of an hour counted."""

    start: float
    tallies: dict[str, int]


class Lag(NamedTuple):
    """From the commit of a desired state to its confirmation."""

    buckets: tuple[tuple[float, int], ...]
    """(upper end in seconds, tickets above the end before); the last end is infinite."""
    total: float
    """Seconds, summed."""


class Tallies:
    """Counted by the script that makes the change; read at a scrape and by reports."""

    def __init__(self, client: redis.Redis) -> None:
        self._client: Any = client

    def add(self, shop: str, names: Iterable[str], now: float) -> None:
        """Count what no commit goes with, such as a refused webhook."""
        pipe = self._client.pipeline()
        by_quarter = keys.quarter(shop, quarter(now))
        for name, times in Counter(names).items():  # an outage finds thousands of a kind at once
            pipe.hincrby(keys.totals(shop), name, times)
            pipe.hincrby(by_quarter, name, times)
        pipe.expire(by_quarter, KEPT, nx=True)
        pipe.execute()

    def totals(self, shop: str) -> dict[str, int]:
        """Every tally since the beginning; none ever goes down."""
        return _counts(self._client.hgetall(keys.totals(shop)))

    def lag(self, shop: str) -> Lag:
        """How long the helpdesk took to show what was decided."""
        found = {k.decode(): v for k, v in self._client.hgetall(keys.totals(shop)).items()}
        counts = [int(found.get(f"lag:{bound:.14g}", 0)) for bound in LAG_BOUNDS]
        ends = (*LAG_BOUNDS[:-1], float("inf"))
        return Lag(tuple(zip(ends, counts, strict=True)), float(found.get("lag:sum", 0)))

    def quarters(self, shop: str, start: float, end: float) -> Iterator[Quarter]:
        """The quarters that begin in ``start <= t < end``, in order, empty ones left out."""
        return self._read(lambda n: keys.quarter(shop, n), start, end)

    def cohorts(self, shop: str, start: float, end: float) -> Iterator[Quarter]:
        """The same by when the tickets arrived."""
        return self._read(lambda n: keys.cohort(shop, n), start, end)

    def _read(self, key: Callable[[int], str], start: float, end: float) -> Iterator[Quarter]:
        numbers = range(math.ceil(start / QUARTER), math.ceil(end / QUARTER))
        for chunk in (numbers[i : i + 500] for i in range(0, len(numbers), 500)):
            pipe = self._client.pipeline(transaction=False)
            for number in chunk:
                pipe.hgetall(key(number))
            for number, counts in zip(chunk, pipe.execute(), strict=True):
                if counts:
                    yield Quarter(float(number * QUARTER), _counts(counts))


def _counts(fields: Mapping[bytes, bytes]) -> dict[str, int]:
    """The tallies among the totals; what is ``lag:...`` is no tally."""
    counts = {name.decode(): value for name, value in fields.items()}
    return {name: int(n) for name, n in counts.items() if not name.startswith("lag:")}
