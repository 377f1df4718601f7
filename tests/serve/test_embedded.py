"""The embedded store, with the real server."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest

from overflow.clock import SystemClock
from overflow.errors import Refused
from overflow.serve import embedded
from overflow.serve.supervisor import Supervisor
from overflow.settings import Settings
from overflow.store.connect import connect, require_durable
from tests.serve.procs import is_alive, until


@pytest.fixture
def settings():
    folder = Path(tempfile.mkdtemp(prefix="ovf-"))  # a socket's path may not be long
    yield Settings(data_dir=folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def client(settings):
    found = connect(settings.store_url, timeout=2.0, retries=0)
    yield found
    found.close()


@pytest.fixture
def supervisor(settings):
    found = Supervisor([embedded.program(settings)])
    found.tend()
    yield found
    found.end()


def tended(supervisor, client):
    def is_there():
        supervisor.tend()
        return embedded.is_ready(client)

    return is_there


def test_it_is_as_durable_as_the_service_demands(supervisor, client):
    until(tended(supervisor, client))

    require_durable(client)


def test_it_is_killed_and_comes_back_with_all_it_had_at_the_same_place(supervisor, client):
    until(tended(supervisor, client))
    client.set("overflow:test", "kept")

    os.kill(*supervisor.pids("store"), signal.SIGKILL)

    until(tended(supervisor, client))
    assert client.get("overflow:test") == b"kept"


def test_one_that_an_earlier_run_left_is_ended_and_its_data_kept(settings, client):
    program = embedded.program(settings)
    left = subprocess.Popen(program.command, start_new_session=True)
    until(lambda: embedded.is_ready(client))
    client.set("overflow:test", "kept")

    embedded.remove_leftover(settings, SystemClock())

    assert left.wait(10) == 0
    fresh = Supervisor([program])
    try:
        until(tended(fresh, client))
        assert client.get("overflow:test") == b"kept"
    finally:
        fresh.end()
    assert not is_alive(left.pid)


def test_where_nothing_was_left_nothing_is_ended(settings):
    embedded.remove_leftover(settings, SystemClock())


def test_its_socket_is_closed_to_other_users(supervisor, client, settings):
    until(tended(supervisor, client))

    assert Path(settings.socket).stat().st_mode & 0o077 == 0


def test_why_it_does_not_start_is_told(settings, client):
    folder = settings.data_dir / "store" / "appendonlydir"
    folder.mkdir(parents=True)
    (folder / "appendonly.aof.manifest").write_text("nonsense\n")
    failing = Supervisor([embedded.program(settings)])
    try:
        until(lambda: failing.tend() or failing.early_deaths("store") >= 1)
    finally:
        failing.end()

    assert not embedded.is_ready(client)
    assert "manifest" in embedded.last_words(settings).lower()


def fake_server(folder: Path, version: str) -> None:
    server = folder / "redis-server"
    server.write_text(f"#!/bin/sh\necho 'Redis server v={version} sha=0'\n")
    server.chmod(0o755)


def test_a_server_on_the_path_has_to_be_new_enough(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    fake_server(tmp_path, "6.2.14")
    with pytest.raises(Refused, match="OVERFLOW_REDIS_URL"):
        embedded._found_on_path()

    fake_server(tmp_path, "7.2.5")
    assert embedded._found_on_path() == str(tmp_path / "redis-server")
