"""Partners of a simulated day: their hours, slots and days, and who of them is asked."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overflow.core.targets import partner_breach
from overflow.simulate.chances import draw
from overflow.simulate.contenders.simple import always
from overflow.simulate.engine import play
from overflow.simulate.measure import run
from overflow.simulate.partners import Contract, Partners, with_seats
from tests.simulate.make import luck, scenario

LATE, SOON = 1e9, 0.0


def one(name="one", price=2.0, slots=None, **changes):
    return Contract(name, price, slots, **changes)


def given_to(contracts, times, due=1e9, breach=10.0):
    partners = Partners(contracts, breach)
    taken = [partners.take(t, ticket, due) for ticket, t in enumerate(times)]
    return [None if each is None else each.name for each in taken]


def test_the_cheapest_gets_it_then_who_had_fewest_then_by_name():
    cheap, dear = one("cheap", 1.0, 2), one("dear", 3.0)
    assert given_to([dear, cheap], [0, 1, 2]) == ["cheap", "cheap", "dear"]
    assert given_to([one("b"), one("a")], [0, 1, 2]) == ["a", "b", "a"]


def test_being_late_counts_to_a_partners_price():
    slow, quick = one("slow", 1.0, answer_time=60.0), one("quick", 3.0, answer_time=0.1)
    assert given_to([slow, quick], [0.0], due=5.0) == ["quick"]
    assert given_to([slow, quick], [0.0], due=5000.0) == ["slow"]


def test_a_closed_partner_gets_nothing():
    day = one("day", 1.0, opening=((0.0, 0), (60.0, 1), (120.0, 0)))
    assert given_to([day], [0, 60, 119, 120]) == [None, "day", "day", None]


def test_a_day_ends_where_the_next_limit_begins():
    limited = one("limited", 1.0, allowed=((0.0, 2), (100.0, 1)))
    assert given_to([limited], [1, 2, 3, 100, 101]) == [
        "limited",
        "limited",
        None,
        "limited",
        None,
    ]


def test_a_slot_is_free_again_when_its_ticket_is_done():
    partners = Partners([one(slots=1)], 1.0)
    assert partners.take(0.0, 7, LATE) is not None
    assert (partners.take(1.0, 8, LATE), partners.busy) == (None, 1)
    partners.freed(7)
    assert partners.take(2.0, 9, LATE) is not None


steps = st.lists(st.floats(0.1, 50.0), max_size=6).map(
    lambda gaps: ((0.0, 1), *((sum(gaps[: n + 1]), n % 2) for n in range(len(gaps))))
)


@given(steps, st.floats(0.0, 200.0), st.floats(0.0, 100.0))
def test_an_answer_takes_as_long_as_it_does_in_open_minutes(opening, t, minutes):
    partner = one(opening=opening)
    until = partner.after(t, minutes)
    assert until >= t + minutes - 1e-9
    if until < opening[-1][0]:
        assert partner.open_minutes(t, until) == pytest.approx(minutes)


@given(steps, st.floats(0.0, 200.0), st.floats(0.1, 100.0))
def test_the_planner_is_told_its_hours(opening, t, minutes):
    partner = one(opening=opening, answer_time=7.0)
    offer = partner.offer()
    assert offer.is_open(t) == partner.is_open(t)
    late = partner_breach(partner.open_minutes(t, t + minutes), 7.0)
    assert offer.cost(10.0, t, t + minutes) == pytest.approx(2.0 + 10.0 * late)


def test_the_planner_is_told_of_hours_only_where_there_are_some():
    day, slow, always_ = one("day", opening=((0.0, 1), (50.0, 0))), one(answer_time=60.0), one("a")
    assert scenario(partners=(slow, always_)).told().offers == ()
    told = scenario(partners=(slow, day, always_)).told()
    assert [offer.wait for offer in told.offers] == [1.0, 1.0, 60.0]


@pytest.mark.parametrize("late", [False, True])
def test_a_planned_day_hands_nothing_to_a_partner_that_has_closed(late):
    day = one("day", 2.0, opening=((0.0, 1), (50.0, 0)), answer_time=0.5)
    busy = scenario(partners=(day,), rate=((0.0, 0.4),), late_wait=0.5, overflow=2.0)
    outcomes = run(busy, "auto", late=late, days=3).outcomes
    assert all(o.overflowed > 0 == o.refused for o in outcomes)


def test_seats_go_to_the_cheapest_first():
    found = with_seats([one("dear", 3.0, 5), one("cheap", 1.0, 4)], 6)
    assert [(each.name, each.slots) for each in found] == [("cheap", 4), ("dear", 2)]
    assert with_seats((), 6) == ()


def test_a_day_pays_what_each_partner_costs_and_where_it_is_late():
    quick = one("quick", 5.0, 1, handle_time=100.0, answer_time=1.0)
    slow = one("slow", 7.0, 1, handle_time=100.0, answer_time=60.0)
    day = scenario(partners=(quick, slow), horizon=10.0)
    luckily = luck([0, 1, 2], wait=1.0, hold=1.0)
    outcome = play(day, always(day.told()), luckily)
    assert (outcome.overflowed, outcome.refused, outcome.breached) == (2, 1, 1)
    assert outcome.cost == 5.0 + 7.0 + day.breach + day.kept


def test_the_books_of_a_day_agree_with_partners_that_close_and_fill_up():
    close = one("day", 2.0, 2, handle_time=6.0, answer_time=2.0, opening=((0.0, 1), (50.0, 0)))
    limited = one("limited", 4.0, 3, handle_time=6.0, answer_time=1.0, allowed=((0.0, 4),))
    day = scenario(partners=(close, limited), rate=((0.0, 0.8),), theta=0.1)
    for number in range(5):
        outcome = play(day, always(day.told()), draw(day, 3, number))
        assert outcome.refused > 0
        assert outcome.overflowed <= 100
        assert outcome.offered == (
            outcome.served + outcome.overflowed + outcome.abandoned + outcome.lost
        )


def test_luck_is_taken_out_where_partners_have_hours():
    base = scenario(rate=((0.0, 0.25),), theta=0.1, lost=4.0, breach=3.0, overflow=2.0)
    closed = one("day", 2.0, opening=((0.0, 1), (50.0, 0)), answer_time=0.01)
    free = run(base, "no-free-slot", days=60)
    bound = run(replace(base, partners=(closed,)), "no-free-slot", days=60)
    assert (free.method, bound.method) == ("regret", "luck")
    assert bound.truth.optimum == pytest.approx(free.truth.optimum)
    assert bound.outcomes[0].offered == free.outcomes[0].offered
    assert sum(o.refused for o in bound.outcomes) > 0
