"""What stands before the image's server: it runs only where it can work."""

import json
import os
import subprocess
import sys

import pytest


@pytest.fixture
def start(tmp_path):
    def begin(**settings):
        command = [sys.executable, "-m", "overflow.serve.checked"]
        return subprocess.run(
            [*command, sys.executable, "-c", "print('it runs')"],
            env={**os.environ, "OVERFLOW_DATA_DIR": str(tmp_path), **settings},  # noqa: TID251
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return begin


def test_it_becomes_the_command_once_the_store_is_there(start, store_url):
    done = start(OVERFLOW_REDIS_URL=store_url)

    assert (done.returncode, done.stdout, done.stderr) == (0, "it runs\n", "")


def test_a_faulty_setting_is_said_once(start, store_url):
    done = start(OVERFLOW_REDIS_URL=store_url, OVERFLOW_REDIS_ULR="redis://store")

    line = json.loads(done.stderr)
    assert (done.returncode, done.stdout) == (2, "")
    assert (line["event"], line["where"]) == ("does not start", "OVERFLOW_REDIS_ULR")
    assert "OVERFLOW_REDIS_URL" in line["why"]


@pytest.mark.slow
def test_a_store_that_stays_away_is_said_once(start, tmp_path):
    done = start(OVERFLOW_REDIS_URL=f"unix://{tmp_path}/none.sock")

    line = json.loads(done.stderr)
    assert (done.returncode, done.stdout) == (1, "")
    assert "none.sock" in line["why"]
