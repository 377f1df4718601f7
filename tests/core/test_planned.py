"""Where the planner has worked a threshold out, it decides, and the trace says so."""

import math
from dataclasses import replace

import pytest

from overflow.core.decide import decide
from overflow.core.decision import Outcome, Reason, headline, trace_of
from overflow.core.model import (
    HOME,
    Cause,
    Costs,
    LateLevels,
    Load,
    MoveLimits,
    Pressure,
    QueuePlan,
    Target,
)
from overflow.core.review import review
from tests.core import make
from tests.core.make import NOON

PLAN = QueuePlan(
    made=NOON - 12.0,
    until=NOON + 60.0,
    method="rolling",
    times=(NOON - 12.0, NOON + 30.0),
    levels=(20, 15),
    fallback=25,
)


def seen(backlog, plan=PLAN, **more):
    """A situation with so many chats at home, all in work as far as there are slots."""
    loads = {(HOME, "chat.de"): Load(max(0, backlog - 12), min(12, backlog))}
    plans = {"chat": plan} if plan else {}
    return make.situation(loads=loads, plans=plans, seen={}, **more)


def decided(backlog, plan=PLAN, now=NOON, planning="cost", **more):
    rules = make.policy(planning=planning)
    return decide(make.ticket(arrived=now, due=now + 120), seen(backlog, plan, **more), rules, now)


def test_the_threshold_is_where_overflow_begins():
    kept, moved = decided(19), decided(20)

    assert (kept.outcome, kept.reason) == (Outcome.KEEP, Reason.PLAN)
    assert (moved.outcome, moved.reason) == (Outcome.OVERFLOW, Reason.PLAN)
    assert headline(kept) == "Kept: 19 at home, and the plan hands over from 20 on."
    assert headline(moved) == f"To {moved.team}: 20 at home, and the plan hands over from 20 on."


def test_a_line_that_is_hopeless_anyway_is_kept_where_the_plan_says_so():
    plan = replace(PLAN, ends=(30, 30))
    assert decided(29, plan).outcome is Outcome.OVERFLOW
    kept = decided(30, plan)
    assert (kept.outcome, kept.reason) == (Outcome.KEEP, Reason.PLAN)
    assert headline(kept) == "Kept: 30 at home, and the plan hands over from 20 to 29."
    assert trace_of(kept)["plan"]["end"] == 30


def test_it_changes_when_the_plan_says():
    assert decided(15).outcome is Outcome.KEEP
    assert decided(15, now=NOON + 30.0).outcome is Outcome.OVERFLOW


def test_the_policys_own_thresholds_take_no_part_meanwhile():
    pressed = {"chat.de": Pressure(on=True, since=NOON - 9, measure="backlog", rev=4)}

    assert decided(19, pressure=pressed).outcome is Outcome.KEEP
    assert decided(19, planning="off", pressure=pressed).outcome is Outcome.OVERFLOW


@pytest.mark.parametrize(
    ("later", "level", "method"),
    [
        (59.0, 15, "rolling"),
        (60.0, 25, "stationary, for the plan is too old"),
        (3659.0, 25, "stationary, for the plan is too old"),
    ],
)
def test_a_plan_that_is_too_old_leaves_the_stationary_threshold_for_an_hour(later, level, method):
    plan = trace_of(decided(1, now=NOON + later))["plan"]
    assert (plan["level"], plan["method"]) == (level, method)


@pytest.mark.parametrize(
    ("plan", "why"),
    [
        (None, "no plan for this channel"),
        (replace(PLAN, until=NOON - 3600.0), "the plan is too old"),
        (replace(PLAN, until=NOON, fallback=None), "the plan is too old"),
    ],
)
def test_without_one_the_policys_own_thresholds_count_again(plan, why):
    made = decided(40, plan)
    assert made.reason is Reason.BACKLOG
    assert trace_of(made)["plan"]["unknown"] == why


def test_what_is_unknown_is_not_held_against_it():
    rules = make.policy(planning="cost", home=make.home(shifts=()))
    made = decide(make.ticket(), seen(40), rules, NOON)
    assert made.reason is Reason.BACKLOG
    assert trace_of(made)["plan"]["unknown"] == "what stands at home is unknown"


def test_among_partners_the_cheapest_is_the_one_whose_lateness_is_weighed_too():
    slow = make.partner("slow", price=1.0, answer_time=3600.0)
    fast = make.partner("fast", price=2.0, answer_time=5.0)
    rules = make.policy(planning="cost", partners=(slow, fast))
    assert decide(make.ticket(), seen(30), rules, NOON).team == "fast"


def waiting(left, ahead, backlog=40):
    """A chat in the line at home, with so many seconds left; castor takes ten to answer."""
    quick = make.castor(answer_time=10.0)
    rules = make.policy(planning="cost", costs=Costs(0.3, 40.0, 6.0), partners=(quick,))
    ticket = make.ticket(arrived=NOON + left - 120.0, due=NOON + left, ahead=ahead)
    return review(ticket, seen(backlog), rules, NOON)


def test_a_ticket_leaves_late_when_the_partner_needs_the_time_that_is_left():
    assert waiting(60.0, ahead=20) is None  # castor is still in time: 99.8 %
    made = waiting(30.0, ahead=20)
    assert (made.outcome, made.team, made.reason) == (Outcome.LATE, "castor", Reason.BREACH)


def test_one_that_home_begins_on_now_stays_to_the_last():
    assert waiting(12.0, ahead=0, backlog=5) is None
    assert waiting(12.0, ahead=0, backlog=40) is not None


LATE = LateLevels((13.0, 40.0), (0.0, 60.0, 120.0), ((math.inf, 5.0, 9.0), (math.inf, 3.0, 7.0)))


def looked_at(ticket, plan, **changes):
    return review(ticket, seen(40, plan), make.policy(planning="cost", **changes), NOON)


def chat(ahead, left=60.0):
    return make.ticket(arrived=NOON + left - 120.0, due=NOON + left, ahead=ahead)


def test_where_the_plan_says_from_which_place_on_to_leave_that_decides():
    plan = replace(PLAN, late=LATE)
    assert looked_at(chat(ahead=1), plan) is None
    made = looked_at(chat(ahead=2), plan)
    assert (made.outcome, made.reason) == (Outcome.LATE, Reason.PLAN)
    assert headline(made) == (
        f"To {made.team}, after waiting at home: number 3 in the line with 60 s left, "
        "and the plan hands over from 3 on."
    )
    said = trace_of(made)["plan"]
    assert (said["place"], said["leaves_from"]) == (3.0, 3.0)
    assert looked_at(chat(ahead=28, left=-5.0), plan) is None


def test_a_target_in_opening_hours_leaves_out_the_time_that_home_is_closed():
    """Two hours left on the clock that the plan was made on, and twenty on the wall's."""
    mail = replace(make.EMAIL, target=Target(4 * make.HOUR, clock="business"))
    late = LateLevels((13.0,), (0.0, make.HOUR, 4 * make.HOUR), ((math.inf, 9.0, 30.0),))
    until = NOON + 5 * make.HOUR
    plan = replace(PLAN, until=until + make.HOUR, times=(NOON,), levels=(60,), late=late)
    now = until - make.HOUR  # home closes at five
    loads = {(HOME, "email.de"): Load(40, 3)}
    there = make.situation(now, loads=loads, plans={"email": plan}, seen={})
    rules = make.policy(planning="cost", channels=(mail,))
    ticket = make.email(arrived=NOON, due=until + 17 * make.HOUR, ahead=20)
    made = review(ticket, there, rules, now)
    assert made.trace.plan.leaves_from == pytest.approx(16.0)


def test_a_plan_that_is_too_old_says_nothing_of_leaving():
    made = looked_at(chat(ahead=2, left=60.0), replace(PLAN, until=NOON - 1.0, late=LATE))
    assert (made.reason, made.trace.plan.leaves_from) == (Reason.BREACH, None)


def held(**changes):
    """A chat that castor has had for ten minutes, untouched."""
    given = {"team": "castor", "cause": Cause.UNTOUCHED, "held_since": NOON - 600.0}
    return make.ticket(arrived=NOON - 600.0, due=NOON - 480.0, **given | changes)


def reviewed(ticket, backlog=3, **changes):
    given = {"planning": "cost", "costs": Costs(0.3, 4.0, 6.0)}
    return review(ticket, seen(backlog), make.policy(**given | changes), NOON)


def test_what_nobody_began_on_comes_back_when_home_is_free_and_that_saves_enough():
    made = reviewed(held())
    assert (made.outcome, made.team, made.reason) == (Outcome.RECALL, HOME, Reason.HOME_FREE)
    assert headline(made) == (
        "Taken back from castor: home is free again, and nobody has begun to work on it."
    )


@pytest.mark.parametrize(
    ("ticket", "backlog", "changes"),
    [
        (held(held_since=NOON - 200.0), 3, {}),  # the minimum hold is not over
        (held(), 12, {}),  # no free slot
        (held(), 3, {"planning": "off"}),
        (held(), 3, {"moves": MoveLimits(gain=2.8)}),  # 3 euros there, 0.3 here
        (held(), 3, {"moves": MoveLimits(back=0)}),
        (held(moves_back=1), 3, {}),
    ],
)
def test_otherwise_it_stays_where_it_is(ticket, backlog, changes):
    assert reviewed(ticket, backlog, **changes) is None
