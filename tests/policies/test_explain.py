"""What an operator reads before a policy counts."""

from datetime import UTC, datetime

import pytest

from overflow import policies
from overflow.policies.explain import explain
from overflow.policies.warnings import warnings
from tests.policies.documents import home, partner, shop

WEDNESDAY = datetime(2026, 12, 23, 12, tzinfo=UTC).timestamp()


def told(**changes):
    return explain(policies.build(shop(**changes)), WEDNESDAY)


def warned(**changes):
    return warnings(policies.build(shop(**changes)), WEDNESDAY)


def test_the_coming_week_is_shown_with_its_holidays():
    text = told(
        holidays={"country": "NL", "add": ["2026-12-24"]},
        inhouse=home(hours="Mo-Fr 09:00-12:00,13:00-17:00; PH off", agents=2),
        partners=[partner(hours="08:00-24:00")],
    )
    assert (
        """
Open in the coming seven days, on the clock of Europe/Amsterdam:
               inhouse                    helpers
  Wed 23 Dec   09:00-12:00, 13:00-17:00   08:00-24:00
  Thu 24 Dec   closed (holiday)           08:00-24:00 (holiday)
  Fri 25 Dec   closed (holiday)           08:00-24:00 (holiday)
  Sat 26 Dec   closed (holiday)           08:00-24:00 (holiday)
  Sun 27 Dec   closed                     08:00-24:00
  Mon 28 Dec   09:00-12:00, 13:00-17:00   08:00-24:00
  Tue 29 Dec   09:00-12:00, 13:00-17:00   08:00-24:00
inhouse: 2 agents on shift.
"""
        in text
    )


def test_shifts_are_shown_with_the_agents_that_they_add_up_to():
    text = told(
        inhouse=home(
            agents=None,
            hours="Mo-Fr 08:00-18:00",
            shifts=[
                {"hours": "Mo-Fr 07:00-14:00", "agents": 2},
                {"hours": "Mo-Fr 12:00-18:00", "agents": 3},
            ],
        )
    )
    assert "08:00-12:00 (2), 12:00-14:00 (5), 14:00-18:00 (3)" in text


def test_every_day_says_how_many_there_are_where_the_days_differ():
    text = told(
        inhouse=home(
            agents=None,
            hours="Mo-Fr 09:00-17:00; Sa 10:00-14:00",
            shifts=[
                {"hours": "Mo-Fr 09:00-17:00", "agents": 4},
                {"hours": "Sa 10:00-14:00", "agents": 1},
            ],
        )
    )
    assert "Wed 23 Dec   09:00-17:00 (4)" in text
    assert "Sat 26 Dec   10:00-14:00 (1)" in text
    assert "on shift" not in text


def test_shifts_of_the_same_size_that_overlap_are_not_told_as_one():
    text = told(
        inhouse=home(
            agents=None,
            hours="Mo-Fr 08:00-18:00",
            shifts=[{"hours": "Mo-Fr 08:00-14:00", "agents": 2}] * 2
            + [{"hours": "Mo-Fr 14:00-18:00", "agents": 2}],
        )
    )
    assert "08:00-14:00 (4), 14:00-18:00 (2)" in text
    assert "on shift" not in text


def test_hours_of_another_zone_are_shown_on_the_shops_clock():
    text = told(partners=[partner(hours="09:00-17:00", zone="America/New_York")])
    assert "15:00-23:00" in text
    assert "helpers keeps the hours of America/New_York." in text


def test_a_day_on_which_the_clock_changes_is_one_day():
    text = explain(
        policies.build(shop(partners=[partner(hours="24/7")])),
        datetime(2026, 10, 24, 12, tzinfo=UTC).timestamp(),
    )
    assert "Sun 25 Oct   closed        all day" in text


def test_it_says_what_turns_pressure_on_and_off():
    text = told(
        pressure={"backlog": {"start": 20, "stop": 12}, "breach": {"start": 0.4, "stop": 0.2}},
        channels={
            "chat": {"pressure": {"expected_wait": {"start": "90s", "stop": "30s"}}},
            "email": {},
        },
    )
    assert (
        "chat: on when the backlog reaches 20 or the expected wait reaches 1m30s or the chance of "
        "a late answer reaches 40%; off when the backlog is below 12 and the expected wait is "
        "below 30s and the chance of a late answer is below 20%, after at least 5m."
    ) in text
    assert "email: on when the backlog reaches 20 or the chance" in text


def test_partners_are_listed_cheapest_first_with_price_and_limits():
    dear = partner(name="dear", group="Dear", price=4, daily_limit=1, languages=["en", "nl"])
    text = told(partners=[dear, partner(total_capacity=50)])
    assert text.index("helpers (group Helpers): EUR 3.20") < text.index(
        "dear (group Dear): EUR 4.00"
    )
    assert "holds at most 12 chat and 40 email; 50 in total" in text
    assert "at most 1 ticket a day" in text
    assert "speaks en and nl" in text


@pytest.mark.parametrize(
    ("closed", "said"),
    [
        ("keep", "every ticket waits for it"),
        ("overflow", "every ticket goes to a partner that can take it"),
        ({"breach": "30%"}, "their chance to be late after opening exceeds 30%"),
    ],
)
def test_it_says_what_happens_while_closed(closed, said):
    assert said in told(closed=closed)


def test_it_says_what_home_cannot_do_at_all():
    text = told(inhouse=home(hours="24/7", agents=1, languages=["nl", "en"], channels=["chat"]))
    assert "speaks en and nl: a ticket in another language goes to a partner" in text
    assert "inhouse does not serve email: such a ticket goes to a partner." in text


@pytest.mark.parametrize(
    ("mode", "said"),
    [("live", "and moved"), ("observe", "nothing is moved"), ("off", "stay where they are")],
)
def test_it_says_what_the_mode_means(mode, said):
    assert said in told(mode=mode)


def test_a_policy_without_oddities_is_not_warned_of():
    assert warned() == []
    assert "Worth a look" not in told()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"mode": "off"}, "the mode is off"),
        ({"partners": None}, "there is no partner"),
        ({"partners": [partner(enabled=False)]}, "no partner is enabled"),
        (
            {"partners": [partner(answer_time="3m")]},
            "chat: helpers usually answers after 3m, later",
        ),
        ({"untouched": "30s"}, "taken back from helpers after 30s untouched, before its usual"),
        ({"partners": [partner(hours="off")]}, "helpers is not open at any time within a year"),
        ({"partners": [partner(capacity={"chat": 3})]}, "email: no partner serves it"),
        ({"partners": [partner(capacity={"chat": 3, "email": 0})]}, "a capacity of 0 on email"),
        ({"partners": [partner(total_capacity=20)]}, "may hold 40 on email, but only 20 in total"),
        ({"pressure": None}, "chat: no level turns pressure on"),
        ({"inhouse": home(hours="24/7", agents=0)}, "inhouse has no agents"),
        ({"channels": {"chat": {}, "email": {}, "x": {}}}, "x: no partner serves it"),
        (
            {
                "channels": {"chat": {}, "email": {}, "x": {}},
                "inhouse": home(hours="24/7", agents=1, channels=["chat"]),
            },
            "x: no team serves it",
        ),
        (
            {
                "channels": {"chat": {}, "email": {}},
                "pressure": {"breach": {"start": 0.5, "stop": 0.3}},
            },
            "chat: no handle_time is given",
        ),
        (
            {
                "channels": {"chat": {"patience": "2m", "target": "2m", "handle_time": 60}},
                "partners": [partner(capacity={"chat": 3})],
                "pressure": {"breach": {"start": "50%", "stop": "20%"}},
            },
            "at most 37% wait beyond the target; the level of 50% is never reached",
        ),
        (
            {"partners": [partner(hours="Mo-Sa 08:00-20:00")]},
            "chat: nobody is open on Sun 27 Dec",
        ),
        ({"partners": [partner(hours="08:00-20:00")]}, "chat: nobody is open for 84 of 168 hours"),
    ],
)
def test_what_is_probably_not_meant_is_warned_of(changes, said):
    found = warned(**changes)
    assert said in " / ".join(found)
    assert all(text in told(**changes) for text in found)


@pytest.mark.parametrize(
    ("planning", "said"),
    [
        ("off", "Pressure, by which tickets overflow while inhouse is open:"),
        ("cost", "tickets overflow where that costs least"),
        ("service_level", "as few tickets overflow as keep the goal"),
    ],
)
def test_it_says_what_overflow_goes_by(planning, said):
    assert said in told(planning=planning, costs={"breach": 4.0})
