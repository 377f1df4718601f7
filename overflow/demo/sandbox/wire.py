"""As much of HTTP/1.1 on asyncio as the sandbox needs, cheap enough for hundreds of calls a second.

No chunked bodies, no upgrades, no expectations: its callers are our own client and the tests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson

MAX_BODY: Final = 1 << 20
BROKEN: Final = (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError)
"""What reading from a peer that hangs up or talks nonsense raises."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request. ``headers`` has lower-case names; ``target`` is path and query as sent."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> list[str]:
        """Its parts, unquoted."""
        return [unquote(part) for part in urlsplit(self.target).path.split("/") if part]

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query))

    def json(self) -> dict[str, object]:
        """Raises ``ValueError`` where the body is no JSON object."""
        value = orjson.loads(self.body or b"{}")
        if not isinstance(value, dict):
            raise ValueError("the body has to be a JSON object")  # noqa: TRY004  one error for all
        return value


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; its body is JSON."""

    status: int = 200
    value: object = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def encode(self) -> bytes:
        body = orjson.dumps({} if self.value is None else self.value)
        lines = [
            f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}",
            "content-type: application/json",
            f"content-length: {len(body)}",
            *(f"{name}: {value}" for name, value in self.headers.items()),
        ]
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


async def read_request(reader: asyncio.StreamReader) -> Request:
    """The next request of a connection. Raises one of ``BROKEN`` when there is none."""
    (method, target, _), headers = await _read_head(reader)
    return Request(method, target, headers, await _read_body(reader, headers))


class Caller:
    """One kept-alive connection to where webhooks go."""

    def __init__(self) -> None:
        self._origin = ("", 0)
        self._stream: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """The status of the answer. Raises one of ``BROKEN``."""
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        origin = (parts.hostname or "", parts.port or (443 if secure else 80))
        if self._stream is None or origin != self._origin:
            self.close()
            self._stream = await asyncio.open_connection(*origin, ssl=secure or None)
            self._origin = origin
        reader, writer = self._stream
        lines = [
            f"POST {parts.path or '/'} HTTP/1.1",
            f"host: {parts.netloc}",
            "content-type: application/json",
            f"content-length: {len(body)}",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        writer.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)
        (version, status, *_), answered = await _read_head(reader)
        is_empty = int(status) == HTTPStatus.NO_CONTENT
        is_kept = version == "HTTP/1.1" and answered.get("connection", "").lower() != "close"
        if is_kept and (is_empty or "content-length" in answered):
            await _read_body(reader, {} if is_empty else answered)
        else:
            self.close()
        return int(status)

    def close(self) -> None:
        if self._stream is not None:
            self._stream[1].close()
            self._stream = None


async def _read_head(reader: asyncio.StreamReader) -> tuple[list[str], dict[str, str]]:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head[:-4].decode("latin-1").split("\r\n")
    start = first.split(" ", 2)
    if len(start) < 2:  # noqa: PLR2004  a status line may lack its reason
        raise ValueError("no HTTP")
    pairs = (line.partition(":") for line in lines)
    return start, {name.strip().lower(): value.strip() for name, _, value in pairs}


async def _read_body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    length = int(headers.get("content-length", "0"))
    if not 0 <= length <= MAX_BODY:
        raise ValueError("too large")
    return await reader.readexactly(length)
