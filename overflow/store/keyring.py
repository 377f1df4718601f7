"""API keys: random, scoped, and known to the store only by their hash."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import Any, Final

import orjson
import redis

from overflow.clock import new_id, new_typed_id
from overflow.errors import Unknown
from overflow.store import keys
from overflow.store.scripts import Lua

SECRET_BYTES: Final = 32
"""256 bits of chance: nothing to guess, so one fast hash is enough."""

OPERATOR: Final = "operator"
"""The scope of those who run the service; others are ``shop:SHOP`` and ``partner:SHOP:NAME``."""


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of an API key. Its token ``ovf_ID_SECRET`` is shown once and never stored."""

    id: str
    name: str
    scopes: tuple[str, ...]
    created: float
    hashed: str
    previous: str = ""
    """Hash of the secret before the last rotation."""
    previous_until: float = 0.0
    """Until when that one is still good."""
    revoked: float = 0.0
    """When it was revoked; 0: it was not."""


class Keyring:
    """All API keys of this store."""

    def __init__(self, client: redis.Redis) -> None:
        self._client: Any = client
        self._swap = Lua(client, "swap")

    def create(self, name: str, scopes: tuple[str, ...], now: float) -> tuple[Key, str]:
        """A new key and its token, which nobody can show again."""
        secret = _secret()
        key = Key(new_typed_id(), name, scopes, now, _hash(secret))
        self._client.hset(keys.KEYRING, key.id, _text(key))
        return key, _token(key, secret)

    def rotate(self, key_id: str, now: float, keep_for: float) -> tuple[Key, str]:
        """A new secret; the old one is good for ``keep_for`` more seconds. Raises ``Unknown``."""
        secret = _secret()
        hashed, until = _hash(secret), now + keep_for
        key = self._change(
            key_id,
            lambda key: replace(key, hashed=hashed, previous=key.hashed, previous_until=until),
        )
        return key, _token(key, secret)

    def revoke(self, key_id: str, now: float) -> Key:
        """From now on it is good for nothing. Raises ``Unknown``."""
        return self._change(
            key_id, lambda key: replace(key, revoked=now, previous="", previous_until=0.0)
        )

    def find(self, token: str, now: float) -> Key | None:
        """The key of a token that is good now; None for every other, whatever is wrong with it."""
        head, _, rest = token.partition("_")
        key_id, _, secret = rest.partition("_")
        stored = self._client.hget(keys.KEYRING, key_id) if head == "ovf" and secret else None
        key = _key(stored) if stored else None
        hashed = _hash(secret)
        is_current = hmac.compare_digest(hashed, key.hashed if key else "")
        is_previous = hmac.compare_digest(hashed, key.previous if key else "")
        if key is None or key.revoked:
            return None
        return key if is_current or (is_previous and now < key.previous_until) else None

    def list(self) -> list[Key]:
        """Every key, revoked ones too, the oldest first."""
        found = [_key(stored) for stored in self._client.hvals(keys.KEYRING)]
        return sorted(found, key=lambda key: (key.created, key.id))

    def _change(self, key_id: str, change: Callable[[Key], Key]) -> Key:
        """Change a key that is good, as often as it takes until nobody else did meanwhile.

        What is revoked stays so, and no token that was shown is lost to another rotation.
        """
        while True:
            stored = self._client.hget(keys.KEYRING, key_id)
            if not stored or (key := _key(stored)).revoked:
                raise Unknown(f"there is no key {key_id}, or it was revoked")
            key = change(key)
            if self._swap([keys.KEYRING], [key_id, stored, _text(key)]):
                return key


def _key(stored: bytes) -> Key:
    said = orjson.loads(stored)
    return Key(**{**said, "scopes": tuple(said["scopes"])})


def _text(key: Key) -> bytes:
    return orjson.dumps(asdict(key))


def _secret() -> str:
    return new_id(SECRET_BYTES)


def _token(key: Key, secret: str) -> str:
    return f"ovf_{key.id}_{secret}"


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
