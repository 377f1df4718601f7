"""``overflow run``: store, API and workers on this machine, for as long as it is told to."""

from __future__ import annotations

import fcntl
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from overflow import policies
from overflow.clock import Clock
from overflow.errors import Conflict, Fault, Refused
from overflow.policies.applied import marked
from overflow.policies.folder import read_folder
from overflow.serve import embedded
from overflow.serve.supervisor import Program, Supervisor
from overflow.settings import Settings, environment, resolve_secret
from overflow.store.connect import StoreClient, connect, require_durable
from overflow.store.keyring import Keyring
from overflow.store.policies import Policies

Say = Callable[[str], None]
"""Prints one line."""

_API_THREADS: Final = 8
"""Per API process: requests that wait for the store or a helpdesk at the same time."""


def serve(settings: Settings, clock: Clock, say: Say) -> None:
    """Serve until stopped. Raises a ``Fault`` when it cannot begin."""
    with _alone(settings):
        _check_port(settings)
        supervisor = Supervisor()
        supervisor.listen()
        if not settings.redis_url:
            embedded.remove_leftover(settings, clock)
            supervisor.add(embedded.program(settings))
        try:
            supervisor.tend()
            _begin(settings, clock, say)
            supervisor.add(api_program(settings))
            supervisor.add(worker_program(settings))
            say(f"serving on http://{_address(settings)}  (docs: /docs, health: /healthz)")
            supervisor.run()
        finally:
            supervisor.end()


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
        "log-level": "warning",
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
        yield "no API key yet: overflow keys create NAME --scope operator"


def _begin(settings: Settings, clock: Clock, say: Say) -> None:
    """Wait for the store, hold it against what is promised, take in new policies."""
    if not settings.redis_url:
        embedded.wait_until_ready(settings, clock)
    client = connect(settings.store_url)
    try:
        require_durable(client, settings.accept_data_loss)
        for line in (*_apply_new(settings, client), *missing(client)):
            say(line)
    finally:
        client.close()


def _apply_new(settings: Settings, client: StoreClient) -> Iterator[str]:
    """Make the shops of the policies' directory that do not exist yet."""
    store = Policies(client)
    found = read_folder(settings.policies_dir) if settings.policies_dir else {}
    for shop in sorted(found.keys() - store.shops()):
        policy = policies.build(found[shop], shop)
        with suppress(Conflict):  # made by somebody else at this moment: that one stands
            yield f"shop {shop} created, version {store.put(shop, marked(found[shop]), policy, 0)}"


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
def _alone(settings: Settings) -> Iterator[None]:
    """Two services on one data directory would be two stores on one log."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with Path(settings.data_dir, "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"another `overflow run` serves from {settings.data_dir}"
            raise Refused(message) from None
        yield


def _check_port(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as taken:
            message = f"cannot listen on {_address(settings)} (OVERFLOW_LISTEN): {taken.strerror}"
            raise Refused(message) from taken


def _address(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"{host}:{settings.port}"


def _environment(settings: Settings) -> dict[str, str]:
    return environment(
        OVERFLOW_REDIS_URL=settings.store_url,
        OVERFLOW_METRICS_DIR=str(settings.metrics_dir),
        PROMETHEUS_MULTIPROC_DIR=str(settings.metrics_dir),
    )
