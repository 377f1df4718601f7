"""Days made of a policy and a forecast."""

from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from overflow import policies
from overflow.core.arrivals.expected import Forecast, Interval, Uploaded
from overflow.core.hours import parse_hours
from overflow.core.supposed import empty
from overflow.errors import Invalid
from overflow.policies.folder import read_file
from overflow.simulate.from_policy import scenarios_of

EXAMPLE = Path(__file__).parents[2] / "deploy" / "examples" / "two-partners.yaml"
POLICY = policies.build(read_file(EXAMPLE))
HOUR = 3600.0


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin")).timestamp()


FRIDAY, SUNDAY = at("2026-10-16T00:00"), at("2026-10-18T00:00")


def hourly(arrivals, begin=FRIDAY, until=SUNDAY):
    count = int((until - begin) / HOUR)
    return tuple(Interval(begin + k * HOUR, HOUR, arrivals) for k in range(count))


def days(channels=(), policy=POLICY, **arrivals):
    given = Uploaded(0.0, {name: hourly(value) for name, value in arrivals.items()}, has_peaks=True)
    forecast = Forecast(policy, empty(policy, FRIDAY), None, given)
    return scenarios_of(policy, forecast, FRIDAY, SUNDAY, channels)


def arrivals(scenario):
    points = scenario.rate
    areas = ((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(points))
    return sum(areas)


def test_a_live_channel_has_a_day_for_each_opening():
    friday, saturday = days(chat=30)
    assert (friday.name, saturday.name) == ("chat 2026-10-16 08:00", "chat 2026-10-17 10:00")
    assert (friday.horizon, saturday.horizon) == (720, 360)
    assert (friday.end, friday.batch0) == ("close", 0)
    assert arrivals(friday) == pytest.approx(360)
    assert friday.rate[0][1] == pytest.approx(0.5)


def test_a_channel_takes_targets_prices_and_shifts_from_the_policy():
    friday, _ = days(chat=30)
    assert friday.roster == ((0.0, 18), (210.0, 33), (510.0, 15))
    assert (friday.target, friday.handle_time, friday.theta) == (1, 9, 0.25)
    assert (friday.breach, friday.lost, friday.kept, friday.goal) == (6, 15, 1.8, 0.8)
    assert friday.overflow == pytest.approx(2.9 + 6 * 0.0183, abs=1e-3)
    assert friday.partner_slots == 36


def agreed(name, **changes):
    """The policy with one partner's contract changed."""
    partners = [replace(p, **changes) if p.name == name else p for p in POLICY.partners]
    return replace(POLICY, partners=tuple(partners))


def contract(scenario, name):
    return next(each for each in scenario.partners if each.name == name)


def test_every_partner_of_the_channel_is_there_with_its_price_and_slots():
    friday, _ = days(chat=30)
    able = [p for p in POLICY.partners if "chat" in p.channels]
    assert [(p.name, p.price) for p in friday.partners] == [(p.name, p.price) for p in able]
    assert sum(p.slots for p in friday.partners) == friday.partner_slots
    assert friday.partners[0].answer_time == pytest.approx(able[0].answer_time / 60)


def test_a_partner_is_open_in_its_own_hours():
    name = POLICY.partners[0].name
    hours = parse_hours("Mo-Fr 09:00-12:00,13:00-17:00", POLICY.zone)
    friday, saturday = days(policy=agreed(name, hours=hours), chat=30)
    assert contract(friday, name).opening == (
        (0.0, 0), (60.0, 1), (240.0, 0), (300.0, 1), (540.0, 0),
    )  # fmt: skip
    assert contract(saturday, name).opening == ((0.0, 0),)


def test_a_daily_limit_counts_by_the_shops_day_and_is_split_between_channels():
    name = POLICY.partners[0].name
    limited = agreed(name, daily_limit=60)
    alone = days(["chat"], policy=limited, chat=30)
    # Half of the day's chats come at night, and may be handed over then.
    assert contract(alone[0], name).allowed == ((0.0, 30),)
    both = days(["chat"], policy=limited, chat=30, email=30)
    assert contract(both[0], name).allowed == ((0.0, 15),)
    (letters,) = days(["email"], policy=limited, email=6)
    assert contract(letters, name).allowed == ((0.0, 60), (720.0, 60))
    lunch = parse_hours("Mo-Sa 08:00-12:00,13:00-17:00", POLICY.zone)
    shut = replace(limited, home=replace(POLICY.home, hours=lunch))
    (letters,) = days(["email"], policy=shut, email=6)
    assert contract(letters, name).allowed == ((0.0, 60), (480.0, 60))  # one count a day
    endless = agreed(name, daily_limit=None)
    assert contract(days(policy=endless, chat=30)[0], name).allowed is None


def test_a_policy_that_plans_by_service_level_needs_no_costs():
    costs = replace(POLICY.costs, breach=0.0, lost=0.0)
    friday, _ = days(policy=replace(POLICY, planning="service_level", costs=costs), chat=30)
    assert (friday.is_by_goal, friday.told().goal) == (True, 0.8)
    assert days(chat=30)[0].told().goal is None


def test_other_channels_go_on_over_night_in_opening_hours():
    (both,) = days(email=6)
    assert (both.horizon, both.end, both.target) == (1080, "drain", 240)
    assert both.batch0 == 48
    assert arrivals(both) == pytest.approx(6 * (12 + 14 + 6))
    overnight = [rate for t, rate in both.rate if 720 <= t < 721]
    assert max(overnight) == pytest.approx(6 * 14 + 0.1)


def test_agents_are_split_by_the_work_that_is_foretold():
    chat, phone = (days([name], chat=30, phone=20)[0] for name in ("chat", "phone"))
    chat_work, phone_work = 30 * 9 / 3, 20 * 6
    share = chat_work / (chat_work + phone_work)
    assert chat.roster[0][1] == round(6 * 3 * share)
    assert phone.roster[0][1] == round(6 * (1 - share))


def test_a_day_without_arrivals_is_none():
    assert days(chat=0) == []


def test_every_fault_is_named():
    bare = replace(POLICY, home=replace(POLICY.home, shifts=()), partners=())
    bare = replace(bare, costs=replace(bare.costs, breach=0.0, lost=0.0))
    with pytest.raises(Invalid) as found:
        days(["chat", "fax"], policy=bare, chat=30)
    assert set(found.value.faults) == {
        "--channel fax",
        "inhouse.shifts",
        "costs.breach",
        "partners",
    }


def test_a_forecast_for_closed_time_alone_is_a_fault():
    given = Uploaded(0.0, {"chat": hourly(5, SUNDAY, SUNDAY + 5 * HOUR)})
    forecast = Forecast(POLICY, empty(POLICY, SUNDAY), None, given)
    with pytest.raises(Invalid):
        scenarios_of(POLICY, forecast, SUNDAY, SUNDAY + 5 * HOUR)
