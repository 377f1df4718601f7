"""How a decision is told."""

import json

import pytest

from overflow.core.decide import decide
from overflow.core.decision import Reason, headline, trace_of
from overflow.core.model import HOME, Declared, Load, Pressure
from overflow.core.phrases import TEMPLATES, duration, share, why
from tests.core.make import (
    DAY,
    HOUR,
    NIGHT,
    NOON,
    castor,
    email,
    home,
    partner,
    policy,
    situation,
    ticket,
)

BUSY = {(HOME, "chat.de"): Load(20, 12)}
FULL = {("lumen", "chat"): 12, ("castor", "chat"): 12}


def said(given=None, *, seen=None, rules=None, now=NOON):
    return headline(decide(given or ticket(), seen or situation(now), rules or policy(), now))


def test_every_reason_has_words():
    assert set(TEMPLATES) == set(Reason)
    trace = decide(ticket(), situation(), policy(), NOON).trace
    for reason in Reason:
        words = why(reason, "lumen", trace)
        assert words
        assert "{" not in words


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "Kept: no pressure (0 in the backlog at home, 0 s to wait)."),
        (
            {"seen": situation(loads=BUSY)},
            "To lumen: pressure at home by its backlog of 32 (starts at 20, ends below 14).",
        ),
        (
            {
                "given": ticket(arrived=NOON - 600, due=NOON - 480),
                "seen": situation(loads=BUSY),
            },
            "To lumen: pressure at home by its backlog of 32 (starts at 20, ends below 14).",
        ),
        (
            {"given": ticket(arrived=NOON - 600, due=NOON - 480)},
            (
                "To lumen: its chance of a late answer at home is 100 %"
                " (starts at 50 %, ends below 30 %), 100 % there."
            ),
        ),
        (
            {"seen": situation(loads=BUSY, held=FULL)},
            "Kept: lumen is full (12 of 12 on the channel).",
        ),
        (
            {"given": ticket(language="fr")},
            "Kept: home does not answer in fr, and nobody else can take it.",
        ),
        (
            {"rules": policy(home=home(languages=frozenset({"nl"})))},
            "To lumen: home does not answer in de.",
        ),
        (
            {"given": ticket(arrived=NIGHT, due=NIGHT + 120), "now": NIGHT},
            "To lumen: home is closed, and on chat nobody can wait.",
        ),
        (
            {"given": email(arrived=NIGHT, due=NIGHT + HOUR), "now": NIGHT},
            "To lumen: home is closed, its chance of a late answer there is 100 %.",
        ),
        (
            {"rules": policy(partners=()), "seen": situation(loads=BUSY)},
            "Kept: the policy names no partner.",
        ),
        (
            {
                "seen": situation(
                    loads=BUSY,
                    declared={"lumen": Declared(NOON, NOON + 9, paused=True, reason="training")},
                ),
                "rules": policy(partners=(partner(),)),
            },
            "Kept: lumen is switched off (paused: training).",
        ),
        (
            {"seen": situation(seen={"helpdesk": NOON - HOUR}, loads=BUSY)},
            (
                "Kept: no pressure (unknown: nothing heard from the helpdesk for too long in the"
                " backlog at home, unknown: nothing heard from the helpdesk for too long to wait)."
            ),
        ),
    ],
)
def test_a_headline_is_one_sentence_with_the_numbers(given, expected):
    assert said(**given) == expected


def test_the_trace_is_plain_data_with_every_team_and_number():
    seen = situation(
        loads=BUSY,
        held={("lumen", "chat"): 12},
        pressure={"chat.de": Pressure(on=True, since=NOON - 9, measure="backlog", rev=4)},
    )
    told = trace_of(decide(ticket(), seen, policy(), NOON))
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert (told["outcome"], told["team"], told["reason"]) == ("overflow", "castor", "backlog")
    lumen = told["teams"][1]
    assert lumen["failed"] == ["full"]
    assert lumen["tests"]["full"] == {
        "passed": False,
        "have": 12,
        "limit": 12,
        "note": "on the channel",
    }
    assert told["pressure"] == {
        "on": True,
        "since": NOON - 9,
        "measure": "backlog",
        "was_on": True,
        "hold": 300.0,
    }
    assert told["measures"]["backlog"] == {
        "value": 32,
        "method": "counted",
        "start": 20,
        "stop": 14,
    }
    assert told["line"]["slots"] == 12


def test_a_closed_team_says_when_it_opens():
    told = trace_of(
        decide(ticket(arrived=NIGHT, due=NIGHT + 120), situation(NIGHT), policy(), NIGHT)
    )
    opens = {team["team"]: team.get("opens_at") for team in told["teams"]}
    assert opens == {HOME: NIGHT + 11 * HOUR, "lumen": None, "castor": NIGHT + 10 * HOUR}


def test_an_unknown_figure_says_why():
    told = trace_of(decide(ticket(), situation(), policy(home=home(shifts=())), NOON))
    assert told["measures"]["expected_wait"] == {
        "value": None,
        "unknown": "agents on shift unknown",
        "start": 120,
        "stop": 60,
    }


def test_the_nearest_partner_is_named():
    rules = policy(partners=(partner(languages=frozenset({"fr"}), capacity={}), castor()))
    seen = situation(loads=BUSY, held=FULL)
    assert said(seen=seen, rules=rules) == "Kept: castor is full (12 of 12 on the channel)."


def test_durations_and_shares_are_short():
    assert [duration(s) for s in (0, 119, 120, 7199, 7200, 2 * DAY)] == [
        "0 s",
        "119 s",
        "2 min",
        "120 min",
        "2 h",
        "2 d",
    ]
    assert [share(p) for p in (0, 0.001, 0.5, 0.999, 1)] == [
        "0 %",
        "under 1 %",
        "50 %",
        "over 99 %",
        "100 %",
    ]
