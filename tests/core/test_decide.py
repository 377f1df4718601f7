"""Who gets a ticket, case by case."""

import pytest

from overflow.core.decide import decide
from overflow.core.decision import Outcome, Reason, stays
from overflow.core.model import (
    HOME,
    Cause,
    Declared,
    Load,
    Mode,
    MoveLimits,
    Pressure,
    Switch,
)
from tests.core.make import (
    DAY,
    HOUR,
    MINUTE,
    NIGHT,
    NOBODY,
    NOON,
    castor,
    email,
    hours,
    partner,
    policy,
    situation,
    ticket,
)
from tests.core.make import home as at_home

BUSY = {(HOME, "chat.de"): Load(20, 12)}
FULL = {("lumen", "chat"): 12, ("castor", "chat"): 12}


def result(given=None, *, seen=None, rules=None, now=NOON):
    """(outcome, team, reason) of a German chat at noon, or of what is given."""
    made = decide(given or ticket(), seen or situation(now), rules or policy(), now)
    return made.outcome, made.team, made.reason


def busy(**changes):
    return situation(loads=BUSY, **changes)


# --- pressure ---------------------------------------------------------------------------------


def test_home_keeps_a_ticket_when_nothing_is_wrong():
    assert result() == (Outcome.KEEP, HOME, Reason.NO_PRESSURE)


def test_a_queue_above_its_start_level_overflows_to_the_cheapest_partner():
    assert result(seen=busy()) == (Outcome.OVERFLOW, "lumen", Reason.BACKLOG)


def test_the_decision_carries_the_pressure_only_when_it_changes():
    made = decide(ticket(), busy(), policy(), NOON)
    assert made.pressure == Pressure(on=True, since=NOON, measure="backlog", rev=1)
    again = busy(pressure={"chat.de": made.pressure})
    assert decide(ticket(), again, policy(), NOON + 1).pressure is None


def test_pressure_that_is_still_on_overflows_below_the_start_level():
    seen = situation(
        loads={(HOME, "chat.de"): Load(3, 12)},
        pressure={"chat.de": Pressure(on=True, since=NOON - 10, measure="backlog", rev=3)},
    )
    assert result(seen=seen) == (Outcome.OVERFLOW, "lumen", Reason.BACKLOG)


def test_a_ticket_that_does_not_join_now_leaves_the_pressure_as_it_is():
    made = decide(ticket(cause=Cause.CHANGED), busy(), policy(), NOON)
    assert made.pressure is None


def test_an_overdue_ticket_goes_by_its_own_risk_and_brings_no_pressure():
    late = ticket(arrived=NOON - 600, due=NOON - 480)
    made = decide(late, situation(), policy(), NOON)
    assert (made.outcome, made.reason) == (Outcome.OVERFLOW, Reason.BREACH)
    assert made.pressure is None


def test_no_relief_keeps_the_ticket_under_pressure():
    slow = policy(partners=(partner(answer_time=DAY), castor(answer_time=DAY)))
    mild = situation(
        loads={(HOME, "chat.de"): Load(1, 12)},
        pressure={"chat.de": Pressure(on=True, since=NOON, measure="backlog", rev=1)},
    )
    assert result(rules=slow, seen=mild) == (Outcome.KEEP, HOME, Reason.NO_RELIEF)


def test_the_margin_decides_what_counts_as_relief():
    mild = situation(
        loads={(HOME, "chat.de"): Load(1, 12)},
        pressure={"chat.de": Pressure(on=True, since=NOON, measure="backlog", rev=1)},
    )
    home_risk = decide(ticket(), mild, policy(), NOON).trace.breach.value
    there = decide(ticket(), mild, policy(), NOON).trace.partners[0].breach.value
    exact = policy(partners=(partner(),), breach_margin=there - home_risk)
    below = policy(partners=(partner(),), breach_margin=there - home_risk - 1e-6)
    assert result(rules=exact, seen=mild)[1] == "lumen"
    assert result(rules=below, seen=mild) == (Outcome.KEEP, HOME, Reason.NO_RELIEF)


# --- the choice -------------------------------------------------------------------------------


def test_among_equal_prices_the_one_with_fewer_tickets_so_far_gets_it():
    rules = policy(partners=(partner(price=2.0), castor(price=2.0)))
    assert result(rules=rules, seen=busy(handed={"lumen": 5, "castor": 4}))[1] == "castor"
    assert result(rules=rules, seen=busy(handed={"lumen": 4, "castor": 5}))[1] == "lumen"


def test_among_wholly_equal_partners_the_name_decides():
    rules = policy(partners=(partner("zeta"), partner("alpha")))
    assert result(rules=rules, seen=busy())[1] == "alpha"


def test_a_share_is_counted_over_many_tickets():
    rules = policy(partners=(partner(price=2.0), castor(price=2.0)))
    handed = {"lumen": 0, "castor": 0}
    for _ in range(100):
        handed[result(rules=rules, seen=busy(handed=dict(handed)))[1]] += 1
    assert handed == {"lumen": 50, "castor": 50}


def test_the_dearer_partner_takes_it_when_the_cheaper_is_full():
    seen = busy(held={("lumen", "chat"): 12, ("lumen", "*"): 12})
    assert result(seen=seen) == (Outcome.OVERFLOW, "castor", Reason.BACKLOG)


# --- every reason to fail ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "seen", "asked", "reason"),
    [
        ({"hours": NOBODY}, {}, {}, Reason.PARTNER_CLOSED),
        ({"channels": frozenset({"email"})}, {}, {}, Reason.CHANNEL),
        ({"languages": frozenset({"fr"})}, {}, {}, Reason.LANGUAGE),
        ({"capacity": {"chat": 4}}, {"held": {("lumen", "chat"): 4}}, {}, Reason.FULL),
        ({"capacity": {"email": 4}}, {}, {}, Reason.FULL),
        ({"total_capacity": 7}, {"held": {("lumen", "email"): 7}}, {}, Reason.FULL),
        ({"total_capacity": 7}, {"held": {("lumen", "*"): 7}}, {}, Reason.FULL),
        ({"daily_limit": 9}, {"today": {"lumen": 9}}, {}, Reason.DAILY_LIMIT),
        ({"enabled": False}, {}, {}, Reason.SWITCHED_OFF),
        ({}, {}, {"moves_out": 1}, Reason.MOVE_LIMIT),
        ({}, {}, {"refused_by": frozenset({"lumen"})}, Reason.REFUSED),
    ],
)
def test_one_partner_that_fails_one_test_gives_the_main_reason(changes, seen, asked, reason):
    rules = policy(partners=(partner(**changes),))
    made = decide(ticket(**asked), busy(**seen), rules, NOON)
    assert (made.outcome, made.reason) == (Outcome.KEEP, reason)


@pytest.mark.parametrize("scope", ["partner:lumen", "channel:chat", "queue:chat.de"])
def test_a_switch_holds_until_its_end(scope):
    rules = policy(partners=(partner(),))
    off = {scope: Switch(until=NOON + 1, reason="fire drill", by="ops")}
    seen = busy(switched_off=off)
    assert result(rules=rules, seen=seen) == (Outcome.KEEP, HOME, Reason.SWITCHED_OFF)
    assert result(rules=rules, seen=seen, now=NOON + 1)[1] == "lumen"


def test_a_partner_that_declared_a_pause_gets_nothing_until_it_ends():
    rules = policy(partners=(partner(),))
    said = {"lumen": Declared(at=NOON - 3 * DAY, until=NOON + 1, paused=True, reason="training")}
    seen = busy(declared=said)
    assert result(rules=rules, seen=seen) == (Outcome.KEEP, HOME, Reason.SWITCHED_OFF)
    assert result(rules=rules, seen=seen, now=NOON + 1)[1] == "lumen"


def test_a_declared_capacity_only_lowers_the_contracts():
    rules = policy(partners=(partner(),))
    held = {("lumen", "chat"): 5, ("lumen", "*"): 5}

    def taken(said):
        declared = {"lumen": Declared(at=NOON, until=NOON + HOUR, capacity=said)}
        return result(rules=rules, seen=busy(held=held, declared=declared))[1]

    assert taken({"chat": 5}) == HOME
    assert taken({"chat": 6}) == "lumen"
    assert taken({"*": 5}) == HOME
    assert taken({"chat": 99}) == "lumen"
    full = busy(held=FULL, declared={"lumen": Declared(NOON, NOON + 9, capacity={"chat": 99})})
    assert result(rules=rules, seen=full) == (Outcome.KEEP, HOME, Reason.FULL)


def test_declared_hours_stand_in_until_their_end():
    rules = policy(partners=(partner(hours=NOBODY),))
    said = {"lumen": Declared(at=NOON, until=NOON + HOUR, hours=hours("24/7"))}
    assert result(rules=rules, seen=busy(declared=said))[1] == "lumen"
    assert result(rules=rules, seen=busy(declared=said), now=NOON + HOUR)[1] == HOME


def test_every_team_is_tested_against_every_reason_without_short_circuit():
    rules = policy(
        partners=(
            partner(
                hours=NOBODY,
                channels=frozenset({"email"}),
                languages=frozenset({"fr"}),
                capacity={},
                daily_limit=1,
                enabled=False,
            ),
            castor(),
        )
    )
    bad = ticket(moves_out=1, refused_by=frozenset({"lumen"}))
    made = decide(bad, busy(today={"lumen": 1}), rules, NOON)
    eight = {
        Reason.CLOSED,
        Reason.CHANNEL,
        Reason.LANGUAGE,
        Reason.FULL,
        Reason.DAILY_LIMIT,
        Reason.SWITCHED_OFF,
        Reason.MOVE_LIMIT,
        Reason.REFUSED,
    }
    assert set(made.trace.partners[0].failed) == eight
    for test in (made.trace.home, *made.trace.partners):
        assert {check.reason for check in test.checks} == eight


def test_the_nearest_miss_gives_the_main_reason():
    rules = policy(partners=(partner(languages=frozenset({"fr"}), hours=NOBODY), castor()))
    assert result(rules=rules, seen=busy(held=FULL))[2] is Reason.FULL


def test_a_shop_without_partners_says_so():
    assert result(rules=policy(partners=()), seen=busy())[2] is Reason.NO_PARTNER


# --- home cannot ------------------------------------------------------------------------------


def test_a_language_that_home_does_not_speak_goes_to_a_partner_that_does():
    rules = policy(home=at_home(languages=frozenset({"nl"})))
    assert result(rules=rules) == (Outcome.OVERFLOW, "lumen", Reason.LANGUAGE)


def test_a_language_that_nobody_speaks_stays_marked_so():
    assert result(ticket(language="fr")) == (Outcome.KEEP, HOME, Reason.LANGUAGE)


def test_a_channel_that_home_does_not_serve_goes_to_a_partner_that_does():
    rules = policy(home=at_home(channels=frozenset({"email"})))
    assert result(rules=rules) == (Outcome.OVERFLOW, "lumen", Reason.CHANNEL)


def test_a_channel_that_the_policy_never_heard_of_stays_marked_so():
    odd = ticket(channel="pigeon", due=None)
    assert result(odd) == (Outcome.KEEP, HOME, Reason.CHANNEL)


def test_a_paused_home_hands_over():
    said = {HOME: Declared(at=NOON, until=NOON + HOUR, paused=True)}
    made = result(seen=situation(declared=said))
    assert made == (Outcome.OVERFLOW, "lumen", Reason.SWITCHED_OFF)


# --- home closed ------------------------------------------------------------------------------


def test_closed_at_home_a_live_channel_overflows():
    night = ticket(arrived=NIGHT, due=NIGHT + 120)
    assert result(night, now=NIGHT) == (Outcome.OVERFLOW, "lumen", Reason.CLOSED)


def test_closed_at_home_an_email_that_can_wait_stays():
    night = email(arrived=NIGHT, due=NIGHT + 14 * HOUR)
    assert result(night, now=NIGHT) == (Outcome.KEEP, HOME, Reason.CLOSED_CAN_WAIT)


def test_closed_at_home_an_email_that_would_be_late_after_opening_overflows():
    night = email(arrived=NIGHT, due=NIGHT + 4 * HOUR)
    made = result(night, now=NIGHT)
    assert made == (Outcome.OVERFLOW, "lumen", Reason.CLOSED_WOULD_BREACH)


def test_closed_at_home_the_line_at_opening_counts():
    night = email(arrived=NIGHT, due=NIGHT + 12 * HOUR)  # an hour after opening
    few = situation(NIGHT, loads={(HOME, "email.de"): Load(3, 0)})
    many = situation(NIGHT, loads={(HOME, "email.de"): Load(60, 0)})
    assert result(night, now=NIGHT, seen=few)[2] is Reason.CLOSED_CAN_WAIT
    assert result(night, now=NIGHT, seen=many)[2] is Reason.CLOSED_WOULD_BREACH


@pytest.mark.parametrize(
    ("forced", "given", "expected"),
    [
        ("overflow", email, (Outcome.OVERFLOW, "lumen", Reason.CLOSED_FORCED)),
        ("keep", ticket, (Outcome.KEEP, HOME, Reason.CLOSED_KEPT)),
    ],
)
def test_the_policy_may_force_what_happens_while_home_is_closed(forced, given, expected):
    night = given(arrived=NIGHT, due=NIGHT + 14 * HOUR)
    assert result(night, now=NIGHT, rules=policy(when_closed=forced)) == expected


def test_nobody_open_keeps_the_ticket_marked_so():
    rules = policy(partners=(partner(hours=NOBODY), castor()))
    night = ticket(arrived=NIGHT, due=NIGHT + 120)
    assert result(night, now=NIGHT, rules=rules) == (Outcome.KEEP, HOME, Reason.NOBODY_OPEN)


def test_a_full_partner_at_night_is_called_full_and_not_closed():
    night = ticket(arrived=NIGHT, due=NIGHT + 120)
    seen = situation(NIGHT, held=FULL)
    assert result(night, now=NIGHT, seen=seen)[2] is Reason.FULL


def test_while_home_is_closed_pressure_stays_as_it_was():
    night = ticket(arrived=NIGHT, due=NIGHT + 120)
    seen = situation(NIGHT, loads=BUSY)
    assert decide(night, seen, policy(), NIGHT).pressure is None


# --- what became of the ticket before ---------------------------------------------------------


def test_a_returned_ticket_goes_home():
    back = ticket(cause=Cause.RETURNED, team="lumen", refused_by=frozenset({"lumen"}), moves_out=1)
    for seen in (situation(), busy()):
        made = result(back, seen=seen)
        assert made == (Outcome.RETURN_HOME, HOME, Reason.RETURNED)


def test_a_returned_chat_goes_to_another_partner_when_home_is_closed():
    evening = NOON + 7 * HOUR  # 19:00: castor is open
    back = ticket(
        cause=Cause.RETURNED,
        team="lumen",
        refused_by=frozenset({"lumen"}),
        moves_out=1,
        arrived=evening,
        due=evening + 120,
    )
    twice = policy(moves=MoveLimits(out=2))
    assert result(back, now=evening, rules=twice)[1:] == ("castor", Reason.CLOSED)
    once = policy()
    assert result(back, now=evening, rules=once)[1:] == (HOME, Reason.RETURNED)


def test_a_returned_email_waits_for_home_to_open():
    back = email(
        cause=Cause.RETURNED,
        team="lumen",
        refused_by=frozenset({"lumen"}),
        due=NIGHT + 14 * HOUR,
    )
    assert result(back, now=NIGHT)[1:] == (HOME, Reason.RETURNED)


def test_a_reopened_ticket_stays_with_the_partner_that_handled_it():
    again = ticket(cause=Cause.REOPENED, team="castor", handled_by="castor", due=None)
    assert result(again) == (Outcome.ACCEPT, "castor", Reason.REOPENED)


def test_a_reopened_ticket_returns_to_the_partner_even_when_its_moves_are_spent():
    never = policy(moves=MoveLimits(out=0, back=0))
    again = ticket(cause=Cause.REOPENED, team=HOME, handled_by="castor", due=None)
    assert result(again, rules=never) == (Outcome.OVERFLOW, "castor", Reason.REOPENED)


def test_a_reopened_ticket_goes_home_when_its_partner_is_full():
    again = ticket(cause=Cause.REOPENED, team="castor", handled_by="castor", due=None)
    made = result(again, seen=situation(held=FULL))
    assert made == (Outcome.RETURN_HOME, HOME, Reason.FULL)


def test_a_reopened_ticket_that_home_handled_stays_there_under_pressure():
    again = ticket(cause=Cause.REOPENED, handled_by=HOME, due=None)
    assert result(again, seen=busy()) == (Outcome.KEEP, HOME, Reason.REOPENED)


def test_a_reopened_ticket_whose_partner_left_the_policy_is_decided_anew():
    again = ticket(cause=Cause.REOPENED, team="gone", handled_by="gone", due=None)
    assert result(again) == (Outcome.RETURN_HOME, HOME, Reason.NO_PRESSURE)


def test_a_changed_ticket_stays_with_a_partner_that_still_fits():
    moved = ticket(cause=Cause.CHANGED, team="lumen", language="en", moves_out=1)
    assert result(moved) == (Outcome.ACCEPT, "lumen", Reason.HELD)


def test_what_a_partner_holds_does_not_count_against_it_again():
    moved = ticket(cause=Cause.CHANGED, team="lumen", moves_out=1)
    rules = policy(partners=(partner(daily_limit=9),))
    seen = situation(held={("lumen", "chat"): 12}, today={"lumen": 9})
    assert decide(moved, seen, rules, NOON).trace.partners[0].is_able


def test_a_changed_ticket_that_no_longer_fits_comes_home_within_the_move_limit():
    rules = policy(home=at_home(languages=frozenset({"nl", "fr"})))
    given = {"cause": Cause.CHANGED, "team": "lumen", "language": "fr", "moves_out": 1}
    assert result(ticket(**given), rules=rules) == (Outcome.RECALL, HOME, Reason.UNFIT)
    spent = ticket(**given, moves_back=1)
    assert result(spent, rules=rules) == (Outcome.ACCEPT, "lumen", Reason.MOVE_LIMIT)


def test_a_changed_ticket_goes_on_to_a_partner_that_fits_within_the_move_limit():
    rules = policy(
        home=at_home(languages=frozenset({"nl"})),
        partners=(partner(languages=frozenset({"de"})), castor(languages=frozenset({"fr"}))),
        moves=MoveLimits(out=2),
    )
    moved = ticket(cause=Cause.CHANGED, team="lumen", language="fr", moves_out=1)
    assert result(moved, rules=rules) == (Outcome.OVERFLOW, "castor", Reason.LANGUAGE)


def test_a_changed_ticket_that_nobody_fits_stays_where_it_is():
    moved = ticket(cause=Cause.CHANGED, team="lumen", language="fr", moves_out=1)
    assert result(moved) == (Outcome.ACCEPT, "lumen", Reason.UNFIT)


def test_a_partner_that_left_the_policy_keeps_what_it_holds():
    held = ticket(cause=Cause.CHANGED, team="gone", language="fr")
    assert result(held) == (Outcome.ACCEPT, "gone", Reason.HELD)


# --- what people ask --------------------------------------------------------------------------


def test_keep_here_wins_over_pressure():
    made = result(ticket(asked="home"), seen=busy())
    assert made == (Outcome.KEEP, HOME, Reason.PINNED_HOME)


def test_keep_here_brings_it_back_from_a_partner_uncounted():
    there = ticket(cause=Cause.ASKED, asked="home", team="lumen", moves_back=1)
    assert result(there) == (Outcome.RETURN_HOME, HOME, Reason.PINNED_HOME)


def test_to_the_partner_works_without_pressure_and_beyond_the_move_limit():
    made = result(ticket(cause=Cause.ASKED, asked="partner", moves_out=1))
    assert made == (Outcome.OVERFLOW, "lumen", Reason.PINNED_PARTNER)


def test_to_the_partner_stays_home_with_the_reason_when_nobody_can():
    made = result(ticket(asked="partner"), seen=situation(held=FULL))
    assert made == (Outcome.KEEP, HOME, Reason.FULL)


def test_to_the_partner_is_already_there():
    there = ticket(cause=Cause.ASKED, asked="partner", team="castor")
    assert result(there) == (Outcome.ACCEPT, "castor", Reason.PINNED_PARTNER)


# --- modes ------------------------------------------------------------------------------------


def test_switched_off_everything_stays_where_it_is():
    rules = policy(mode=Mode.OFF)
    assert result(rules=rules, seen=busy()) == (Outcome.ACCEPT, HOME, Reason.OFF)


def test_observing_takes_what_was_decided_away_from_home_and_to_the_partner():
    rules = policy(mode=Mode.OBSERVE, partners=(partner(),))
    virtual = {("lumen", "chat.de"): Load(12, 0)}
    seen = situation(loads={(HOME, "chat.de"): Load(22, 0)}, virtual=virtual)
    made = decide(ticket(), seen, rules, NOON)
    assert made.trace.backlog.value == 10
    assert Reason.FULL in made.trace.partners[0].failed
    live = decide(ticket(), seen, policy(partners=(partner(),)), NOON)
    assert live.trace.backlog.value == 22
    assert not live.trace.partners[0].failed


# --- a lost race ------------------------------------------------------------------------------


def test_a_ticket_that_lost_the_race_for_the_last_slot_stays_home():
    made = stays(decide(ticket(), busy(), policy(), NOON))
    assert (made.outcome, made.team, made.reason) == (Outcome.KEEP, HOME, Reason.CONTENDED)


def test_a_reopened_ticket_that_lost_the_race_goes_home():
    again = ticket(cause=Cause.REOPENED, team="castor", handled_by="castor", due=None)
    made = stays(decide(again, situation(), policy(), NOON))
    assert (made.outcome, made.team) == (Outcome.RETURN_HOME, HOME)


def test_a_decision_says_what_it_was_made_from():
    made = decide(ticket(), situation(seq=41, epoch=3), policy(version=9), NOON + MINUTE)
    assert (made.situation_seq, made.policy_version, made.epoch) == (41, 9, 3)
    assert (made.ticket, made.at, made.queue) == ("7", NOON + MINUTE, "chat.de")
