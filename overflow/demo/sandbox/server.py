"""Runs the sandbox: one thread, one event loop, any number of connections."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Final, Self

from overflow.clock import Clock, SystemClock
from overflow.demo.sandbox.desk import Desk
from overflow.demo.sandbox.faults import Faults
from overflow.demo.sandbox.outbox import Outbox
from overflow.demo.sandbox.people import People
from overflow.demo.sandbox.protocol import Protocol
from overflow.demo.sandbox.routes import BASE, Routes
from overflow.demo.sandbox.wire import BROKEN, read_request

GROUPS: Final = ("webshop", "partner-one", "partner-two")
"""The first one is where new tickets stand."""
START: Final = 10.0
"""Seconds that starting may take."""


class Sandbox:
    """A helpdesk on ``http://host:port``; port 0 takes a free one.

    ``secret`` is a ``whsec_…`` text that signs both ways. ``faults`` may be set at any time from
    any thread. Use it as a context manager, or ``start()`` and ``stop()``.
    """

    def __init__(
        self,
        secret: str,
        *,
        webhook_url: str = "",
        groups: Sequence[str] = GROUPS,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Clock | None = None,
    ) -> None:
        self.faults = Faults()
        self._secrets = (secret,)
        self._webhook_url = webhook_url
        self._groups = groups
        self._host, self._port = host, port
        self._clock = clock or SystemClock()
        self._started = threading.Event()
        self._fault: Exception | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end = asyncio.Event()
        self._connections: set[asyncio.StreamWriter] = set()
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)

    @property
    def base(self) -> str:
        """Where people and switches are."""
        return f"http://{self._host}:{self._port}"

    @property
    def url(self) -> str:
        """What a policy names as the standard connector's ``url``."""
        return f"{self.base}/{BASE}"

    def people(self) -> People:
        """Those who use the helpdesk; close it, or use it as a context manager."""
        return People(self.base)

    def start(self) -> Self:
        """Raises ``OSError`` where the port is taken."""
        self._thread.start()
        self._started.wait(START)
        if self._fault is not None:
            raise self._fault
        return self

    def stop(self) -> None:
        """Hang up on everybody; webhooks under way are lost."""
        if self._loop is not None and self._thread.is_alive():
            with suppress(RuntimeError):  # it ended meanwhile
                self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as fault:
            self._fault = fault
        finally:
            self._started.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        outbox = Outbox(self._webhook_url, self._secrets, self.faults, self._clock)
        desk = Desk(self._groups, self._desk_time, outbox.put)
        protocol = Protocol(desk, self._secrets, self.faults, self._clock)
        converse = partial(self._converse, Routes(desk, protocol, outbox, self.faults))
        server = await asyncio.start_server(converse, self._host, self._port, backlog=512)
        self._port = server.sockets[0].getsockname()[1]
        sending = asyncio.create_task(outbox.run())
        self._started.set()
        await self._end.wait()
        sending.cancel()
        server.close()
        for writer in self._connections:
            writer.close()
        await asyncio.gather(sending, return_exceptions=True)

    async def _converse(
        self, routes: Routes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._connections.add(writer)
        try:
            while True:
                answer = await routes(await read_request(reader))
                if answer is None:
                    return
                writer.write(answer.encode())
                await writer.drain()
        except BROKEN:
            return
        finally:
            self._connections.discard(writer)
            writer.close()

    def _desk_time(self) -> float:
        return self._clock.now() + self.faults.skew
