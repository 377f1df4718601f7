"""One script commits: what it refuses, and what it writes when it does not."""

from dataclasses import replace

import pytest

from overflow.core.model import HOME, Declared, Pressure, Status
from overflow.errors import BadInput
from overflow.store import keys
from overflow.store.commit_codec import arguments, key_names, named
from overflow.store.commits import (
    ENTRY,
    Basis,
    Changed,
    Commit,
    Committed,
    Full,
    Outdated,
    Overtaken,
    Seen,
)
from overflow.store.requests import Requests
from overflow.store.situation_codec import Taken
from tests.store.builders import NOW, SHOP, a_partner, a_policy, a_record

DAY = 86_400


@pytest.fixture
def commit(tickets):
    """Commit a record made from the one that stands, or from the rev that is given."""

    def do(record, *, now=NOW, **more):
        if "prior_rev" not in more:
            standing = tickets.get(SHOP, record.id)
            more["prior_rev"] = standing.rev if standing else 0
        return tickets.commit(SHOP, Commit(record, now=now, **more))

    return do


def refused_without_a_trace(store_client, attempt, expected):
    """The attempt is refused, and the store is the same as before."""
    before = {key: store_client.dump(key) for key in sorted(store_client.keys())}
    outcome = attempt()
    assert isinstance(outcome, expected)
    assert {key: store_client.dump(key) for key in sorted(store_client.keys())} == before
    return outcome


# --- compare and set ------------------------------------------------------------------------


def test_a_commit_gives_the_record_as_it_stands(tickets, commit):
    done = commit(a_record())

    assert isinstance(done, Committed)
    assert done.record == replace(a_record(), rev=1, queue="email.de")
    assert tickets.get(SHOP, "7") == done.record


def test_a_record_that_changed_meanwhile_is_not_overwritten(store_client, commit):
    commit(a_record(assignee="ann"))

    outcome = refused_without_a_trace(
        store_client, lambda: commit(a_record(assignee="ben"), prior_rev=0), Changed
    )

    assert outcome.record.assignee == "ann"


def test_a_record_that_is_gone_is_told_as_none(store_client, commit):
    outcome = refused_without_a_trace(
        store_client, lambda: commit(a_record(), prior_rev=3), Changed
    )

    assert outcome.record is None


def test_a_commit_sent_twice_for_a_lost_answer_ends_the_same(tickets, store_client):
    commit = Commit(a_record(team="acme"), 0, NOW, takes="acme", tallies=("offered",), delivery="d")
    keys_, args = key_names(SHOP, commit), arguments(commit, "20260105")

    first, again = tickets._commit(keys_, args), tickets._commit(keys_, args)
    done = named(again, commit, tickets.situations.take(SHOP, NOW))

    assert (first[0], again[0]) == (1, 2)
    assert done.entry.encode() == first[2]
    assert done.record.rev == 1
    assert done.situation.held == {("acme", "email"): 1, ("acme", "*"): 1}
    assert store_client.hgetall(keys.totals(SHOP)) == {b"offered": b"1"}


def test_an_answer_of_the_script_that_nobody_knows_is_a_bug():
    with pytest.raises(AssertionError):
        named([99, 0], Commit(a_record(), 0, NOW), Taken([], 0.0, NOW))


def test_text_that_cannot_be_encoded_is_bad_input(commit):
    with pytest.raises(BadInput):
        commit(a_record(assignee="\ud800"))
    with pytest.raises(BadInput):
        commit(a_record(), journal={"by": "\ud800"})


# --- the basis ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({}, Committed),
        ({"at": -61.0}, Outdated),
        ({"policy_version": 1}, Outdated),
        ({"pressure_rev": 1}, Outdated),
    ],
)
def test_a_decision_stands_only_on_what_still_holds(situations, commit, changed, outcome):
    basis = Basis.of(situations.get(SHOP, NOW), "email.de")
    moved = {name: getattr(basis, name) + by for name, by in changed.items()}

    assert isinstance(commit(a_record(), basis=basis._replace(**moved)), outcome)


def test_a_decision_against_changed_pressure_is_refused(store_client, situations, commit):
    seen = situations.get(SHOP, NOW)
    commit(a_record("1"), pressure=Pressure(on=True, since=NOW, measure="backlog"))

    refused_without_a_trace(
        store_client, lambda: commit(a_record("2"), basis=Basis.of(seen, "email.de")), Outdated
    )
    assert isinstance(commit(a_record("3"), basis=Basis.of(seen, "chat.de")), Committed)


def test_a_decision_for_a_shop_without_policy_is_refused(tickets):
    commit = Commit(a_record(), 0, NOW, basis=Basis(NOW, 0, "email.de", 0))

    assert isinstance(tickets.commit("nobody", commit), Outdated)


def test_every_change_of_pressure_raises_its_rev(commit):
    commit(a_record("1"), pressure=Pressure(on=True, since=NOW, measure="backlog"))
    done = commit(
        a_record("2"), pressure=Pressure(on=False, since=NOW + 1, measure="backlog", rev=17)
    )

    assert done.situation.pressure == {
        "email.de": Pressure(on=False, since=NOW + 1, measure="backlog", rev=2)
    }


# --- limits ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "limit"),
    [
        ({"capacity": {"email": 2, "chat": 9}}, "channel"),
        ({"total": 2}, "total"),
        ({"day": 2}, "day"),
    ],
)
def test_a_partner_takes_no_more_than_its_contract_says(
    store_client, policies, commit, limits, limit
):
    policies.put(SHOP, {}, a_policy(a_partner(**limits)))
    for ticket_id in "12":
        assert isinstance(commit(a_record(ticket_id, "acme"), takes="acme"), Committed)

    outcome = refused_without_a_trace(
        store_client, lambda: commit(a_record("3", "acme"), takes="acme"), Full
    )

    assert (outcome.team, outcome.limit) == ("acme", limit)


def test_a_partner_or_channel_that_the_policy_does_not_name_has_no_room(commit):
    assert commit(a_record("1", "bob"), takes="bob").limit == "channel"
    assert commit(a_record("1", "acme", channel="fax"), takes="acme").limit == "channel"


def test_a_declared_capacity_counts_until_it_ends_and_never_above_the_contract(
    situations, policies, commit
):
    policies.put(SHOP, {}, a_policy(a_partner(capacity={"email": 2})))
    situations.declare(SHOP, "acme", Declared(NOW, NOW + 60, capacity={"email": 1}))
    commit(a_record("1", "acme"), takes="acme")

    assert isinstance(commit(a_record("2", "acme"), takes="acme"), Full)
    assert isinstance(commit(a_record("2", "acme"), takes="acme", now=NOW + 61), Committed)
    situations.declare(SHOP, "acme", Declared(NOW, NOW + 60, capacity={"email": 9}))
    assert isinstance(commit(a_record("3", "acme"), takes="acme"), Full)


def test_a_partner_that_pauses_takes_nothing(situations, commit):
    situations.declare(SHOP, "acme", Declared(NOW, NOW + 60, paused=True))

    assert commit(a_record("1", "acme"), takes="acme").limit == "total"


def test_what_a_partner_holds_already_takes_no_second_place(policies, commit):
    policies.put(SHOP, {}, a_policy(a_partner(capacity={"email": 1, "chat": 1}, total=1, day=1)))
    commit(a_record("1", "acme"), takes="acme")

    done = commit(a_record("1", "acme", assignee="ann"), takes="acme")
    assert isinstance(done, Committed)
    assert done.situation.handed == {"acme": 1}
    assert isinstance(commit(a_record("1", "acme", channel="chat"), takes="acme"), Committed)


def test_a_ticket_that_nobody_works_on_takes_no_place(policies, commit):
    policies.put(SHOP, {}, a_policy(a_partner(capacity={"email": 1})))
    commit(a_record("1", "acme"), takes="acme")
    commit(a_record("1", "acme", status=Status.PENDING))

    assert isinstance(commit(a_record("2", "acme"), takes="acme"), Committed)


def test_what_a_person_does_is_accepted_and_counted_above_the_limit(policies, commit):
    policies.put(SHOP, {}, a_policy(a_partner(capacity={"email": 0}, day=0)))
    commit(a_record("1"))

    done = commit(a_record("1", "acme"))

    assert done.situation.held[("acme", "email")] == 1
    assert done.situation.today == {"acme": 1}


def test_a_ticket_first_seen_at_a_partner_was_not_handed_over_today(commit):
    assert commit(a_record("1", "acme")).situation.today == {}


def test_a_limit_that_is_lowered_takes_nothing_away(policies, commit):
    commit(a_record("1", "acme"), takes="acme")
    policies.put(SHOP, {}, a_policy(a_partner(capacity={"email": 0})))

    assert isinstance(commit(a_record("1", "acme", assignee="ann")), Committed)
    assert isinstance(commit(a_record("2", "acme"), takes="acme"), Full)


# --- what is to be done ---------------------------------------------------------------------


def test_a_ticket_is_dirty_until_its_desired_state_is_confirmed(marks, commit):
    done = commit(a_record(desired_rev=1))
    assert done.wakes
    assert [mark.id for mark in marks.dirty_due(SHOP, NOW)] == ["7"]

    commit(a_record(desired_rev=1, confirmed_rev=1))
    assert marks.dirty_due(SHOP, NOW + DAY) == []


def test_a_commit_that_desires_nothing_new_does_not_hurry_a_failed_write(marks, commit):
    commit(a_record(desired_rev=1))
    marks.postpone(SHOP, "write", marks.dirty_due(SHOP, NOW)[0], NOW + 60, "slow")
    commit(a_record(desired_rev=1, assignee="ann"))
    assert marks.dirty_due(SHOP, NOW + 59) == []

    commit(a_record(desired_rev=2))
    assert marks.dirty_due(SHOP, NOW + 59) != []


def test_nobody_is_woken_while_somebody_drains(leases, commit):
    leases.acquire(keys.drain_lease(SHOP), 60)

    assert not commit(a_record(desired_rev=1)).wakes


def test_a_read_clears_the_mark_it_was_made_for_and_no_later_one(marks, commit):
    marks.mark_to_read(SHOP, ["7"], NOW)
    mark = marks.to_read_due(SHOP, NOW)[0]
    marks.mark_to_read(SHOP, ["7"], NOW)
    commit(a_record(), read=mark.stamp)
    later = marks.to_read_due(SHOP, NOW + 1)
    assert [m.id for m in later] == ["7"]

    commit(a_record(assignee="ann"), read=later[0].stamp)
    assert marks.to_read_due(SHOP, NOW + 1) == []


def test_a_claim_is_found_when_it_has_ended(tickets, commit):
    commit(a_record(claimed_by="ann", claim_until=NOW + 60))
    assert tickets.claims_due(SHOP, NOW + 59) == []
    assert tickets.claims_due(SHOP, NOW + 60) == ["7"]

    commit(a_record())
    assert tickets.claims_due(SHOP, NOW + 60) == []


def test_it_is_wip_since_somebody_began(tickets, commit):
    assert commit(a_record(), now=NOW).record.wip_since == 0.0
    assert commit(a_record(assignee="ann"), now=NOW + 5).record.wip_since == NOW + 5
    assert commit(a_record(assignee="ben"), now=NOW + 9).record.wip_since == NOW + 5
    assert tickets.get(SHOP, "7").wip_since == NOW + 5
    assert commit(a_record(status=Status.PENDING), now=NOW + 9).record.wip_since == 0.0


# --- ends -----------------------------------------------------------------------------------


def test_an_ended_ticket_leaves_the_index_and_is_forgotten_in_time(tickets, store_client, commit):
    commit(a_record())
    commit(a_record(status=Status.SOLVED))

    assert tickets.list_open(SHOP) == ([], "")
    assert 0 < store_client.ttl(keys.ticket(SHOP, "7")) <= 35 * DAY


def test_a_reopened_ticket_is_kept_and_counted_again(store_client, commit):
    commit(a_record(status=Status.SOLVED))
    done = commit(a_record())

    assert done.situation.loads[(HOME, "email.de")].waiting == 1
    assert store_client.ttl(keys.ticket(SHOP, "7")) == -1


# --- repetition -----------------------------------------------------------------------------


def test_a_delivery_is_committed_once_and_known_for_a_day(store_client, commit):
    commit(a_record(), delivery="d1")
    commit(a_record(assignee="ann"), delivery="d2")

    outcome = refused_without_a_trace(store_client, lambda: commit(a_record(), delivery="d1"), Seen)

    assert outcome.record.assignee == "ann"
    assert 0 < store_client.ttl(keys.delivery(SHOP, "d1")) <= DAY


def test_an_answer_is_kept_in_the_commit_that_earns_it(store_client, commit):
    requests = Requests(store_client)
    begun = requests.begin(SHOP, "key1", "abc", b"{}")

    done = commit(a_record(), answer=begun.answer(f'{{"id":"{ENTRY}"}}'.encode()), kind="decision")

    assert requests.begin(SHOP, "key1", "abc", b"{}").text.decode() == f'{{"id":"{done.entry}"}}'


def test_a_request_that_lost_its_turn_commits_nothing(store_client, commit):
    requests = Requests(store_client)
    late = requests.begin(SHOP, "key1", "abc", b"{}")
    requests.abandon(SHOP, late)
    requests.begin(SHOP, "key1", "abc", b"{}")

    refused_without_a_trace(
        store_client, lambda: commit(a_record(), answer=late.answer(b"x")), Overtaken
    )


# --- the journal ----------------------------------------------------------------------------


def test_a_decision_points_to_its_entry_and_other_entries_leave_it(tickets, commit, situations):
    seen = situations.get(SHOP, NOW)
    decided = commit(a_record(), situation=seen, journal={"reason": "backlog"})
    claimed = commit(replace(decided.record, claimed_by="ann"), kind="claim", journal={"by": "ann"})

    assert decided.record.decision == decided.entry
    assert claimed.record.decision == decided.entry != claimed.entry
    assert tickets.get(SHOP, "7").decision == decided.entry


def test_a_commit_that_changes_no_count_and_says_nothing_is_not_journalled(commit, journal):
    commit(a_record())
    done = commit(a_record(version=3))

    assert done.entry == ""
    assert len(journal.read(SHOP)) == 1
