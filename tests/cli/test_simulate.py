"""``overflow simulate``: what it prints, and what it says of faults."""

from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from overflow.cli import main
from overflow.clock import SystemClock

PUBLIC = Path(__file__).parents[1] / "simulate" / "data" / "public.json"
EXAMPLE = Path(__file__).parents[2] / "deploy" / "examples" / "two-partners.yaml"
KEYS = [
    "scenario",
    "policy",
    "late",
    "days",
    "cost_mean",
    "cost_ci95",
    "optimum",
    "ratio",
    "ratio_ci95",
    "overflow_share",
    "service_level",
    "abandoned_share",
    "decision_ms_p99",
]


@pytest.fixture
def run():
    def invoke(*args, status=0):
        result = CliRunner().invoke(main, ["simulate", *map(str, args)])
        assert result.exit_code == status, (result.output, result.exception)
        return result

    return invoke


@pytest.fixture
def rows(run):
    def ask(*args):
        return orjson.loads(run("--scenarios", PUBLIC, "--json", *args).stdout)

    return ask


def test_every_scenario_is_one_object_of_a_list(rows):
    found = rows("--policy", "backlog", "--days", 2)
    assert [row["scenario"] for row in found] == [
        "quiet_chat",
        "bf_chat_ramp",
        "evening_close",
        "email_weekend",
        "phone_8020",
        "micro_shop",
    ]
    assert all(list(row)[: len(KEYS)] == KEYS for row in found)


def test_figures_mean_what_they_say(rows):
    (row,) = rows("--only", "quiet_chat", "--policy", "threshold:13", "--days", 40)
    assert (row["policy"], row["late"], row["days"]) == ("threshold:13", False, 40)
    assert row["optimum"] == pytest.approx(213.65, abs=0.01)
    assert row["ratio"] == pytest.approx(row["cost_mean"] / row["optimum"])
    assert row["cost_ci95"][0] < row["cost_mean"] < row["cost_ci95"][1]
    assert row["ratio_ci95"][0] <= 1.0010 + 0.001
    assert row["regret"] == pytest.approx(row["cost_mean"] - row["optimum"])
    assert 0 < row["overflow_share"] < 0.2 < row["service_level"] < 1
    assert 0 < row["decision_ms_p99"] < 50


def test_the_same_seed_gives_the_same_figures(rows):
    def costs(seed):
        return [row["cost_mean"] for row in rows("--policy", "never", "--days", 2, "--seed", seed)]

    assert costs(3) == costs(3) != costs(4)


def test_several_policies_play_the_same_days(rows):
    one, other = rows("--only", "micro_shop", "--policy", "never", "--policy", "always")
    assert (one["policy"], other["policy"]) == ("never", "always")
    assert one["offered"] == other["offered"]
    assert (one["overflow_share"], other["overflow_share"]) == (0, 1)


def test_a_single_day_has_no_interval(rows):
    (row,) = rows("--only", "micro_shop", "--policy", "backlog", "--days", 1)
    assert row["cost_ci95"] == [None, None]


def test_it_stops_when_it_is_sure_enough(rows):
    args = ("--only", "quiet_chat", "--policy", "threshold:13", "--days", 900)
    (row,) = rows(*args, "--half-width", 1)
    assert row["days"] < 900
    assert row["ratio_ci95"][1] - row["ratio"] <= 0.01


def test_people_get_a_table(run):
    shown = run("--scenarios", PUBLIC, "--policy", "backlog", "--days", 2, "--late").stdout
    assert "cost ÷ optimum" in shown
    assert "backlog, late" in shown
    assert len(shown.splitlines()) == 7


def test_where_nothing_can_be_spent_there_is_no_ratio(run, tmp_path):
    free = dict.fromkeys(("p", "a", "c_o", "c_i"), 0)
    day = {"H": 60, "roster": [[0, 2]], "aht": 5, "theta": 0, "T": 5, "lam": [[0, 0.1]]}
    file = tmp_path / "free.json"
    file.write_bytes(orjson.dumps([{"name": "free", "conc": 1, **day, **free}]))
    page = tmp_path / "free.html"
    assert "nan" not in run("--scenarios", file, "--days", 2, "--report", page).stdout
    assert ">nan" not in page.read_text()
    assert "The best possible costs nothing here" in page.read_text()
    row = orjson.loads(run("--scenarios", file, "--days", 2, "--json").stdout)[0]
    assert (row["optimum"], row["ratio"]) == (0.0, None)


def test_every_fault_has_its_line(run, tmp_path):
    result = run("--scenarios", PUBLIC, "--only", "x", "--policy", "y", status=2)
    assert len(result.stderr.splitlines()) == 2
    file = tmp_path / "wrong.json"
    file.write_text('[{"name": "a", "H": -1}]')
    lines = run("--scenarios", file, "--policy", "y", status=2).stderr.splitlines()
    assert f"{file}: a.H: must be above 0" in lines
    assert f"{file}: a.lam: is missing" in lines
    assert len(lines) == 11
    missing = run("--scenarios", tmp_path / "no.json", status=2).stderr
    assert "cannot be read" in missing


def test_a_field_that_is_not_known_is_named(run, tmp_path):
    (document, *_) = orjson.loads(PUBLIC.read_bytes())["scenarios"]
    file = tmp_path / "scenarios.json"
    file.write_bytes(orjson.dumps([document | {"colour": "red"}]))
    result = run("--scenarios", file, "--policy", "never", "--days", 1)
    assert "quiet_chat.colour" in result.stderr


def test_a_report_is_written_with_the_usual_rules_beside(run, tmp_path):
    page = tmp_path / "page.html"
    args = ("--scenarios", PUBLIC, "--only", "micro_shop", "--policy", "threshold:2", "--days", 2)
    result = run(*args, "--json", "--report", page)
    assert [row["policy"] for row in orjson.loads(result.stdout)] == ["threshold:2"]
    assert "estimated-wait" in page.read_text()


def test_a_report_that_cannot_be_written_is_a_fault(run, tmp_path):
    args = ("--scenarios", PUBLIC, "--only", "micro_shop", "--policy", "never", "--days", 1)
    result = run(*args, "--report", tmp_path / "none" / "page.html", status=2)
    assert "--report" in result.stderr


@pytest.fixture
def forecast(tmp_path):
    """Of a whole week: home is closed on any one day that is a holiday."""
    week = [SystemClock().now() + 86_400 * day for day in range(1, 8)]
    dates = [f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}" for at in week]
    rows = [f"phone,{date} {hour:02d}:00,12" for date in dates for hour in range(9, 13)]
    file = tmp_path / "week.csv"
    file.write_text("\n".join(["channel,at,arrivals", *rows]))
    return file


def test_a_policy_and_a_forecast_make_days(run, forecast, tmp_path):
    args = ("--policy-file", EXAMPLE, "--forecast", forecast, "--interval", 3600, "--days", 2)
    page = tmp_path / "page.html"
    (row, *_) = orjson.loads(run(*args, "--policy", "no-free-slot", "--json").stdout)
    assert row["scenario"].startswith("phone ")
    assert "seats" not in row
    shown = run(*args, "--policy", "no-free-slot", "--report", page).stdout
    assert "seats, €" in shown
    assert "Cost against seats" in page.read_text()


def test_either_scenarios_or_a_policy_are_played(run, forecast):
    assert "--scenarios" in run(status=2).stderr
    both = run("--scenarios", PUBLIC, "--policy-file", EXAMPLE, status=2)
    assert "either this or" in both.stderr
    bare = run("--policy-file", EXAMPLE, status=2).stderr
    assert [line.partition(":")[0] for line in bare.splitlines()] == ["--forecast", "--interval"]


def test_faults_of_a_forecast_are_named_by_line(run, tmp_path):
    file = tmp_path / "wrong.csv"
    file.write_text("channel,at,arrivals\nfax,2026-11-27 09:00,3\nchat,soon,3\n")
    lines = run("--policy-file", EXAMPLE, "--forecast", file, "--interval", 900, status=2).stderr
    assert f"{file}: line 2.channel" in lines
    assert f"{file}: line 3.at" in lines
