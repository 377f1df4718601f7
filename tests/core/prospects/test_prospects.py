"""From policy, hours and forecast to what the planner takes."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overflow.core.arrivals.expected import Forecast, Interval, Uploaded
from overflow.core.model import HOME, Declared, Load, Sample, Target
from overflow.core.prospects.ahead import ahead
from overflow.core.prospects.arrivals import Coming, steps
from overflow.core.prospects.time import minute_of, moment_of, spans_of
from tests.core import make
from tests.core.make import CHAT, DAY, EMAIL, HOUR, MINUTE, NOON, PHONE

BUSINESS = replace(EMAIL, target=Target(8 * HOUR, "business"))
OPENING = NOON - 3 * HOUR
"""09:00; home closes at 17:00."""


def foretold(policy, situation=None, **an_hour):
    """So many tickets an hour, each day the same."""
    hours = range(-48, 24 * 14)
    intervals = {
        name: tuple(Interval(OPENING + HOUR * n, HOUR, rate) for n in hours)
        for name, rate in an_hour.items()
    }
    return Forecast(policy, situation or make.situation(), None, Uploaded(NOON, intervals))


def seen(channel, now=NOON, situation=None, an_hour=None, **changes):
    policy = make.policy(planning="cost", channels=(CHAT, EMAIL, PHONE, channel), **changes)
    known = foretold(policy, situation, **(an_hour or {"chat": 12.0}))
    return ahead(channel, policy, situation or make.situation(), known, now)


def area(steps):
    return sum((b[0] - a[0]) * (a[1] + b[1]) / 2.0 for a, b in pairwise(steps))


def test_a_live_channels_time_is_the_present_opening_until_it_closes():
    at_noon, late = seen(CHAT), seen(CHAT, now=NOON + 4 * HOUR)

    assert at_noon.spans == ((OPENING + 2 * HOUR, OPENING + 7 * HOUR),)
    assert at_noon.prospect.end == "drain"
    assert late.spans == ((OPENING + 6 * HOUR, OPENING + 8 * HOUR),)
    assert late.prospect.end == "close"


def test_nothing_is_planned_for_it_while_home_is_closed():
    assert seen(CHAT, now=NOON + 6 * HOUR) == "home is closed"


def test_business_time_leaves_closed_hours_out():
    here = seen(BUSINESS)

    assert here.spans == tuple((OPENING + n * DAY, OPENING + n * DAY + 8 * HOUR) for n in (0, 1, 2))
    assert here.prospect.horizon == 24 * 60
    assert here.minute(NOON) == 180.0
    assert here.minute(OPENING + 10 * HOUR) == here.minute(OPENING + DAY) == 480.0


def test_what_comes_while_home_is_closed_stands_before_the_door():
    steps = seen(BUSINESS, an_hour={"email": 6.0}).prospect.forecast
    policy = make.policy(channels=(CHAT, EMAIL, PHONE, BUSINESS))
    second_day = [rate for at, rate in steps if 480.0 <= at < 481.0]

    assert max(second_day) == pytest.approx(6 * 16 + 6 / 60)  # a night in one minute
    assert area(steps) == pytest.approx(6 * 24 + 6 * 16 * 2)
    assert spans_of(BUSINESS, policy, NOON) == seen(BUSINESS).spans


def test_a_wall_clock_runs_on_while_nobody_is_there():
    here = seen(EMAIL)

    assert here.spans == ((NOON, NOON + 14 * HOUR),)
    assert here.prospect.roster == ((0.0, 3.0), (300.0, 0.0))


def test_others_that_the_same_people_serve_count_by_the_work_they_are():
    alone = seen(EMAIL, an_hour={"email": 6.0}).prospect.forecast
    both = seen(EMAIL, an_hour={"email": 6.0, "chat": 12.0}).prospect.forecast
    # A chat is ten minutes of a fourth of an agent, an e-mail eight minutes of a whole one.
    weight = (600 / 4) / 480

    assert area(both) == pytest.approx(area(alone) * (1 + 2 * weight), rel=0.03)


def test_who_is_on_the_line_goes_first():
    alone = seen(CHAT, an_hour={"chat": 12.0}).prospect.forecast
    assert seen(CHAT, an_hour={"chat": 12.0, "email": 60.0}).prospect.forecast == alone


def test_a_measured_handle_time_moves_the_prospect_only_when_it_moves():
    def handle(seconds):
        sample = make.situation(handle_time={(HOME, "chat"): Sample(99, seconds, NOON)})
        return seen(CHAT, situation=sample).prospect.expected.handle

    assert handle(300.0) == handle(301.0)
    assert handle(300.0) == pytest.approx(5.0, rel=0.011)
    assert handle(300.0) < handle(330.0)


@pytest.mark.parametrize(
    ("channel", "changes", "why"),
    [
        (replace(CHAT, name="fax"), {}, "home does not serve it"),
        (CHAT, {"partners": ()}, "no partner serves it"),
        (replace(CHAT, handle_time=None), {}, "handle time unknown"),
        (CHAT, {"home": make.home(shifts=())}, "agents on shift unknown"),
    ],
)
def test_what_is_missing_is_said(channel, changes, why):
    assert seen(channel, **changes) == why


def test_declared_agents_stand_in_for_shifts_that_nobody_wrote_down():
    said = make.situation(declared={HOME: Declared(NOON, NOON + DAY, agents=5)})
    here = seen(CHAT, situation=said, home=make.home(shifts=()))
    assert here.prospect.roster == ((0.0, 5.0),)


def test_without_a_forecast_nothing_is_foretold():
    here = seen(CHAT, an_hour={"email": 6.0})
    assert not here.coming.is_foretold(NOON)
    assert here.prospect.forecast == ((0.0, 0.0),)


def test_partners_places_are_counted_together():
    small = make.partner("small", capacity={"chat": 4}, total_capacity=3)
    large = make.partner("large", capacity={"chat": 20, "email": 9})
    here = seen(CHAT, partners=(small, large, make.partner("off", enabled=False)))

    assert here.prospect.partner_slots == 23
    assert here.partners == ("small", "large")


def test_the_line_that_is_there_is_looked_at_whole():
    crowd = make.situation(loads={(HOME, "chat.de"): Load(140, 12)})
    assert seen(CHAT, situation=crowd).prospect.present == 200


@given(
    st.lists(st.tuples(st.floats(1, 9e4), st.floats(60, 9e4)), min_size=1, max_size=5),
    st.floats(0, 1),
)
def test_minutes_and_moments_are_each_others_inverse(pieces, share):
    spans, at = [], 0.0
    for gap, length in pieces:
        spans.append((at + gap, at + gap + length))
        at += gap + length
    minute = share * sum(until - begin for begin, until in spans) / MINUTE

    assert minute_of(moment_of(minute, tuple(spans)), tuple(spans)) == pytest.approx(minute)


@given(st.floats(0, 20), st.floats(0, 5e5), st.floats(1, 5e5))
def test_what_is_foretold_between_two_moments_is_the_forecasts(rate, since, seconds):
    policy = make.policy()
    coming = Coming(CHAT, policy, make.situation(), foretold(policy, chat=rate), NOON)
    begin = NOON + since
    assert coming.foretold(begin, begin + seconds) == pytest.approx(rate * seconds / HOUR, abs=1e-6)


@given(st.lists(st.tuples(st.floats(0.1, 60.0), st.floats(0.0, 9.0)), max_size=12))
def test_neighbours_that_are_nearly_the_same_are_one_and_nobody_is_lost(pieces):
    found = steps((minutes, minutes * rate) for minutes, rate in pieces)

    assert area(found) == pytest.approx(sum(minutes * rate for minutes, rate in pieces))
    assert len(found) <= 2 * len(pieces)
    assert [at for at, _ in found] == sorted(at for at, _ in found)
    ends = [at for at, _ in found[1::2]]
    assert ends == pytest.approx([at for at, _ in found[2::2]] + ends[-1:])


def test_a_slow_rise_is_followed_by_few_steps():
    found = steps((15.0, 15.0 * 1.007**n) for n in range(40))
    assert len(found) / 2 <= 20
    for begin, rate in found[::2]:
        assert rate == pytest.approx(1.007 ** (begin / 15.0), rel=0.02)
