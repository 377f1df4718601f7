"""From partners' hours, declarations and switches to when they take tickets."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overflow.core import estimate, rounds
from overflow.core.estimate import Known
from overflow.core.model import Declared, Switch, Target
from overflow.core.optimum.course import NEVER
from overflow.core.plan import Planner
from overflow.core.prospects.ahead import steady
from overflow.core.prospects.partners import partners_of
from overflow.core.prospects.prospect import as_foretold
from overflow.core.prospects.time import spans_of
from overflow.core.targets import due_at, partner_breach
from tests.core import make
from tests.core.make import CHAT, EMAIL, HOUR, MINUTE, NOON
from tests.core.prospects.test_prospects import BUSINESS, OPENING, seen

SLOW = make.partner("slow", hours=make.hours("08:00-14:00"), answer_time=600.0)
ONE_HOUR = Target(HOUR, "business")
ALWAYS = make.partner("always", price=3.0)


def there(channel, *partners, now=NOON, **situation):
    policy = make.policy(partners=partners, channels=(channel,))
    spans = spans_of(channel, policy, now)
    return partners_of(channel, policy, make.situation(**situation), now, spans)


def changes(channel, *partners, **situation):
    """Moments after noon, in hours, at which somebody takes more or fewer tickets."""
    here = there(channel, *partners, **situation)
    return [[(at / 60.0, n) for at, n in offer.places] for offer in here.offers]


def test_who_is_always_there_is_planned_for_as_ever():
    opens_with_home = make.castor(hours=make.OFFICE)
    for channel in (CHAT, BUSINESS):
        assert there(channel, ALWAYS, opens_with_home).offers == ()
    assert there(EMAIL, ALWAYS).offers == ()
    assert there(EMAIL, ALWAYS, make.castor()).offers != ()


def test_a_partner_takes_tickets_in_its_hours():
    assert changes(EMAIL, SLOW) == [[(0.0, 40.0), (2.0, 0.0)]]
    night = make.partner(hours=make.hours("18:00-24:00"))
    assert changes(EMAIL, night, ALWAYS) == [[(0.0, 0.0), (6.0, 40.0), (12.0, 0.0)], [(0.0, 40.0)]]


def test_what_it_declared_and_what_is_switched_off_hold_until_the_moment_named():
    def declared(**said):
        return changes(EMAIL, ALWAYS, declared={"always": Declared(NOON, NOON + HOUR, **said)})

    assert declared(paused=True) == [[(0.0, 0.0), (1.0, 40.0)]]
    assert declared(capacity={"email": 7}) == [[(0.0, 7.0), (1.0, 40.0)]]
    assert declared(capacity={"*": 5, "chat": 1}) == [[(0.0, 5.0), (1.0, 40.0)]]
    assert declared(capacity={"email": 90}) == []
    assert declared(hours=make.NOBODY) == [[(0.0, 0.0), (1.0, 40.0)]]
    for scope in ("partner:always", "channel:email"):
        switch = {scope: Switch(NOON + HOUR, "", "ops")}
        assert changes(EMAIL, ALWAYS, switched_off=switch) == [[(0.0, 0.0), (1.0, 40.0)]]
    others = {scope: Switch(NOON + HOUR, "", "ops") for scope in ("channel:chat", "partner:x")}
    assert changes(EMAIL, ALWAYS, switched_off=others) == []


def test_who_takes_none_in_all_that_time_is_left_out_unless_there_is_nobody_else():
    away = make.partner("away", hours=make.NOBODY, price=0.1)
    assert there(EMAIL, away, ALWAYS) == there(EMAIL, ALWAYS)
    assert changes(EMAIL, away) == [[(0.0, 0.0)]]


def test_the_present_moment_moves_no_prospect():
    """Else every round would plan anew."""
    said = {"declared": {"always": Declared(NOON, NOON + 8 * HOUR, capacity={"email": 7})}}
    first = there(EMAIL, ALWAYS, SLOW, **said)
    assert there(EMAIL, ALWAYS, SLOW, now=NOON + 1000.0, **said) == first


@given(
    st.floats(0, 4.99 * HOUR),
    st.sampled_from([replace(EMAIL, target=Target(HOUR)), replace(BUSINESS, target=ONE_HOUR)]),
    st.sampled_from(["08:00-20:00", "08:00-16:00", "10:00-13:30,15:30-18:00"]),
)
def test_a_partner_is_as_late_as_a_decision_expects(after, channel, text):
    castor = make.castor(answer_time=3000.0, hours=make.hours(text))
    here = seen(channel, partners=(castor,), an_hour={"email": 6.0})
    if not here.prospect.offers:  # in home's hours it is always there
        return
    now = NOON + after
    due = due_at(now, channel.target.seconds, channel.target.clock, make.OFFICE)
    left = castor.hours.open_seconds(now, due)
    expected = 3.0 + 4.0 * partner_breach(left, castor.answer_time)
    found = as_foretold(here.prospect).leaving_at(here.minute(now))
    assert found == (pytest.approx(expected) if castor.hours.is_open(now) else math.inf)


def test_on_a_business_clock_it_works_on_while_home_is_closed():
    """At 16:30 it has until 20:00, and from 08:00 on, to answer by half past nine."""
    hour = replace(BUSINESS, target=ONE_HOUR)
    half_day = make.castor(hours=make.hours("08:00-09:45,13:00-20:00"), answer_time=HOUR)
    here = seen(hour, partners=(half_day,), an_hour={"email": 6.0})
    left = 3.5 * HOUR + 1.5 * HOUR
    expected = 3.0 + 4.0 * partner_breach(left, HOUR)
    minute = here.minute(OPENING + 7.5 * HOUR)
    assert as_foretold(here.prospect).leaving_at(minute) == pytest.approx(expected)


def plan(*partners):
    here = seen(CHAT, partners=partners, an_hour={"chat": 60.0})
    expected = here.prospect.expected
    fresh = estimate.begin(expected)
    known = estimate.known(fresh, expected, here.prospect.concurrency)
    return rounds.plan(Planner(), here, fresh, known, 0.0, NOON, 2 * MINUTE)


def test_a_plan_hands_nothing_over_while_nobody_is_open():
    opens = make.partner(hours=make.hours("13:00-24:00"))
    here, usual = plan(opens), plan(make.partner())
    assert here.level(NOON) == here.fallback == NEVER > usual.level(NOON)
    assert here.late.place(99.0, 10.0) == math.inf
    later = dict(zip(here.times, here.levels, strict=True))
    assert later[NOON + HOUR] < NEVER


def test_slots_are_those_of_who_is_open():
    """The morning's large partner is gone; what it still holds fills nobody else's slots."""
    large = make.partner("large", hours=make.hours("08:00-13:00"), capacity={"email": 200})
    small = make.partner("small", capacity={"email": 100}, price=2.5)
    here = seen(EMAIL, now=NOON + HOUR, partners=(large, small), an_hour={"email": 20.0})
    held = {("large", "email"): 150, ("small", "email"): 3}
    assert rounds.held(here, "email", held) == 3
    course = as_foretold(here.prospect)
    assert [course.places_at(minute) for minute in (59.0, 60.0)] == [300.0, 100.0]


def test_without_a_plan_who_is_open_now_counts():
    known = Known(1.0, 0.1, 0.0025, None, None)
    dear = make.partner("dear", price=5.0, hours=make.hours("14:00-24:00"))
    here = seen(CHAT, partners=(make.partner(hours=make.hours("08:00-15:00")), dear))
    cheap, gone = (steady(here, known, 1.0, NOON + n * HOUR) for n in (1, 3.5))
    assert cheap < gone < NEVER
    assert steady(seen(CHAT, partners=(dear,)), known, 1.0, NOON) == NEVER
