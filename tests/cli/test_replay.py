"""``overflow replay``: from the store that the settings name."""

import orjson
import pytest
import yaml
from click.testing import CliRunner

from overflow.api.moments import iso
from overflow.cli import main
from overflow.store import keys
from tests.flows.house import SHOP, document
from tests.flows.recorded_day import Day
from tests.flows.routing import arrivals


def run(*args, status=0):
    result = CliRunner().invoke(main, ["replay", *map(str, args)])
    assert result.exit_code == status, (result.output, result.exception)
    return result


def test_a_recorded_period_comes_out_the_same(house):
    arrivals(house, house.desk, 8)

    assert run("--shop", SHOP).stdout.splitlines()[0] == (
        "8 decisions came out the same, 0 otherwise."
    )
    told = orjson.loads(run("--shop", SHOP, "--json").stdout)
    assert (told["same"], told["different"], told["listed"]) == (8, 0, [])
    assert told["to"].endswith("Z")


def test_what_comes_out_otherwise_is_shown_and_is_exit_status_1(house, store_client):
    arrivals(house, house.desk, 2)
    # Somebody tampers with the version that is kept.
    text = store_client.hget(keys.policies(SHOP), "1")
    text = text.replace(b'"start":3,"stop":1', b'"start":1,"stop":1')
    store_client.hset(keys.policies(SHOP), "1", text)

    lines = run("--shop", SHOP, status=1).stdout.splitlines()

    assert lines[0] == "0 decisions came out the same, 2 otherwise."
    assert "measures.backlog.start" in "".join(lines)


def test_another_policy_is_played_and_reported(house, tmp_path):
    start, end = Day(house, house.desk).play(40, 1800.0)
    file, report = tmp_path / "other.yaml", tmp_path / "report.html"
    other = document(pressure={"backlog": {"start": 9, "stop": 7}})
    file.write_text(yaml.safe_dump(other))
    period = ("--shop", SHOP, "--from", iso(start - 1), "--to", iso(end + 3600))

    shown = run(*period, "--policy-file", file, "--report", report).stdout
    told = orjson.loads(run(*period, "--policy-file", file, "--json").stdout)

    assert "this policy, replayed" in shown
    assert "would have had another team" in shown
    assert set(told["totals"]) == {"happened", "own", "other"}
    assert told["totals"]["other"]["overflowed"] < told["totals"]["happened"]["overflowed"]
    assert {"ticket", "arrived", "was", "to", "why"} <= set(told["moved"][0])
    page = report.read_text()
    assert page.count("<figure>") == page.count("</figure>")
    assert {f"<h3>{title}</h3>" in page for title in ("Service level", "Cost", "To near")} == {True}
    assert "http" not in page.replace("http-equiv", "")


def test_every_fault_is_a_line(house, tmp_path):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("mode: lives\n")
    args = ("--shop", SHOP, "--from", "noon", "--policy-file", wrong)

    lines = run(*args, status=2).stderr.splitlines()

    assert any(line.startswith("--from: must be a time") for line in lines)
    assert any(line.startswith(f"{wrong}: mode: ") for line in lines)


@pytest.mark.parametrize(
    ("args", "fault"),
    [
        (("--report", "x.html"), "--report: needs --policy-file"),
        (("--from", "2026-01-02T00:00:00Z", "--to", "2026-01-01T00:00:00Z"), "--to: is before"),
    ],
)
def test_what_makes_no_sense_is_refused(house, args, fault):
    assert run("--shop", SHOP, *args, status=2).stderr.startswith(fault)


def test_an_empty_period_cannot_be_played(house, tmp_path):
    file = tmp_path / "other.yaml"
    file.write_text(yaml.safe_dump(document()))

    line = run("--shop", SHOP, "--policy-file", file, status=2).stderr

    assert line.startswith("--from, --to: nothing was decided")


def test_without_a_store_it_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv("OVERFLOW_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("OVERFLOW_REDIS_URL", raising=False)

    assert run("--shop", SHOP, status=2).stderr.startswith("OVERFLOW_REDIS_URL: is not set")
