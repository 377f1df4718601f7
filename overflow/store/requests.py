"""Requests under an Idempotency-Key: begun once, answered once, the answer kept for a day."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import redis

from overflow.clock import new_id
from overflow.store import keys
from overflow.store.commit_codec import KEPT_ANSWERS
from overflow.store.commits import Answer
from overflow.store.scripts import Lua

TURN: Final = 15
"""Seconds after which a request that never ended has lost its turn."""


@dataclass(frozen=True, slots=True)
class Begun:
    """It is this request's turn.

    Give ``answer(text)`` to its commit, or end it by ``finish`` or ``abandon``.
    """

    owner: str
    key: str
    token: str

    def answer(self, text: bytes) -> Answer:
        return Answer(self.owner, self.key, self.token, text)


@dataclass(frozen=True, slots=True)
class Answered:
    """The same request was answered before, with this."""

    text: bytes


@dataclass(frozen=True, slots=True)
class InProgress:
    """The same request is being worked on."""


@dataclass(frozen=True, slots=True)
class OtherBody:
    """The key was used with another body."""


class Requests:
    """Keys are scoped to the API key that sends them (``owner``) and to the shop."""

    def __init__(self, client: redis.Redis) -> None:
        self._client: Any = client
        self._begin = Lua(client, "begin")
        self._finish = Lua(client, "finish")

    def begin(
        self, shop: str, owner: str, key: str, body: bytes
    ) -> Begun | Answered | InProgress | OtherBody:
        """Take the turn, or say why not. Of ``body`` only its hash is kept."""
        digest = sha256(body).hexdigest()
        token = f"{digest}.{new_id()}"
        where = keys.idempotency(shop, owner, _short(key))
        match self._begin([where], [token, digest, TURN]):
            case [1, _]:
                return Begun(owner, _short(key), token)
            case [0, _]:
                return InProgress()
            case [-1, _]:
                return OtherBody()
            case [2, text]:
                return Answered(text)
            case other:
                raise AssertionError(f"begin.lua answered {other!r}")

    def finish(self, shop: str, begun: Begun, text: bytes) -> bool:
        """Keep the answer of a request that needed no commit. False: its turn was lost."""
        where = keys.idempotency(shop, begun.owner, begun.key)
        return bool(self._finish([where], [begun.token, text, KEPT_ANSWERS]))

    def abandon(self, shop: str, begun: Begun) -> bool:
        """It failed and may be sent again at once."""
        where = keys.idempotency(shop, begun.owner, begun.key)
        return bool(self._finish([where], [begun.token, "", 0]))


def _short(key: str) -> str:
    """A key as the store holds it: any text of a client's, at one length."""
    return sha256(key.encode()).hexdigest()[:32]
