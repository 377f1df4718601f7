"""What the API's processes print is one JSON object a line, the web server's own lines too."""

import json
import os
import subprocess
import sys

import pytest

from overflow.serve.server_log import CONFIG


@pytest.fixture
def lines(tmp_path):
    """What it prints that is started in vain."""

    def start(**settings):
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
        found = subprocess.run(
            [*command, "--port", "0", "--log-config", CONFIG, "overflow.wsgi:app"],
            env={**os.environ, "OVERFLOW_DATA_DIR": str(tmp_path), **settings},  # noqa: TID251
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=60,
            check=False,
        )
        return [json.loads(line) for line in found.stdout.splitlines()]

    return start


def test_a_faulty_setting_is_named(lines):
    said = lines(OVERFLOW_WORKERS="many", OVERFLOW_REDIS_ULR="redis://store")

    ours = [line for line in said if line["logger"] == "overflow.api"]
    assert {line["where"] for line in ours} == {"OVERFLOW_WORKERS", "OVERFLOW_REDIS_ULR"}
    assert "_granian" in {line["logger"] for line in said}


def test_a_store_that_is_not_there_is_named(lines, tmp_path):
    said = lines(OVERFLOW_REDIS_URL=f"unix://{tmp_path}/none.sock")

    (ours,) = [line for line in said if line["logger"] == "overflow.api"]
    assert ours["level"] == "error"
    assert "none.sock" in ours["why"]
