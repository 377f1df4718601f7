"""Which module may import which: the contracts stand in pyproject.toml."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_imports_keep_to_their_layers():
    done = subprocess.run(
        ["lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 0, done.stdout + done.stderr
