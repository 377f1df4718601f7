"""Keeps a number of worker processes alive: a dead one is replaced at once, all end together."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Final

import structlog

from overflow.clock import monotonic

POLL: Final = 0.1
"""Seconds between looks at the children."""
SETTLED: Final = 5.0
"""Seconds after which a worker counts as started; one that dies sooner is replaced more slowly."""
LONGEST_WAIT: Final = 10.0
"""Seconds at most until a worker that keeps dying is started again."""
GRACE: Final = 25.0
"""Seconds that workers have to finish what they are doing when told to stop."""


@dataclass(slots=True)
class _Place:
    """One of the workers there shall be."""

    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    due: float = 0.0
    early_deaths: int = 0


class Supervisor:
    """Runs ``command`` so many times over, until told to stop by ``stop`` or a signal."""

    def __init__(self, command: Sequence[str], count: int) -> None:
        self._command = list(command)
        self._places = [_Place() for _ in range(count)]
        self._stopping = threading.Event()
        self._log = structlog.get_logger("overflow.supervisor")

    def pids(self) -> list[int]:
        """The processes alive now."""
        alive = [place.process for place in self._places]
        return [process.pid for process in alive if process is not None and process.poll() is None]

    def stop(self) -> None:
        """Make ``run`` end; may be called from any thread or signal handler."""
        self._stopping.set()

    def run(self) -> None:
        """Returns when stopped, after every worker has ended."""
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, self._on_signal)
        try:
            while not self._stopping.is_set():
                for place in self._places:
                    self._tend(place)
                self._stopping.wait(POLL)
        finally:
            self._end_all()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.stop()

    def _tend(self, place: _Place) -> None:
        now = monotonic()
        if place.process is not None and place.process.poll() is not None:
            self._mourn(place, place.process, now)
        if place.process is None and now >= place.due:
            place.process = subprocess.Popen(self._command)  # noqa: S603  our own interpreter
            place.started = now

    def _mourn(self, place: _Place, process: subprocess.Popen[bytes], now: float) -> None:
        is_early = now - place.started < SETTLED
        place.early_deaths = place.early_deaths + 1 if is_early else 0
        wait = 0.25 * 2.0 ** min(place.early_deaths, 10) if is_early else 0.0
        place.due = now + min(wait, LONGEST_WAIT)
        place.process = None
        self._log.warning("worker ended", pid=process.pid, status=process.returncode)

    def _end_all(self) -> None:
        running = [place.process for place in self._places if place.process is not None]
        for process in running:
            process.terminate()
        deadline = monotonic() + GRACE
        for process in running:
            try:
                process.wait(max(0.0, deadline - monotonic()))
            except subprocess.TimeoutExpired:
                self._log.warning("worker did not stop in time", pid=process.pid)
                process.kill()
                process.wait()
