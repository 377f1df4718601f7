"""A little helpdesk on a real socket: routes, a clock of its own, bad days, webhooks to be fetched.

A vendor's server is a subclass with a table of routes. Everything that people and the API do goes
through ``self.lock``, so that a test may look at any moment.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from tests.helpdesks.vendors.plans import Plan


@dataclass(frozen=True)
class Asked:
    """A request."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: object
    at: float
    """When, by the helpdesk's clock."""
    target: str = ""
    """Path and query as they were sent."""


@dataclass(frozen=True)
class Hook:
    """A webhook as it leaves the vendor. ``ticket`` is what it is about."""

    headers: Mapping[str, str]
    body: bytes
    token: str
    ticket: str


@dataclass
class Bad:
    """A bad day: what to answer instead; None lets a request through."""

    refuse: Callable[[Asked], tuple[int, Mapping[str, str]] | None] = lambda asked: None
    lose_answer: Callable[[Asked], bool] = lambda asked: False
    """It is done, and nobody hears of it: the connection breaks off."""
    swallow: Callable[[Asked], bool] = lambda asked: False
    """It never arrives, and nobody hears of that."""
    meanwhile: Callable[[Asked], None] = lambda asked: None
    """Somebody does something right before the request is worked on."""


class No(Exception):
    """An answer that is none of the good ones."""

    def __init__(self, status: int, body: object = None, **headers: str) -> None:
        super().__init__(status)
        self.status, self.body, self.headers = status, body or {"error": str(status)}, headers


class Little:
    """Subclasses set ``routes``: ``(method, pattern, name of the method that answers)``."""

    prefix = "/api/v2"
    elsewhere = "vip"
    """A group that belongs to no partner, and to which people move tickets."""
    echoes = True
    """Own writes of the service come back as webhooks; else the shop's rules leave its user out."""
    page = 3
    """Entries of a list at the most: few, so that a test has several pages."""
    routes: tuple[tuple[str, str, str], ...] = ()

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.skew = 0.0
        """Seconds that its clock is ahead of everybody else's."""
        self.lock = threading.RLock()
        self.bad = Bad()
        self.plan: Plan | None = None
        """How much may be asked; None: any number."""
        self.asked: list[Asked] = []
        self.hooks: list[Hook] = []
        little = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # the body would wait 40 ms for the headers' receipt

            def __getattr__(self, name):
                if name.startswith("do_"):
                    return lambda: little.serve(self)
                raise AttributeError(name)

            def log_message(self, *args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=[0.02], daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}{self.prefix}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def now(self) -> float:
        return self._now() + self.skew

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers.get("content-length") or 0)
        raw = handler.rfile.read(length)
        parts = urlsplit(handler.path)
        headers = {name.lower(): value for name, value in handler.headers.items()}
        asked = Asked(
            handler.command,
            parts.path.removeprefix(self.prefix).strip("/"),
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers,
            self.body_of(raw, headers),
            self.now(),
            handler.path,
        )
        self.asked.append(asked)
        if self.bad.swallow(asked):
            handler.close_connection = True
            return
        status, body, headers = self._answer(asked)
        if self.bad.lose_answer(asked):
            handler.close_connection = True
            return
        content = (body or b"") if isinstance(body, bytes | None) else json.dumps(body).encode()
        date = format_datetime(datetime.fromtimestamp(self.now(), UTC), usegmt=True)
        handler.send_response_only(status)
        for name, value in {"Date": date, "Content-Type": "application/json", **headers}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    def _answer(self, asked: Asked) -> tuple[int, object, Mapping[str, str]]:
        no = self.bad.refuse(asked)
        if no is not None:
            return no[0], {"error": "not now"}, no[1]
        self.bad.meanwhile(asked)
        if self.plan is None:
            return self.work(asked)
        with self.lock:
            is_let, told = self.plan.enter(asked.query, asked.at)
        if not is_let:
            return 429, {"error": "too many"}, told
        status, body, headers = self.work(asked)
        return status, body, {**told, **headers}

    def work(self, asked: Asked) -> tuple[int, object, Mapping[str, str]]:
        """What it does on a good day."""
        with self.lock:
            try:
                self.check(asked)
                answer = self._routed(asked)
            except No as no:
                return no.status, no.body, no.headers
        status, body, headers = answer if isinstance(answer, tuple) else (200, answer, {})
        return status, body, headers

    def take(self) -> list[Hook]:
        """The webhooks since the last time, as they leave."""
        with self.lock:
            hooks, self.hooks = self.hooks, []
            return [self.sent(hook) for hook in hooks]

    def _routed(self, asked: Asked) -> object:
        for method, pattern, name in self.routes:
            found = re.fullmatch(pattern, asked.path)
            if method == asked.method and found:
                return getattr(self, name)(asked, *found.groups())
        raise No(404)

    def body_of(self, raw: bytes, headers: Mapping[str, str]) -> object:
        """JSON, where a vendor takes nothing else."""
        return json.loads(raw) if raw else None

    def check(self, asked: Asked) -> None:
        """Who may ask what."""

    def sent(self, hook: Hook) -> Hook:
        """A webhook as it leaves: with the state of now, where the vendor makes it only then."""
        return hook

    def calls(self, *methods: str) -> list[str]:
        """What was asked so far, as ``PUT tickets/7``."""
        return [f"{a.method} {a.path}" for a in self.asked if not methods or a.method in methods]


@dataclass
class Shown:
    """What a person sees on a ticket."""

    group: str | None
    assignee: str | None
    tags: set[str]
    status: str
    reason: str
    notes: list[str] = field(default_factory=list)
