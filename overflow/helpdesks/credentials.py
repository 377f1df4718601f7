"""A shop's secrets by name, as they are valid now: a rotated file is seen within seconds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from overflow.clock import Clock
from overflow.errors import NotNow

FRESH: Final = 5.0
"""Seconds that a value is used before its reference is looked at again."""

Secrets = Callable[[str], tuple[str, ...]]
"""Name -> the values valid now, the preferred one first; empty: the policy names none."""


class Credentials:
    """Resolves references such as ``env:NAME`` or ``file:/path``, keeping values for seconds.

    Where a reference cannot be resolved the name's others are used, so that taking an old secret
    away breaks nothing. Raises ``NotNow`` when none can be.
    """

    def __init__(
        self,
        references: Mapping[str, Sequence[str]],
        resolve: Callable[[str], str],
        clock: Clock,
    ) -> None:
        self._references = references
        self._resolve = resolve
        self._clock = clock
        self._kept: dict[str, tuple[float, tuple[str, ...]]] = {}

    def __call__(self, name: str) -> tuple[str, ...]:
        now = self._clock.now()
        since, values = self._kept.get(name, (0.0, ()))
        if not 0 <= now - since < FRESH:
            values = self._look_up(name)
            self._kept[name] = (now, values)
        return values

    def _look_up(self, name: str) -> tuple[str, ...]:
        values: list[str] = []
        fault: NotNow | None = None
        for reference in self._references.get(name, ()):
            try:
                values.append(self._resolve(reference))
            except NotNow as missing:
                fault = missing
        if fault is not None and not values:
            raise fault
        return tuple(values)
