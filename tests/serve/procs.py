"""What the tests ask of processes."""

import os
import time
from contextlib import suppress
from pathlib import Path


def until(condition, seconds=60.0):
    """Wait until it holds, and give what it gave."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not come to pass in time"
        time.sleep(0.02)
    return found


def is_alive(pid: int) -> bool:
    """Whether it runs; it may vanish between any two looks."""
    try:
        os.kill(pid, 0)
        if not Path("/proc/self").exists():
            return True
        status = Path(f"/proc/{pid}/stat").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def children(pid: int, word: str) -> list[int]:
    """The living children of a process whose command line has the word; Linux."""
    return [
        child
        for child, parent in _parents().items()
        if parent == pid and is_alive(child) and word in _command(child)
    ]


def family(pid: int) -> list[int]:
    """All that the process has started, and those have; Linux."""
    parents = _parents()
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found[1:]


def _parents() -> dict[int, int]:
    found = {}
    for task in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError):
            status = (task / "stat").read_text()
            found[int(task.name)] = int(status.rpartition(")")[2].split()[1])
    return found


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""
