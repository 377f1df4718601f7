"""What the service says about itself: one line an event, on standard error, never a secret.

Every line, whoever wrote it, passes the same masks: credentials by the name of their field, by
their look (bearer tokens, our API keys, tokens in webhook paths, passwords in URLs), and by their
value once ``hide`` was told of it. Bodies, texts and subjects are never written, whatever they
hold. Modules log with ``structlog.get_logger(__name__)``.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, Final, TextIO

import orjson
import structlog
from structlog.typing import Processor

_MASK: Final = "***"
_UNSAID: Final = "[not logged]"
_SHORTEST: Final = 6
"""Characters: a shorter value is no secret, and hiding it would garble lines."""

_SHORT: Final = 100
"""Characters up to which it is remembered what a text looks like without secrets."""

_BODIES: Final = frozenset({"body", "content", "data", "html", "payload", "raw", "subject", "text"})
_SECRET_FIELD: Final = re.compile(
    r"authori[sz]ation|api_?key|cookie|credential|passw|secret|signature|token", re.IGNORECASE
)
_LOOKS: Final = (
    (
        re.compile(r"(authorization['\"]?\s*[:=]\s*['\"]?)(?:\w+\s+)?[^\s'\",]+", re.IGNORECASE),
        r"\1",
    ),
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=:-]{6,}", re.IGNORECASE), r"\1 "),
    (re.compile(r"\b(ovf_|whsec_)[\w+/=-]+"), r"\1"),
    (re.compile(r"(/events/[^/\s\"'?]+/)[^/\s\"'?#]+"), r"\1"),
    (re.compile(r"(://[^/\s:@]*:)[^@\s]+(?=@)"), r"\1"),
    (
        re.compile(
            r"([?&][\w-]*(?:key|passw\w*|secret|signature|token)=)[^&\s\"']+", re.IGNORECASE
        ),
        r"\1",
    ),
)
_HINT: Final = re.compile(
    r"authorization|bearer|basic|ovf_|whsec_|/events/|://|[?&][\w-]*=", re.IGNORECASE
)
"""A text without any of these matches none of the above."""
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")

_stamped: Final = structlog.processors.TimeStamper(fmt="iso", utc=True)

_hidden: set[str] = set()
_requests: _Requests | None = None
_request: Final[ContextVar[str]] = ContextVar("request", default="")


def configure(level: str, form: str, stream: TextIO | None = None) -> None:
    """Send everything that is logged in this process to ``stream`` (standard error).

    ``level`` is debug, info, warning or error; ``form`` json (one object a line) or console.
    """
    global _requests  # noqa: PLW0603  one a process, like all of logging
    out = stream or sys.stderr
    _requests = _Requests(out, _level(level)) if form == "json" else None
    structlog.configure(
        processors=[*_SHARED, *_rendering(form)],
        wrapper_class=structlog.make_filtering_bound_logger(_level(level)),
        logger_factory=lambda name="", *_: _Lines(name, out),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter(form))
    logging.basicConfig(handlers=[handler], level=_level(level), force=True)
    for chatty in ("httpx", "httpcore", "werkzeug"):
        logging.getLogger(chatty).setLevel(max(_level(level), logging.WARNING))


def formatter(form: str) -> logging.Formatter:
    """For the lines of others, who use Python's own logging: the same form, the same masks."""
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED, processors=[remove, *_rendering(form)]
    )


def hide(value: str) -> None:
    """Never write this value from now on; for secrets, right after they are read."""
    if len(value) >= _SHORTEST:
        _hidden.add(value)
        _masked.cache_clear()


def masked(text: str) -> str:
    """The text without what looks like, or is known to be, a secret."""
    return _masked(text) if len(text) <= _SHORT else _masked.__wrapped__(text)


@lru_cache(maxsize=1024)
def _masked(text: str) -> str:
    """Lines repeat their words: most are looked at once."""
    for value in _hidden:
        text = text.replace(value, _MASK)
    if _HINT.search(text):
        for look, kept in _LOOKS:
            text = look.sub(kept + _MASK, text)
    return text


@contextmanager
def request(request_id: str) -> Iterator[None]:
    """Put ``request_id`` on every line logged within, in this thread or task."""
    before = _request.set(request_id)
    try:
        yield
    finally:
        _request.reset(before)


def answered(level: str, **facts: str | float) -> None:
    """Write the line that every answered request gets: ``event`` is ``request``."""
    if _requests is None:
        getattr(structlog.get_logger(_Requests.name), level)("request", **facts)
    else:
        _requests.write(level, facts)


def taken_over(request_id: str | None) -> str:
    """A request id that a caller gave, when it is one that can be logged; else empty."""
    return request_id if request_id and _REQUEST_ID.fullmatch(request_id) else ""


def mask(_logger: object, _method: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
    """Structlog's processor that keeps secrets and bodies out."""
    return {key: _shown(key, value) for key, value in event.items()}


def _shown(key: str, value: object) -> object:
    """What may be written of a field's value."""
    if _is_secret(key):
        return _MASK
    if key.lower() in _BODIES:
        return _UNSAID
    if value is None or isinstance(value, bool | int | float):
        return value
    return _written(value)


def _written(value: object) -> object:
    match value:
        case bytes() | bytearray() | memoryview():
            return f"[{len(value)} bytes]"
        case Mapping():
            return {masked(str(name)): _shown(str(name), inner) for name, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_shown("", inner) for inner in value]
        case _:
            return masked(str(value))


@lru_cache(maxsize=256)
def _is_secret(key: str) -> bool:
    return _SECRET_FIELD.search(key) is not None


class _Lines:
    """Where structlog's lines go: straight to the stream, for every request writes one.

    Python's own logging, which others use, takes five times as long.
    """

    def __init__(self, name: str, stream: TextIO) -> None:
        self.name = name
        self._stream = stream

    def write(self, line: str) -> None:
        with suppress(OSError, ValueError):  # nobody reads it any more: no reason to fail
            self._stream.write(f"{line}\n")
            self._stream.flush()

    debug = info = warning = error = critical = write


class _Requests:
    """The lines of answered requests, as structlog would write them, at a fifth of its price."""

    name: Final = "overflow.api.edge"

    def __init__(self, stream: TextIO, least: int) -> None:
        self._lines = _Lines(self.name, stream)
        self._least = least

    def write(self, level: str, facts: Mapping[str, str | float]) -> None:
        if _level(level) < self._least:
            return
        line: dict[str, Any] = {"event": "request", "logger": self.name, "level": level}
        for name, fact in facts.items():
            line[name] = masked(fact) if isinstance(fact, str) else fact
        line["request_id"] = masked(_request.get())
        self._lines.write(orjson.dumps(_stamped(None, level, line), default=str).decode())


def _with_request(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Structlog's processor that says which request a line belongs to."""
    if request_id := _request.get():
        event["request_id"] = request_id
    return event


_SHARED: Final[list[Processor]] = [
    _with_request,
    structlog.stdlib.add_logger_name,
    structlog.processors.add_log_level,
    _stamped,
]


def _rendering(form: str) -> list[Processor]:
    return [structlog.processors.format_exc_info, mask, _renderer(form)]


def _renderer(form: str) -> Processor:
    if form == "console":
        # Tracebacks come as text from format_exc_info: a prettier one would print local variables.
        return structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    return structlog.processors.JSONRenderer(serializer=_as_json)


def _as_json(event: object, default: Callable[[Any], Any], **_: object) -> str:
    try:
        return orjson.dumps(event, default=default).decode()
    except TypeError:  # an integer beyond 64 bits, a lone surrogate
        return json.dumps(event, default=default)


@lru_cache(maxsize=16)
def _level(name: str) -> int:
    return logging.getLevelNamesMapping()[name.upper()]
