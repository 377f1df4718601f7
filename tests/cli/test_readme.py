"""The decision on the first page is what the software says."""

import json
import re
from pathlib import Path

from click.testing import CliRunner

from overflow.cli import main

ROOT = Path(__file__).parents[2]
POLICY = ROOT / "deploy" / "examples" / "two-partners.yaml"
TICKET = '{"channel": "chat", "language": "de"}'
SITUATION = {
    "queues": [{"queue": "chat.de", "teams": [{"team": "inhouse", "waiting": 4, "wip": 9}]}],
    "partners": [
        {"partner": "daytime", "today": 212, "channels": [{"channel": "chat", "held": 11}]}
    ],
}


def test_the_decision_on_the_first_page_is_what_comes_out(tmp_path):
    page = re.sub(r"\s+(?:> )?", " ", (ROOT / "README.md").read_text())
    given = tmp_path / "situation.json"
    given.write_text(json.dumps(SITUATION))
    asked = ["--ticket", TICKET, "--situation", str(given), "--at", "2026-11-21T11:00:00Z"]

    done = CliRunner().invoke(main, ["decide", str(POLICY), *asked])

    headline, *table = done.output.splitlines()
    assert headline in page
    [costs] = [line for line in table if line.startswith("expected cost")]
    told = re.search(r"\| expected cost \|(.*?)\| The board", page)[1]
    assert re.findall(r"\d+\.\d\d", told) == re.findall(r"\d+\.\d\d", costs)
