"""django-helpdesk's own environment: it shares no package with overflow."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from overflow.errors import NotNow

REQUIREMENTS: Final = Path(__file__).parent / "requirements.txt"


def install(environment: Path) -> Path:
    """The Python of the environment, made and filled where it is not yet as required.

    Several processes may ask at once. Raises ``NotNow`` with pip's words when it cannot be filled.
    """
    python = environment / "bin" / "python"
    done = environment / "installed"
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()
    environment.parent.mkdir(parents=True, exist_ok=True)
    with environment.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists() or done.read_text() != wanted:
            shutil.rmtree(environment, ignore_errors=True)
            _run(sys.executable, "-m", "venv", "--without-pip", str(environment))
            pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
            options = ["--require-hashes", "--no-warn-script-location", "-r", str(REQUIREMENTS)]
            _run(*pip, "--python", str(python), "install", *options)
            done.write_text(wanted)
    return python


def _run(*command: str) -> None:
    done = subprocess.run(  # noqa: S603  every part is ours
        command, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if done.returncode:
        said = (done.stderr or done.stdout).decode(errors="replace")
        raise NotNow(f"django-helpdesk was not installed: {said[-2000:]}")
