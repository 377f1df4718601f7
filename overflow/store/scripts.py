"""The Lua scripts: read once from the package, called by their hash, loaded when the store asks."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import redis
from redis.commands.core import Script

Argument = str | bytes | int | float


class Lua:
    """One script of ``lua/`` bound to a client.

    After a restart the store has forgotten its scripts; the call then loads this one again.
    """

    def __init__(self, client: redis.Redis, name: str) -> None:
        self._script: Script = client.register_script(source(name))

    def __call__(self, keys: list[str], args: list[Argument]) -> Any:  # noqa: ANN401  each script answers in its own way
        return self._script(keys, args)


@cache
def source(name: str) -> bytes:
    """The text of ``lua/NAME.lua``."""
    return (files(__package__) / "lua" / f"{name}.lua").read_bytes()
