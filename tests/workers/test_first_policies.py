"""``python -m workers`` makes the shops that it finds policies for, where nobody else does."""

import os
import signal
import subprocess
import sys

from overflow.policies.first import apply_new
from overflow.settings import VARIABLES, Settings
from overflow.store.journal import Journal
from overflow.store.policies import Policies
from tests.serve.procs import children, until

POLICY = """
shop: lamps
mode: "off"
zone: Europe/Berlin
helpdesk:
  connector: standard
  options:
    url: http://127.0.0.1:9/api
  secrets:
    webhook: env:LAMPS_SECRET
inhouse:
  group: Service
  hours: 24/7
  agents: {agents}
channels:
  email:
    target: 4h
"""


def start(store_url, folder):
    none = dict.fromkeys(VARIABLES, "")
    own = {"OVERFLOW_REDIS_URL": store_url, "OVERFLOW_POLICIES_DIR": str(folder)}
    return subprocess.Popen(
        [sys.executable, "-m", "workers"],
        env={**os.environ, **none, **own},  # noqa: TID251  a child's
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_new_shops_are_made_and_known_ones_left_alone(store_client, store_url, tmp_path):
    policies = Policies(store_client)
    file = tmp_path / "lamps.yaml"
    file.write_text(POLICY.format(agents=2))
    for agents in (2, 3):
        file.write_text(POLICY.format(agents=agents))
        process = start(store_url, tmp_path)
        until(lambda pid=process.pid: children(pid, "workers"))
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=60)[0]
        assert process.returncode == 0, said
        assert ("shop lamps created, version 1" in said) is (agents == 2)

    version, document = policies.get("lamps")
    assert (version, document["inhouse"]["agents"]) == (1, 2)


def test_policies_with_faults_are_named_and_nothing_is_made(store_client, store_url, tmp_path):
    (tmp_path / "lamps.yaml").write_text(POLICY.format(agents=-1))

    process = start(store_url, tmp_path)
    said = process.communicate(timeout=60)[0]

    assert process.returncode == 2
    assert f'"where":"{tmp_path}/lamps.yaml: inhouse.agents' in said
    assert Policies(store_client).shops() == []


def test_a_file_with_faults_keeps_nobody_from_serving_the_shops_that_are_there(
    store_client, store_url, tmp_path
):
    (tmp_path / "lamps.yaml").write_text(POLICY.format(agents=2))
    apply_new(Settings(policies_dir=tmp_path), store_client)
    (tmp_path / "a.yaml").write_text("a: [")
    (tmp_path / "candles.yaml").write_text(POLICY.format(agents=1).replace("lamps", "candles"))

    told = apply_new(Settings(policies_dir=tmp_path), store_client)

    (left_out,) = told.left_out
    assert left_out.startswith(f"left out: {tmp_path}/a.yaml: line 1 ")
    assert told.created == ["shop candles created, version 1"]


def test_the_journal_tells_of_the_first_version_once(store_client, tmp_path):
    (tmp_path / "lamps.yaml").write_text(POLICY.format(agents=2))

    for _ in range(2):
        apply_new(Settings(policies_dir=tmp_path), store_client)

    (entry,) = Journal(store_client).read("lamps")
    assert (entry.kind, entry.data) == ("policy", {"version": 1, "origin": "file"})
