"""``overflow run`` as its users start it: a process with a data directory of its own."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import httpx
import yaml

from overflow.demo.ports import free_port
from overflow.settings import PREFIX, Settings, environment
from overflow.store.connect import connect
from tests.e2e.client import Client
from tests.e2e.eventually import eventually
from tests.e2e.processes import Process, below, kill

COMMAND = str(Path(sys.executable).parent / "overflow")
READY = 60.0
"""Seconds; a busy machine starts five processes."""

Part = Literal["api", "workers", "store"]
_MARKS: Mapping[Part, str] = {"api": "granian", "workers": "-m workers", "store": "valkey-server"}


class Service:
    """One running service: its address, its store, its processes and what it logged."""

    def __init__(self, home: Path, secrets: Mapping[str, str], api: int, workers: int) -> None:
        self.home = home
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.settings = Settings(data_dir=home / "data")
        self._log = home / "service.log"
        own = {
            "OVERFLOW_DATA_DIR": str(home / "data"),
            "OVERFLOW_POLICIES_DIR": str(home / "policies"),
            "OVERFLOW_LISTEN": f"127.0.0.1:{self.port}",
            "OVERFLOW_API_WORKERS": str(api),
            "OVERFLOW_WORKERS": str(workers),
        }
        others = {n: v for n, v in environment().items() if not n.startswith(PREFIX)}
        self.environment = others | secrets | own
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns once the API answers and a worker lives."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [COMMAND, "run"],
                env=self.environment,
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        eventually("the service is healthy", self.is_healthy, READY)

    def stop(self) -> int:
        """As Ctrl-C does; returns its exit status."""
        process, self._process = self._process, None
        if process is None:
            return 0
        process.send_signal(signal.SIGTERM)
        try:
            return process.wait(40)
        except subprocess.TimeoutExpired:
            _kill_all(process)
            raise

    def kill(self) -> None:
        """As when the machine dies: everything at once. ``start`` brings it back."""
        process, self._process = self._process, None
        assert process is not None
        _kill_all(process)

    def is_healthy(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, "the service ended"
        return httpx.get(f"{self.base}/healthz", timeout=10).is_success

    def processes(self, part: Part) -> list[Process]:
        """Those of one part, its leader first."""
        assert self._process is not None
        everything = below(self._process.pid)
        leaders = [p for p in everything if _MARKS[part] in p.command]
        leaders = [p for p in leaders if p.parent == self._process.pid]
        return [each for leader in leaders for each in (leader, *below(leader.pid))]

    def run(self, *words: str) -> str:
        """What ``overflow WORDS`` prints, run beside the service with its settings."""
        done = subprocess.run(
            [COMMAND, *words],
            env=self.environment,
            cwd=self.home,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def client(self, *scope: str) -> Client:
        """The API with a key of that scope, given as ``overflow keys create`` takes it."""
        shown = self.run("keys", "create", *scope)
        token = re.search(r"ovf_\S+", shown)
        assert token is not None, shown
        return Client(self.base, token[0])

    def store(self):
        """A client of the embedded store."""
        return connect(self.settings.store_url)

    def log(self, lines: int = 100) -> str:
        """Its last lines, without what the tests themselves looked up."""
        everything = self._log.read_text(errors="replace").splitlines()
        told = [line for line in everything if '"method": "GET"' not in line]
        return "\n".join(told[-lines:])

    def bugs(self) -> list[str]:
        """Lines of the log that tell of something nobody foresaw."""
        lines = self._log.read_text(errors="replace").splitlines()
        return [line for line in lines if _BUG.search(line) and not _KILLED.search(line)]


def _kill_all(process: subprocess.Popen[bytes]) -> None:
    for pid in (process.pid, *(each.pid for each in below(process.pid))):
        kill(pid)
    process.wait()


_KILLED = re.compile(r'"event": ?"Unexpected exit from worker-\d+"')
"""What the web server says when a test has killed a process of it."""
_BUG = re.compile(r'Traceback|"level": ?"(error|critical)"|"event": ?"bug"')


@contextmanager
def serving(
    documents: Mapping[str, Mapping[str, Any]],
    secrets: Mapping[str, str],
    api: int = 1,
    workers: int = 1,
) -> Iterator[Service]:
    """A service with these shops and what their policies' ``env:`` references stand for.

    ``api`` and ``workers`` are numbers of processes.
    """
    # A socket's path may not be long, so it is not below pytest's own folder.
    home = Path(tempfile.mkdtemp(prefix="overflow-e2e-"))
    service = Service(home, secrets, api, workers)
    (home / "policies").mkdir()
    for shop, document in documents.items():
        text = yaml.safe_dump({"shop": shop, **document}, sort_keys=False)
        (home / "policies" / f"{shop}.yaml").write_text(text)
    try:
        service.start()
        yield service
    except BaseException:
        print(service.log())
        raise
    finally:
        service.stop()
        shutil.rmtree(home, ignore_errors=True)
