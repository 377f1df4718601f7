"""What holds for every file: it says what it is for, and nothing about the machine it came from."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted([*ROOT.glob("overflow/**/*.py"), *ROOT.glob("workers/**/*.py")])

# Written in pieces, so that this file passes its own test.
REGISTRIES = [
    *["py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com"],
    *["deb." + "debian.org", "crates" + ".io", "gc" + "r.io", "gh" + "cr.io"],
]
PATHS = ["/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/[a-z]", "/Us" + "ers/[a-z]"]
FORBIDDEN = re.compile("|".join([*map(re.escape, REGISTRIES), *PATHS]))


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode != 0:
        pytest.fail(f"the files of this tree cannot be listed: {listed.stderr}")
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def test_no_file_names_a_machine_or_a_registry():
    found = []
    for path in tracked():
        if not path.is_file():
            continue  # removed, and not yet committed
        for number, line in enumerate(path.read_text(errors="ignore").splitlines(), 1):
            if FORBIDDEN.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")

    assert not found, "\n".join(found)


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_holds_versions_and_hashes_and_nothing_else(lock):
    lines = (ROOT / lock).read_text().splitlines()
    lines = [line for line in lines if not line.lstrip().startswith("#")]

    pinned = re.compile(
        r"[a-z0-9._-]+==[\w.!+-]+( ;[^\\]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?"
    )
    assert not [line for line in lines if not pinned.fullmatch(line)]


def test_the_developers_have_what_the_image_has():
    pins = [
        set(re.findall(r"^([a-z0-9._-]+==[^ ]+)", (ROOT / lock).read_text(), re.MULTILINE))
        for lock in ("requirements.lock", "requirements-dev.lock")
    ]

    assert pins[0] <= pins[1]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_what_it_is_for(module):
    assert ast.get_docstring(ast.parse(module.read_text()))
