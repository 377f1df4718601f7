"""Webhooks as bytes: each a distinct new ticket, signed when it is about to be sent."""

from collections.abc import Iterable

import orjson

from bench.shop import HOME_GROUP, QUEUES, SECRET, events
from overflow.helpdesks.signatures import sign_standard
from overflow.helpdesks.standard.connector import iso


def identity(number: int) -> str:
    """The id of the n-th ticket, such as helpdesks have."""
    return str(40_000_000 + number)


def body(number: int, created: float) -> bytes:
    """The n-th ticket's whole state."""
    channel, language = QUEUES[number % len(QUEUES)]
    stamp = iso(int(created * 1e6))
    ticket = {
        "id": identity(number),
        "status": "open",
        "group": HOME_GROUP,
        "assignee": None,
        "channel": channel,
        "language": language,
        "topic": "returns",
        "priority": 2,
        "tags": ["web", "vip"],
        "created_at": stamp,
        "updated_at": stamp,
        "answered_at": None,
        "reason": "",
        "outbound": False,
    }
    event = {"type": "ticket.created", "timestamp": stamp, "data": {"ticket": ticket}}
    return orjson.dumps(event)


def headers(number: int, content: bytes, now: float) -> dict[str, str]:
    """The signature's headers."""
    return sign_standard((SECRET,), f"msg_{number:012}", now, content)


def requests(numbers: Iterable[int], created: float, now: float) -> list[bytes]:
    """Whole HTTP requests."""
    return [_request(number, body(number, created), now) for number in numbers]


def _request(number: int, content: bytes, now: float) -> bytes:
    lines = [
        f"POST {events()} HTTP/1.1",
        "host: 127.0.0.1",
        "user-agent: bench",
        "content-type: application/json",
        f"content-length: {len(content)}",
        *(f"{name}: {value}" for name, value in headers(number, content, now).items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content
