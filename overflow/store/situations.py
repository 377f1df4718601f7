"""The shop's situation: read, remembered for a moment, and told what people declare."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

import redis

from overflow.clock import monotonic
from overflow.core.arrivals.signals import Signal
from overflow.core.model import Declared, Pressure, QueuePlan, Situation, Switch
from overflow.store import keys
from overflow.store.codec import name
from overflow.store.scripts import Lua
from overflow.store.situation_codec import MICRO, Taken, from_micro, pressure_to, to_micro
from overflow.store.spoken import declared_to, plan_to, signal_to, switch_to
from overflow.store.wire import wire_of


class Situations:
    """What decisions are made from. One per process: it remembers the last one of every shop."""

    def __init__(self, client: redis.Redis) -> None:
        self._client: Any = client
        self._wire = wire_of(client)
        self._declare = Lua(client, "declare")
        self._switch = Lua(client, "switch")
        self._heard = Lua(client, "heard")
        self._press = Lua(client, "press")
        self._last: dict[str, tuple[float, Taken]] = {}
        self._forgotten: Counter[str] = Counter()

    def get(self, shop: str, now: float) -> Situation:
        """The situation as it is. ``now`` tells which local day counts as today."""
        return self.take(shop, now).situation

    def recent(self, shop: str, now: float, within: float = 0.5) -> Situation:
        """The last one this process was given, at most ``within`` seconds ago, else a new one."""
        when, taken = self._last.get(shop, (float("-inf"), None))
        if taken is None or monotonic() - when > within:
            taken = self.take(shop, now)
        return taken.situation

    def take(self, shop: str, now: float) -> Taken:
        """The same as ``get``, not yet decoded."""
        asked = self.asked(shop)
        (seconds, micros), raw = self._wire.ask(("TIME",), ("HGETALL", keys.situation(shop)))
        taken = Taken(raw, from_micro(int(seconds) * MICRO + int(micros)), now)
        self.remember(shop, taken, asked)
        return taken

    def asked(self, shop: str) -> int:
        """What ``remember`` has to know of the moment before the store was asked."""
        return self._forgotten[shop]

    def remember(self, shop: str, taken: Taken, asked: int) -> None:
        """Keep what the store gave back; an older one never replaces a newer one.

        Nothing is kept that was asked for before another thread called ``forget``: it may lack
        what that thread has just changed.
        """
        last = self._last.get(shop)
        if asked == self._forgotten[shop] and (last is None or last[1].at <= taken.at):
            self._last[shop] = (monotonic(), taken)

    def zone(self, shop: str, now: float) -> str:
        """The shop's time zone, as remembered; ``UTC`` before it has a policy."""
        last = self._last.get(shop)
        return (last[1] if last else self.take(shop, now)).zone

    def forget(self, shop: str) -> None:
        """Forget what is remembered: the next ``recent`` asks the store."""
        self._forgotten[shop] += 1
        self._last.pop(shop, None)

    def declare(self, shop: str, team: str, declared: Declared | None) -> None:
        """What a team says about itself, in place of what it said before; None withdraws it.

        The store itself honours capacity and pause of a partner until ``declared.until``.
        """
        limits = _declared_limits(declared) if declared else {}
        args: list[str | bytes | int] = [name(team), declared_to(declared) if declared else b""]
        for scope, limit in limits.items():
            args += [scope, limit]
        self._declare([keys.situation(shop)], [*args])
        self.forget(shop)

    def switch(self, shop: str, scope: str, switch: Switch | None) -> None:
        """Switch ``partner:NAME``, ``channel:NAME`` or ``queue:NAME`` off; None: on again."""
        said = switch_to(switch) if switch else b""
        self._switch([keys.situation(shop)], [scope, said])
        self.forget(shop)

    def signal(self, shop: str, name: str, signal: Signal | None) -> None:
        """What is told from outside under that name, in place of what was; None: no more."""
        field = f"x:{name}"
        pipe = self._client.pipeline()
        if signal is None:
            pipe.hdel(keys.situation(shop), field)
        else:
            pipe.hset(keys.situation(shop), field, signal_to(signal))
        pipe.hincrby(keys.situation(shop), "seq", 1)
        pipe.execute()
        self.forget(shop)

    def plan(self, shop: str, plans: Mapping[str, QueuePlan], over: Iterable[str] = ()) -> None:
        """The planner's thresholds by channel, in place of those; ``over``: channels without."""
        pipe = self._client.pipeline()
        for channel, made in plans.items():
            pipe.hset(keys.situation(shop), f"l:{name(channel)}", plan_to(made))
        for channel in over:
            pipe.hdel(keys.situation(shop), f"l:{channel}")
        pipe.hincrby(keys.situation(shop), "seq", 1)
        pipe.execute()
        self.forget(shop)

    def heard(self, shop: str, source: str, at: float) -> None:
        """An input was fresh at that time; an earlier time than the one known changes nothing."""
        self._heard([keys.situation(shop)], [name(source), to_micro(at)])

    def press(self, shop: str, queue: str, pressure: Pressure, rev: int) -> bool:
        """A queue's new pressure where no ticket brings it about.

        ``rev`` is that of the pressure it was made from. False: it is another one by now.
        """
        names = [keys.situation(shop), keys.journal(shop)]
        changed = bool(self._press(names, [name(queue), rev, pressure_to(pressure)]))
        self.forget(shop)
        return changed


_UNTIL: Final = "*until"


def _declared_limits(declared: Declared) -> Mapping[str, int]:
    """What commit.lua checks: per channel, ``*`` in all (0 while paused) and ``*until``."""
    said = (declared.capacity or {}).items()
    limits = {scope if scope == "*" else name(scope): limit for scope, limit in said}
    if declared.paused:
        limits["*"] = 0
    return {**limits, _UNTIL: to_micro(declared.until)} if limits else {}
