"""Every panel shows something: its query is asked of a real Prometheus with real scrapes.

What is scraped are the families with their labels as the service promises them; that the service
keeps the promise is tested where its metrics are made.
"""

import json
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import yaml

from overflow.demo.ports import free_port
from tests.deploy.test_observability import RULES, panels, queries

DOMAIN = {
    "overflow_decisions_total": "shop outcome reason team channel",
    "overflow_waiting": "shop team queue",
    "overflow_wip": "shop team queue",
    "overflow_expected_wait_seconds": "shop queue",
    "overflow_dirty": "shop",
    "overflow_to_read": "shop",
    "overflow_dead_letters": "shop",
    "overflow_sync_lag_seconds": "shop",
    "overflow_events_total": "shop connector result",
    "overflow_reconcile_differences_total": "shop cause",
    "overflow_helpdesk_calls_total": "shop outcome",
    "overflow_pressure": "shop queue",
    "overflow_input_age_seconds": "shop input",
    "overflow_worker_alive": "",
    "overflow_moves_total": "shop kind",
    "overflow_flaps_total": "shop channel",
    "overflow_shadow_total": "shop team shadow_team channel",
    "overflow_wait_promises_total": "shop channel method outcome",
    "overflow_wait_promised_seconds_total": "shop channel method",
    "overflow_wait_taken_seconds_total": "shop channel method",
    "overflow_wait_error_seconds_total": "shop channel method",
    "overflow_plan_level": "shop channel",
    "overflow_plan_age_seconds": "shop channel",
    "overflow_sweep_age_seconds": "shop",
    "overflow_partner_held": "shop partner channel",
    "overflow_partner_capacity": "shop partner channel",
}
HISTOGRAMS = {"overflow_sync_seconds": "shop", "overflow_http_request_seconds": "route"}
HTTP = {"overflow_http_requests_total": "method route status"}
VALUES = {"outcome": "overflow", "status": "200"}
OUTCOMES = {"overflow_wait_promises_total": "sooner"}


def series(name: str, labels: str, value: float, **more: str) -> str:
    known = VALUES | {"outcome": OUTCOMES.get(name, VALUES["outcome"])}
    pairs = {label: known.get(label, f"a-{label}") for label in labels.split()} | more
    inner = ",".join(f'{label}="{text}"' for label, text in pairs.items())
    return f"{name}{{{inner}}} {value}\n"


def exposition(path: str, count: int) -> str:
    """What the service answers the `count`-th time."""
    families, histogram = (
        (DOMAIN, "overflow_sync_seconds")
        if path == "/metrics/domain"
        else (HTTP, "overflow_http_request_seconds")
    )
    text = "".join(series(name, labels, count) for name, labels in families.items())
    for le in ("0.1", "1.0", "+Inf"):
        text += series(f"{histogram}_bucket", HISTOGRAMS[histogram], count, le=le)
    for part in ("sum", "count"):
        text += series(f"{histogram}_{part}", HISTOGRAMS[histogram], count)
    return text


@pytest.fixture(scope="module")
def service():
    """Where something answers as the service's two metrics endpoints do."""
    scrapes: dict[str, int] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            scrapes[self.path] = scrapes.get(self.path, 0) + 1
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(exposition(self.path, scrapes[self.path]).encode())

        def log_message(self, *_): ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def prometheus(service, tmp_path_factory):
    """A Prometheus with the alerts that has scraped the service some times; its address."""
    home = tmp_path_factory.mktemp("prometheus")
    targets = [{"targets": [service]}]
    config = {
        "global": {"scrape_interval": "500ms", "evaluation_interval": "500ms"},
        "rule_files": [str(RULES)],
        "scrape_configs": [
            {"job_name": "overflow-http", "static_configs": targets},
            {
                "job_name": "overflow-domain",
                "metrics_path": "/metrics/domain",
                "static_configs": targets,
            },
        ],
    }
    (home / "prometheus.yml").write_text(yaml.safe_dump(config))
    address = f"127.0.0.1:{free_port()}"
    command = [
        "prometheus",
        f"--config.file={home}/prometheus.yml",
        f"--storage.tsdb.path={home}/data",
        f"--web.listen-address={address}",
    ]
    with (home / "log").open("w") as log, subprocess.Popen(command, stderr=log) as process:
        try:
            until = time.monotonic() + 30
            # Rates need several scrapes of both.
            scraped = 'min(count_over_time(scrape_samples_scraped{job=~"overflow.*"}[1m])) >= 4'
            while ask(address, scraped) == []:
                assert time.monotonic() < until, (home / "log").read_text()
                time.sleep(0.2)
            yield address
        finally:
            process.terminate()


def ask(address: str, query: str) -> list[dict]:
    url = f"http://{address}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return json.load(answer)["data"]["result"]
    except OSError:
        return []


@pytest.mark.needs("prometheus")
def test_every_panel_shows_something(prometheus):
    empty = [f"{title}: {query}" for title, query in queries() if not ask(prometheus, query)]

    assert not empty, "\n".join(empty)


@pytest.mark.needs("prometheus")
def test_every_legend_names_labels_that_its_query_leaves(prometheus):
    for panel in panels():
        for target in panel["targets"]:
            query = target["expr"].replace("$shop", ".*").replace("$__rate_interval", "1m")
            (first, *_) = ask(prometheus, query)
            named = {part.split("}}")[0] for part in target["legendFormat"].split("{{")[1:]}
            assert named <= first["metric"].keys(), panel["title"]


@pytest.mark.needs("prometheus")
def test_prometheus_can_evaluate_every_alert(prometheus):
    with urllib.request.urlopen(f"http://{prometheus}/api/v1/rules", timeout=5) as answer:
        groups = json.load(answer)["data"]["groups"]

    assert {rule["health"] for group in groups for rule in group["rules"]} == {"ok"}
