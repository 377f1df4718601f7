"""Sends the sandbox's webhooks beside its own work, and tries each a bounded number of times."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import orjson

from overflow.clock import Clock, new_id
from overflow.demo.sandbox.desk import Ticket
from overflow.demo.sandbox.faults import Faults
from overflow.demo.sandbox.wire import BROKEN, Caller
from overflow.helpdesks.signatures import sign_standard
from overflow.helpdesks.standard.connector import iso

SENDERS: Final = 16
TIMEOUT: Final = 10.0
DELAYS: Final = (0.1, 0.3, 1.0, 2.0, 4.0, *[5.0] * 10)
"""Seconds before each further attempt: a receiver may be away for a minute."""
_AGAIN: Final = frozenset({408, 409, 425, 429})


@dataclass(frozen=True, slots=True)
class Event:
    """A webhook; its id stays the same over all attempts."""

    id: str
    body: bytes


class Outbox:
    """Webhooks on their way. An empty ``url`` sends none. Lives on one event loop."""

    def __init__(self, url: str, secrets: tuple[str, ...], faults: Faults, clock: Clock) -> None:
        self.url = url
        self.count: Counter[str] = Counter()
        """How many were sent, tried again, refused, given up, and lost by a switch."""
        self._secrets = secrets
        self._faults = faults
        self._clock = clock
        self._queue: asyncio.Queue[Event] = asyncio.Queue()
        self._held: list[Event] = []

    @property
    def pending(self) -> int:
        """Webhooks not yet answered, those held back included."""
        return len(self._held) + self._queue.qsize() + self.count["begun"] - self.count["ended"]

    def put(self, kind: str, ticket: Ticket) -> None:
        """Tell the service of a ticket as it is now."""
        if not self.url:
            return
        if not self._faults.webhooks or self._faults.takes("lose_webhooks"):
            self.count["lost"] += 1
            return
        stamp = iso(ticket.updated_at)
        body = orjson.dumps({"type": kind, "timestamp": stamp, "data": {"ticket": ticket.shown()}})
        event = Event(new_id(), body)
        copies = [event]
        if self._faults.takes("duplicate_webhooks"):
            copies += [event, Event(new_id(), body)]
        if self._faults.takes("reorder_webhooks"):
            self._held += copies
            copies = []
        if not self._faults.reorder_webhooks:
            copies += reversed(self._held)
            self._held.clear()
        for copy in copies:
            self._queue.put_nowait(copy)

    async def run(self) -> None:
        """Send until cancelled."""
        await asyncio.gather(*(self._sender() for _ in range(SENDERS)))

    async def quiet(self, seconds: float) -> None:
        """Wait until everything is sent or given up; ``TimeoutError`` when it takes longer."""
        await asyncio.wait_for(self._queue.join(), seconds)

    async def _sender(self) -> None:
        caller = Caller()
        try:
            while True:
                event = await self._queue.get()
                self.count["begun"] += 1
                self.count[await self._deliver(caller, event)] += 1
                self.count["ended"] += 1
                self._queue.task_done()
        finally:
            caller.close()

    async def _deliver(self, caller: Caller, event: Event) -> str:
        for delay in (*DELAYS, None):
            status = await self._attempt(caller, event)
            if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
                return "sent"
            if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR and (
                status not in _AGAIN
            ):
                return "refused"
            if delay is not None:
                self.count["again"] += 1
                await asyncio.sleep(delay)
        return "given_up"

    async def _attempt(self, caller: Caller, event: Event) -> int:
        headers = sign_standard(self._secrets, event.id, self._clock.now(), event.body)
        try:
            async with asyncio.timeout(TIMEOUT):
                return await caller.post(self.url, headers, event.body)
        except (*BROKEN, TimeoutError):
            caller.close()
            return 0
