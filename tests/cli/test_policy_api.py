"""``overflow policy`` against the API itself, over HTTP."""

import threading

import pytest
import yaml
from click.testing import CliRunner
from werkzeug.serving import make_server

from overflow.app import create_app
from overflow.cli import main
from overflow.flows import shops
from overflow.settings import Settings
from overflow.wiring import build
from tests.policies.documents import shop


@pytest.fixture
def services(store_client, store_url, tmp_path):
    made = build(Settings(redis_url=store_url, data_dir=tmp_path, metrics_dir=tmp_path))
    yield made
    made.close()


@pytest.fixture
def url(services):
    server = make_server("127.0.0.1", 0, create_app(services), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def run(services, url, monkeypatch, tmp_path):
    _, token = services.keyring.create("operator", ("operator",), services.clock.now())
    monkeypatch.setenv("OVERFLOW_API_KEY", token)
    monkeypatch.setenv("OVERFLOW_LOG_LEVEL", "error")  # the service logs in this process too
    monkeypatch.delenv("OVERFLOW_SETTINGS", raising=False)

    def invoke(*args, status=0):
        result = CliRunner().invoke(main, ["policy", *map(str, args), "--api", url])
        assert result.exit_code == status, (result.output, result.exception)
        return (result.stderr if status else result.stdout).splitlines()

    return invoke


@pytest.fixture
def write(tmp_path):
    def to_file(**changes):
        path = tmp_path / "lamps.yaml"
        path.write_text(yaml.safe_dump(shop(**changes)), encoding="utf-8")
        return path

    return to_file


def test_a_shop_is_created_and_shown(run, write, services):
    assert run("apply", write()) == ["lamps: created, version 1"]
    assert services.book.policy("lamps").partners[0].name == "helpers"
    assert run("apply", write()) == ["lamps: unchanged, version 1"]
    assert run("show", "lamps")[0] == "# version 1"
    assert run("show", "lamps", "--version", 1)[0] == "# version 1"
    assert run("show", "lamps", "--version", 2, status=2)
    assert run("show", "candles", status=2)


def test_a_version_is_replaced_when_it_is_the_expected_one(run, write):
    run("apply", write())
    assert run("apply", write(mode="observe"), "--expect", 1) == ["lamps: version 2"]
    (line,) = run("apply", write(mode="off"), "--expect", 1, status=2)
    assert "version 2" in line


def test_a_version_that_a_file_put_there_is_replaced_without_more_ado(run, write):
    run("apply", write())
    assert run("apply", write(mode="observe")) == ["lamps: version 2"]


def test_a_version_that_was_put_there_otherwise_is_not_overwritten_unseen(run, write, services):
    run("apply", write())
    _, document = shops.get_policy(services, "lamps")
    shops.put_policy(services, "lamps", document | {"min_samples": 30}, expected=1)
    (line,) = run("apply", write(mode="observe"), status=2)
    assert "was not put there by a file" in line
    assert run("apply", write(mode="observe"), "--force") == ["lamps: version 3"]


def test_a_key_of_another_shop_does_not_reach_it(run, write, services, monkeypatch):
    _, token = services.keyring.create("other", ("shop:candles",), services.clock.now())
    monkeypatch.setenv("OVERFLOW_API_KEY", token)
    run("apply", write(), status=2)
    assert services.policies.get("lamps") is None
