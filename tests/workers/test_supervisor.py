"""The supervisor, with real processes and real signals."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SLEEPER = """
import os, sys, time
open(os.path.join(sys.argv[1], str(os.getpid())), "w").close()
time.sleep(float(sys.argv[2]))
"""
SUPERVISOR = f"""
import sys
from workers.supervisor import Supervisor
Supervisor([sys.executable, "-c", {SLEEPER!r}, sys.argv[1], sys.argv[2]], 2).run()
"""


def until(condition, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass in time"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.fixture
def supervise(tmp_path):
    started = []

    def start(seconds: float) -> tuple[subprocess.Popen, Path]:
        process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR, str(tmp_path), str(seconds)],
            cwd=Path(__file__).parents[2],
        )
        started.append(process)
        return process, tmp_path

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
        process.wait(30)


def workers(folder: Path) -> set[int]:
    return {int(path.name) for path in folder.iterdir()}


def test_a_killed_worker_is_replaced_at_once(supervise):
    _, folder = supervise(300)
    until(lambda: len(workers(folder)) == 2)
    victim = min(workers(folder))

    os.kill(victim, signal.SIGKILL)

    until(lambda: len(workers(folder)) == 3, 5.0)
    assert sum(is_alive(pid) for pid in workers(folder)) == 2


def test_all_workers_end_when_the_supervisor_is_told_to(supervise):
    process, folder = supervise(300)
    until(lambda: len(workers(folder)) == 2)

    process.terminate()

    assert process.wait(30) == 0
    assert not any(is_alive(pid) for pid in workers(folder))


def test_a_worker_that_keeps_dying_is_started_more_and_more_slowly(supervise):
    _, folder = supervise(0)
    until(lambda: len(workers(folder)) >= 6)
    early = time.monotonic()
    until(lambda: len(workers(folder)) >= 8)

    assert time.monotonic() - early > 0.8
