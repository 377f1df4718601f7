"""Connecting to the store, and the one place where its failures become ``StoreAway``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from typing import Any, Final, cast

import redis
from redis import exceptions
from redis.backoff import ExponentialBackoff
from redis.client import Pipeline
from redis.retry import Retry

from overflow.errors import BadInput, Refused, StoreAway

_AWAY: Final = (
    exceptions.ConnectionError,
    exceptions.TimeoutError,
    exceptions.ReadOnlyError,
    exceptions.OutOfMemoryError,
)
"""It cannot be reached, is still loading, is a replica by now, or is full."""

_REFUSING: Final = ("MISCONF", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "NOREPLICAS", "BUSY ")
"""How an error begins with which the store puts off until later."""


@contextmanager
def translated() -> Iterator[None]:
    """Turn every "not now" of the store into ``StoreAway``, text it cannot take into ``BadInput``.

    Anything else is a bug and passes.
    """
    try:
        yield
    except _AWAY as error:
        raise StoreAway(f"the store cannot be used: {error}", retry_after=1.0) from error
    except UnicodeEncodeError as error:
        raise BadInput("a text cannot be written in UTF-8") from error
    except exceptions.ResponseError as error:
        if not str(error).startswith(_REFUSING):
            raise
        raise StoreAway(f"the store writes nothing now: {error}", retry_after=1.0) from error


class StorePipeline(Pipeline):
    """A pipeline that raises ``StoreAway`` like its client."""

    def execute(self, raise_on_error: bool = True) -> list[Any]:  # noqa: FBT001, FBT002  redis-py's
        with translated():
            return super().execute(raise_on_error)

    def immediate_execute_command(self, *args: object, **options: object) -> object:
        with translated():
            return super().immediate_execute_command(*args, **options)  # type: ignore[no-untyped-call]


class StoreClient(redis.Redis):
    """A client whose commands raise ``StoreAway`` when the store is away or refuses to write."""

    def execute_command(self, *args: object, **options: object) -> object:
        with translated():
            return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]

    def pipeline(self, transaction: bool = True, shard_hint: object = None) -> StorePipeline:  # noqa: FBT001, FBT002  redis-py's
        return StorePipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)


def connect(url: str, *, timeout: float = 5.0, retries: int = 3) -> StoreClient:
    """A client of the store at ``redis://``, ``rediss://`` or ``unix://``; nothing is sent yet.

    ``timeout``: seconds to connect and to wait for an answer. ``retries``: how often a command is
    sent again after a broken connection (0.05 s apart, doubling up to 0.5 s); an API fails soon,
    a worker may be patient. Every script may be sent twice and ends the same.
    """
    client: Any = StoreClient.from_url(
        url,
        socket_timeout=timeout,
        socket_connect_timeout=timeout,
        health_check_interval=30,
        retry=Retry(ExponentialBackoff(cap=0.5, base=0.05), retries),
        retry_on_error=[exceptions.BusyLoadingError],
        decode_responses=False,
    )
    return cast("StoreClient", client)


def require_durable(client: redis.Redis, accepted: AbstractSet[str] = frozenset()) -> None:
    """Refuse a store that could lose what was acknowledged.

    ``accepted`` holds what the settings give up in words: ``everysec``, ``no-appendonly``,
    ``unchecked`` (``OVERFLOW_ACCEPT_DATA_LOSS``). Raises ``Refused`` with every fault in one
    line, ``StoreAway`` when the store does not answer.
    """
    try:
        found = _durability(client)
    except exceptions.ResponseError as error:
        if "unchecked" in accepted:
            return
        raise Refused(
            "the store does not tell its configuration (CONFIG GET is refused): if it writes a "
            "durable log and never evicts, set OVERFLOW_ACCEPT_DATA_LOSS=unchecked"
        ) from error
    if faults := [fault for is_fault, fault in _FAULTS if (is_fault(found, accepted))]:
        raise Refused("the store could lose what was acknowledged: " + "; ".join(faults))


def _durability(client: redis.Redis) -> dict[str, str]:
    wanted = ("appendonly", "appendfsync", "maxmemory-policy")
    reply: dict[Any, Any] = client.config_get(*wanted)
    return {_text(name): _text(value) for name, value in reply.items()}


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


_Check = Callable[[dict[str, str], AbstractSet[str]], bool]


def _has_no_log(found: dict[str, str], accepted: AbstractSet[str]) -> bool:
    return found.get("appendonly") != "yes" and "no-appendonly" not in accepted


def _syncs_late(found: dict[str, str], accepted: AbstractSet[str]) -> bool:
    if found.get("appendonly") != "yes" or found.get("appendfsync") == "always":
        return False
    return found.get("appendfsync") != "everysec" or "everysec" not in accepted


def _evicts(found: dict[str, str], _: AbstractSet[str]) -> bool:
    return found.get("maxmemory-policy") != "noeviction"


_FAULTS: Final[tuple[tuple[_Check, str], ...]] = (
    (
        _has_no_log,
        "set `appendonly yes` (or accept it: OVERFLOW_ACCEPT_DATA_LOSS=no-appendonly)",
    ),
    (
        _syncs_late,
        "set `appendfsync always` (or `everysec` and OVERFLOW_ACCEPT_DATA_LOSS=everysec)",
    ),
    (_evicts, "set `maxmemory-policy noeviction`"),
)
