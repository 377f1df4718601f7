"""The one HTTP client: every call to a helpdesk leaves through here, with time-outs and a size cap.

It passes the shop's gate, which holds it up where the helpdesk is to be asked less. Whatever goes
wrong comes out as one of two errors. ``HelpdeskAway``: try again, after ``retry_after`` seconds
where the helpdesk named them; it is a ``Throttled`` where that is no failure. ``Refused``: the same
again fails again.
Their messages hold method, path and status: no body, no query, no header, so nothing secret.

Nothing is tried again in here, except a GET whose kept-alive connection the helpdesk closed at
that very moment; patience, backoff and dead letters are the drain's.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, TypedDict, Unpack, cast, overload
from urllib.parse import quote, urlsplit

import certifi
import httpx
import orjson

from overflow.errors import HelpdeskAway, Invalid, NotLetIn, Refused, Throttled
from overflow.helpdesks.connections import Connections
from overflow.helpdesks.gate import OPEN, SOON, Gate, is_urgent, moves_what_was_read
from overflow.helpdesks.limits import retry_after
from overflow.helpdesks.wire import Wire, within

MAX_BYTES: Final = 8 * 1024 * 1024
"""Most bytes taken of one answer."""
KEEPALIVE: Final = 15.0
"""Seconds that a connection is kept after a call."""
AWAY: Final = frozenset({408, 409, 412, 425})
"""The 4xx that may be well the next time; besides them every 5xx, and 429."""
UNDONE: Final = frozenset({409, 412, 425})
"""Of these, the answers after which nothing was done."""

STALE: Final = frozenset({412})
"""The answer to a write that was made from an older state than there is."""

_PAGE: Final = re.compile(rb"\s*<(!doctype|html)", re.IGNORECASE)

Params = Mapping[str, str | int]
Sign = Callable[[str, str, bytes], Mapping[str, str]]
"""Method, request target (path and query as sent) and raw body -> headers to send along."""


class Sent(TypedDict, total=False):
    """What goes along with a request."""

    json: object
    """Sent as the body, with its content type."""
    content: bytes
    """Sent as it is."""
    params: Params
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. ``headers`` has lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    path: str = ""
    """What was asked, without its query."""

    def json(self) -> object:
        """The body parsed; ``HelpdeskAway`` where it is no JSON: a proxy's page, most often."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            raise HelpdeskAway("The helpdesk answered with something that is no JSON.") from None

    def mapping(self) -> dict[str, object]:
        """The body as a JSON object; ``HelpdeskAway`` where it is none."""
        value = self.json()
        if not isinstance(value, dict):
            raise HelpdeskAway("The helpdesk answered with JSON that is no object.")
        return value


class HelpdeskHttp:
    """A helpdesk's base URL, with a pool of kept-alive connections; usable by many threads.

    ``timeout`` is seconds for connecting, writing and each wait for bytes; the whole call has to
    end within three times as long. For a free connection as long is waited beforehand.
    Redirects are not followed. Certificates are checked against the system's and certifi's
    authorities. The environment's proxies are not used. ``sign`` makes headers for each request,
    from what is really sent; the ``stale`` statuses say "changed since it was read"; ``gate`` is
    asked before every call. Raises ``Invalid`` for a base URL that is not plain http or https.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: float = 10.0,
        connections: int = 64,
        sign: Sign | None = None,
        stale: frozenset[int] = STALE,
        gate: Gate = OPEN,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        if fault := url_fault(base_url):
            raise Invalid(f"The helpdesk's URL {fault}.", {"url": [fault]})
        self._sign = sign
        self._stale = stale
        self._gate = gate
        self._timeout = timeout
        self._connections = Connections(connections)
        self._client = httpx.Client(
            base_url=base_url,
            headers={"accept": "application/json", "user-agent": "overflow", **(headers or {})},
            timeout=httpx.Timeout(timeout),
            follow_redirects=False,
            trust_env=False,
            transport=transport or Wire(_trusted(base_url), connections, KEEPALIVE),
        )

    @classmethod
    def by(
        cls,
        options: Mapping[str, object],
        *,
        sign: Sign | None = None,
        stale: frozenset[int] = STALE,
        gate: Gate = OPEN,
    ) -> HelpdeskHttp:
        """One by a connector's validated options (``HttpOptions``); the same errors."""
        return cls(
            cast("str", options["url"]),
            timeout=cast("float", options["timeout"]),
            connections=cast("int", options["connections"]),
            sign=sign,
            stale=stale,
            gate=gate,
        )

    @overload
    def request(
        self, method: str, path: str, *, none_on_404: Literal[False] = False, **sent: Unpack[Sent]
    ) -> Reply: ...

    @overload
    def request(
        self, method: str, path: str, *, none_on_404: Literal[True], **sent: Unpack[Sent]
    ) -> Reply | None: ...

    def request(
        self, method: str, path: str, *, none_on_404: bool = False, **sent: Unpack[Sent]
    ) -> Reply | None:
        """The helpdesk's 2xx answer; None for a 404 where that is asked for.

        Its body has to be a JSON object or empty, and a 2xx's no page: a proxy's or another site's
        is not the helpdesk's word. ``path`` is put behind the base URL; parts that came from
        outside go through ``segment`` first.
        """
        reply = self.send(method, path, **sent)
        if none_on_404 and reply.status == httpx.codes.NOT_FOUND:
            if reply.body.strip():
                reply.mapping()
            return None
        judge(reply, f"{method} {reply.path}", self._stale)
        no_page(reply, f"{method} {reply.path}")
        return reply

    def send(self, method: str, path: str, **sent: Unpack[Sent]) -> Reply:
        """Whatever the helpdesk answers; ``judge`` says what of it is an error."""
        json = sent.get("json")
        request = self._client.build_request(
            method,
            path,
            content=orjson.dumps(json) if json is not None else sent.get("content"),
            params=dict(sent.get("params") or {}) or None,
            headers=sent.get("headers"),
        )
        if json is not None:
            request.headers.setdefault("content-type", "application/json")
        if self._sign is not None:
            target = request.url.raw_path.decode("ascii")
            request.headers.update(self._sign(method, target, request.content))
        response, body = self._exchange(request, f"{method} {request.url.path}")
        return Reply(response.status_code, dict(response.headers), body, request.url.path)

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def _exchange(self, request: httpx.Request, what: str) -> tuple[httpx.Response, bytes]:
        """Past the gate, and back."""
        self._gate.enter(is_urgent=is_urgent(), what=what)
        is_move = moves_what_was_read() is not None
        patience = min(SOON, self._timeout) if is_move else self._timeout
        with self._connections.one(what, patience, is_first=is_move):
            try:
                response, body = self._answered(request, what)
            except BaseException:
                self._gate.left(None, {}, what)
                raise
        self._gate.left(response.status_code, response.headers, what)
        return response, body

    def _answered(self, request: httpx.Request, what: str) -> tuple[httpx.Response, bytes]:
        try:
            with within(3 * self._timeout):
                return self._sent(request, what)
        except httpx.TimeoutException:
            raise HelpdeskAway(f"{what}: the helpdesk took too long.") from None
        except httpx.TransportError as away:
            kind = type(away).__name__
            raise HelpdeskAway(f"{what}: the helpdesk cannot be reached ({kind}).") from None
        except httpx.DecodingError:
            raise HelpdeskAway(f"{what}: the answer cannot be unpacked.") from None

    def _sent(self, request: httpx.Request, what: str) -> tuple[httpx.Response, bytes]:
        try:
            return self._send(request, what)
        except (httpx.ReadError, httpx.RemoteProtocolError, httpx.WriteError):
            if request.method != "GET":
                raise
            return self._send(request, what)

    def _send(self, request: httpx.Request, what: str) -> tuple[httpx.Response, bytes]:
        response = self._client.send(request, stream=True)
        try:
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > MAX_BYTES:
                    # What was asked for may be done: only of a GET nothing is left in doubt.
                    fault = Refused if request.method == "GET" else HelpdeskAway
                    raise fault(f"{what}: the answer is larger than {MAX_BYTES >> 20} MiB.")
        finally:
            response.close()
        return response, bytes(body)


def segment(text: str) -> str:
    """Text from outside as one part of a path. ``Refused`` for what would lead elsewhere."""
    if text in {"", ".", ".."}:
        raise Refused("An empty or dotted id cannot be part of a URL.")
    return quote(text, safe="")


def url_fault(url: str) -> str | None:
    """What is wrong with a helpdesk's base URL, to follow "The URL"; None: nothing."""
    try:
        parts = urlsplit(url)
        httpx.URL(url)
        _ = parts.port
    except (ValueError, httpx.InvalidURL):
        return "cannot be read"
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return "has to begin with http:// or https:// and a host"
    if parts.username is not None or parts.password is not None:
        return "must not hold a user or password: name them under secrets"
    if parts.query or parts.fragment:
        return "must not hold a query or fragment"
    return None


def _trusted(base_url: str) -> ssl.SSLContext:
    """Whose certificates are believed there."""
    return _authorities() if base_url.lower().startswith("https") else _nobody()


def _nobody() -> ssl.SSLContext:
    """Trusts no certificate, and costs nothing to make: for where none will be shown."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@cache
def _authorities() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def judge(reply: Reply, what: str, stale: frozenset[int] = STALE) -> None:
    """Raises ``HelpdeskAway`` or ``Refused`` for any answer but a 2xx; ``what`` was asked.

    ``stale`` are the answers that say "changed since it was read".
    """
    status = reply.status
    if httpx.codes.is_success(status):
        return
    if status in stale:  # read again and compare, without waiting
        raise HelpdeskAway(f"{what}: changed since it was read.", retry_after=0.0, is_undone=True)
    message = f"{what}: the helpdesk answered {status}."
    wait = retry_after(reply.headers)
    if status == httpx.codes.TOO_MANY_REQUESTS:
        raise Throttled(message, wait)
    if httpx.codes.is_server_error(status) or status in AWAY:
        raise HelpdeskAway(message, wait, is_undone=status in UNDONE)
    if status == httpx.codes.UNAUTHORIZED:
        raise NotLetIn(message)
    raise Refused(message)


def no_page(reply: Reply, what: str) -> None:
    """Raises ``HelpdeskAway`` for a page of HTML: a log-in or a proxy's, whatever its status."""
    if _PAGE.match(reply.body):
        raise HelpdeskAway(f"{what}: the answer is a page, not the helpdesk's.")
