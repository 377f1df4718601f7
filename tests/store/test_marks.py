"""What is to be written and read, what failed, and what was given up."""

from dataclasses import replace

import pytest

from overflow.store import keys
from overflow.store.commits import Commit
from overflow.store.marks import Confirmation, Counts
from tests.store.builders import NOW, SHOP, a_record


@pytest.fixture
def dirty(tickets):
    """Commit tickets that want to be written."""

    def do(*ids, now=NOW, **fields):
        for ticket_id in ids:
            standing = tickets.get(SHOP, ticket_id)
            record = a_record(ticket_id, **{"desired_rev": 1, "desired_group": "Acme"} | fields)
            rev = standing.rev if standing else 0
            tickets.commit(SHOP, Commit(record, rev, now))

    return do


def ids(marks):
    return [mark.id for mark in marks]


def test_what_is_due_longest_comes_first(marks, dirty):
    dirty("b", now=NOW + 1)
    dirty("a")

    assert ids(marks.dirty_due(SHOP, NOW + 1)) == ["a", "b"]
    assert ids(marks.dirty_due(SHOP, NOW + 1, limit=1)) == ["a"]
    assert ids(marks.dirty_due(SHOP, NOW)) == ["a"]


def test_a_confirmed_ticket_is_clean_and_says_what_was_confirmed(tickets, marks, dirty):
    dirty("7")

    assert marks.confirm(SHOP, "7", desired_rev=1, group="Acme", now=NOW + 3) is Confirmation.CLEAN
    record = tickets.get(SHOP, "7")
    assert (record.confirmed_rev, record.confirmed_group, record.rev) == (1, "Acme", 2)
    assert record.observed_group == "Acme"
    assert marks.dirty_due(SHOP, NOW + 99) == []


def test_a_confirmation_of_an_older_state_changes_nothing(tickets, marks, dirty):
    dirty("7")
    dirty("7", desired_rev=2)
    before = tickets.get(SHOP, "7")

    assert marks.confirm(SHOP, "7", desired_rev=1, group="Acme", now=NOW) is Confirmation.OTHER
    assert tickets.get(SHOP, "7") == before
    assert ids(marks.dirty_due(SHOP, NOW)) == ["7"]


def test_a_ticket_stays_dirty_until_its_note_is_posted(tickets, marks, dirty):
    dirty("7", note="overflow", note_tried=NOW)
    first = marks.confirm(SHOP, "7", desired_rev=1, group="Acme", now=NOW)
    assert first is Confirmation.STILL_DIRTY
    assert ids(marks.dirty_due(SHOP, NOW)) == ["7"]

    second = marks.confirm(SHOP, "7", desired_rev=1, group="Acme", now=NOW, noted="1-0")
    assert second is Confirmation.CLEAN
    record = tickets.get(SHOP, "7")
    assert (record.note, record.note_tried, record.noted) == ("", 0.0, "1-0")


def test_a_note_confirms_no_group_for_a_person_may_have_moved_it_meanwhile(tickets, marks, dirty):
    dirty("7", note="overflow", note_tried=NOW)
    marks.confirm(SHOP, "7", desired_rev=1, group="Acme", now=NOW)
    groups = ("desired_group", "confirmed_group", "observed_group")
    moved = replace(tickets.get(SHOP, "7"), manual=True, note="", **dict.fromkeys(groups, "Vip"))
    tickets.commit(SHOP, Commit(moved, moved.rev, NOW))

    came_to = marks.confirm(SHOP, "7", desired_rev=1, group="Acme", now=NOW, noted="1-0")

    assert came_to is Confirmation.CLEAN
    record = tickets.get(SHOP, "7")
    assert {getattr(record, group) for group in groups} == {"Vip"}
    assert record.noted == "1-0"


def test_a_ticket_that_is_gone_cannot_be_confirmed(marks):
    assert marks.confirm(SHOP, "7", desired_rev=1, group="", now=NOW) is Confirmation.GONE


def test_a_confirmation_tells_how_long_it_took(marks, tallies, dirty):
    dirty("a", "b", "c")
    for ticket_id, lag in (("a", 0.1), ("b", 1.5), ("c", 5000.0)):
        marks.confirm(SHOP, ticket_id, desired_rev=1, group="Acme", now=NOW + lag)

    lag = tallies.lag(SHOP)

    assert [(end, n) for end, n in lag.buckets if n] == [(0.125, 1), (2.0, 1), (float("inf"), 1)]
    assert lag.total == pytest.approx(5001.6)
    assert tallies.totals(SHOP) == {}


def test_a_commit_that_confirms_tells_it_too(tallies, dirty):
    dirty("7")
    dirty("7", confirmed_rev=1, now=NOW + 0.6)

    assert [(end, n) for end, n in tallies.lag(SHOP).buckets if n] == [(1.0, 1)]


def test_failed_work_is_put_off_and_counts_its_attempts(marks, dirty):
    dirty("7")
    for attempt in range(3):
        mark = marks.dirty_due(SHOP, NOW + 60 * attempt)[0]
        assert mark.attempts == attempt
        assert marks.postpone(SHOP, "write", mark, NOW + 60 * (attempt + 1), "too slow")

    assert marks.dirty_due(SHOP, NOW + 179) == []


def test_work_that_was_marked_anew_is_not_put_off(marks):
    marks.mark_to_read(SHOP, ["7"], NOW)
    mark = marks.to_read_due(SHOP, NOW)[0]
    marks.mark_to_read(SHOP, ["7"], NOW + 1)

    assert not marks.postpone(SHOP, "read", mark, NOW + 60, "too slow")
    assert not marks.done(SHOP, "read", mark)
    assert not marks.bury(SHOP, "read", mark, "gone", NOW)
    assert ids(marks.to_read_due(SHOP, NOW + 1)) == ["7"]


def test_a_hint_does_not_hurry_a_read_that_was_put_off(marks):
    marks.mark_to_read(SHOP, ["7"], NOW)
    marks.postpone(SHOP, "read", marks.to_read_due(SHOP, NOW)[0], NOW + 60, "throttled")
    marks.mark_to_read(SHOP, ["7"], NOW + 1)

    assert marks.to_read_due(SHOP, NOW + 59) == []
    assert marks.to_read_due(SHOP, NOW + 61)[0].attempts == 1


def test_a_read_that_found_nothing_new_is_done(marks):
    marks.mark_to_read(SHOP, ["7", "8"], NOW)

    assert marks.done(SHOP, "read", marks.to_read_due(SHOP, NOW)[0])
    assert ids(marks.to_read_due(SHOP, NOW)) == ["8"]


def test_a_hint_wakes_a_drain_only_while_nobody_drains(marks, leases):
    assert marks.mark_to_read(SHOP, ["7"], NOW)
    leases.acquire(keys.drain_lease(SHOP), 60)
    assert not marks.mark_to_read(SHOP, ["8"], NOW)


def test_a_dead_letter_says_what_failed_and_waits_for_a_person(marks, dirty):
    dirty("7")
    marks.mark_to_read(SHOP, ["8"], NOW)
    marks.bury(SHOP, "write", marks.dirty_due(SHOP, NOW)[0], "no such group", NOW)
    marks.bury(SHOP, "read", marks.to_read_due(SHOP, NOW)[0], "x" * 9999, NOW + 1)

    letters, cursor = marks.dead(SHOP)

    assert [tuple(letter) for letter in letters] == [
        ("7", "write", 1, "no such group", NOW),
        ("8", "read", 1, "x" * 500, NOW + 1),
    ]
    assert cursor == ""
    assert marks.dirty_due(SHOP, NOW + 1e9) == marks.to_read_due(SHOP, NOW + 1e9) == []


def test_dead_letters_come_in_pages(marks):
    marks.mark_to_read(SHOP, ["1", "2", "3"], NOW)
    for mark in marks.to_read_due(SHOP, NOW):
        marks.bury(SHOP, "read", mark, "gone", NOW)

    first, cursor = marks.dead(SHOP, limit=2)
    second, end = marks.dead(SHOP, cursor, limit=2)

    assert [letter.id for letter in first + second] == ["1", "2", "3"]
    assert end == ""


def test_dead_letters_can_be_retried_one_by_one_or_all(marks, dirty):
    dirty("1", "2", "3")
    for mark in marks.dirty_due(SHOP, NOW):
        marks.bury(SHOP, "write", mark, "no such group", NOW)

    assert marks.retry_dead(SHOP, NOW, ["2", "nobody"]) == 1
    assert marks.dirty_due(SHOP, NOW)[0] == ("2", NOW, 0)
    assert marks.retry_dead(SHOP, NOW, []) == 0
    assert marks.retry_dead(SHOP, NOW) == 2
    assert marks.dead(SHOP) == ([], "")


def test_as_many_dead_letters_as_an_outage_leaves_can_be_retried_at_once(marks, store_client):
    left = [str(n) for n in range(9000)]
    store_client.zadd(keys.dirty(SHOP), dict.fromkeys(left, float("inf")))

    assert marks.retry_dead(SHOP, NOW, left) == 9000
    assert marks.counts(SHOP).dead == 0


def test_another_desired_state_brings_a_dead_letter_to_life(marks, dirty):
    dirty("7")
    marks.bury(SHOP, "write", marks.dirty_due(SHOP, NOW)[0], "no such group", NOW)
    dirty("7", desired_rev=2)

    assert marks.dirty_due(SHOP, NOW) == [("7", NOW, 0)], "with all its tries"
    assert marks.dead(SHOP) == ([], "")


def test_a_hint_brings_a_dead_read_to_life(marks):
    marks.mark_to_read(SHOP, ["7"], NOW)
    marks.bury(SHOP, "read", marks.to_read_due(SHOP, NOW)[0], "gone", NOW)
    marks.mark_to_read(SHOP, ["7"], NOW)

    assert marks.to_read_due(SHOP, NOW) == [("7", NOW, 0)]


def test_it_is_counted_how_much_there_is_to_do_and_since_when(marks, dirty):
    assert marks.counts(SHOP) == Counts(0, 0, 0, 0.0, 0.0)
    dirty("1", "2")
    marks.postpone(SHOP, "write", marks.dirty_due(SHOP, NOW)[0], NOW + 600, "slow")
    marks.mark_to_read(SHOP, ["8", "9"], NOW + 5)
    marks.bury(SHOP, "read", marks.to_read_due(SHOP, NOW + 5)[0], "gone", NOW)

    assert marks.counts(SHOP) == Counts(2, 1, 1, NOW, NOW + 5)


def test_a_writer_whose_clock_runs_ahead_puts_nothing_off(tickets, marks, store_client):
    seconds, micros = store_client.time()
    now, ahead = seconds + micros / 1e6, seconds + 300.0
    tickets.commit(SHOP, Commit(a_record("7", desired_rev=1, desired_group="Acme"), 0, ahead))
    marks.mark_to_read(SHOP, ["8", "9"], ahead)
    marks.bury(SHOP, "read", marks.to_read_due(SHOP, now + 5)[1], "gone", now)
    marks.retry_dead(SHOP, ahead)

    assert ids(marks.dirty_due(SHOP, now + 5)) == ["7"]
    assert sorted(ids(marks.to_read_due(SHOP, now + 5))) == ["8", "9"]
    assert now <= marks.counts(SHOP).oldest_dirty <= now + 5


def test_a_read_under_way_clears_no_later_hint_though_its_clock_runs_ahead(marks):
    marks.mark_to_read(SHOP, ["7"], NOW)
    marks.postpone(SHOP, "read", marks.to_read_due(SHOP, NOW)[0], NOW + 60, "throttled")
    under_way = marks.to_read_due(SHOP, NOW + 60)[0]
    marks.mark_to_read(SHOP, ["7"], NOW + 1)

    assert not marks.done(SHOP, "read", under_way)
    assert marks.to_read_due(SHOP, NOW + 59) == []
    assert ids(marks.to_read_due(SHOP, NOW + 61)) == ["7"]
