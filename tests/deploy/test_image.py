"""The image's parts, run as plain processes: its lint, its server's options, its health check."""

import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = ROOT / "deploy/Dockerfile"
HEALTHCHECK = ROOT / "deploy/healthcheck.py"


def healthcheck(*arguments: str) -> int:
    command = [sys.executable, HEALTHCHECK, *arguments]
    return subprocess.run(command, capture_output=True, check=False, timeout=30).returncode


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


def test_the_server_knows_every_option_that_the_image_gives_it():
    text = DOCKERFILE.read_text().replace("\\\n", "")
    (command,) = [line for line in text.splitlines() if line.startswith("CMD [")]
    options = [word for word in command.split('"') if word.startswith("--")]

    known = subprocess.run(
        [sys.executable, "-m", "granian", "--help"], capture_output=True, text=True, check=True
    ).stdout
    assert options
    assert not [option for option in options if option not in known]


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
