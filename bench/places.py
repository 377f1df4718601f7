"""The service's own processes, each place with a store and a directory of its own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.shop import SECRET, SECRET_NAME
from overflow.clock import SystemClock, monotonic
from overflow.demo.ports import free_port
from overflow.errors import Fault
from overflow.serve import embedded
from overflow.serve.service import api_program, worker_program
from overflow.serve.supervisor import Program
from overflow.settings import Settings, environment
from overflow.store.connect import StoreClient, connect

STARTS_WITHIN = 120.0
_CLOCK = SystemClock()


class Place:
    """A store and whatever is started beside it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = free_port()
        # The store's log is synced at every write, as the service does by itself.
        self.settings = Settings(data_dir=folder / "data", port=self.port)
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def client(self) -> StoreClient:
        return connect(self.settings.store_url, timeout=120.0)

    def start_store(self) -> StoreClient:
        """The embedded store, as ``overflow run`` starts it."""
        self.start(embedded.program(self.settings))
        client = self.client()
        wait_for(lambda: embedded.is_ready(client), "the store does not start")
        return client

    def start_api(self, target: str = "overflow.wsgi:app", **variables: str) -> None:
        """The API as ``overflow run`` starts it, or another app in the very same way."""
        program = api_program(self.settings)
        command = (*program.command[:-1], target)
        given = {**(program.environment or {}), SECRET_NAME: SECRET, **variables}
        self.start(Program("api", command, given))
        wait_for(lambda: _listens(self.port), f"{target} does not start, see {self.folder}")

    def start_worker(self) -> None:
        """One worker process."""
        program = worker_program(self.settings)
        self.start(
            Program("worker", program.command, {**(program.environment or {}), SECRET_NAME: SECRET})
        )

    def start(self, program: Program) -> None:
        with (self.folder / f"{program.name}.log").open("ab") as log:
            self._running[program.name] = subprocess.Popen(
                program.command,
                env=program.environment or environment(**{SECRET_NAME: SECRET}),
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )

    def stop(self, name: str) -> None:
        process = self._running.pop(name)
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def stop_all(self) -> None:
        """The store last."""
        for name in reversed(list(self._running)):
            self.stop(name)

    def processor_seconds(self) -> float:
        """What its processes, and theirs, have had of the processors; 0 where nobody tells."""
        return sum(_processor_seconds(process.pid) for process in self._running.values())

    def last_words(self, name: str) -> str:
        """The end of what a program printed."""
        return (self.folder / f"{name}.log").read_text(errors="replace")[-3_000:]

    def copy_of(self, other: "Place") -> None:
        """Take over the data of another place whose store is stopped."""
        shutil.copytree(other.folder / "data" / "store", self.folder / "data" / "store")


@contextmanager
def places(*names: str) -> Iterator[list[Place]]:
    """Places in a directory that is removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="ovf-bench-"))
    found = [Place(folder / name) for name in names]
    try:
        yield found
    finally:
        for place in found:
            place.stop_all()
        shutil.rmtree(folder, ignore_errors=True)


def wait_for(condition: Callable[[], bool], what: str, within: float = STARTS_WITHIN) -> None:
    """Until it holds; ends the benchmark when it does not."""
    end = monotonic() + within
    while monotonic() < end:
        with suppress(Fault):
            if condition():
                return
        _CLOCK.sleep(0.02)
    sys.exit(f"bench: {what}")


def _processor_seconds(pid: int) -> float:
    root = Path(f"/proc/{pid}")
    try:
        fields = (root / "stat").read_text().rpartition(")")[2].split()
        children = (root / "task" / str(pid) / "children").read_text().split()
    except OSError:
        return 0.0
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return own + sum(_processor_seconds(int(child)) for child in children)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
