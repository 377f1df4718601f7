"""Who may do what: API keys, their scopes, and what a scope does not even get to see.

A key reaches its own shop, or its partner's part of one; the operator's reaches all. What a key
does not reach is answered as if it were not there, so that nobody learns which shops there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from overflow.clock import Clock, monotonic
from overflow.errors import Forbidden, StoreAway, Unauthorised, Unknown
from overflow.store.keyring import OPERATOR, Key, Keyring

FRESH: Final = 3.0
"""Seconds that a key is used before the store is asked again: a revoked one lives that long."""
MOST_KEPT: Final = 4096
"""Tokens remembered at once."""


class Who(IntEnum):
    """Whom an operation is for; who stands further down may do all that those above may."""

    ANYONE = 0
    PARTNER = 1
    SHOP = 2
    OPERATOR = 3


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever holds the key, as seen from the shop that the request names."""

    key: str
    """The key's id, never its token."""
    who: Who
    team: str = ""
    """The partner it speaks for; empty: the shop, or the operator."""


class Doorkeeper:
    """Knows the keys that were shown lately. Thread-safe; one a process."""

    def __init__(self, keyring: Keyring, clock: Clock) -> None:
        self._keyring = keyring
        self._clock = clock
        self._seen: dict[str, tuple[float, Key | None]] = {}

    def admit(self, authorization: str, who: Who, shop: str = "", partner: str = "") -> Caller:
        """Who calls, if they may do what ``who`` may in that shop, for that partner.

        Raises ``Unauthorised`` without a good key, ``Unknown`` for what the key does not reach,
        ``Forbidden`` for what it reaches and must not do.
        """
        key = self._find(authorization)
        caller = _as_seen_from(shop, key)
        if caller is None and shop:
            raise Unknown(f"there is no shop {shop!r}")
        if caller is None or caller.who < who:
            raise Forbidden(f"this key is not for that: it needs the scope of {_NEEDED[who]}")
        if partner and caller.team not in {"", partner}:
            raise Unknown(f"there is no partner {partner!r}")
        return caller

    def is_operator(self, authorization: str) -> bool:
        """Whether an operator's key is shown; not while the store cannot say."""
        return OPERATOR in self._scopes(authorization)

    def shops_of(self, authorization: str) -> frozenset[str]:
        """The shops whose own key is shown; none without a good key."""
        scopes = self._scopes(authorization)
        return frozenset(s.removeprefix("shop:") for s in scopes if s.startswith("shop:"))

    def _scopes(self, authorization: str) -> tuple[str, ...]:
        try:
            return self._find(authorization).scopes
        except (Unauthorised, StoreAway):
            return ()

    def _find(self, authorization: str) -> Key:
        scheme, _, token = authorization.partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise Unauthorised("this needs an API key: `Authorization: Bearer ovf_...`")
        since, key = self._seen.get(token, (float("-inf"), None))
        if monotonic() - since > FRESH:
            key = self._keyring.find(token, self._clock.now())
            self._remember(token, key)
        if key is None:
            raise Unauthorised("this API key is not valid, or not any more")
        return key

    def _remember(self, token: str, key: Key | None) -> None:
        if len(self._seen) >= MOST_KEPT:
            self._seen = {}
        self._seen[token] = (monotonic(), key)


_NEEDED: Final = {
    Who.ANYONE: "anyone",
    Who.PARTNER: "a partner",
    Who.SHOP: "the shop",
    Who.OPERATOR: "the operator",
}


def _as_seen_from(shop: str, key: Key) -> Caller | None:
    """What the key may do in the shop; None: it does not reach it."""
    if OPERATOR in key.scopes:
        return Caller(key.id, Who.OPERATOR)
    if shop and f"shop:{shop}" in key.scopes:
        return Caller(key.id, Who.SHOP)
    prefix = f"partner:{shop}:"
    for scope in key.scopes if shop else ():
        if scope.startswith(prefix):
            return Caller(key.id, Who.PARTNER, scope.removeprefix(prefix))
    return None
