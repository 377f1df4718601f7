"""A generator of load, run in a process of its own: raw sockets, kept alive, answers counted.

In a closed loop each connection sends its next request when the last one is answered. Paced,
requests fall due at a fixed rate and wait for a free connection; latency counts from when due.
"""

import multiprocessing
import selectors
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Self

_END = b"\r\n\r\n"


@dataclass
class Answered:
    """What came of a run; latencies in seconds, in no order."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    processor: float = 0.0
    """Seconds that API and store had of the processors."""

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds


class Generator:
    """One process that sends what it is told to."""

    def __init__(self) -> None:
        self._pool = multiprocessing.get_context("spawn").Pool(1)

    def run(
        self, port: int, requests: Sequence[bytes], connections: int = 8, rate: float = 0.0
    ) -> Answered:
        """Send each request once. ``rate`` requests a second; 0: as fast as they are answered."""
        return self._pool.apply(send, (port, requests, connections, rate))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.terminate()


class _Connection:
    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.since = 0.0

    def whole(self) -> int:
        """The status, once the whole answer is there; 0 before."""
        self.buffer += self.socket.recv(65536)
        head, end, body = self.buffer.partition(_END)
        if not end:
            return 0
        at = head.lower().index(b"content-length:") + 15
        length = int(head[at:].split(b"\r\n", 1)[0])
        if len(body) < length:
            return 0
        self.buffer = body[length:]
        return int(head[9:12])


def send(port: int, requests: Sequence[bytes], connections: int, rate: float) -> Answered:
    """In the process of its own."""
    found = Answered()
    selector = selectors.DefaultSelector()
    idle = [_Connection(port) for _ in range(connections)]
    for connection in idle:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
    start = perf_counter()
    sent = 0
    while len(found.latencies) < len(requests):
        now = perf_counter()
        while idle and sent < len(requests) and now >= (due := start + sent / (rate or 1e12)):
            connection = idle.pop()
            connection.since = due if rate else perf_counter()
            connection.socket.sendall(requests[sent])
            sent += 1
        wait = max(0.0, start + sent / rate - perf_counter()) if rate and idle else None
        for key, _ in selector.select(wait if sent < len(requests) else None):
            status = key.data.whole()
            if status:
                found.latencies.append(perf_counter() - key.data.since)
                found.statuses[status] = found.statuses.get(status, 0) + 1
                idle.append(key.data)
    found.seconds = perf_counter() - start
    selector.close()
    for connection in idle:
        connection.socket.close()
    return found
