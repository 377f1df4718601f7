"""Connecting to the store, and refusing one that could lose what was acknowledged."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import Any, Final, cast

import redis
from redis import exceptions
from redis.backoff import ExponentialBackoff
from redis.client import Pipeline
from redis.connection import UnixDomainSocketConnection
from redis.retry import Retry

from overflow.errors import Refused
from overflow.store.failures import translated
from overflow.store.wire import Wire

OLDEST: Final = (7, 2)
"""The oldest version of Valkey or Redis that is good enough."""
HASTY: Final = 3
"""Tries of an API to reach the store again, within a second: the sender tries again."""
PATIENT: Final = 30
"""Tries of a worker, half a second apart."""
CONNECTIONS: Final = 2000
"""Of one process: more than it has threads, for who gets none takes the store for away. redis-py
gives 100 where nothing is said, and a worker's drains have more threads than that."""


class StorePipeline(Pipeline):
    """A pipeline that raises ``StoreAway`` like its client."""

    def execute(self, raise_on_error: bool = True) -> list[Any]:  # noqa: FBT001, FBT002  redis-py's
        with translated:
            return super().execute(raise_on_error)

    def immediate_execute_command(self, *args: object, **options: object) -> object:
        with translated:
            return super().immediate_execute_command(*args, **options)  # type: ignore[no-untyped-call]


class StoreClient(redis.Redis):
    """A client whose commands raise ``StoreAway`` when the store is away or refuses to write."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  redis-py's
        super().__init__(*args, **options)
        self.wire = Wire(self)

    def execute_command(self, *args: object, **options: object) -> object:
        with translated:
            return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]

    def pipeline(self, transaction: bool = True, shard_hint: object = None) -> StorePipeline:  # noqa: FBT001, FBT002  redis-py's
        return StorePipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)


class _UnixConnection(UnixDomainSocketConnection):
    """A connection over a socket in the file system.

    redis-py reports some failures by host and port, which its own class lacks: then they end in
    an AttributeError (redis/redis-py#3957).
    """

    host = "localhost"
    port = 0


def connect(url: str, *, timeout: float = 3.0, retries: int = HASTY) -> StoreClient:
    """A client of the store at ``redis://``, ``rediss://`` or ``unix://``; nothing is sent yet.

    ``timeout``: seconds to connect and to wait for an answer; one that does not come is not waited
    for again. ``retries``: how often a command is sent again after a broken or refused connection
    (0.05 s apart, doubling up to 0.5 s): an API fails soon, a worker may be patient. So every
    script may run twice, and ends the same.
    """
    is_local = url.startswith("unix:")
    backoff = ExponentialBackoff(cap=0.5, base=0.05)
    client: Any = StoreClient.from_url(
        url,
        socket_timeout=timeout,
        socket_connect_timeout=timeout,
        max_connections=CONNECTIONS,
        retry=Retry(backoff, retries, supported_errors=(exceptions.ConnectionError,)),
        protocol=2,  # a hash comes as the flat list that the codecs read
        decode_responses=False,
        **({} if is_local else {"socket_keepalive": True}),
    )
    if is_local:
        client.connection_pool.connection_class = _UnixConnection
    return cast("StoreClient", client)


def require_durable(client: redis.Redis, accepted: AbstractSet[str] = frozenset()) -> None:
    """Refuse a store that could lose what was acknowledged, or is too old for the scripts.

    ``accepted`` holds what the settings give up in words: ``everysec``, ``no-appendonly``,
    ``unchecked`` (``OVERFLOW_ACCEPT_DATA_LOSS``). Raises ``Refused`` with every fault in one
    line, ``StoreAway`` when the store does not answer.
    """
    version = str(client.info("server").get("redis_version", "0"))
    if tuple(map(int, version.split(".")[:2])) < OLDEST:
        raise Refused(f"the store is version {version}: Valkey or Redis 7.2 or newer is needed")
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
