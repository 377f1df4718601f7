"""The supervisor, with real processes and real signals."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from overflow.serve.supervisor import Program, Supervisor
from tests.serve.procs import is_alive, until

SLEEPER = """
import os, sys, time
open(os.path.join(sys.argv[1], sys.argv[3] + "." + str(os.getpid())), "w").close()
time.sleep(float(sys.argv[2]))
"""
TAKES = 2.0
UNHURRIED = f"""
import os, signal, sys, time
def end(*_):
    time.sleep({TAKES})
    open(os.path.join(sys.argv[1], "ended." + str(os.getpid())), "w").close()
    sys.exit()
signal.signal(signal.SIGTERM, end)
{SLEEPER}
"""
PARENT = f"""
import os, subprocess, sys, time
subprocess.Popen([sys.executable, "-c", {SLEEPER!r}, sys.argv[1], "300", "grandchild"])
open(os.path.join(sys.argv[1], "parent." + str(os.getpid())), "w").close()
time.sleep(300)
"""
SUPERVISOR = """
import sys
from overflow.serve.supervisor import Program, Supervisor
folder, seconds, count, script = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
one = lambda n: Program("sleeper", (sys.executable, "-c", script, folder, seconds, "child"))
supervisor = Supervisor(one(n) for n in range(count))
supervisor.listen()
open(folder + "/supervisor", "w").close()
supervisor.run()
"""


@pytest.fixture
def supervise(tmp_path):
    started = []

    def start(seconds: float = 300, count: int = 2, script: str = SLEEPER) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR, str(tmp_path), str(seconds), str(count), script],
            cwd=Path(__file__).parents[2],
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
        process.wait(30)


def started(folder: Path, name: str = "child") -> list[int]:
    """All there ever were, by their process ids."""
    return [int(path.suffix[1:]) for path in folder.glob(f"{name}.*")]


def test_a_killed_process_is_started_again(supervise, tmp_path):
    supervise()
    first = until(lambda: len(started(tmp_path)) == 2 and started(tmp_path))

    os.kill(first[0], signal.SIGKILL)

    until(lambda: len(started(tmp_path)) == 3)
    assert sum(is_alive(pid) for pid in started(tmp_path)) == 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_all_end_when_the_supervisor_is_told_to(supervise, tmp_path, number):
    process = supervise()
    until(lambda: len(started(tmp_path)) == 2)

    process.send_signal(number)

    assert process.wait(30) == 0
    assert not any(is_alive(pid) for pid in started(tmp_path))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of this")
def test_all_end_when_the_supervisor_itself_is_killed(supervise, tmp_path):
    process = supervise()
    until(lambda: len(started(tmp_path)) == 2)

    process.kill()

    until(lambda: not any(is_alive(pid) for pid in started(tmp_path)))


def test_what_a_killed_process_leaves_behind_is_killed_too(supervise, tmp_path):
    supervise(count=1, script=PARENT)
    (left,) = until(lambda: started(tmp_path, "grandchild"))
    (parent,) = until(lambda: started(tmp_path, "parent"))

    os.kill(parent, signal.SIGKILL)

    until(lambda: not is_alive(left))


def test_one_that_keeps_dying_is_started_more_and_more_slowly(supervise, tmp_path):
    supervise(seconds=0, count=1)
    until(lambda: len(started(tmp_path)) >= 3)
    early = time.monotonic()
    until(lambda: len(started(tmp_path)) >= 5)

    assert time.monotonic() - early > 0.8


def test_those_added_together_have_their_grace_at_the_same_time(tmp_path):
    supervisor = Supervisor()
    command = (sys.executable, "-c", UNHURRIED, str(tmp_path), "300", "child")
    supervisor.add(*[Program("sleeper", command)] * 3)
    supervisor.tend()
    until(lambda: len(started(tmp_path)) == 3)

    begun = time.monotonic()
    supervisor.end()

    assert time.monotonic() - begun < 3 * TAKES
    assert len(started(tmp_path, "ended")) == 3
