"""`overflow forecast`: shown by the hour, uploaded from a table, withdrawn."""

import json
import os
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from overflow import policies
from overflow.cli import main
from overflow.clock import SystemClock
from overflow.store.policies import Policies
from tests.policies.documents import shop as document

ZONE = ZoneInfo("Europe/Amsterdam")


@pytest.fixture
def forecast(store_url, store_client, monkeypatch):
    monkeypatch.setitem(os.environ, "OVERFLOW_REDIS_URL", store_url)  # noqa: TID251  the settings
    made = document(default={"channel": "email", "language": "nl"})
    Policies(store_client).put("lamps", made, policies.build(made), 0)

    def run(*arguments, status=0):
        done = CliRunner().invoke(main, ["forecast", *arguments])
        assert done.exit_code == status, done.output
        return done

    return run


@pytest.fixture
def table(tmp_path):
    now = datetime.fromtimestamp(SystemClock().now(), ZONE)
    hour = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    file = tmp_path / "week.csv"
    file.write_text(f"channel,at,arrivals\nchat,{hour:%Y-%m-%d %H:%M},12\n", "utf-8")
    return file


def test_nothing_is_known_of_a_new_shop(forecast):
    assert "nothing is known yet" in forecast("show", "lamps").stdout


def test_a_table_is_uploaded_and_shown_by_the_hour(forecast, table):
    done = forecast("upload", "lamps", str(table), "--interval", "1h")
    assert done.stdout == "lamps: chat: 12 tickets from now on, intervals: 1\n"

    shown = forecast("show", "lamps", "--hours", "3").stdout

    assert "chat.nl" in shown
    assert "12.0" in shown
    assert "uploaded" in shown


def test_it_is_printed_as_json_too(forecast, table):
    forecast("upload", "lamps", str(table), "--interval", "30m", "--has-peaks")

    told = json.loads(forecast("show", "lamps", "--json", "--queue", "chat.nl").stdout)

    assert told["uploaded"]["has_peaks"] is True
    assert [each["arrivals"] for each in told["queues"][0]["quarters"]] == [6.0, 6.0]


def test_a_forecast_is_withdrawn(forecast, table):
    forecast("upload", "lamps", str(table), "--interval", "1h")
    forecast("withdraw", "lamps")

    assert "nothing is known yet" in forecast("show", "lamps").stdout


def test_every_fault_of_a_table_is_a_line(forecast, tmp_path):
    file = tmp_path / "bad.csv"
    file.write_text("channel,at,arrivals\nfax,soon,-1\n", "utf-8")

    told = forecast("upload", "lamps", str(file), "--interval", "1h", status=2).stderr.splitlines()

    assert [line.partition(":")[0] for line in told] == [
        "line 2.channel",
        "line 2.at",
        "line 2.arrivals",
    ]


def test_a_file_that_is_no_text_and_a_shop_that_is_not_there_are_refused(forecast, tmp_path, table):
    file = tmp_path / "week.xlsx"
    file.write_bytes(b"PK\x03\x04\xff")

    told = forecast("upload", "lamps", str(file), "--interval", "1h", status=2).stderr
    assert "is no text in UTF-8" in told
    told = forecast("upload", "chairs", str(table), "--interval", "1h", status=2).stderr
    assert "there is no shop 'chairs'" in told
