"""``overflow run``: store, API and workers on this machine, for as long as it is told to."""

from __future__ import annotations

import fcntl
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO

from overflow import policies
from overflow.clock import Clock
from overflow.errors import Fault, NotNow, Refused, StoreAway
from overflow.policies.first import apply_new
from overflow.serve import embedded
from overflow.serve.server_log import CONFIG
from overflow.serve.supervisor import Program, Supervisor
from overflow.settings import Settings, environment, resolve_secret
from overflow.store.connect import StoreClient, connect, require_durable
from overflow.store.keyring import Keyring
from overflow.store.policies import Policies

Say = Callable[[str], None]
"""Prints one line."""

POLL: Final = 0.05
"""Seconds between looks at what is about to start."""
STARTS_WITHIN: Final = 30.0
"""Seconds within which a store that somebody else runs has to answer."""
MOST_EARLY_DEATHS: Final = 3
KILLED_ENDS_WITHIN: Final = 20.0
"""Seconds within which the processes of a killed service have ended."""
_API_THREADS: Final = 24
"""Per API process: requests that wait for the store or a helpdesk at the same time. Well above the
answers that may wait for a helpdesk (``flows.services.ANSWERS``)."""


def serve(settings: Settings, clock: Clock, say: Say) -> None:
    """Serve until stopped. Raises a ``Fault`` when it cannot begin."""
    with _alone(settings) as was_killed:
        _check_port(settings, clock, KILLED_ENDS_WITHIN if was_killed else 0.0)
        supervisor = Supervisor()
        supervisor.listen()
        if not settings.redis_url:
            embedded.remove_leftover(settings, clock)
            supervisor.add(embedded.program(settings))
        try:
            _serve(settings, supervisor, clock, say)
        finally:
            supervisor.end()


def _serve(settings: Settings, supervisor: Supervisor, clock: Clock, say: Say) -> None:
    client = connect(settings.store_url, timeout=2.0, retries=0)
    try:
        if not _is_store_there(settings, supervisor, client, clock, say):
            return
        require_durable(client, settings.accept_data_loss)
        applied = apply_new(settings, client)
        lines = [*applied.left_out, *applied.created, *missing(client)]
    finally:
        client.close()
    supervisor.add(api_program(settings))
    supervisor.add(worker_program(settings))
    while not supervisor.is_stopping and not _answers(settings):
        supervisor.tend()
        if supervisor.early_deaths("api") >= MOST_EARLY_DEATHS:
            raise NotNow("the API does not start: what it printed says why")
        clock.sleep(POLL)
    if not supervisor.is_stopping:
        address = f"http://{_address(settings)}"
        say(f"overflow serves at {address}  (docs: {address}/docs, health: {address}/healthz)")
        for line in lines:
            say(line)
    supervisor.run()


def _is_store_there(
    settings: Settings, supervisor: Supervisor, client: StoreClient, clock: Clock, say: Say
) -> bool:
    """Wait for the store; False: told to stop meanwhile. Raises ``NotNow`` when it can't start."""
    end = clock.now() + STARTS_WITHIN
    is_told = False
    while not supervisor.is_stopping:
        supervisor.tend()
        if embedded.is_ready(client):
            return True
        if settings.redis_url and not is_told:
            say(f"waiting up to {STARTS_WITHIN:.0f} s for the store that OVERFLOW_REDIS_URL names")
            is_told = True
        if supervisor.early_deaths("store") >= MOST_EARLY_DEATHS:
            raise NotNow(f"the embedded store does not start: {embedded.last_words(settings)}")
        # The embedded one is alive, and may have a long log to read.
        if settings.redis_url and clock.now() > end:
            raise StoreAway("the store that OVERFLOW_REDIS_URL names does not answer")
        clock.sleep(POLL)
    return False


def api_program(settings: Settings) -> Program:
    """The API under granian, its processes counting into one shared directory."""
    shutil.rmtree(settings.metrics_dir, ignore_errors=True)
    settings.metrics_dir.mkdir(parents=True)
    options = {
        "interface": "wsgi",
        "host": settings.host,
        "port": str(settings.port),
        "workers": str(settings.api_workers),
        "blocking-threads": str(_API_THREADS),
        "http": "1",
        "log-config": str(CONFIG),
        "log-level": "error",  # it warns of more threads than cores; ours wait for helpdesks
        "respawn-interval": "0.1",
        "workers-kill-timeout": "10",
    }
    flags = [word for name, value in options.items() for word in (f"--{name}", value)]
    command = (sys.executable, "-m", "granian", *flags, "--no-ws", "--respawn-failed-workers")
    return Program("api", (*command, "overflow.wsgi:app"), _environment(settings))


def worker_program(settings: Settings) -> Program:
    """The workers, which supervise themselves."""
    return Program("workers", (sys.executable, "-m", "workers"), _environment(settings))


def missing(client: StoreClient) -> Iterator[str]:
    """What the service waits for before it can route anything, a line each."""
    store = Policies(client)
    shops = store.shops()
    if not shops:
        yield "no shop yet: overflow policy apply FILE (examples: deploy/examples/)"
    for shop in shops:
        found = store.get(shop)
        if found is not None:
            yield from _unresolved(shop, found[1])
    if not any(not key.revoked for key in Keyring(client).list()):
        yield "no API key yet: overflow keys create --operator"


def _unresolved(shop: str, document: dict[str, object]) -> Iterator[str]:
    try:
        secrets = policies.build(document, shop).helpdesk.secrets
    except Fault as fault:
        yield f"shop {shop}: {fault.message}"
        return
    for name, references in secrets.items():
        for reference in references:
            try:
                resolve_secret(reference)
            except Fault as fault:
                yield f"shop {shop}: helpdesk.secrets.{name}: {fault.message}"


@contextmanager
def _alone(settings: Settings) -> Iterator[bool]:
    """Two services on one data directory would be two stores on one log.

    Gives whether the one before was killed, and may have left something that still ends.
    """
    with _lock_file(settings) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"another `overflow run` serves from {settings.data_dir}"
            raise Refused(message) from None
        was_killed = lock.tell() > 0
        lock.write("serving\n")
        lock.flush()
        try:
            yield was_killed
        finally:
            lock.truncate(0)


def _lock_file(settings: Settings) -> TextIO:
    """The file by which one service tells others of itself, in a directory that can be written."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        return Path(settings.data_dir, "run.lock").open("a+")
    except OSError as error:
        message = f"cannot write to {settings.data_dir} (OVERFLOW_DATA_DIR): {error.strerror}"
        raise Refused(message) from error


def _check_port(settings: Settings, clock: Clock, seconds: float) -> None:
    """Raise ``Refused`` when the port is not free within so many seconds."""
    end = clock.now() + seconds
    while (taken := _taken(settings)) is not None:
        if clock.now() > end:
            message = f"cannot listen on {_address(settings)} (OVERFLOW_LISTEN): {taken.strerror}"
            raise Refused(message) from taken
        clock.sleep(POLL)


def _taken(settings: Settings) -> OSError | None:
    with _socket(settings) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as taken:
            return taken
    return None


def _answers(settings: Settings) -> bool:
    with _socket(settings) as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((settings.host, settings.port)) == 0


def _socket(settings: Settings) -> socket.socket:
    return socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)


def _address(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"{host}:{settings.port}"


def _environment(settings: Settings) -> dict[str, str]:
    return environment(
        OVERFLOW_REDIS_URL=settings.store_url,
        OVERFLOW_METRICS_DIR=str(settings.metrics_dir),
        PROMETHEUS_MULTIPROC_DIR=str(settings.metrics_dir),
    )
