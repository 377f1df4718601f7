"""A receiver of webhooks on loopback that keeps what it was sent."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Delivery:
    path: str
    headers: dict[str, str]
    """Lower-case names."""
    body: bytes


class Inbox:
    """``url`` is where it listens. ``status`` is what it answers, once ``open`` is set."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self.status = 204
        self.open = threading.Event()
        self.open.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def take(self) -> list[Delivery]:
        """What has come since the last time it was taken."""
        taken, self.deliveries = self.deliveries, []
        return taken

    def _handler(inbox):  # noqa: N805  the handler's self is another one
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                inbox.deliveries.append(Delivery(self.path, headers, body))
                inbox.open.wait(20)
                self.send_response(inbox.status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *args) -> None:
                pass

        return Handler


@contextmanager
def listening() -> Iterator[Inbox]:
    inbox = Inbox()
    thread = threading.Thread(target=inbox._server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield inbox
    finally:
        inbox.open.set()
        inbox._server.shutdown()
        inbox._server.server_close()
        thread.join()
