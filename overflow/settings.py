"""The settings of this process: the only reader of the environment.

Every setting is one variable ``OVERFLOW_...``. A settings file holds the same names, one
``KEY=VALUE`` a line, and may hold the secrets that policies refer to as ``env:NAME``. Its lines
are put into the environment where that does not say otherwise, so that child processes see them:
the environment wins, unless it is empty. Which file: ``load``'s argument, else
``OVERFLOW_SETTINGS``.
"""

from __future__ import annotations

import difflib
import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple, TypeVar, cast
from urllib.parse import urlsplit

from dotenv.parser import parse_stream
from environs import Env, EnvValidationError, ValidationError

from overflow.errors import Invalid, NotNow, unreadable


class Variable(NamedTuple):
    """One setting: its default as one would write it, and one sentence."""

    default: str
    about: str


VARIABLES: Final[Mapping[str, Variable]] = {
    "OVERFLOW_SETTINGS": Variable("", "a file with these settings, one KEY=VALUE a line"),
    "OVERFLOW_REDIS_URL": Variable(
        "", "the store (redis://, rediss:// or unix://); empty: the embedded one is started"
    ),
    "OVERFLOW_QUEUE_URL": Variable("", "the job queue's store; empty: the same one"),
    "OVERFLOW_LISTEN": Variable("127.0.0.1:8080", "HOST:PORT that the API answers on"),
    "OVERFLOW_API_WORKERS": Variable("2", "processes of the API"),
    "OVERFLOW_WORKERS": Variable("1", "worker processes"),
    "OVERFLOW_DATA_DIR": Variable(".overflow", "where the embedded store keeps its files"),
    "OVERFLOW_POLICIES_DIR": Variable(
        "", "its *.yaml files are applied at start for shops that are not known yet"
    ),
    "OVERFLOW_LOG_LEVEL": Variable("info", "debug, info, warning or error"),
    "OVERFLOW_LOG_FORMAT": Variable("json", "json or console"),
    "OVERFLOW_ACCEPT_DATA_LOSS": Variable(
        "", "which weaker guarantees of the store are accepted, separated by commas"
    ),
    "OVERFLOW_JOURNAL_DAYS": Variable(
        "35",
        "days that decisions and their traces are kept: as far as replay can go back",
    ),
    "OVERFLOW_METRICS_DIR": Variable(
        "", "where the API's processes share their counters; empty: in the data directory"
    ),
    "OVERFLOW_METRICS_TOKEN": Variable(
        "",
        "bearer token that metrics and the details of health need, or file:/path of it; empty: "
        "open to all, but for the names of shops and workers in health",
    ),
}
"""Every setting by its name. An empty value is the same as none."""

LOSSES: Final[Mapping[str, str]] = {
    "everysec": "a power failure may lose the last second (appendfsync everysec)",
    "no-appendonly": "a restart may lose everything since the last snapshot (appendonly no)",
    "unchecked": "the store does not tell its configuration; somebody else vouches for it",
}
"""What ``OVERFLOW_ACCEPT_DATA_LOSS`` gives up, by word."""

PREFIX: Final = "OVERFLOW_"
_LAST_PORT: Final = 65535
_LONGEST_SOCKET: Final = 100
"""Characters that every system takes as the path of a socket."""
_MOST_PROCESSES: Final = 256
_MOST_DAYS: Final = 366

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a process is told from outside. The defaults serve one machine."""

    redis_url: str = field(default="", repr=False)
    """The store; empty: the embedded one below ``data_dir``."""
    queue_url: str = field(default="", repr=False)
    """The job queue's store; empty: ``redis_url``'s."""
    host: str = "127.0.0.1"
    port: int = 8080
    api_workers: int = 2
    workers: int = 1
    data_dir: Path = Path(".overflow")
    policies_dir: Path | None = None
    """Policies applied at start for shops that are not known yet."""
    log_level: str = "info"
    log_format: str = "json"
    accept_data_loss: frozenset[str] = frozenset()
    """Words of ``LOSSES``: which weaker guarantees of the store are accepted."""
    journal_days: int = 35
    """Days that journal entries are kept in the store."""
    metrics_dir: Path = Path(".overflow/metrics")
    """Where the API's processes share their counters."""
    metrics_token: str = field(default="", repr=False)
    """Metrics and the details of health need it; empty: whoever reaches the address sees them."""

    @property
    def store_url(self) -> str:
        """The store's URL: the one that was set, else that of the embedded store."""
        return self.redis_url or f"unix://{self.socket}"

    @property
    def socket(self) -> str:
        """Where the embedded store of this data directory listens."""
        path = str(self.data_dir.resolve() / "store.sock")
        if len(path) <= _LONGEST_SOCKET:
            return path
        name = hashlib.sha256(path.encode()).hexdigest()[:16]
        return f"{tempfile.gettempdir()}/overflow-{os.getuid()}-{name}.sock"


def load(path: str | Path | None = None) -> Settings:
    """Read the settings file, if there is one, and the environment.

    Raises ``Invalid`` with every fault by the variable's name (a line of the file:
    ``FILE:LINE``). No value is repeated in a message.
    """
    file = path or os.environ.get("OVERFLOW_SETTINGS")
    faults = _read(file) if file else {}
    env = Env(eager=False)
    settings = _parse(env)
    try:
        env.seal()
    except EnvValidationError as error:
        faults |= cast("dict[str, list[str]]", error.error_messages)
    faults |= _misspelt()
    if faults:
        raise Invalid("the settings have faults", faults)
    return settings


def without_numerical_threads() -> None:
    """Keep the numerical library to one thread, here and in child processes, unless told otherwise.

    The planner's matrices are small: on a busy machine threads made it ten times slower. Counts for
    what imports the library afterwards.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def environment(**more: str) -> dict[str, str]:
    """This process's environment and ``more``, for a child process."""
    return {**os.environ, **more}


def resolve_secret(reference: str) -> str:
    """The secret that ``env:NAME`` or ``file:/path`` stands for, without a final line break.

    Read anew at every call, so that a rotated file is seen. Raises ``NotNow``, which names the
    reference and never a value, when there is none or it is empty: mending it needs no restart
    for a file, one for the environment.
    """
    kind, _, name = reference.partition(":")
    value = ""
    if kind == "env":
        value = os.environ.get(name, "")
    elif kind == "file":
        try:
            value = Path(name).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, ValueError) as error:
            raise NotNow(f"secret {reference} {unreadable(error)}") from None
    else:
        raise NotNow("a secret is given as env:NAME or file:/path; this one is neither")
    if not value:
        raise NotNow(f"secret {reference} is not set or empty")
    return value


def _parse(env: Env) -> Settings:
    """Ask for every variable, so that all faults are known together."""
    data_dir = _ask(env, "OVERFLOW_DATA_DIR", Path)
    host, port = _ask(env, "OVERFLOW_LISTEN", _listen)
    return Settings(
        redis_url=_ask(env, "OVERFLOW_REDIS_URL", _store_url),
        queue_url=_ask(env, "OVERFLOW_QUEUE_URL", _store_url),
        host=host,
        port=port,
        api_workers=_ask(env, "OVERFLOW_API_WORKERS", _up_to(_MOST_PROCESSES)),
        workers=_ask(env, "OVERFLOW_WORKERS", _up_to(_MOST_PROCESSES)),
        data_dir=data_dir,
        policies_dir=_ask(env, "OVERFLOW_POLICIES_DIR", _directory),
        log_level=_ask(env, "OVERFLOW_LOG_LEVEL", _one_of("debug", "info", "warning", "error")),
        log_format=_ask(env, "OVERFLOW_LOG_FORMAT", _one_of("json", "console")),
        accept_data_loss=_ask(env, "OVERFLOW_ACCEPT_DATA_LOSS", _losses),
        journal_days=_ask(env, "OVERFLOW_JOURNAL_DAYS", _up_to(_MOST_DAYS)),
        metrics_dir=_ask(env, "OVERFLOW_METRICS_DIR", lambda s: Path(s or data_dir / "metrics")),
        metrics_token=_ask(env, "OVERFLOW_METRICS_TOKEN", _token),
    )


def _ask(env: Env, name: str, read: Callable[[str], T]) -> T:
    """The variable's value; after a fault, which ``env`` keeps until sealed, the default's."""
    default = VARIABLES[name].default
    env.add_parser(name, lambda text: (read(text or default),))
    (value,) = getattr(env, name)(name, default) or (read(default),)
    return cast("T", value)


def _token(text: str) -> str:
    if text.startswith("file:"):
        try:
            text = resolve_secret(text)
        except NotNow as missing:
            raise ValidationError(missing.message) from None
    if text and not re.fullmatch(r"[\x21-\x7e]{16,512}", text):
        raise ValidationError("is no token: 16 visible ASCII characters or more, without spaces")
    return text


def _store_url(text: str) -> str:
    if text and not (re.fullmatch(r"(redis|rediss|unix)://\S(.*\S)?", text) and _is_url(text)):
        raise ValidationError("is no redis://, rediss:// or unix:// URL")
    return text


def _is_url(text: str) -> bool:
    try:
        return urlsplit(text).port != 0
    except ValueError:
        return False


def _listen(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not re.fullmatch(r"[0-9]{1,5}", port) or not 0 < int(port) <= _LAST_PORT:
        raise ValidationError("is no HOST:PORT, such as 127.0.0.1:8080")
    return host, int(port)


def _up_to(most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= most:
            raise ValidationError(f"is no whole number from 1 to {most}")
        return int(text)

    return read


def _directory(text: str) -> Path | None:
    if text and not Path(text).is_dir():
        raise ValidationError("is no directory that can be read")
    return Path(text) if text else None


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.lower() not in words:
            raise ValidationError(f"is none of {', '.join(words)}")
        return text.lower()

    return read


def _losses(text: str) -> frozenset[str]:
    words = frozenset(word.strip() for word in text.split(",") if word.strip())
    if not words <= LOSSES.keys():
        known = "; ".join(f"{word}: {about}" for word, about in LOSSES.items())
        raise ValidationError(f"has a word that is none of these: {known}")
    return words


def _read(file: str | Path) -> dict[str, list[str]]:
    """Put the file's lines into the environment; returns the faults by ``FILE:LINE``."""
    try:
        with Path(file).open(encoding="utf-8") as stream:
            lines = list(parse_stream(stream))
    except (OSError, UnicodeDecodeError) as error:
        return {str(file): [unreadable(error)]}
    faults: dict[str, list[str]] = {}
    for line in lines:
        if line.error or (line.key and line.value is None):
            faults[f"{file}:{line.original.line}"] = ["is no KEY=VALUE"]
        elif line.key:
            os.environ[line.key] = os.environ.get(line.key) or line.value or ""
    return faults


def _misspelt() -> dict[str, list[str]]:
    """Names that are nearly those of settings. Others are left alone: secrets, service links."""
    known = [name.removeprefix(PREFIX) for name in VARIABLES]
    faults: dict[str, list[str]] = {}
    for name in sorted(os.environ.keys() - VARIABLES.keys()):
        near = difflib.get_close_matches(name.removeprefix(PREFIX), known, n=1, cutoff=0.8)
        if name.startswith(PREFIX) and near:
            faults[name] = [f"is no setting; did you mean {PREFIX}{near[0]}?"]
    return faults
