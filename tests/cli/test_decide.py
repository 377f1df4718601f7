"""``overflow decide``: a policy file and a ticket, and nothing else."""

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from overflow.cli import main

POLICY = Path(__file__).parents[2] / "deploy" / "examples" / "two-partners.yaml"
CHAT = '{"channel": "chat", "language": "de"}'
SATURDAY_NOON = "2026-11-21T11:00:00Z"
BUSY = {
    "queues": [{"queue": "chat.de", "teams": [{"team": "inhouse", "waiting": 4, "wip": 9}]}],
    "partners": [{"partner": "daytime", "channels": [{"channel": "chat", "held": 11}]}],
}


@pytest.fixture
def decide():
    def run(*args, status=0):
        result = CliRunner().invoke(main, ["decide", *map(str, args)])
        assert result.exit_code == status, (result.output, result.exception)
        return (result.stderr if status else result.stdout).splitlines()

    return run


@pytest.fixture
def busy(tmp_path):
    path = tmp_path / "situation.json"
    path.write_bytes(orjson.dumps(BUSY))
    return path


def test_the_headline_comes_first_and_then_every_team_against_every_reason(decide, busy):
    lines = decide(POLICY, "--ticket", CHAT, "--situation", busy, "--at", SATURDAY_NOON)

    assert lines[0] == (
        "To daytime: its chance of a late answer at home is 77 % (starts at 35 %, ends below "
        "15 %), 2 % there."
    )
    assert lines[2].split() == ["inhouse", "daytime", "*", "nightowl"]
    rows = {line[:25].strip(): line for line in lines[3:]}
    assert "yes (11 of 24, on the channel)" in rows["room"]
    assert "EUR 14.73" in rows["expected cost"]


def test_json_is_what_the_api_would_answer(decide):
    told = orjson.loads("\n".join(decide(POLICY, "--ticket", CHAT, "--json")))

    assert told["outcome"] in {"keep", "overflow"}
    assert [each["team"] for each in told["teams"]] == ["inhouse", "daytime", "nightowl"]
    assert told["at"].endswith("Z")


def test_the_ticket_may_stand_in_a_file(decide, tmp_path):
    path = tmp_path / "ticket.json"
    path.write_text(CHAT)

    assert decide(POLICY, "--ticket", f"@{path}", "--at", SATURDAY_NOON)[0].startswith("Kept: ")


def test_every_fault_is_a_line_that_says_where(decide, tmp_path):
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"agents": -1, "weather": 1}')
    policy = tmp_path / "lamps.yaml"
    policy.write_text("shop: lamps\nmode: lives\n")

    lines = decide(
        policy, "--ticket", '{"channel": "a b"}', "--situation", wrong, "--at", "noon", status=2
    )

    places = [line.split(": ")[:2] for line in lines]
    assert [str(policy), "mode"] in places
    assert ["--ticket", "channel"] in places
    assert [str(wrong), "agents"] in places
    assert [str(wrong), "weather"] in places
    assert any(line.startswith("--at: must be a time") for line in lines)


@pytest.mark.parametrize("ticket", ["{", "[]", "@nowhere.json", "7"])
def test_what_is_no_ticket_is_a_fault(decide, ticket):
    (line,) = decide(POLICY, "--ticket", ticket, status=2)

    assert line.startswith("--ticket: ")


def test_a_capacity_above_the_contracts_is_found_in_the_file(decide, tmp_path):
    path = tmp_path / "s.json"
    rooms = [{"channel": "chat", "capacity": 99}]
    path.write_bytes(orjson.dumps({"partners": [{"partner": "daytime", "channels": rooms}]}))

    (line,) = decide(POLICY, "--ticket", CHAT, "--situation", path, status=2)

    assert line == f"{path}: partners.0.channels.0.capacity: is above the contract's 24"
