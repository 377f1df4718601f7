"""The short way to the store for calls that have to be quick.

redis-py spends more on a call than the store does. Here commands are packed in C, several go out
together and their answers come back in order, over a few connections that are kept. Connecting,
parsing and the retries after a broken connection remain redis-py's.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from typing import Any, cast

import hiredis
import redis
from redis import exceptions

from overflow.store.failures import translated

Word = str | bytes | int | float
Command = tuple[Word, ...]

_pack = cast("Callable[[Command], bytes]", hiredis.pack_command)  # its stub knows no long tuples


class Wire:
    """Sends commands to one store. Safe to share by threads and to carry over a fork."""

    def __init__(self, client: redis.Redis) -> None:
        self._pool = client.connection_pool
        self._idle: deque[Any] = deque()
        self._pid = os.getpid()

    def ask(self, *commands: Command) -> list[Any]:
        """Send the commands together and give their answers, in order.

        After a broken connection all of them are sent again, so each must end the same when it
        runs twice. Raises the first error among the answers, ``StoreAway`` and ``BadInput``.
        """
        if not commands:
            return []
        with translated:
            packed = b"".join([_pack(command) for command in commands])
            answers = self._exchange(packed, len(commands))
            for answer in answers:
                if isinstance(answer, Exception):
                    raise answer
        return answers

    def _exchange(self, packed: bytes, count: int) -> list[Any]:
        connection = self._take()
        try:
            return connection.retry.call_with_retry(  # type: ignore[no-any-return]
                lambda: _sent(connection, packed, count),
                lambda _: connection.disconnect(),
            )
        except BaseException:
            # An answer may still be under way: never let the next caller read it.
            connection.disconnect()
            raise
        finally:
            self._idle.append(connection)

    def _take(self) -> Any:  # noqa: ANN401  redis-py's connections have no common type
        if self._pid != os.getpid():
            self._idle, self._pid = deque(), os.getpid()
        try:
            return self._idle.pop()
        except IndexError:
            return self._pool.get_connection()


def _sent(connection: Any, packed: bytes, count: int) -> list[Any]:  # noqa: ANN401  as above
    if not connection.is_connected:
        # Without retries of its own: those are counted once, for the whole call.
        connection.connect_check_health(check_health=False, retry_socket_connect=False)
    connection.send_packed_command([packed], check_health=False)
    answers = [_answer(connection) for _ in range(count)]
    if any(isinstance(answer, exceptions.ReadOnlyError) for answer in answers):
        connection.disconnect()  # it leads to a replica by now; the next one to whoever leads
    return answers


def _answer(connection: Any) -> Any:  # noqa: ANN401  as above
    """An answer; an error that is one command's own is given back, so that the rest is read."""
    try:
        return connection.read_response()
    except exceptions.ResponseError as error:
        return error


def wire_of(client: redis.Redis) -> Wire:
    """The client's own wire, shared by everything made from it."""
    wire = getattr(client, "wire", None)
    return wire if isinstance(wire, Wire) else Wire(client)
