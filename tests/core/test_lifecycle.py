"""What a look at the helpdesk, a decision and a person change in a ticket's record."""

from dataclasses import replace

import pytest

from overflow.core.decide import decide
from overflow.core.decision import Decision, Outcome, Reason
from overflow.core.lifecycle import (
    Drop,
    Keep,
    ReadAgain,
    answered,
    ask,
    asked_of,
    claim,
    desired_of,
    expire,
    give_back,
    moved_by_person,
    observe,
    release,
    settle,
    ticket_of,
    virtual_team,
    with_status,
)
from overflow.core.model import HOME, Cause, Load, Mode, Status, Words
from overflow.core.review import review
from overflow.core.waits import promise
from overflow.errors import Conflict, Unknown
from tests.core.make import (
    CHAT,
    HOUR,
    MINUTE,
    NOON,
    home,
    partner,
    policy,
    record,
    situation,
    snapshot,
)

RULES = policy()
LATER = NOON + 30
BUSY = situation(loads={(HOME, "chat.de"): Load(20, 12)})


def look(prior, rules=RULES, now=LATER, *, authoritative=True, first_import=False, **shown):
    seen = snapshot(**shown)
    return observe(prior, seen, rules, now, authoritative=authoritative, first_import=first_import)


def decided(cause=Cause.NEW, seen=BUSY, rules=RULES, of=None, now=NOON) -> Decision:
    return decide(ticket_of(of or record(), cause, rules), seen, rules, now)


def away(**changes):
    """Overflowed to lumen a while ago, and in step."""
    given = {
        "team": "lumen",
        "desired_rev": 1,
        "confirmed_rev": 1,
        "desired_group": "grp-lumen",
        "confirmed_group": "grp-lumen",
        "observed_group": "grp-lumen",
        "moves_out": 1,
        "reason": "backlog",
    }
    return record(**given | changes)


def leaving(**changes):
    """Overflow to lumen is decided and still to be written."""
    return settle(record(**changes), decided(), RULES, NOON)


def coming_back(**changes):
    """Recalled from lumen, still to be written."""
    there = away(held_since=NOON - HOUR, **changes)
    made = review(ticket_of(there, Cause.UNTOUCHED, RULES), situation(), RULES, NOON)
    assert made.outcome is Outcome.RECALL
    return settle(there, made, RULES, NOON)


# --- first sight ------------------------------------------------------------------------------


def test_a_new_ticket_at_home_is_to_be_decided():
    made = look(None)
    assert (made.cause, made.events) == (Cause.NEW, ("arrived",))
    assert made.record == record(rev=0, held_since=LATER)


@pytest.mark.parametrize("ahead", [-HOUR, 0.0, 0.4, 70 * 365 * 24 * HOUR])
def test_a_ticket_arrives_no_later_than_it_is_heard_of(ahead):
    made = look(None, created=LATER + ahead).record
    heard = look(None, created=LATER + min(ahead, 0.0)).record
    assert (made.arrived, made.due) == (heard.arrived, heard.due)
    assert made.arrived <= LATER


def test_what_the_helpdesk_leaves_out_is_filled_in_from_the_policy():
    rules = policy(default_channel="chat", default_language="nl")
    made = look(None, rules, channel="", language="").record
    assert (made.channel, made.language, made.queue) == ("chat", "nl", "chat.nl")


@pytest.mark.parametrize(
    "shown",
    [{"outbound": True}, *({"status": s} for s in Status if s.is_ended)],
    ids=str,
)
def test_outbound_and_ended_tickets_are_never_routed(shown):
    assert look(None, **shown) == Drop("ignored")


def test_a_ticket_that_stands_with_a_partner_is_accepted_there():
    made = look(None, group="grp-castor")
    assert (made.record.team, made.cause, made.events) == ("castor", None, ("accepted",))
    assert made.record.origin_group == "inhouse"
    assert made.record.is_dirty  # for it has no tag yet


@pytest.mark.parametrize("mode", [Mode.OBSERVE, Mode.OFF])
def test_nothing_is_written_on_it_unless_the_shop_is_live(mode):
    assert not look(None, policy(mode=mode), group="grp-castor").record.is_dirty


def test_one_that_could_not_be_brought_back_is_left_to_people():
    made = look(None, policy(home=home(group=None)), group="grp-castor")
    assert made.record.manual


@pytest.mark.parametrize(
    "shown", [{"assignee": "ann"}, {"answered": NOON}, {"status": Status.PENDING}]
)
def test_a_ticket_that_somebody_has_taken_up_stays_where_it_is(shown):
    made = look(None, **shown)
    assert (made.record.team, made.cause, made.events) == (HOME, None, ("accepted",))


def test_a_wish_by_tag_goes_before_that():
    made = look(None, assignee="ann", tags=frozenset({"to-partner"}))
    assert made.cause is Cause.ASKED
    there = look(None, group="grp-castor", tags=frozenset({"keep-here"}))
    assert there.cause is Cause.ASKED


def test_the_first_import_holds_everything_where_it_stands():
    for group in ("inhouse", "grp-lumen"):
        made = look(None, group=group, first_import=True)
        assert (made.cause, made.events) == (None, ("imported",))


def test_during_the_first_import_state_is_followed_and_nothing_decided():
    made = look(record(), first_import=True, version=2, tags=frozenset({"to-partner"}))
    assert (made.cause, made.record.marks) == (None, "to-partner")


# --- order ------------------------------------------------------------------------------------


def test_the_current_state_again_is_dropped():
    assert look(record(), authoritative=False) == Drop("same")


def test_an_older_version_is_dropped_even_when_read():
    assert look(record(version=3), version=2, status=Status.SOLVED) == Drop("older")


def test_the_same_version_with_another_state_is_read_again():
    shown = {"version": 1, "status": Status.SOLVED}
    assert look(record(), authoritative=False, **shown) == ReadAgain()
    assert look(record(), authoritative=True, **shown).events == ("ended",)


def test_without_versions_only_a_read_is_believed():
    shown = {"version": None, "status": Status.SOLVED}
    prior = record(version=-1)
    assert look(prior, authoritative=False, **shown) == ReadAgain()
    assert look(prior, **shown).record.status is Status.SOLVED


def test_open_pending_open_is_three_states_and_no_duplicate():
    first = record()
    second = look(first, version=2, status=Status.PENDING)
    third = look(second.record, version=3, status=Status.OPEN)
    assert (second.events, third.events) == (("parked",), ("resumed",))
    assert second.cause is third.cause is None


def test_a_newer_version_of_the_same_state_is_remembered():
    made = look(record(), version=2)
    assert (made.cause, made.events, made.record.version) == (None, (), 2)


# --- our writes and people's ------------------------------------------------------------------


def test_an_echo_of_our_write_changes_nothing_but_what_was_seen():
    prior = leaving()
    made = look(prior, version=2, group="grp-lumen")
    assert made.record == replace(
        prior, version=2, observed_group="grp-lumen", confirmed_group="grp-lumen"
    )
    assert made.cause is None


def test_until_our_write_lands_the_old_group_is_no_persons_move():
    prior = leaving()
    made = look(prior, version=2, priority=3)
    assert (made.record.team, made.record.manual) == ("lumen", False)
    assert made.record.desired_rev == prior.desired_rev


def test_a_persons_move_to_a_partner_wins():
    made = look(record(), version=2, group="grp-castor")
    after = made.record
    assert (made.cause, made.events) == (None, ("moved_by_person",))
    assert (after.team, after.manual, after.reason) == ("castor", True, "manual")
    assert after.desired_group == after.confirmed_group == after.observed_group == "grp-castor"
    assert (after.moves_out, after.moves_back) == (0, 0)
    assert after.is_dirty, "the tag is still to be set"


def test_a_persons_move_back_home_wins():
    after = look(away(), version=2, group="inhouse").record
    assert (after.team, after.manual, after.held_since) == (HOME, True, LATER)
    assert desired_of(after, RULES).is_tagged is False


def test_a_persons_move_within_home_is_kept_and_needs_no_writing():
    after = look(record(), version=2, group="sales").record
    assert (after.team, after.manual, after.origin_group) == (HOME, True, "sales")
    assert not after.is_dirty


def test_a_persons_move_beats_a_move_of_ours_on_its_way():
    prior = leaving()
    after = look(prior, version=2, group="grp-castor").record
    assert (after.team, after.note) == ("castor", "")
    # The write to lumen may still land: that is ours, and the person's wish is written again.
    landed = look(after, version=3, group="grp-lumen").record
    assert (landed.team, landed.desired_group, landed.manual) == ("castor", "grp-castor", True)
    assert landed.is_dirty


def test_the_group_seen_before_a_lost_echo_is_a_persons_move_once_ours_has_landed():
    landed = look(leaving(), version=2, group="grp-lumen").record
    back = look(landed, version=3, group="inhouse")
    assert back.events == ("moved_by_person",)
    assert back.record.team == HOME


TAGGED = frozenset({"overflow"})


def test_a_tag_that_somebody_took_off_is_put_back_once():
    made = look(away(), version=2, group="grp-lumen")
    assert (made.record.team, made.record.is_dirty, made.events) == ("lumen", True, ("unmarked",))

    written = replace(made.record, confirmed_rev=made.record.desired_rev)
    shown = look(written, version=3, group="grp-lumen", tags=TAGGED).record
    again = look(shown, version=4, group="grp-lumen")
    assert not again.record.is_dirty
    assert again.events == ()


def test_and_so_is_the_reason():
    rules = policy(words=Words(reason_field="Reason"))
    shown = {"group": "grp-lumen", "tags": TAGGED}
    assert not look(away(), rules, version=2, reason="backlog", **shown).record.is_dirty
    assert look(away(), rules, version=2, reason=None, **shown).record.is_dirty


def test_once_more_after_the_next_move():
    stripped = look(away(), version=2, group="grp-lumen").record
    home_again = moved_by_person(stripped, HOME, RULES, NOON)
    back = moved_by_person(home_again, "lumen", RULES, NOON)
    there = replace(back, confirmed_rev=back.desired_rev, confirmed_group="grp-lumen", note="")
    assert look(there, version=3, group="grp-lumen").events == ("unmarked",)


@pytest.mark.parametrize("mode", [Mode.OBSERVE, Mode.OFF])
def test_nothing_is_put_back_unless_the_shop_is_live(mode):
    assert not look(away(), policy(mode=mode), version=2, group="grp-lumen").record.is_dirty


def test_nor_on_what_was_imported_or_has_ended():
    imported = look(None, group="grp-lumen", first_import=True).record
    assert not look(imported, version=2, group="grp-lumen", priority=3).record.is_dirty
    ended = look(away(), version=2, group="grp-lumen", status=Status.SOLVED).record
    assert not ended.is_dirty


RENAMED = policy(partners=(partner(group="grp-lumen-2"),))


def test_a_group_renamed_in_the_policy_first_and_then_in_the_helpdesk_moves_nothing():
    before = away()
    assert isinstance(look(before, RENAMED, group="grp-lumen", tags=TAGGED), Drop)

    made = look(before, RENAMED, version=2, group="grp-lumen-2", tags=TAGGED)

    after = made.record
    assert (after.team, after.manual, after.is_dirty, made.events) == ("lumen", False, False, ())
    assert after.desired_group == after.confirmed_group == "grp-lumen-2"


def test_what_is_still_to_be_written_is_written_under_the_new_name():
    made = look(leaving(), RENAMED, version=2, group="inhouse").record
    assert (made.team, made.desired_group, made.is_dirty) == ("lumen", "grp-lumen-2", True)
    assert made.desired_rev > leaving().desired_rev


def test_what_was_taken_for_moved_home_by_a_renaming_is_the_partner_s_again_with_the_policy():
    lost = look(away(), version=2, group="grp-lumen-2", tags=TAGGED).record
    assert lost.team == HOME

    made = look(lost, RENAMED, version=3, group="grp-lumen-2", tags=TAGGED)

    assert (made.record.team, made.record.held_since, made.events) == (
        "lumen",
        LATER,
        ("accepted",),
    )


# --- answers and claims that cross a move -----------------------------------------------------


@pytest.mark.parametrize(
    "shown",
    [
        {"answered": NOON + 5},
        {"assignee": "ann"},
        {"status": Status.SOLVED},
        {"status": Status.PENDING},
    ],
    ids=str,
)
def test_a_ticket_taken_up_at_home_meanwhile_is_not_handed_over(shown):
    made = look(leaving(), version=2, **shown)
    after = made.record
    assert made.events[-1] == "crossed"
    assert (after.team, after.desired_group, after.note) == (HOME, "inhouse", "")
    assert after.is_dirty


def test_a_recall_crossed_by_an_answer_goes_back_to_the_partner():
    prior = coming_back()
    after = look(prior, version=2, group="grp-lumen", answered=NOON + 5).record
    assert (after.team, after.desired_group, after.handled_by) == ("lumen", "grp-lumen", "lumen")


def test_a_recall_that_landed_over_an_answer_goes_back_to_the_partner():
    prior = coming_back()
    made = look(prior, version=2, group="inhouse", answered=NOON + 5)
    after = made.record
    assert (after.team, after.desired_group) == ("lumen", "grp-lumen")
    assert after.confirmed_group == "inhouse"
    assert after.is_dirty
    assert look(after, version=3, group="grp-lumen", answered=NOON + 5).record.team == "lumen"


def test_an_echo_of_the_recall_that_comes_after_the_answer_is_no_persons_move():
    back = look(coming_back(), version=2, group="grp-lumen", answered=NOON + 5).record
    after = look(back, version=3, group="inhouse", answered=NOON + 5).record
    assert (after.team, after.manual, after.desired_group) == ("lumen", False, "grp-lumen")
    assert after.is_dirty


def test_a_recalled_ticket_that_home_answered_stays_home():
    landed = look(coming_back(), version=2, group="inhouse", answered=NOON, assignee="ann")
    assert landed.record.team == HOME
    quiet = look(coming_back(), version=2, group="inhouse").record
    assert look(quiet, version=3, group="inhouse", answered=NOON).record.team == HOME


def test_what_the_partner_gave_back_goes_home_even_if_it_answers_meanwhile():
    there = give_back(away(assignee="pia"), "lumen")
    made = decide(ticket_of(there, Cause.RETURNED, RULES), situation(), RULES, NOON)
    after = look(settle(there, made, RULES, NOON), version=2, group="grp-lumen", answered=NOON)
    assert after.record.team == HOME


def test_the_agent_who_had_it_before_it_was_handed_over_is_no_new_claim():
    asked = record(assignee="ann", marks="to-partner")
    made = decide(ticket_of(asked, Cause.ASKED, RULES), situation(), RULES, NOON)
    prior = settle(asked, made, RULES, NOON)
    after = look(prior, version=2, assignee="ann", tags=frozenset({"to-partner"})).record
    assert after.team == "lumen"


# --- answers, claims, status ------------------------------------------------------------------


def test_an_agent_who_assigns_himself_has_claimed_it():
    made = look(record(), version=2, assignee="ann")
    assert (made.events, made.record.is_touched) == (("assigned",), True)


def test_the_first_answer_is_kept_for_good():
    once = look(record(), version=2, answered=NOON + 9).record
    assert (once.answered, once.handled_by) == (NOON + 9, HOME)
    assert look(once, version=3, answered=None).record.answered == NOON + 9


def test_an_end_gives_up_the_claim_and_remembers_who_handled_it():
    made = look(
        away(claimed_by="pia", claim_until=NOON + 99),
        version=2,
        group="grp-lumen",
        status=Status.SOLVED,
    )
    after = made.record
    assert made.events == ("ended",)
    assert (after.claimed_by, after.handled_by, after.team) == ("", "lumen", "lumen")


def test_reopening_is_decided_and_forgets_the_moves():
    ended = away(status=Status.SOLVED, manual=True, moves_back=1, answered=NOON, handled_by="lumen")
    made = look(ended, version=2, group="grp-lumen", answered=NOON, tags=frozenset({"overflow"}))
    after = made.record
    assert (made.cause, made.events) == (Cause.REOPENED, ("reopened",))
    assert (after.manual, after.moves_out, after.moves_back) == (False, 0, 0)
    assert after.held_since == LATER


def test_what_was_never_answered_gets_a_new_due_time_when_reopened():
    ended = record(status=Status.CLOSED)
    made = look(ended, version=2, now=NOON + HOUR)
    assert made.record.due == NOON + HOUR + CHAT.target.seconds


def test_from_solved_to_pending_nothing_is_decided():
    made = look(record(status=Status.SOLVED), version=2, status=Status.PENDING)
    assert (made.cause, made.events) == (None, ("reopened",))


def test_an_ended_ticket_that_a_person_moves_and_reopens_stays_there():
    made = look(record(status=Status.SOLVED), version=2, group="grp-castor")
    assert made.cause is None
    assert (made.record.team, made.record.manual) == ("castor", True)


# --- wishes and changes -----------------------------------------------------------------------


def test_a_new_tag_is_a_wish_and_an_old_one_is_not():
    tagged = {"version": 2, "tags": frozenset({"to-partner", "vip"})}
    made = look(record(), **tagged)
    assert (made.cause, made.record.marks) == (Cause.ASKED, "to-partner")
    again = look(made.record, **tagged | {"version": 3})
    assert again.cause is None


def test_a_tag_taken_off_takes_the_wish_back():
    after = look(record(marks="keep-here"), version=2).record
    assert asked_of(after, RULES) == ""


def test_to_keep_it_here_goes_before_the_partner():
    both = frozenset({"to-partner", "keep-here"})
    assert asked_of(look(record(), version=2, tags=both).record, RULES) == "home"


def test_what_the_api_was_asked_outlasts_a_look_until_a_newer_tag():
    asked = ask(record(marks="keep-here"), "partner")
    assert asked_of(asked, RULES) == "partner"
    seen = look(asked, version=2, tags=frozenset({"keep-here"}))
    assert asked_of(seen.record, RULES) == "partner"
    newer = look(ask(record(), "partner"), version=2, tags=frozenset({"keep-here"}))
    assert (asked_of(newer.record, RULES), newer.cause) == ("home", Cause.ASKED)
    assert asked_of(ask(asked, ""), RULES) == "home"


@pytest.mark.parametrize("shown", [{"channel": "email"}, {"language": "nl"}, {"topic": "returns"}])
def test_another_channel_language_or_topic_is_decided_again(shown):
    made = look(record(), version=2, **shown)
    assert (made.cause, made.events) == (Cause.CHANGED, ("changed",))


def test_another_channel_has_its_own_due_time():
    after = look(record(), version=2, channel="email").record
    assert after.due == NOON + 4 * HOUR
    assert after.queue == "email.de"


@pytest.mark.parametrize(
    ("prior", "shown"),
    [
        ({"answered": NOON}, {}),
        ({}, {"assignee": "ann"}),
        ({"claimed_by": "ann", "claim_until": NOON + 99}, {}),
        ({"manual": True}, {}),
        ({"marks": "keep-here"}, {"tags": frozenset({"keep-here"})}),
        ({"status": Status.PENDING}, {"status": Status.PENDING}),
    ],
    ids=str,
)
def test_a_change_is_not_decided_once_somebody_works_on_it_or_moved_it(prior, shown):
    made = look(record(**prior), version=2, language="nl", **shown)
    assert made.cause is None
    assert made.record.language == "nl"


# --- decisions carried out --------------------------------------------------------------------


def test_an_overflow_sets_what_the_helpdesk_should_show():
    after = leaving()
    assert (after.team, after.desired_group, after.reason) == ("lumen", "grp-lumen", "backlog")
    assert (after.moves_out, after.held_since, after.note) == (1, NOON, "overflow inhouse")
    assert (after.desired_rev, after.is_dirty) == (1, True)
    rules = policy(words=Words(reason_field="OverflowReason"))
    assert desired_of(after, rules) == ("grp-lumen", "overflow", True, "OverflowReason", "backlog")


def test_a_ticket_kept_needs_no_writing():
    after = settle(record(), decided(seen=situation()), RULES, NOON)
    assert after == record(reason="no_pressure", promised="line 0 0")
    assert not after.is_dirty


def test_a_recall_restores_the_group_it_came_from():
    after = coming_back(origin_group="sales")
    assert (after.team, after.desired_group) == (HOME, "sales")
    assert (after.moves_back, after.note) == (1, "recall lumen")
    assert desired_of(after, RULES)[2:] == (False, None, "")


def test_a_return_is_not_counted():
    there = give_back(away(claimed_by="pia", claim_until=NOON + 99), "lumen")
    assert (there.refused_by, there.claimed_by, there.team) == ("lumen", "", "lumen")
    made = decide(ticket_of(there, Cause.RETURNED, RULES), situation(), RULES, NOON)
    after = settle(there, made, RULES, NOON)
    assert (after.team, after.moves_back, after.note) == (HOME, 0, "returned lumen")


def test_a_wish_and_a_reopening_are_not_counted():
    asked = record(marks="to-partner")
    made = decide(ticket_of(asked, Cause.ASKED, RULES), situation(), RULES, NOON)
    assert settle(asked, made, RULES, NOON).moves_out == 0
    again = record(handled_by="castor", answered=NOON)
    made = decide(ticket_of(again, Cause.REOPENED, RULES), situation(), RULES, NOON)
    assert (settle(again, made, RULES, NOON).team, made.reason) == ("castor", Reason.REOPENED)
    assert settle(again, made, RULES, NOON).moves_out == 0


def test_a_reopened_ticket_that_stays_needs_no_writing():
    there = away(answered=NOON, handled_by="lumen")
    made = decide(ticket_of(there, Cause.REOPENED, RULES), situation(), RULES, NOON)
    assert settle(there, made, RULES, NOON) == there


def test_a_write_overtaken_by_another_decision_is_remembered_while_it_may_land():
    prior = leaving()
    back = moved_by_person(prior, HOME, RULES, NOON + 1)
    assert (back.desired_group, back.superseded_group) == ("inhouse", "grp-lumen")
    landed = look(back, version=2, group="grp-lumen").record
    assert (landed.team, landed.desired_group, landed.is_dirty) == (HOME, "inhouse", True)


# --- observing --------------------------------------------------------------------------------

WATCH = policy(mode=Mode.OBSERVE)


def test_observing_only_remembers_what_would_have_been():
    made = decided(rules=WATCH, seen=replace(BUSY, epoch=4))
    after = settle(record(), made, WATCH, NOON)
    assert replace(after, promised="") == record(virtual="lumen@4")
    assert promise(after).method == "line"  # it stays at home
    assert not after.is_dirty
    assert virtual_team(after, 4) == "lumen"
    assert virtual_team(after, 5) == ""


def test_observing_the_holder_is_the_one_it_was_decided_to():
    there = record(virtual="lumen@4")
    assert ticket_of(there, Cause.CHANGED, WATCH, epoch=4).team == "lumen"
    assert ticket_of(there, Cause.CHANGED, WATCH, epoch=5).team == HOME
    assert ticket_of(there, Cause.CHANGED, RULES, epoch=4).team == HOME


def test_observing_a_ticket_kept_after_all_is_virtually_home():
    kept = decided(rules=WATCH, seen=situation())
    assert settle(record(virtual="lumen@0"), kept, WATCH, NOON).virtual == ""


def test_going_live_drops_what_was_observed_at_the_next_decision():
    after = settle(record(virtual="lumen@4"), decided(seen=situation()), RULES, NOON)
    assert after.virtual == ""
    assert not after.is_dirty


# --- people by the API ------------------------------------------------------------------------


def test_a_claim_lasts_until_its_end_and_the_same_agent_prolongs():
    once = claim(record(), "ann", NOON + 900, NOON)
    assert (once.claimed_by, once.claim_until) == ("ann", NOON + 900)
    assert claim(once, "ann", NOON + 1800, NOON + 5).claim_until == NOON + 1800
    assert expire(once, NOON + 899) is once
    assert expire(once, NOON + 900).claimed_by == ""


def test_a_second_agent_is_told_who_has_it():
    once = claim(record(), "ann", NOON + 900, NOON)
    with pytest.raises(Conflict) as told:
        claim(once, "bob", NOON + 900, NOON + 5)
    assert told.value.facts == {"claimed_by": "ann", "until": NOON + 900, "team": HOME}
    assert claim(once, "bob", NOON + 1900, NOON + 900).claimed_by == "bob"


def test_an_assignee_in_the_helpdesk_has_it_too():
    with pytest.raises(Conflict) as told:
        claim(record(assignee="ann"), "bob", NOON + 900, NOON)
    assert told.value.facts["claimed_by"] == "ann"
    assert claim(record(assignee="ann"), "ann", NOON + 900, NOON).claimed_by == "ann"


def test_the_old_holders_assignee_does_not_hinder_the_new_one():
    prior = replace(leaving(), assignee="ann")
    assert claim(prior, "pia", NOON + 900, NOON).claimed_by == "pia"


def test_an_ended_ticket_cannot_be_claimed_moved_or_given_back():
    ended = away(status=Status.SOLVED)
    with pytest.raises(Conflict):
        claim(ended, "ann", NOON + 900, NOON)
    with pytest.raises(Conflict):
        moved_by_person(ended, HOME, RULES, NOON)
    with pytest.raises(Conflict):
        give_back(ended, "lumen")


def test_only_who_has_the_claim_releases_it():
    once = claim(record(), "ann", NOON + 900, NOON)
    with pytest.raises(Conflict):
        release(once, "bob", NOON)
    assert release(once, "ann", NOON).claimed_by == ""
    assert release(once, "", NOON).claimed_by == ""
    assert release(record(), "ann", NOON) == record()


def test_only_the_holder_gives_back():
    with pytest.raises(Conflict):
        give_back(away(), "castor")


def test_a_person_moves_by_the_api():
    after = moved_by_person(record(marks="!home keep-here"), "castor", RULES, NOON + 1)
    assert (after.team, after.desired_group, after.manual) == ("castor", "grp-castor", True)
    assert (after.moves_out, after.note, after.marks) == (0, "overflow inhouse", "keep-here")
    assert after.is_dirty
    assert moved_by_person(after, HOME, RULES, NOON + 2).note == "recall castor"
    with pytest.raises(Unknown):
        moved_by_person(record(), "nobody", RULES, NOON)


def test_moving_it_where_it_is_pins_it():
    after = moved_by_person(record(), HOME, RULES, NOON + 1)
    assert (after.team, after.manual, after.is_dirty) == (HOME, True, False)


def test_an_answer_by_the_api_counts_once():
    once = answered(away(), NOON + MINUTE)
    assert (once.answered, once.handled_by) == (NOON + MINUTE, "lumen")
    assert answered(once, NOON + HOUR) is once


def test_a_status_by_the_api_ends_and_reopens_like_one_in_the_helpdesk():
    there = away(claimed_by="pia", claim_until=NOON + 99)
    ended = with_status(there, Status.SOLVED, RULES, NOON)
    assert (ended.claimed_by, ended.handled_by) == ("", "lumen")
    again = with_status(ended, Status.OPEN, RULES, NOON + 5)
    assert (again.moves_out, again.held_since) == (0, NOON + 5)
    assert with_status(there, Status.OPEN, RULES, NOON) is there
    assert with_status(there, Status.PENDING, RULES, NOON).status is Status.PENDING


def test_a_ticket_says_what_the_decision_needs():
    made = ticket_of(away(refused_by="castor", due=0.0), Cause.LATE, RULES, ahead=3)
    assert (made.team, made.due, made.ahead) == ("lumen", None, 3)
    assert made.refused_by == {"castor"}
    assert ticket_of(record(answered=NOON), Cause.LATE, RULES).due is None


def test_a_partner_without_its_group_any_more_still_holds_its_tickets():
    renamed = policy(partners=(partner(group="new-group"),))
    assert look(away(), renamed, version=2, group="grp-lumen").record.team == "lumen"


def test_keep_says_what_happened():
    assert isinstance(look(record(), version=2, assignee="ann"), Keep)
