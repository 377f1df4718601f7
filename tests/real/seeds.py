"""What a real helpdesk starts with, made once and copied from then on: it takes most of a start."""

import fcntl
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path

SEEDS = Path(__file__).parents[2] / ".overflow" / "seeds"
"""Kept from one run of the tests to the next; no part of the repository."""


def sow(home: Path, name: str, sources: Iterable[bytes], make: Callable[[Path], None]) -> None:
    """Put into ``home`` what ``make(folder)`` leaves, made anew where ``sources`` are others.

    Several processes may ask at once.
    """
    kept = SEEDS / f"{name}-{sha256(b''.join(sources)).hexdigest()[:16]}"
    SEEDS.mkdir(parents=True, exist_ok=True)
    with (SEEDS / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            with tempfile.TemporaryDirectory(prefix=f"overflow-{name}-") as folder:
                make(Path(folder))
                new = kept.with_suffix(".new")
                _copy(Path(folder), new)
                new.replace(kept)
    _copy(kept, home)


def _copy(source: Path, target: Path) -> None:
    """With owners, for a database has its own."""
    target.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", f"{source}/.", str(target)], check=True)
