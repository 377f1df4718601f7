"""The processes below another one, found by their command lines, and killed for real."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from typing import NamedTuple


class Process(NamedTuple):
    pid: int
    parent: int
    command: str


def below(pid: int) -> list[Process]:
    """All descendants, parents before their children."""
    shown = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,ppid=,stat=,args="],
        capture_output=True,
        text=True,
        check=True,
    )
    rows = (line.split(None, 3) for line in shown.stdout.splitlines())
    alive = [
        Process(int(row[0]), int(row[1]), row[3])
        for row in rows
        if len(row) == 4 and not row[2].startswith("Z")
    ]
    found: list[Process] = []
    parents = {pid}
    while children := [each for each in alive if each.parent in parents]:
        found += children
        parents = {each.pid for each in children}
    return found


def kill(pid: int) -> None:
    """As the kernel does it: no handler runs. Nothing happens if it has ended already."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
