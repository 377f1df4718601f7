"""Looking again: the economics of one ticket, and days on which looking again pays."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overflow.core.optimum import waiting as module
from overflow.core.optimum.bellman import Course, solve
from overflow.core.optimum.bellman_late import Lines, slot_price
from overflow.core.optimum.deferral import defer
from overflow.core.optimum.late_regret import late_regret
from overflow.core.optimum.lateness import lateness
from overflow.core.optimum.waiting import price_of_leaving, waiting

CHAT = Course(
    horizon=120.0,
    slots=((0.0, 12.0),),
    mu=0.1,
    theta=0.15,
    target=2.0,
    rate=((0.0, 0.85),),
    breach=4.0,
    lost=6.0,
    overflow=4.5,
    kept=0.3,
)
MAIL = Course(
    horizon=600.0,
    slots=((0.0, 3.0),),
    mu=1 / 8,
    theta=0.0,
    target=120.0,
    rate=((0.0, 0.36),),
    breach=8.0,
    lost=0.0,
    overflow=4.0,
    kept=0.5,
)
MICRO = replace(CHAT, slots=((0.0, 2.0),), rate=((0.0, 0.22),), mu=1 / 9, theta=0.1, target=3.0)
courses = st.sampled_from(
    [CHAT, MAIL, replace(CHAT, end="close"), replace(MAIL, theta=0.005, lost=5.0)]
)


def array(*values):
    return np.array(values, dtype=float)


# --- one ticket -------------------------------------------------------------------------------


@pytest.mark.parametrize("course", [CHAT, MAIL])
def test_who_never_leaves_is_late_as_the_closed_form_says(course):
    """Where nothing but a breach costs, and a partner costs too much."""
    slots = course.slots[0][1]
    bare = replace(course, breach=1.0, lost=0.0, kept=0.0, overflow=1e9)
    here = waiting(bare, slots, 1.0, course.target / 8)
    places = np.arange(0, 20.0)
    exact = lateness(course, 0.0, int(slots) + 18)[int(slots) - 1 :]
    found = here.staying(places, np.full(20, course.target), np.zeros(20))
    assert found == pytest.approx(exact, abs=1e-9)


@pytest.mark.parametrize(("course", "place"), [(CHAT, 2), (CHAT, 4), (MAIL, 40), (MAIL, 50)])
@pytest.mark.parametrize("late_wait", [0.05, 0.25])
def test_the_price_of_waiting_is_what_draws_come_to(course, place, late_wait):
    """Of a ticket that leaves at the first look at which the table says so."""
    rng = np.random.default_rng(5)
    slots, price, step = course.slots[0][1], 1.5, course.target / 8
    late_wait *= course.target
    here = waiting(course, slots, late_wait, step)
    costs = []
    for _ in range(500):
        k, slack, cost = place, course.target, None
        while cost is None:
            left = step
            while k > 0:
                left -= rng.exponential(1 / (slots * course.mu + (k - 1) * course.theta))
                if left < 0:
                    break
                k -= 1
            gone = course.theta and rng.exponential(1 / course.theta) < step / (1 + (k == 0))
            late = course.breach * (slack < 1e-9)
            slack = max(0.0, slack - step)
            if gone:
                cost = course.lost + late
            elif k == 0:
                cost = course.kept + price + late
            else:
                leaving = price_of_leaving(course, slack, late_wait)
                staying = here.staying(array(k), array(slack), array(price))[0]
                if leaving < staying:
                    cost = leaving
                elif slack == 0:
                    cost = staying
        costs.append(cost)
    expected = here.staying(array(place), array(course.target), array(price))[0]
    error = np.std(costs) / np.sqrt(len(costs))
    assert abs(np.mean(costs) - expected) < 4 * error + 0.01


@given(courses, st.floats(0, 60), st.floats(0, 1), st.floats(0, 3), st.floats(0.01, 1))
def test_an_option_is_never_worth_less_than_nothing(course, place, part, price, late_wait):
    here = waiting(course, course.slots[0][1], late_wait * course.target, course.target / 10)
    slack = array(part * course.target)
    staying = here.staying(array(place), slack, array(price))[0]
    assert (here.option >= 0).all()
    farther = here.staying(array(place + 1), slack, array(price))[0]
    assert farther >= staying - 1e-9
    sooner = waiting(course, course.slots[0][1], 0.0, course.target / 10)
    assert sooner.staying(array(place), slack, array(price))[0] <= staying + 1e-9


def test_a_coarse_grid_tells_nearly_the_same(monkeypatch):
    fine = waiting(replace(MAIL, slots=((0.0, 25.0),)), 25.0, 15.0, 5.0)
    monkeypatch.setattr(module, "_PLACES", 200)
    coarse = waiting(replace(MAIL, slots=((0.0, 25.0),)), 25.0, 15.0, 5.0)
    assert coarse.cell > fine.cell == 1
    places = np.arange(250.0, 470.0, 10)
    for slack in (120.0, 60.0):
        here = np.full(len(places), slack), np.full(len(places), 2.0)
        difference = coarse.staying(places, *here) - fine.staying(places, *here)
        assert abs(difference).max() < 0.15


def test_without_slots_there_is_nothing_to_wait_for():
    for course, slots in ((CHAT, 0.0), (replace(CHAT, target=float("inf")), 3.0)):
        with pytest.raises(ValueError):
            waiting(course, slots, 1.0, 0.25)


def test_a_breach_that_happened_is_in_the_price_of_leaving():
    assert price_of_leaving(CHAT, 0.0, 0.5) == 8.5
    assert price_of_leaving(CHAT, 1.0, 0.0) == 4.5
    assert price_of_leaving(CHAT, 1.0, 0.5) == pytest.approx(4.5 + 4 * np.exp(-2))


# --- the line -----------------------------------------------------------------------------------


def deferred(course, late_wait=0.5):
    return defer(course, Lines(course, late_wait, 0.25))[0]


def leaving(deferral, t, n, dues):
    """Places in the line of those who leave."""
    levels = deferral.late_levels(t)
    return levels.leaving(n, [due - t for due in dues]) if levels else []


def test_who_is_served_in_time_stays():
    assert leaving(deferred(CHAT), 10.0, 13, [12.0]) == []
    assert leaving(deferred(CHAT), 10.0, 0, []) == []


def test_the_first_place_that_leaves_is_where_staying_begins_to_cost_more():
    """Whatever the slack and the crowd: one place nearer nobody gains by leaving."""
    for course in (CHAT, MAIL, replace(CHAT, end="close")):
        made = deferred(course, course.target / 6)
        levels, here = made.late_levels(50.0), made.lines.of(course.slots[0][1])
        row = int(np.searchsorted(made.times, 50.0, side="right")) - 1
        for crowd, along in zip(levels.crowds, levels.places, strict=True):
            price = made.prices[row, int(crowd)]
            for slack, first in zip(levels.slacks, along, strict=True):
                if np.isinf(first):
                    continue
                at = np.maximum(1.0, np.array([np.ceil(first) - 1, np.floor(first) + 1]))
                lost = at * course.theta / (at * course.theta + course.slots[0][1] * course.mu)
                of_slot = slot_price(np.full(2, price), lost, course.lost - course.kept)
                gains = here.staying(at, np.full(2, slack), of_slot) - price_of_leaving(
                    course, slack, course.target / 6
                )
                assert gains[1] > -0.05
                assert gains[0] < 0.05 or first <= 1.0


def test_a_line_that_cannot_be_served_in_time_loses_its_surplus():
    gone = leaving(deferred(MAIL, 15.0), 100.0, 103, [220.0] * 100)
    assert 50 <= len(gone) <= 75
    assert max(gone) < 100


def test_a_partner_that_answers_too_late_gets_nobody():
    assert leaving(deferred(MAIL, 1e6), 100.0, 43, [220.0] * 40) == []


def test_more_is_kept_at_arrival_where_it_may_leave_later():
    for course, late_wait in ((CHAT, 0.5), (MAIL, 15.0)):
        base, (_, late) = solve(course), defer(course, Lines(course, late_wait, 0.25))
        middle = course.horizon / 2
        assert late.threshold(middle) >= base.threshold(middle)
        assert late.expected_cost() <= base.expected_cost() + 1e-9
    late = defer(MAIL, Lines(MAIL, 1.0, 0.25))[1]
    assert late.threshold(100.0) > solve(MAIL).threshold(100.0)


def test_nobody_is_left_to_be_lost_at_closing():
    closing = replace(CHAT, end="close", theta=0.01)
    assert leaving(deferred(closing, 0.1), 119.5, 20, [121.0] * 8) != []


def test_nobody_leaves_where_nobody_serves_and_all_is_well():
    deferral = deferred(replace(CHAT, slots=((0.0, 12.0), (60.0, 0.0))))
    assert leaving(deferral, 70.0, 3, [71.0] * 3) == []


def test_the_shifts_to_come_count():
    def gone(after):
        course = replace(MAIL, slots=((0.0, 3.0), (150.0, after)))
        return len(leaving(deferred(course, 15.0), 100.0, 63, [220.0] * 60))

    assert gone(1.0) > gone(3.0) > gone(6.0)


def test_looks_come_no_closer_than_they_are_worth():
    assert deferred(CHAT).pace == 0.25
    assert deferred(MAIL, 15.0).pace == 0.6


# --- days ---------------------------------------------------------------------------------------


def days(course, late_wait, count, seed):
    """Euros a day more than the arrival's optimum, as ``late_regret`` counts them."""
    rng = np.random.default_rng(seed)
    base, (deferral, solution) = solve(course), defer(course, Lines(course, late_wait, 0.25))
    found = []
    for _ in range(count):
        t, next_look, planned, total, in_service, dues = 0.0, 0.25, 0.0, 0.0, 0, []
        slots = int(course.slots[0][1])
        while t < course.horizon:
            rates = (
                course.rate_at(t),
                in_service * course.mu,
                len(dues) * course.theta,
            )
            pause = rng.exponential(1 / sum(rates))
            if t + pause >= next_look:
                t = next_look
                next_look += 0.25
                n = in_service + len(dues)
                if t >= planned:
                    levels, planned = deferral.late_levels(t), t + 10.0
                for place in levels.leaving(n, [due - t for due in dues]):
                    at = sum(due is not None for due in dues[:place])
                    left = [due for due in dues[place:] if due is not None]
                    total += late_regret(base, late_wait, t, n, left, ahead=at)
                    dues[place] = None
                    n -= 1
                dues = [due for due in dues if due is not None]
                continue
            t += pause
            event = rng.choice(3, p=np.array(rates) / sum(rates))
            n = in_service + len(dues)
            if event == 0:
                out = n >= solution.threshold(t)
                total += base.regret(n, t, overflow=out)
                if not out:
                    dues.append(t + course.target)
            elif event == 1:
                in_service -= 1
            else:
                dues.pop(rng.integers(len(dues)))
            while dues and in_service < slots:
                dues.pop(0)
                in_service += 1
        found.append(total)
    return np.array(found)


@pytest.mark.parametrize(
    ("course", "late_wait"),
    [
        (CHAT, 0.5),
        (MICRO, 0.5),
        (replace(CHAT, rate=((0.0, 1.6),)), 0.3),
    ],
    ids=["quiet", "one agent", "overload"],
)
def test_looking_again_pays(course, late_wait):
    gain = days(course, late_wait, 40, seed=3)
    assert gain.mean() < 0


def test_what_leaves_late_is_counted_exactly():
    """The first of two waiting, by hand: its own risk, that of the one behind, those to come."""
    base = solve(CHAT)
    chances = lateness(CHAT, 10.0, 13)
    by_hand = (
        price_of_leaving(CHAT, 2.0, 0.5)
        - (CHAT.kept + CHAT.breach * chances[12])
        - CHAT.breach * (chances[13] - chances[12])
        - base.price(14, 10.0)
    )
    assert late_regret(base, 0.5, 10.0, 14, [12.0, 12.0]) == pytest.approx(by_hand)
    assert late_regret(base, 0.5, 10.0, 13, [9.0]) == pytest.approx(
        8.5 - 4.3 - base.price(13, 10.0)
    )
