"""The forecast: where each figure comes from, what lifts it, and how a course takes it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overflow.core.arrivals.day_rules import parse_rule
from overflow.core.arrivals.expected import Forecast, Interval, Uploaded
from overflow.core.arrivals.history import KINDS, SLOTS, Profile, Usual
from overflow.core.arrivals.peaks import ALL, Calendar, Peak
from overflow.core.arrivals.signals import Signal, SignalRule, parse_condition
from overflow.core.optimum.course import Course
from tests.core import make
from tests.core.make import DAY, HOUR, MINUTE, NOON

SALE = Calendar((Peak("sale", parse_rule("09-17"), ((ALL, 3.0),)),), make.ZONE)
PLAIN = Calendar((), make.ZONE)
TOMORROW = NOON + DAY


def steady(arrivals=2.0, days=8):
    return Usual((days,) * KINDS, ((arrivals,) * SLOTS,) * KINDS)


def forecast(usual=None, uploaded=None, situation=None, **policy):
    profile = Profile(NOON, usual) if usual else None
    given = Uploaded(NOON, uploaded) if isinstance(uploaded, dict) else uploaded
    policy = make.policy(default_language="de", **{"calendar": PLAIN} | policy)
    return Forecast(policy, situation or make.situation(), profile, given)


def at(made, queue, moment):
    return made.quarter(queue, int(moment // 900))


def test_where_nothing_is_known_there_is_no_figure():
    made = forecast()

    assert made.queues == ()
    assert at(made, "chat.de", NOON) is None
    assert made.rate("chat.de", NOON, HOUR) is None
    assert made.arrivals("chat.de", NOON, NOON + HOUR) is None
    assert made.quarters("chat.de", NOON, NOON + HOUR) == []


def test_history_says_how_many_days_stand_behind_it():
    found = at(forecast({"chat.de": steady(2.0, days=6)}), "chat.de", NOON)

    assert (found.arrivals, found.source, found.days, found.stand_in) == (2.0, "history", 6, "")


def test_peaks_lift_the_usual_and_are_named():
    made = forecast({"chat.de": steady()}, calendar=SALE)

    found = at(made, "chat.de", TOMORROW)

    assert (found.usual, found.arrivals) == (2.0, 6.0)
    assert [cause.name for cause in found.lift.causes] == ["sale"]
    assert at(made, "chat.de", NOON).arrivals == 2.0


def test_signals_lift_until_they_end():
    rule = SignalRule(parse_condition("strike"), (("chat", 2.0),), 6 * HOUR)
    situation = make.situation(signals={"strike": Signal(NOON, NOON + HOUR)})
    made = forecast(
        {"chat.de": steady(), "email.de": steady()}, signals=(rule,), situation=situation
    )

    found = made.quarters("chat.de", NOON, NOON + 2 * HOUR)

    assert [each.arrivals for each in found] == [4.0] * 4 + [2.0] * 4
    assert at(made, "email.de", NOON).arrivals == 2.0


def test_what_was_uploaded_takes_the_place_of_history_where_it_covers_the_time():
    uploaded = {"chat.de": (Interval(NOON, HOUR, 40.0), Interval(NOON + 2 * HOUR, HOUR, 20.0))}
    made = forecast({"chat.de": steady()}, uploaded)

    found = made.quarters("chat.de", NOON - HOUR, NOON + 3 * HOUR)

    assert [each.arrivals for each in found[::4]] == [2.0, 10.0, 2.0, 5.0]
    assert [each.source for each in found[::4]] == ["history", "uploaded"] * 2


def test_peaks_are_put_on_top_of_an_upload_unless_it_has_them():
    intervals = {"chat.de": (Interval(TOMORROW, HOUR, 8.0),)}

    on_top = forecast(uploaded=intervals, calendar=SALE)
    inside = forecast(uploaded=Uploaded(NOON, intervals, has_peaks=True), calendar=SALE)

    assert at(on_top, "chat.de", TOMORROW).arrivals == 6.0
    assert at(inside, "chat.de", TOMORROW).arrivals == 2.0


def test_a_channels_upload_is_shared_out_as_usual():
    usual = {"chat.de": steady(3.0), "chat.nl": steady(1.0), "email.de": steady(9.0)}
    made = forecast(usual, {"chat": (Interval(NOON, HOUR, 16.0),)})

    assert at(made, "chat.de", NOON).arrivals == pytest.approx(3.0)
    assert at(made, "chat.nl", NOON).arrivals == pytest.approx(1.0)
    assert at(made, "email.de", NOON).source == "history"
    assert made.queues == ("chat.de", "chat.nl", "email.de")


def test_a_channels_upload_without_a_history_is_the_default_languages():
    made = forecast(uploaded={"chat": (Interval(NOON, HOUR, 16.0),)})

    assert made.queues == ("chat.de",)
    assert at(made, "chat.de", NOON).arrivals == 4.0
    assert at(made, "chat.nl", NOON).arrivals == 0.0


def test_a_course_takes_the_rate_and_expects_the_same():
    made = forecast({"chat.de": steady()}, {"chat.de": (Interval(NOON, HOUR, 40.0),)})
    start, seconds = NOON - 20 * MINUTE, 3 * HOUR

    rate = made.rate("chat.de", start, seconds, unit=MINUTE)

    course = Course(180.0, ((0.0, 4.0),), 0.1, 0.0, 5.0, rate, 1.0, 1.0, 1.0, 0.0)
    assert rate[0][0] == 0.0
    assert rate[-1][0] == pytest.approx(180.0)
    assert course.arrivals(0.0, 180.0) == pytest.approx(40 + 2 * 8)
    assert made.arrivals("chat.de", start, start + seconds) == pytest.approx(56)


def test_a_rate_ends_where_the_forecast_does():
    made = forecast(uploaded={"chat.de": (Interval(NOON, HOUR, 40.0),)})

    assert made.rate("chat.de", NOON, 2 * HOUR) == ((0.0, 40 / HOUR), (HOUR, 40 / HOUR))
    assert made.arrivals("chat.de", NOON, NOON + 2 * HOUR) is None
    assert made.arrivals("chat.de", NOON, NOON + HOUR) == pytest.approx(40)


rows = st.lists(st.floats(0, 50), min_size=6, max_size=6).map(lambda few: tuple(few) * 16)


@given(
    st.lists(rows, min_size=2, max_size=2).map(lambda two: tuple(two) * 4),
    st.floats(0, 7 * DAY),
    st.lists(st.floats(60, 2 * DAY), min_size=1, max_size=4),
)
def test_parts_of_a_time_add_up_to_the_whole(arrivals, begin, parts):
    made = forecast({"chat.de": Usual((4,) * KINDS, arrivals)}, calendar=SALE)
    start, total = NOON + begin, 0.0
    for seconds in parts:
        total += made.arrivals("chat.de", start, start + seconds)
        start += seconds

    assert made.arrivals("chat.de", NOON + begin, start) == pytest.approx(total, abs=1e-6)


@given(st.floats(0, 3 * DAY), st.floats(60, 3 * DAY), st.sampled_from([1.0, 60.0, 3600.0]))
def test_the_unit_changes_nothing_but_the_numbers(begin, seconds, unit):
    made = forecast({"chat.de": steady()}, calendar=SALE)

    plain = made.rate("chat.de", NOON + begin, seconds)
    other = made.rate("chat.de", NOON + begin, seconds, unit)

    assert np.array(other) * (unit, 1 / unit) == pytest.approx(np.array(plain))
