"""Looking again at what waits."""

import pytest

from overflow.core.decision import Outcome, Reason, trace_of
from overflow.core.model import (
    HOME,
    Cause,
    Declared,
    Levels,
    Load,
    Mode,
    MoveLimits,
    Pressure,
    Switch,
    Thresholds,
)
from overflow.core.review import review, review_queue
from tests.core.make import (
    CHAT,
    DAY,
    EMAIL,
    HOUR,
    MINUTE,
    NIGHT,
    NOON,
    castor,
    email,
    home,
    hours,
    partner,
    policy,
    situation,
    ticket,
)

ON = {"chat.de": Pressure(on=True, since=NOON - 60, measure="backlog", rev=2)}


def waiting(**changes):
    """A chat that came a minute ago and waits at home, first in line."""
    given = {"arrived": NOON - 60, "due": NOON + 60, "cause": Cause.LATE, "ahead": 0}
    return ticket(**given | changes)


def result(given, *, seen=None, rules=None, now=NOON):
    made = review(given, seen or situation(now), rules or policy(), now)
    return None if made is None else (made.outcome, made.team, made.reason)


# --- at home ----------------------------------------------------------------------------------


def test_a_ticket_that_will_be_answered_in_time_is_left_alone():
    assert result(waiting()) is None


def test_a_ticket_at_risk_overflows_late_without_pressure():
    loads = {(HOME, "chat.de"): Load(9, 12)}
    made = result(waiting(ahead=7), seen=situation(loads=loads))
    assert made == (Outcome.LATE, "lumen", Reason.BREACH)


def test_its_own_risk_moves_no_pressure():
    loads = {(HOME, "chat.de"): Load(9, 12)}
    assert review(waiting(ahead=7), situation(loads=loads), policy(), NOON).pressure is None


def test_pressure_empties_the_line_down_to_the_stop_level_and_no_further():
    # Stop level 14: with 12 in work, whoever has two or more before it goes.
    seen = situation(loads={(HOME, "chat.de"): Load(6, 12)}, pressure=ON)
    rules = policy(channels=(_only_backlog(),))
    made = [result(waiting(ahead=n), seen=seen, rules=rules) for n in range(4)]
    assert made[:2] == [None, None]
    assert made[2:] == [(Outcome.LATE, "lumen", Reason.BACKLOG)] * 2


def test_under_pressure_its_own_risk_is_the_main_reason():
    seen = situation(loads={(HOME, "chat.de"): Load(9, 12)}, pressure=ON)
    assert result(waiting(ahead=7), seen=seen) == (Outcome.LATE, "lumen", Reason.BREACH)


def _only_backlog():
    return CHAT.__class__(
        "chat",
        live=True,
        target=CHAT.target,
        patience=400.0,
        handle_time=600.0,
        thresholds=Thresholds(backlog=Levels(20, 14)),
    )


def test_without_relief_it_stays():
    loads = {(HOME, "chat.de"): Load(9, 12)}
    slow = policy(partners=(partner(answer_time=DAY),), breach_margin=0.0)
    assert result(waiting(ahead=7), seen=situation(loads=loads), rules=slow) is None


def test_a_partner_within_the_margin_that_is_no_better_gains_it_nothing():
    seen = situation(loads={(HOME, "chat.de"): Load(6, 12)}, pressure=ON)
    same = policy(channels=(_only_backlog(),), partners=(partner(answer_time=DAY),))
    generous = policy(
        channels=(_only_backlog(),), partners=(partner(answer_time=DAY),), breach_margin=1.0
    )
    assert result(waiting(ahead=5), seen=seen, rules=same) is None
    assert result(waiting(ahead=5), seen=seen, rules=generous) is None


def test_what_is_late_anyway_goes_where_it_is_answered_sooner():
    late = waiting(arrived=NOON - 300, due=NOON - 180, ahead=8)
    seen = situation(loads={(HOME, "chat.de"): Load(9, 12)})
    assert result(late, seen=seen)[0] is Outcome.LATE
    assert result(late, seen=seen, rules=policy(partners=(partner(answer_time=DAY),))) is None


def test_the_move_limit_holds():
    seen = situation(loads={(HOME, "chat.de"): Load(9, 12)})
    assert result(waiting(ahead=7, moves_out=1), seen=seen) is None


def test_a_live_ticket_left_over_at_closing_goes_to_who_is_open():
    left = waiting(arrived=NIGHT - 60, due=NIGHT + 60)
    assert result(left, now=NIGHT) == (Outcome.LATE, "lumen", Reason.CLOSED)


def test_an_email_left_over_at_closing_waits_if_it_can():
    left = email(ahead=0, due=NIGHT + 14 * HOUR)
    assert result(left, now=NIGHT) is None
    soon = email(ahead=0, due=NIGHT + HOUR)
    assert result(soon, now=NIGHT) == (Outcome.LATE, "lumen", Reason.CLOSED_WOULD_BREACH)


def test_who_asked_for_the_partner_is_served_once_one_can():
    asked = waiting(asked="partner")
    full = situation(held={("lumen", "chat"): 12, ("castor", "chat"): 12})
    assert result(asked, seen=full) is None
    assert result(asked) == (Outcome.OVERFLOW, "lumen", Reason.PINNED_PARTNER)


def test_who_asked_to_keep_it_is_heard():
    seen = situation(loads={(HOME, "chat.de"): Load(9, 12)}, pressure=ON)
    assert result(waiting(ahead=7, asked="home"), seen=seen) is None


def test_switched_off_nothing_is_moved():
    seen = situation(loads={(HOME, "chat.de"): Load(9, 12)}, pressure=ON)
    assert result(waiting(ahead=7), seen=seen, rules=policy(mode=Mode.OFF)) is None


# --- at a partner -----------------------------------------------------------------------------


def there(**changes):
    given = {
        "team": "castor",
        "held_since": NOON - 31 * MINUTE,
        "moves_out": 1,
        "cause": Cause.UNTOUCHED,
    }
    return waiting(**given | changes)


def test_what_a_partner_leaves_untouched_too_long_comes_back():
    assert result(there()) == (Outcome.RECALL, HOME, Reason.UNTOUCHED)


def test_until_then_it_stays():
    assert result(there(held_since=NOON - 30 * MINUTE)) is None


def test_only_the_partners_open_time_counts():
    morning = NOON - 4 * HOUR + 29 * MINUTE  # 08:29, castor opened at 08:00
    early = home(hours=hours("07:00-17:00"))
    since = morning - 12 * HOUR
    rules = policy(home=early, channels=(EMAIL,))
    left = email(
        team="castor", held_since=since, due=morning + HOUR, moves_out=1, cause=Cause.UNTOUCHED
    )
    assert result(left, now=morning, rules=rules) is None
    later = morning + 3 * MINUTE
    assert result(left, now=later, rules=rules) == (Outcome.RECALL, HOME, Reason.UNTOUCHED)


def test_the_move_limit_holds_for_recalls():
    assert result(there(moves_back=1)) is None
    assert result(there(moves_back=1), rules=policy(moves=MoveLimits(back=2))) is not None


def test_it_stays_when_home_cannot_take_it():
    assert result(there(held_since=NIGHT - DAY), now=NIGHT) is None
    paused = {HOME: Declared(at=NOON, until=NOON + HOUR, paused=True)}
    assert result(there(), seen=situation(declared=paused)) is None
    assert result(there(language="fr", team="lumen")) is None


@pytest.mark.parametrize(
    "off",
    [
        {"declared": {"castor": Declared(at=NOON, until=NOON + HOUR, paused=True)}},
        {"switched_off": {"partner:castor": Switch(NOON + HOUR, "outage", "ops")}},
    ],
)
def test_a_partner_that_stops_gives_back_what_waits_at_once(off):
    just_now = there(held_since=NOON - 5)
    made = result(just_now, seen=situation(**off))
    assert made == (Outcome.RECALL, HOME, Reason.SWITCHED_OFF)


def test_a_switch_on_the_channel_stops_handing_over_and_takes_nothing_back():
    seen = situation(switched_off={"channel:chat": Switch(NOON + HOUR, "quiet", "ops")})
    assert result(there(held_since=NOON - 5), seen=seen) is None


def test_a_live_ticket_does_not_wait_at_a_partner_that_has_closed():
    early = policy(home=home(hours=hours("24/7")))
    night = there(held_since=NIGHT - MINUTE, arrived=NIGHT - MINUTE, due=NIGHT + MINUTE)
    assert result(night, now=NIGHT, rules=early) == (Outcome.RECALL, HOME, Reason.PARTNER_CLOSED)
    mail = email(team="castor", held_since=NIGHT - MINUTE, cause=Cause.UNTOUCHED)
    assert result(mail, now=NIGHT, rules=early) is None


def test_a_partner_that_left_the_policy_keeps_what_it_holds():
    assert result(there(team="gone")) is None


def test_what_a_person_asked_the_partner_for_is_not_taken_back():
    assert result(there(asked="partner")) is None


def test_observing_takes_nothing_back():
    assert result(there(), rules=policy(mode=Mode.OBSERVE)) is None


def test_a_recall_has_its_trace():
    made = review(there(), situation(), policy(), NOON)
    told = trace_of(made)
    assert told["headline"] == (
        "Taken back from castor: nobody has begun to work on it for 31 min, longer than 30 min."
    )
    watched = told["inputs"][-1]
    assert (watched["name"], watched["age"], watched["limit"]) == ("untouched", 1860, 1800)


# --- the queue --------------------------------------------------------------------------------


def test_pressure_goes_off_when_nothing_arrives():
    assert review_queue("chat.de", situation(pressure=ON), policy(), NOON) is None
    off = review_queue("chat.de", situation(pressure=ON), policy(), NOON + 240)
    assert off == Pressure(on=False, since=NOON + 240, measure="backlog", rev=3)


def test_pressure_comes_on_when_nothing_arrives():
    seen = situation(loads={(HOME, "chat.de"): Load(20, 0)})
    assert review_queue("chat.de", seen, policy(), NOON).on


@pytest.mark.parametrize("queue", ["chat.de", "chat.-", "chat.de.returns", "pigeon.de", "", "x"])
def test_any_name_of_a_queue_can_be_asked(queue):
    assert review_queue(queue, situation(), policy(), NOON) is None


def test_a_closed_home_leaves_its_queues_pressure_alone():
    seen = situation(NIGHT, pressure=ON)
    assert review_queue("chat.de", seen, policy(), NIGHT) is None


def test_the_trace_of_a_late_overflow_names_what_was_gained():
    rules = policy(partners=(castor(),))
    made = review(waiting(ahead=7), situation(loads={(HOME, "chat.de"): Load(9, 12)}), rules, NOON)
    assert trace_of(made)["headline"].startswith("To castor, after waiting at home: its chance")
