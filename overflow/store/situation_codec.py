"""The situation as one hash, and back.

Fields (``micro`` stands for microseconds since the epoch, packed values are joined by ``|``):

    seq, pv          changes so far; version of the policy
    z, g, mode       zone of the shop; age limit of a situation (microseconds); mode
    epoch            which run of observing
    w: i: p:         TEAM:QUEUE -> waiting, wip and parked tickets
    vw: vi:          PARTNER:QUEUE -> the same, decided to it while observing
    vd:              PARTNER:YYYYMMDD -> decided to it that local day while observing
    h:               PARTNER:CHANNEL and PARTNER:* -> open tickets it holds
    c:               PARTNER:CHANNEL, PARTNER:* and PARTNER:*day -> its contract's limits
    e:               PARTNER:CHANNEL, PARTNER:* and PARTNER:*until -> the limits it declared
    d: f:            PARTNER:YYYYMMDD -> handed over that local day; PARTNER -> ever
    r:               QUEUE -> pressure: on|since|measure|rev
    a:               TEAM:CHANNEL -> handle time: weight|mean seconds|micro
    s: o:            TEAM -> what it declared; SCOPE -> what is switched off: both JSON
    n:               INPUT -> micro when it was last fresh
    x:               NAME -> a signal from outside: JSON
    l:               CHANNEL -> the planner's thresholds: JSON

Counters at 0 stay for a while, until the upkeep comes. So the names come again with every decision,
and what they mean and where they stand is worked out once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from overflow.core.model import Load, Pressure, Sample, Situation
from overflow.store.spoken import declared_from, plan_from, signal_from, switch_from

MICRO: Final = 1_000_000
SEPARATOR: Final = b"\0"
"""In neither names nor values of a situation."""
_ZERO: Final = b"0"

Grouped = defaultdict[str, dict[Any, bytes]]
"""Kind -> what stands between the colons (a name or a pair of names) -> value."""


def to_micro(seconds: float) -> int:
    """Epoch seconds as the store keeps them."""
    return round(seconds * MICRO)


def from_micro(value: bytes | float) -> float:
    """Epoch seconds from what the store keeps."""
    return int(value) / MICRO


@lru_cache(maxsize=256)
def _day_of_quarter(quarter: int, zone: str) -> str:
    return datetime.fromtimestamp(quarter * 900, ZoneInfo(zone)).strftime("%Y%m%d")


def local_day(at: float, zone: str) -> str:
    """The shop's calendar day as ``YYYYMMDD``; offsets of zones are whole quarter hours."""
    return _day_of_quarter(int(at // 900), zone)


class Taken:
    """A situation as the store gave it; decoded when first asked for, then kept."""

    __slots__ = ("_situation", "at", "now", "raw")

    def __init__(self, raw: Sequence[bytes], at: float, now: float) -> None:
        self.raw = raw
        self.at = at
        """The store's time when it was taken."""
        self.now = now
        """The time whose local day counts as today."""
        self._situation: Situation | None = None

    @property
    def zone(self) -> str:
        """The shop's time zone."""
        try:
            at = self.raw.index(b"z")
        except ValueError:
            return "UTC"
        name = self.raw[at + 1] if at % 2 == 0 else grouped(self.raw)[""].get("z", b"UTC")
        return name.decode()

    @property
    def situation(self) -> Situation:
        if self._situation is None:
            self._situation = decode(self.raw, self.at, self.now)
        return self._situation


def decode(raw: Sequence[bytes], at: float, now: float) -> Situation:
    """The situation from the flat reply ``field, value, field, value, ...``.

    ``at`` is the store's time, ``now`` the time whose local day counts as today.
    """
    layout = _layout(names_of(raw))
    values = [*raw[1::2], _ZERO]
    numbers = layout.table("", values)
    today = local_day(now, numbers.get("z", b"UTC").decode())
    return Situation(
        at=at,
        seq=int(numbers.get("seq", 0)),
        policy_version=int(numbers.get("pv", 0)),
        loads=layout.loads(layout.here, values),
        held={key: int(n) for key, n in layout.table("h", values).items() if n != _ZERO},
        today=_today(layout, values, today),
        handed={name: int(n) for name, n in layout.table("f", values).items()},
        pressure={queue: pressure_from(text) for queue, text in layout.table("r", values).items()},
        handle_time={key: sample_from(text) for key, text in layout.table("a", values).items()},
        declared={team: declared_from(text) for team, text in layout.table("s", values).items()},
        switched_off={
            scope: switch_from(text) for scope, text in layout.table("o", values).items()
        },
        seen={name: from_micro(value) for name, value in layout.table("n", values).items()},
        virtual=layout.loads(layout.virtual, values),
        epoch=int(numbers.get("epoch", 0)),
        signals={name: signal_from(text) for name, text in layout.table("x", values).items()},
        plans={channel: plan_from(text) for channel, text in layout.table("l", values).items()},
        raw=raw,
    )


def names_of(raw: Sequence[bytes]) -> bytes:
    """The names of the fields, joined: one text is looked up sooner than a hundred."""
    return SEPARATOR.join(raw[::2])


def split_names(names: bytes) -> list[bytes]:
    """The names that were joined."""
    return names.split(SEPARATOR) if names else []


def _today(layout: _Layout, values: Sequence[bytes], today: str) -> dict[str, int]:
    """Handed over that day; while observing, with what was decided to be."""
    counts: dict[str, int] = {}
    for kind in ("d", "vd"):
        for (partner, day), n in layout.table(kind, values).items():
            if day == today:
                counts[partner] = counts.get(partner, 0) + int(n)
    return counts


class _Layout:
    """Where what stands in a reply with these fields; the same fields come again and again."""

    def __init__(self, names: Sequence[bytes]) -> None:
        self._kinds: dict[str, dict[Any, int]] = {}
        for place, name in enumerate(names):
            kind, key = _meaning(name)
            self._kinds.setdefault(kind, {})[key] = place
        self.here = self._pairs("w", "i")
        self.virtual = self._pairs("vw", "vi")

    def table(self, kind: str, values: Sequence[bytes]) -> dict[Any, bytes]:
        """The fields of one kind."""
        places = self._kinds.get(kind)
        return {key: values[place] for key, place in places.items()} if places else {}

    def loads(self, pairs: _Pairs, values: Sequence[bytes]) -> dict[tuple[str, str], Load]:
        """Waiting and wip together, without teams and queues that have neither."""
        return {
            key: _load(values[w], values[i])
            for key, w, i in pairs
            if values[w] != _ZERO or values[i] != _ZERO
        }

    def _pairs(self, waiting: str, wip: str) -> _Pairs:
        places, others = self._kinds.get(waiting, {}), self._kinds.get(wip, {})
        return tuple((key, places.get(key, -1), others.get(key, -1)) for key in places | others)


_Pairs = tuple[tuple[tuple[str, str], int, int], ...]
"""Team and queue, and where their waiting and wip stand; -1: nowhere, which reads as 0."""


@lru_cache(maxsize=512)
def _layout(names: bytes) -> _Layout:
    return _Layout(split_names(names))


@lru_cache(maxsize=8192)
def _load(waiting: bytes, wip: bytes) -> Load:
    return Load(int(waiting), int(wip))


def grouped(raw: Sequence[bytes]) -> Grouped:
    """The fields by kind; those without a colon under the empty kind."""
    groups: Grouped = defaultdict(dict)
    names = iter(raw)
    for name, value in zip(names, names, strict=True):
        kind, key = _meaning(name)
        groups[kind][key] = value
    return groups


_SINGLE: Final = frozenset({"f", "l", "r", "s", "o", "n", "x"})
"""Kinds whose fields carry one name, in which a colon may stand."""


@lru_cache(maxsize=16384)
def _meaning(name: bytes) -> tuple[str, str | tuple[str, str]]:
    kind, colon, rest = name.decode().partition(":")
    if not colon:
        return "", kind
    if kind in _SINGLE:
        return kind, rest
    first, _, second = rest.partition(":")
    return kind, (first, second)


@lru_cache(maxsize=1024)
def pressure_from(text: bytes) -> Pressure:
    """``on|since|measure|rev``."""
    on, since, measure, rev = text.decode().split("|")
    return Pressure(on == "1", from_micro(int(since)), measure, int(rev))


def pressure_to(pressure: Pressure) -> str:
    """The same without the rev, which the script adds."""
    return f"{int(pressure.on)}|{to_micro(pressure.since)}|{pressure.measure}"


@lru_cache(maxsize=1024)
def sample_from(text: bytes) -> Sample:
    """``weight|mean seconds|micro``."""
    n, mean, at = text.split(b"|")
    return Sample(float(n), float(mean), from_micro(at))
