"""Prometheus' configuration, the alerts and the board: read by promtool, held against the code."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from overflow.flows.checkup.traffic import REFUSED
from tests.api.described import APP

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
PROMETHEUS = DEPLOY / "prometheus"
RULES = PROMETHEUS / "rules.yml"
RULE_TESTS = sorted(PROMETHEUS.glob("rules*_test.yml"))
BOARD = DEPLOY / "grafana/boards/overflow.json"

ALERTS = [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def promtool(*arguments: str | Path) -> None:
    done = subprocess.run(
        ["promtool", *arguments],
        cwd=PROMETHEUS,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def panels() -> Iterator[dict]:
    board = json.loads(BOARD.read_text())
    yield from (panel for panel in board["panels"] if panel["type"] != "row")


def queries() -> Iterator[tuple[str, str]]:
    """Every query of the board with its panel's title, Grafana's variables filled in."""
    for panel in panels():
        for target in panel["targets"]:
            query = target["expr"].replace("$shop", ".*").replace("$__rate_interval", "1m")
            yield panel["title"], query


def family(name: str) -> str:
    """A metric's family: what Prometheus appends to its samples taken off."""
    return re.sub(r"_(total|bucket|sum|count)$", "", name)


def used(expression: str) -> set[str]:
    without_words = re.sub(r'"[^"]*"', "", expression)
    return {family(name) for name in re.findall(r"\boverflow_\w+", without_words)}


@pytest.mark.needs("promtool")
def test_prometheus_takes_its_configuration():
    promtool("check", "config", "prometheus.yml")


@pytest.mark.needs("promtool")
def test_prometheus_takes_its_configuration_with_the_token_for_metrics_too(tmp_path):
    given = (PROMETHEUS / "prometheus.yml").read_text()
    with_token = re.sub(r"# (authorization:|  credentials_file:)", r"\1", given)
    scrapes = yaml.safe_load(with_token)["scrape_configs"]
    (tmp_path / "prometheus.yml").write_text(with_token)
    (tmp_path / "rules.yml").write_text(RULES.read_text())
    (tmp_path / "metrics-token").write_text("sixteen-letters-x")

    promtool("check", "config", tmp_path / "prometheus.yml")
    assert [one["authorization"] for one in scrapes if one["job_name"] != "prometheus"] == [
        {"credentials_file": "metrics-token"},
        {"credentials_file": "metrics-token"},
    ]


@pytest.mark.needs("promtool")
def test_every_alert_fires_when_it_must_and_not_when_it_must_not():
    promtool("test", "rules", *(file.name for file in RULE_TESTS))


@pytest.mark.needs("promtool")
def test_prometheus_understands_every_query_of_the_board(tmp_path):
    rules = [
        {"record": f"panel:{number}", "expr": query, "labels": {"title": title}}
        for number, (title, query) in enumerate(queries())
    ]
    file = tmp_path / "panels.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "board", "rules": rules}]}))

    promtool("check", "rules", file)


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_every_alert_is_tested_and_says_what_to_do(alert):
    tests = "".join(file.read_text() for file in RULE_TESTS)
    assert re.search(rf"\b{alert['alert']}\b", tests)
    assert alert["labels"]["severity"] in {"page", "ticket"}
    assert {"summary", "description"} <= alert["annotations"].keys()


def test_the_tallies_are_scraped_once_and_the_api_processes_each():
    scrapes = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())["scrape_configs"]
    by_path = {scrape.get("metrics_path"): scrape for scrape in scrapes}

    assert by_path["/metrics/domain"]["static_configs"] == [{"targets": ["api:8080"]}]
    assert by_path["/metrics"]["dns_sd_configs"][0]["names"] == ["api"]


def test_alerts_and_board_use_only_metrics_that_the_service_has():
    metrics = pytest.importorskip("overflow.metrics")
    known = {family(name) for name in metrics.NAMES}

    in_alerts = set().union(*(used(alert["expr"]) for alert in ALERTS))
    on_board = set().union(*(used(query) for _, query in queries()))
    assert in_alerts <= known
    assert on_board <= known


def test_alerts_pick_only_results_and_routes_that_there_are():
    picked = {
        (label, value)
        for alert in ALERTS
        for label, values in re.findall(r'\b(result|route)!?=~?"([^"]+)"', alert["expr"])
        for value in values.split("|")
    }
    routes = [str(rule) for rule in APP.url_map.iter_rules()]

    assert {value for label, value in picked if label == "result"} == REFUSED
    for pattern in [value for label, value in picked if label == "route"]:
        assert any(re.fullmatch(pattern, route) for route in routes), pattern


def test_every_panel_has_a_title_of_its_own_and_asks_the_chosen_data_source():
    titles = [panel["title"] for panel in panels()]

    assert len(titles) == len(set(titles))
    assert all(panel["datasource"]["uid"] == "${datasource}" for panel in panels())


def test_no_panel_lies_on_another():
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        at = panel["gridPos"]
        cells = {(at["x"] + i, at["y"] + j) for i in range(at["w"]) for j in range(at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24, panel["title"]
        taken |= cells


def test_the_board_finds_the_data_source_that_is_provisioned():
    sources = yaml.safe_load(
        (DEPLOY / "grafana/provisioning/datasources/prometheus.yml").read_text()
    )["datasources"]

    assert [source["type"] for source in sources] == ["prometheus"]
    assert sources[0]["isDefault"]
