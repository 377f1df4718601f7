"""Keeps processes alive: one that dies is started again, and all end in the end.

A child gets a session of its own, so that what it leaves behind when it is killed can be killed
too, and on Linux is told to end when the supervisor itself is killed.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from types import FrameType
from typing import Final

import structlog

from overflow.clock import monotonic

POLL: Final = 0.1
"""Seconds between looks at the children."""
SETTLED: Final = 5.0
"""Seconds after which a process counts as started; one that dies sooner is replaced more slowly."""
LONGEST_WAIT: Final = 10.0
"""Seconds at most until a process that keeps dying is started again."""
_PR_SET_PDEATHSIG: Final = 1


@dataclass(frozen=True, slots=True)
class Program:
    """What shall run."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] | None = None
    """None: the supervisor's own."""
    grace: float = 25.0
    """Seconds it has to finish what it is doing when told to stop."""
    output: Path | None = None
    """The file that what it prints is added to; None: where the supervisor's goes."""
    on_death: Callable[[], None] = field(default=lambda: None)
    """Called before it is started again, for instance to remove what it left."""


@dataclass(slots=True)
class _Place:
    """One program and its present process."""

    program: Program
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    due: float = 0.0
    early_deaths: int = 0


class Supervisor:
    """Runs programs until told to stop by ``stop`` or a signal."""

    def __init__(self, programs: Iterable[Program] = ()) -> None:
        self._batches = [[_Place(program)] for program in programs]
        self._stopping = threading.Event()
        self._log = structlog.get_logger("overflow.supervisor")

    def add(self, *programs: Program) -> None:
        """More to keep alive, from the next look on; told to end at the same time."""
        self._batches.append([_Place(program) for program in programs])

    def pids(self, name: str = "") -> list[int]:
        """The processes alive now, of the program of that name or of all."""
        return [
            place.process.pid
            for place in self._places()
            if place.process is not None
            and place.process.poll() is None
            and (not name or place.program.name == name)
        ]

    def early_deaths(self, name: str) -> int:
        """How often in a row the program of that name has died soon after its start."""
        return sum(place.early_deaths for place in self._places() if place.program.name == name)

    @property
    def is_stopping(self) -> bool:
        return self._stopping.is_set()

    def stop(self) -> None:
        """Make ``run`` end; may be called from any thread or signal handler."""
        self._stopping.set()

    def listen(self) -> None:
        """Stop at SIGTERM and SIGINT, from now on."""
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, self._on_signal)

    def run(self) -> None:
        """Returns when stopped, after every process has ended."""
        try:
            while not self._stopping.wait(POLL):
                self.tend()
        finally:
            self.end()

    def tend(self) -> None:
        """Start what is not running and is due."""
        for place in self._places():
            self._tend(place)

    def end(self) -> None:
        """End every process, the last added first, each with what it started."""
        for batch in reversed(self._batches):
            running = [(place, place.process) for place in batch if place.process is not None]
            for _, process in running:
                process.terminate()
            told = monotonic()
            for place, process in running:
                try:
                    process.wait(max(0.0, told + place.program.grace - monotonic()))
                except subprocess.TimeoutExpired:
                    self._log.warning("did not stop in time", program=place.program.name)
                _kill_session(process)
                place.process = None

    def _places(self) -> Iterator[_Place]:
        return chain.from_iterable(self._batches)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.stop()

    def _tend(self, place: _Place) -> None:
        now = monotonic()
        if place.process is not None and place.process.poll() is not None:
            self._mourn(place, place.process, now)
        if place.process is None and now >= place.due:
            place.process = _start(place.program)
            place.started = now

    def _mourn(self, place: _Place, process: subprocess.Popen[bytes], now: float) -> None:
        _kill_session(process)
        is_early = now - place.started < SETTLED
        place.early_deaths = place.early_deaths + 1 if is_early else 0
        wait = 0.25 * 2.0 ** min(place.early_deaths - 1, 10) if is_early else 0.0
        place.due = now + min(wait, LONGEST_WAIT)
        place.process = None
        self._log.warning(
            "ended, is started again",
            program=place.program.name,
            pid=process.pid,
            status=process.returncode,
        )
        place.program.on_death()


def _start(program: Program) -> subprocess.Popen[bytes]:
    with ExitStack() as open_files:
        output = None
        if program.output is not None:
            output = open_files.enter_context(program.output.open("ab"))
        return subprocess.Popen(  # noqa: S603  our own programs
            program.command,
            env=None if program.environment is None else dict(program.environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509  no locks in it
        )


_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _end_with_parent() -> None:
    """In the child, before it runs: SIGTERM when the supervisor dies, however it does."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _kill_session(process: subprocess.Popen[bytes]) -> None:
    """Kill whatever is left of the session that the process led."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
    finally:
        process.wait()
