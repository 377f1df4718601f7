"""The same app as it is served: real processes, real connections."""

import http.client
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from overflow.demo.ports import free_port
from overflow.flows import shops
from overflow.flows.routing.errand import IMPORTED
from overflow.settings import Settings
from overflow.wiring import build
from tests.api.conftest import JSON, SECRET, document, event, signed

PATH = "/v1/shops/lamps/events/standard"


@pytest.fixture(scope="module")
def port(store_url, tmp_path_factory):
    """Two processes of the API that serve a shop; one helper call for all tests of this file."""
    counters = tmp_path_factory.mktemp("counters")
    free = free_port()
    environment = {
        **os.environ,  # noqa: TID251  the process needs what this one has
        "OVERFLOW_REDIS_URL": store_url,
        "OVERFLOW_LOG_LEVEL": "warning",
        "PROMETHEUS_MULTIPROC_DIR": str(counters),
        "API_TEST_SECRET": SECRET,
    }
    command = [Path(sys.executable).parent / "granian", "--interface", "wsgi", "--workers", "2"]
    command += ["--blocking-threads", "4", "--host", "127.0.0.1", "--port", str(free)]
    with subprocess.Popen([*command, "overflow.wsgi:app"], env=environment) as process:
        try:
            until = time.monotonic() + 30
            while call(free, "GET", "/readyz")[0] != 200:
                assert time.monotonic() < until
                time.sleep(0.1)
            yield free
        finally:
            process.terminate()


@pytest.fixture
def served(port, store_url, store_client, monkeypatch):
    monkeypatch.setitem(os.environ, "API_TEST_SECRET", SECRET)  # noqa: TID251  a reference
    services = build(Settings(redis_url=store_url))
    shops.put_policy(services, "lamps", document("http://127.0.0.1:9/api"))
    services.situations.heard("lamps", IMPORTED, services.clock.now())
    yield services
    services.close()


def call(port, method, path, body=None, headers=None, *, chunked=False):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, path, body, headers or {}, encode_chunked=chunked)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    except OSError:
        return 0, {}, b""
    finally:
        connection.close()


def test_events_are_taken_in(port, served):
    body = event("t1")

    status, headers, answer = call(port, "POST", PATH, body, signed(body))

    assert status == 200
    assert json.loads(answer)["result"] == "decided"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert served.tickets.get("lamps", "t1") is not None


def test_a_chunked_event_is_taken_in(port, served):
    body = event("t1")
    headers = {**signed(body), "Transfer-Encoding": "chunked"}

    status, _, answer = call(
        port, "POST", PATH, iter([body[:50], body[50:]]), headers, chunked=True
    )

    assert (status, json.loads(answer)["ticket"]) == (200, "t1")


def test_a_body_without_length_is_cut_off_where_it_gets_too_large(port, served):
    def flood():
        for _ in range(64):
            yield b" " * 65536

    headers = {"Content-Type": JSON, "Transfer-Encoding": "chunked"}

    status, _, answer = call(port, "POST", PATH, flood(), headers, chunked=True)

    assert status in {413, 0}  # 0: it hung up while we were still sending
    if status:
        assert json.loads(answer)["status"] == 413
    assert served.tickets.list_open("lamps") == ([], "")


def test_a_body_that_says_it_is_too_large_is_refused(port, served):
    status, _, answer = call(port, "POST", PATH, b" " * 1_048_577, {"Content-Type": JSON})

    assert (status, json.loads(answer)["status"]) == (413, 413)


def test_processes_count_together(port, served):
    for _ in range(40):
        call(port, "GET", "/v1/shops")

    def counted():
        text = call(port, "GET", "/metrics")[2].decode()
        line = 'overflow_http_requests_total{method="GET",route="/v1/shops",status="401"}'
        return [each for each in text.splitlines() if each.startswith(line)]

    assert counted() == counted()
    assert float(counted()[0].rpartition(" ")[2]) == 40


def test_what_is_acknowledged_by_many_at_once_is_all_there_and_no_partner_is_over_full(
    port, served
):
    bodies = [event(f"t{i}") for i in range(40)]
    told = []

    def post(part):
        answers = [call(port, "POST", PATH, body, signed(body)) for body in part]
        told.extend(json.loads(answer) for _, _, answer in answers)

    threads = [threading.Thread(target=post, args=(bodies[i::8],)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {each["ticket"] for each in told} == {f"t{i}" for i in range(40)}
    found = served.tickets.get_many("lamps", [f"t{i}" for i in range(40)])
    assert len(found) == 40
    held = [record.team for record in found.values()]
    assert held.count("daytime") == held.count("nightowl") == 5
    assert served.upkeep.audit("lamps") == []
