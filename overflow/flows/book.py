"""The policies as this process knows them: made once a version, another version loaded when met."""

from __future__ import annotations

from typing import Final, NamedTuple

from overflow import policies
from overflow.clock import Clock
from overflow.core.model import Policy
from overflow.errors import Unknown
from overflow.store.policies import Policies

FRESH: Final = 2.0
"""Seconds that a policy is used before the store is asked whether it is still the current one."""


def missing(shop: str, version: int | None) -> Unknown:
    """Nobody stored that policy."""
    asked = "" if version is None else f" with a version {version} of its policy"
    return Unknown(f"there is no shop {shop!r}{asked}")


class _Kept(NamedTuple):
    policy: Policy
    checked: float


class PolicyBook:
    """One shop's policy at a time, the current version or the one asked for. Thread-safe."""

    def __init__(self, store: Policies, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._kept: dict[str, _Kept] = {}

    def policy(self, shop: str, version: int | None = None) -> Policy:
        """The current policy, at most ``FRESH`` seconds old, or the named version.

        Raises ``Unknown`` for a shop, or a version of it, that there is not.
        """
        kept = self._kept.get(shop)
        if kept is not None and kept.policy.version == version:
            return kept.policy
        now = self._clock.now()
        if kept is not None and version is None and 0.0 <= now - kept.checked < FRESH:
            return kept.policy
        return self._load(shop, version, kept, now)

    def forget(self, shop: str) -> None:
        """Look again the next time: this process has just written a version."""
        self._kept.pop(shop, None)

    def _load(self, shop: str, version: int | None, kept: _Kept | None, now: float) -> Policy:
        found = self._store.get(shop, version)
        if found is None:
            self._kept.pop(shop, None)
            raise missing(shop, version)
        number, document = found
        if kept is not None and kept.policy.version == number:
            policy = kept.policy
        else:
            policy = policies.build(document, shop, number)
        if version is None or kept is None or number > kept.policy.version:
            self._kept[shop] = _Kept(policy, now)
        return policy
