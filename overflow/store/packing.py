"""The situation that a decision was made from, as the decision's journal entry keeps it.

Hundreds of situations in a row have the same fields. So an entry holds the values only, and the
names of the fields, their *shape*, are kept once: a text is shorter than packed by zlib, and
costs a tenth of its time.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from itertools import chain
from operator import itemgetter
from typing import Final

import redis

from overflow.store import keys
from overflow.store.situation_codec import (
    SEPARATOR,
    from_micro,
    names_of,
    split_names,
    to_micro,
)
from overflow.store.wire import wire_of

_DAY: Final = 86_400
KEPT: Final = 370 * _DAY
"""Seconds that a shape is kept after the day of its last use: longer than any journal entry."""
_MOST: Final = 4096
"""Shapes remembered as kept; a process that met more begins anew."""

Raw = Sequence[bytes]
"""A situation as the store gives it: ``field, value, field, value, ...``."""


class Shape:
    """The names of a situation's fields, in their alphabet, and where their values stand."""

    __slots__ = ("id", "names", "values")

    def __init__(self, names: Sequence[bytes]) -> None:
        ordered = sorted(range(len(names)), key=names.__getitem__)
        self.names = tuple(names[place] for place in ordered)
        self.id = sha256(SEPARATOR.join(self.names)).hexdigest()[:16]
        self.values = itemgetter(*(2 * place + 1 for place in ordered), -1)
        """Of a raw situation, the last one twice: so there are always several."""


@lru_cache(maxsize=512)
def _shape(names: bytes) -> Shape:
    return Shape(split_names(names))


class Shapes:
    """The shapes of the situations that journal entries hold. One per process."""

    def __init__(self, client: redis.Redis) -> None:
        self._wire = wire_of(client)
        self._kept: dict[tuple[str, str], int] = {}
        """Shop and shape -> the day on which this process last kept it."""
        self._names: dict[bytes, list[bytes]] = {}

    def pack(self, shop: str, at: float, raw: Raw, now: float) -> bytes:
        """A situation taken ``at`` (epoch seconds), without its names: those are kept by now."""
        shape = _shape(names_of(raw))
        self._keep(shop, shape, now)
        return SEPARATOR.join((shape.id.encode(), b"%d" % to_micro(at), *shape.values(raw)[:-1]))

    def _keep(self, shop: str, shape: Shape, now: float) -> None:
        """Before an entry that needs it is written."""
        today = int(now // _DAY)
        if self._kept.get((shop, shape.id)) != today:
            names = SEPARATOR.join(shape.names)
            self._wire.ask(("SET", keys.shape(shop, shape.id), names, "EX", KEPT))
            if len(self._kept) >= _MOST:
                self._kept.clear()
            self._kept[shop, shape.id] = today

    def unpack(self, shop: str, packed: bytes) -> tuple[float, list[bytes]] | None:
        """When it was taken, and the situation with its names; None: those are not kept."""
        shape, at, *values = packed.split(SEPARATOR)
        names = self._names.get(shape) or self._read(shop, shape)
        if names is None:
            return None
        return from_micro(int(at)), list(chain.from_iterable(zip(names, values, strict=True)))

    def _read(self, shop: str, shape: bytes) -> list[bytes] | None:
        [names] = self._wire.ask(("GET", keys.shape(shop, shape.decode())))
        if names is None:
            return None
        if len(self._names) >= _MOST:
            self._names.clear()
        self._names[shape] = names.split(SEPARATOR)
        return self._names[shape]
