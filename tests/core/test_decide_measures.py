"""What a decision knows, what it does not know, and what comes of stale inputs."""

import math

import pytest

from overflow.core import queueing
from overflow.core.decide import decide
from overflow.core.decision import Outcome, Reason
from overflow.core.model import (
    HOME,
    AgeLimits,
    Channel,
    Costs,
    Declared,
    Load,
    Sample,
    Shift,
    Target,
)
from tests.core.make import (
    CHAT,
    EMAIL,
    HOUR,
    MINUTE,
    NIGHT,
    NOBODY,
    NOON,
    PHONE,
    email,
    home,
    hours,
    partner,
    policy,
    situation,
    ticket,
)

LINE = {(HOME, "chat.de"): Load(5, 12)}


def trace(given=None, *, seen=None, rules=None, now=NOON):
    return decide(given or ticket(), seen or situation(now), rules or policy(), now).trace


def effect(made, name):
    return next(i.effect for i in made.inputs if i.name == name)


# --- the line ---------------------------------------------------------------------------------


def test_the_measures_are_those_of_the_closed_form():
    made = trace(seen=situation(loads=LINE))
    mu, theta = 1 / 600, 1 / 400
    assert made.line.position == 6
    assert made.line.slots == 12
    assert made.backlog.value == 17
    assert made.wait.value == pytest.approx(queueing.expected_wait(6, 12, mu, theta))
    assert made.breach.value == pytest.approx(queueing.breach_probability(6, 12, mu, theta, 120))


def test_a_free_slot_means_no_wait_and_no_breach():
    made = trace(seen=situation(loads={(HOME, "chat.de"): Load(0, 11)}))
    assert (made.wait.value, made.breach.value) == (0, 0)


def test_the_costs_are_those_of_the_policy():
    rules = policy(costs=Costs(kept=0.5, breach=10.0, lost=20.0))
    made = trace(seen=situation(loads=LINE), rules=rules)
    lost = queueing.abandon_probability(6, 12, 1 / 600, 1 / 400)
    assert made.home.cost == pytest.approx(0.5 + 10 * made.breach.value + 20 * lost)
    assert made.partners[0].cost == pytest.approx(2.0 + 10 * math.exp(-120 / 60))


def test_queues_of_other_languages_stand_before_it_too():
    loads = {(HOME, "chat.de"): Load(2, 6), (HOME, "chat.nl"): Load(3, 6)}
    assert trace(seen=situation(loads=loads)).line.position == 6


def test_other_live_channels_weigh_by_their_work():
    loads = {(HOME, "chat.de"): Load(0, 8), (HOME, "phone.de"): Load(2, 1)}
    made = trace(seen=situation(loads=loads))
    # A call takes a whole agent, 240 s; a chat a quarter of one, 600 s: 240 / 150 = 1.6 chats.
    assert made.line.ahead == pytest.approx(3.2)
    assert made.line.wip == 12
    assert made.backlog.value == 11


def test_a_work_time_that_is_unknown_weighs_like_ones_own():
    rules = policy(channels=(CHAT, Channel("phone", live=True, target=Target(30))))
    loads = {(HOME, "phone.de"): Load(2, 1)}
    made = trace(seen=situation(loads=loads), rules=rules)
    assert (made.line.ahead, made.line.wip) == (2, 4)


def test_who_is_on_the_line_is_not_behind_emails():
    loads = {(HOME, "email.de"): Load(300, 90), (HOME, "chat.de"): Load(0, 2)}
    made = trace(seen=situation(loads=loads))
    assert (made.backlog.value, made.breach.value) == (2, 0)


def test_an_email_is_behind_who_is_on_the_line():
    loads = {(HOME, "email.de"): Load(4, 1), (HOME, "chat.de"): Load(8, 4)}
    made = trace(email(), seen=situation(loads=loads))
    # A chat is 600 / 4 = 150 s of an agent, an e-mail 480.
    assert made.line.ahead == pytest.approx(4 + 8 * 150 / 480)
    assert made.line.wip == pytest.approx(1 + 4 / 4)
    assert made.backlog.value == 17


def test_a_channel_that_home_does_not_serve_is_not_in_its_line():
    rules = policy(home=home(channels=frozenset({"chat"})))
    made = trace(seen=situation(loads={(HOME, "phone.de"): Load(9, 9)}), rules=rules)
    assert made.backlog.value == 0


def test_a_ticket_in_the_line_counts_only_what_is_before_it():
    loads = {(HOME, "chat.de"): Load(9, 12), (HOME, "chat.nl"): Load(20, 0)}
    made = trace(ticket(ahead=4), seen=situation(loads=loads))
    # Fifth of nine in its own queue: half of the other queue came before it.
    assert made.line.ahead == pytest.approx(4 + 20 * 5 / 10)
    assert made.backlog.value == 4 + 10 + 12


# --- staff ------------------------------------------------------------------------------------


def test_shifts_that_are_on_add_up():
    shifts = (Shift(hours("09:00-17:00"), 3), Shift(hours("11:00-13:00"), 2))
    rules = policy(home=home(shifts=shifts))
    assert trace(rules=rules).line.agents == 5
    assert trace(rules=rules, now=NOON + HOUR, seen=situation(NOON + HOUR)).line.agents == 3


def test_a_shift_that_ends_before_it_is_due_counts_only_until_then():
    shifts = (Shift(hours("09:00-12:30"), 3), Shift(hours("09:00-17:00"), 1))
    rules = policy(home=home(shifts=shifts))
    seen = situation(loads={(HOME, "email.de"): Load(15, 4)})
    made = trace(email(), seen=seen, rules=rules)
    mu = 1 / 480
    # Two that leave put back what they work on; until then all four work.
    expected = queueing.breach_over_segments(16, mu, 0.0, [(1800, 4), (3.5 * HOUR, 1)], put_back=3)
    assert made.breach.value == pytest.approx(expected)


def test_declared_agents_count_while_fresh():
    said = {HOME: Declared(at=NOON - HOUR, until=NOON + HOUR, agents=1)}
    made = trace(seen=situation(declared=said))
    assert (made.line.agents, effect(made, "staffing")) == (1, "as declared")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (Declared(at=NOON - 13 * HOUR, until=NOON + HOUR, agents=1), "too long ago"),
        (Declared(at=NOON - HOUR, until=NOON, agents=1), "has ended"),
        (Declared(at=NOON - HOUR, until=NOON + HOUR), "without a number"),
    ],
)
def test_staffing_that_is_stale_gives_way_to_the_roster_and_says_so(said, why):
    made = trace(seen=situation(declared={HOME: said}))
    assert made.line.agents == 3
    assert why in effect(made, "staffing")
    assert "shifts" in effect(made, "staffing")


def test_declared_agents_give_way_to_the_roster_when_they_end():
    said = {HOME: Declared(at=NOON, until=NOON + HOUR, agents=1)}
    seen = situation(declared=said, loads={(HOME, "email.de"): Load(9, 1)})
    made = trace(email(), seen=seen)
    expected = queueing.breach_over_segments(
        10, 1 / 480, 0.0, [(HOUR, 1), (3 * HOUR, 3)], put_back=-2
    )
    assert made.breach.value == pytest.approx(expected)


def test_without_shifts_declared_agents_are_taken_to_stay():
    said = {HOME: Declared(at=NOON, until=NOON + HOUR, agents=2)}
    rules = policy(home=home(shifts=()))
    seen = situation(declared=said, loads={(HOME, "email.de"): Load(9, 2)})
    made = trace(email(), seen=seen, rules=rules)
    expected = queueing.breach_probability(10, 2, 1 / 480, 0.0, 4 * HOUR)
    assert made.breach.value == pytest.approx(expected)


def test_declared_hours_of_home_count_until_their_end():
    said = {HOME: Declared(at=NIGHT, until=NIGHT + HOUR, hours=hours("24/7"))}
    late = ticket(arrived=NIGHT, due=NIGHT + 120)
    made = decide(late, situation(NIGHT, declared=said), policy(), NIGHT)
    assert (made.outcome, made.reason) == (Outcome.KEEP, Reason.NO_PRESSURE)


def test_open_but_without_a_shift_the_wait_lasts_until_one_begins():
    rules = policy(home=home(shifts=(Shift(hours("14:00-17:00"), 3),)))
    made = trace(rules=rules)
    assert made.wait.value == pytest.approx(2 * HOUR)
    assert made.breach.value == pytest.approx(math.exp(-120 / 400))  # who gives up is not late


def test_an_email_for_the_night_waits_until_opening():
    made = trace(email(arrived=NIGHT, due=NIGHT + 14 * HOUR), now=NIGHT)
    assert made.wait.value == pytest.approx(11 * HOUR)
    assert made.breach.value == 0


# --- unknown ----------------------------------------------------------------------------------


def unknown(made):
    return [m.value is None for m in (made.backlog, made.wait, made.breach)]


def test_without_anything_heard_for_too_long_all_three_are_unknown():
    made = trace(seen=situation(seen={"helpdesk": NOON - 301}, loads=LINE))
    assert unknown(made) == [True, True, True]
    assert "stale" in effect(made, "helpdesk")


def test_a_stale_helpdesk_turns_no_pressure_on():
    stale = situation(seen={"helpdesk": NOON - 301}, loads={(HOME, "chat.de"): Load(99, 12)})
    made = decide(ticket(), stale, policy(), NOON)
    assert (made.outcome, made.reason) == (Outcome.KEEP, Reason.NO_PRESSURE)
    assert made.pressure is None


def test_a_helpdesk_that_is_no_input_cannot_go_stale():
    made = trace(seen=situation(seen={}, loads=LINE))
    assert unknown(made) == [False, False, False]


def test_without_any_staffing_wait_and_breach_are_unknown_but_not_the_backlog():
    made = trace(seen=situation(loads=LINE), rules=policy(home=home(shifts=())))
    assert unknown(made) == [False, True, True]
    assert made.home.cost is None
    assert made.line.agents is None


def test_without_a_handle_time_wait_and_breach_are_unknown():
    rules = policy(channels=(Channel("chat", live=True, target=Target(120)),))
    made = trace(seen=situation(loads=LINE), rules=rules)
    assert unknown(made) == [False, True, True]
    assert "unknown" in effect(made, "handle_time")


def test_closed_until_it_is_due_needs_no_staffing_to_be_certain():
    rules = policy(home=home(shifts=()))
    made = trace(email(arrived=NIGHT, due=NIGHT + HOUR), rules=rules, now=NIGHT)
    assert made.breach.value == 1


def test_nothing_due_is_no_breach_and_costs_nothing():
    made = trace(ticket(due=None), seen=situation(loads=LINE))
    assert made.breach.value is None
    assert made.partners[0].cost == 2.0


def test_an_unknown_measure_takes_no_part_while_another_turns_pressure_on():
    rules = policy(home=home(shifts=()))
    made = decide(ticket(), situation(loads={(HOME, "chat.de"): Load(20, 9)}), rules, NOON)
    assert (made.outcome, made.reason) == (Outcome.OVERFLOW, Reason.BACKLOG)


def test_home_that_never_serves_it_has_no_forecast():
    made = trace(ticket(language="fr"))
    assert made.breach.value is None
    assert made.home.cost is None


# --- handle time ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sample", "expected", "why"),
    [
        (Sample(20, 300.0, NOON - 60), 300.0, "as measured"),
        (Sample(19, 300.0, NOON - 60), 600.0, "only 19 measured, 20 wanted"),
        (Sample(50, 300.0, NOON - 86401), 600.0, "too long ago"),
        (Sample(50, 0.0, NOON), 600.0, "as nothing"),
        (None, 600.0, "never measured"),
    ],
)
def test_a_handle_time_counts_when_it_is_measured_often_enough_and_fresh(sample, expected, why):
    samples = {} if sample is None else {(HOME, "chat"): sample}
    made = trace(seen=situation(handle_time=samples))
    assert made.line.handle_time == expected
    assert why in effect(made, "handle_time")


def test_the_age_of_the_situation_is_in_the_trace():
    made = trace(seen=situation(NOON - 2), rules=policy(ages=AgeLimits(situation=1)))
    aged = made.inputs[0]
    assert (aged.name, aged.age, aged.limit) == ("situation", 2, 1)
    assert "refuses" in aged.effect


# --- partners ---------------------------------------------------------------------------------


def test_a_partners_chance_counts_its_open_time_only():
    open_soon = partner(hours=hours("Mo-Fr 13:00-17:00"), answer_time=HOUR)
    made = trace(email(due=NOON + 4 * HOUR), rules=policy(partners=(open_soon,)))
    assert made.partners[0].breach.value == pytest.approx(math.exp(-3))


def test_a_partner_that_never_opens_is_late_for_certain():
    rules = policy(partners=(partner(hours=NOBODY),))
    assert trace(rules=rules).partners[0].breach.value == 1


def test_the_made_up_shop_is_what_the_other_tests_take_it_for():
    assert (CHAT.live, PHONE.live, EMAIL.live) == (True, True, False)
    assert MINUTE * 60 == HOUR
