"""Peaks and signals in a policy: what they become, what is wrong with them, how they are told."""

import pytest

from overflow import policies
from overflow.core.arrivals.peaks import ALL
from overflow.core.arrivals.signals import parse_condition
from overflow.policies.explain import explain
from overflow.policies.warnings import warnings
from tests.policies.documents import home, shop
from tests.policies.test_explain import WEDNESDAY


def peak(**changes):
    made = {"name": "Sale", "day": "black friday", "lift": 3} | changes
    return {name: value for name, value in made.items() if value is not None}


def signal(**changes):
    made = {"when": "temperature >= 18", "lift": {"chat": 1.6}, "lasts": "6h"} | changes
    return {name: value for name, value in made.items() if value is not None}


def built(**changes):
    return policies.build(shop(**changes))


def told(**changes):
    return explain(built(**changes), WEDNESDAY)


def test_a_policy_without_peaks_and_signals_has_none():
    policy = built()

    assert policy.calendar.peaks == ()
    assert policy.signals == ()


def test_a_peak_is_what_the_document_says():
    document = peak(days=4, hours="10:00-14:30", lift={"chat": 3, "email": 0.5}, before="2d")

    policy = built(peaks=[document], holidays={"country": "NL"})

    [made] = policy.calendar.peaks
    assert (made.name, made.on.text, made.days) == ("Sale", "black friday", 4)
    assert made.lift == (("chat", 3.0), ("email", 0.5))
    assert (made.hours, made.before, made.after) == ((36000.0, 52200.0), 172800.0, 0.0)
    assert policy.calendar.zone == "Europe/Amsterdam"
    assert policy.calendar.holidays.country == "NL"


def test_the_own_teams_holidays_count_where_the_shop_names_none():
    germans = home(holidays={"country": "DE"})

    assert built(inhouse=germans).calendar.holidays.country == "DE"


def test_a_signal_rule_is_what_the_document_says():
    [made] = built(signals=[signal(lift=2)]).signals

    assert made.when == parse_condition("temperature >= 18")
    assert (made.lift, made.lasts) == (((ALL, 2.0),), 21600.0)


@pytest.mark.parametrize(
    ("changes", "path", "said"),
    [
        ({"peaks": [peak(name=None)]}, "peaks.0.name", "is missing"),
        ({"peaks": [peak(day=None)]}, "peaks.0.day", "is missing"),
        ({"peaks": [peak(lift=None)]}, "peaks.0.lift", "is missing"),
        ({"peaks": [peak(day="someday")]}, "peaks.0.day", "must be a day or a rule for days"),
        ({"peaks": [peak(day=11)]}, "peaks.0.day", "must be a day or a rule for days"),
        ({"peaks": [peak(day="2026-02-30")]}, "peaks.0.day", "is no day of the calendar"),
        ({"peaks": [peak(lift=300)]}, "peaks.0.lift", "must lie between 0 and 20"),
        ({"peaks": [peak(lift=True)]}, "peaks.0.lift", "must be a factor"),
        ({"peaks": [peak(lift={})]}, "peaks.0.lift", "names no channel"),
        ({"peaks": [peak(lift={"chat": "x"})]}, "peaks.0.lift.chat", "must be a factor"),
        ({"peaks": [peak(lift={"caht": 2})]}, "peaks.0.lift.caht", "did you mean chat?"),
        ({"peaks": [peak(days=0)]}, "peaks.0.days", "must lie between 1 and 60"),
        ({"peaks": [peak(before="61d")]}, "peaks.0.before", "must be from"),
        ({"peaks": [peak(hours="14:00-10:00")]}, "peaks.0.hours", "must end after it begins"),
        ({"peaks": [peak(hours="10:00-24:30")]}, "peaks.0.hours", "at 24:00 at the latest"),
        ({"peaks": [peak(hours="10-12")]}, "peaks.0.hours", "must be from when until when"),
        ({"peaks": [peak(), peak(name="SALE")]}, "peaks.1.name", "another peak is called SALE"),
        ({"peaks": [peak(on="11-11")]}, "peaks.0.on", "is no field here"),
        ({"signals": [signal(when="=> 3")]}, "signals.0.when", "must be a signal, such as"),
        ({"signals": [signal(when=3)]}, "signals.0.when", "must be a signal, such as"),
        ({"signals": [signal(lasts=None)]}, "signals.0.lasts", "is missing"),
        ({"signals": [signal(lasts="1s")]}, "signals.0.lasts", "must be from 1m"),
        ({"signals": [signal(lift={"emial": 2})]}, "signals.0.lift.emial", "did you mean email?"),
    ],
)
def test_every_fault_is_named_by_its_path(changes, path, said):
    faults = policies.check(shop(**changes))

    assert set(faults) == {path}
    assert said in faults[path][0]


def test_all_faults_are_named_at_once():
    faults = policies.check(
        shop(
            peaks=[peak(day="x"), peak(name="b", lift={"fax": 2})],
            signals=[signal(lasts="x", when="")],
        )
    )

    assert set(faults) == {"peaks.0.day", "peaks.1.lift.fax", "signals.0.lasts", "signals.0.when"}


def test_peaks_and_signals_are_told_in_words():
    text = told(
        peaks=[
            peak(days=4, before="2d", after="36h"),
            peak(name="gifts", day="12-23", lift={"chat": 2, "email": 1.5}, hours="9:00-18:00"),
        ],
        signals=[signal(), signal(when="Campaign  sent", lift=2, lasts="90m")],
    )

    assert (
        """
Peaks, for which the forecast is changed beforehand; those that meet multiply:
  Sale (black friday): every channel x3; 4 days in a row; rises for 2d beforehand; falls back for \
1d12h afterwards; next on Fri 26 Nov 2027.
  gifts (12-23): chat x2, email x1.5; from 09:00 to 18:00; it stands since Wed 23 Dec 2026.
Signals that change the forecast when they are given:
  temperature >= 18: chat x1.6 for 6h.
  campaign sent: every channel x2 for 1h30m.
"""
        in text
    )


def test_nothing_is_told_of_peaks_where_there_are_none():
    assert "Peaks" not in told()
    assert "Signals" not in told()


def test_a_peak_that_never_comes_is_worth_a_look():
    found = warnings(
        built(
            zone="Asia/Kolkata",
            peaks=[peak(name="clocks", day="clock change"), peak(name="past", day="2020-01-01")],
        ),
        WEDNESDAY,
    )

    assert "the peak clocks (clock change) does not come within two years" in found
    assert "the peak past (2020-01-01) does not come within two years" in found
