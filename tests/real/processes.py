"""Starting a server, waiting until it answers, and ending exactly that server again."""

import contextlib
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path


class Unready(Exception):
    """A helpdesk did not come up; the message ends with the last lines of its log."""


def run(command: list[str], log: Path, **options) -> None:
    """Run to the end; its output goes to ``log``."""
    with log.open("ab") as out:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=False, **options
        )
    if done.returncode:
        raise Unready(f"{command[0]} ended with {done.returncode}:\n{tail(log)}")


def spawn(command: list[str], log: Path, **options) -> subprocess.Popen:
    """Start in a session of its own, so that ending it ends all of it and nothing else."""
    with log.open("ab") as out:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            **options,
        )


def wait_for(url: str, headers: dict[str, str], server: subprocess.Popen, log: Path) -> None:
    """Until the URL answers 200, at most a minute."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise Unready(f"the server ended with {server.returncode}:\n{tail(log)}")
        with contextlib.suppress(urllib.error.URLError, OSError):
            request = urllib.request.Request(url, headers=headers)
            with urllib.request.urlopen(request, timeout=10):
                return
        time.sleep(0.1)
    raise Unready(f"no answer from {url}:\n{tail(log)}")


def end(server: subprocess.Popen) -> None:
    """Ask it to end with its children, and make them after ten seconds."""
    server.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(timeout=10)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def tail(log: Path, lines: int = 20) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
