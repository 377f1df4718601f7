"""What the tests ask of processes."""

import os
import time
from pathlib import Path


def until(condition, seconds=30.0):
    """Wait until it holds, and give what it gave."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not come to pass in time"
        time.sleep(0.02)
    return found


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


def children(pid: int, word: str) -> list[int]:
    """The living children of a process whose command line has the word; Linux."""
    found = []
    for task in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((task / "stat").read_text().rpartition(")")[2].split()[1])
            command = (task / "cmdline").read_bytes().decode(errors="replace")
        except (OSError, ValueError):
            continue
        if parent == pid and word in command and is_alive(int(task.name)):
            found.append(int(task.name))
    return found
