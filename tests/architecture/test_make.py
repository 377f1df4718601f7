"""The one door."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def make(*arguments: str) -> str:
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    ).stdout


def test_make_alone_lists_every_target_with_a_sentence():
    listed = dict(re.findall(r"^  make (\S+) +(\S.*)$", make(), re.MULTILINE))
    phony = (
        re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
        .group(1)
        .split()
    )

    assert set(listed) == set(phony)
    assert {"demo", "run", "test", "test-deps", "lint", "types", "api", "bench", "lock"} <= set(
        listed
    )


def test_the_demo_can_be_pointed_at_a_real_helpdesk():
    told = make("--dry-run", "demo", "HELPDESK=django-helpdesk")

    assert "overflow demo --helpdesk django-helpdesk" in told


def test_a_python_that_is_too_old_is_refused_in_one_line():
    done = subprocess.run(
        ["bash", ".ci/venv", "nowhere"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "PYTHON": "false"},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )

    assert done.returncode == 1
    assert re.fullmatch(r"overflow needs Python 3\.11 or newer.*\n", done.stderr)
    assert not (ROOT / "nowhere").exists()
