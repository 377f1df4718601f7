"""The Lua scripts: read once from the package, called by their hash, loaded when the store asks."""

from __future__ import annotations

from functools import cache
from hashlib import sha1
from importlib.resources import files
from typing import Any

import redis
from redis.exceptions import NoScriptError

from overflow.store.wire import Command, Word, wire_of

Argument = Word


class Lua:
    """One script of ``lua/`` bound to a client.

    After a restart the store has forgotten its scripts; the call then loads this one again.
    """

    def __init__(self, client: redis.Redis, name: str) -> None:
        self._wire = wire_of(client)
        self._text = source(name)
        self._sha = sha1(self._text, usedforsecurity=False).hexdigest()

    def __call__(self, keys: list[str], args: list[Argument]) -> Any:  # noqa: ANN401  each its own
        return self.along(keys, args)[0]

    def along(self, keys: list[str], args: list[Argument], *others: Command) -> list[Any]:
        """The script's answer, and those of commands that the store runs right after it."""
        command = ("EVALSHA", self._sha, len(keys), *keys, *args)
        try:
            return self._wire.ask(command, *others)
        except NoScriptError:
            self._wire.ask(("SCRIPT", "LOAD", self._text))
            return self._wire.ask(command, *others)


@cache
def source(name: str) -> bytes:
    """The text of ``lua/NAME.lua``."""
    return (files(__package__) / "lua" / f"{name}.lua").read_bytes()
