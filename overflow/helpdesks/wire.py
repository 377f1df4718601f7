"""The wire below the HTTP client: no wait for bytes goes on after the time of its whole call.

httpx ends a single wait, so headers that come byte by byte would keep a call for as long as they
come. Here each connecting, reading and writing gets what is left of the call's time.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import httpcore
import httpx

from overflow.clock import monotonic

Options = Iterable[httpcore.SOCKET_OPTION] | None


class _Call(threading.local):
    """The call that this thread is in."""

    ends: float | None = None
    """When, by the monotonic clock; None: it is in none."""


_CALL: Final = _Call()


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """What this thread sends and reads meanwhile ends in so many seconds, with a time-out."""
    _CALL.ends = monotonic() + seconds
    try:
        yield
    finally:
        _CALL.ends = None


def _left(timeout: float | None, late: type[Exception]) -> float | None:
    """Seconds for one wait. Raises ``late`` where none are left."""
    if _CALL.ends is None:
        return timeout
    left = _CALL.ends - monotonic()
    if left <= 0:
        raise late
    return left if timeout is None else min(timeout, left)


class Wire(httpx.HTTPTransport):
    """httpx's own transport over connections that keep ``within``; the environment has no say."""

    def __init__(self, verify: ssl.SSLContext, connections: int, keepalive: float) -> None:
        """``connections`` at most at once, kept for ``keepalive`` seconds after a call."""
        super().__init__(verify=verify, trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=verify,
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=keepalive,
            network_backend=_Backend(),
        )


class _Backend(httpcore.NetworkBackend):
    def __init__(self) -> None:
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Options = None,
    ) -> httpcore.NetworkStream:
        timeout = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(
            self._sockets.connect_tcp(host, port, timeout, local_address, socket_options)
        )


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        timeout = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  httpcore's
        return self._stream.get_extra_info(info)
