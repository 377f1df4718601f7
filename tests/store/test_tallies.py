"""Tallies are counted in all, by quarter of an hour, and by quarter of the arrival."""

from overflow.store import keys
from overflow.store.commits import Commit
from overflow.store.ledger import Ledger
from overflow.store.tallies import Quarter, quarter
from tests.store.builders import NOW, SHOP, a_record

QUARTER = 900


def test_a_commit_counts_in_all_and_in_its_quarter(tickets, tallies):
    for n in range(3):
        now = NOW + n * QUARTER
        tickets.commit(SHOP, Commit(a_record(str(n)), 0, now, tallies=("offered", f"n{n}")))

    assert tallies.totals(SHOP) == {"offered": 3, "n0": 1, "n1": 1, "n2": 1}
    assert list(tallies.quarters(SHOP, NOW, NOW + 2 * QUARTER)) == [
        Quarter(NOW, {"offered": 1, "n0": 1}),
        Quarter(NOW + QUARTER, {"offered": 1, "n1": 1}),
    ]


def test_what_becomes_of_a_ticket_is_counted_where_it_arrived(tickets, tallies):
    record = a_record(arrived=NOW - 5 * QUARTER)
    tickets.commit(SHOP, Commit(record, 0, NOW, cohort=("served.inhouse",)))

    assert list(tallies.cohorts(SHOP, NOW - 9 * QUARTER, NOW + QUARTER)) == [
        Quarter(NOW - 5 * QUARTER, {"served.inhouse": 1})
    ]
    assert tallies.totals(SHOP) == {}
    assert list(tallies.quarters(SHOP, NOW, NOW + QUARTER)) == []


def test_what_no_commit_goes_with_can_be_counted_too(tallies):
    tallies.add(SHOP, ["webhook.refused", "webhook.refused", "webhook"], NOW)

    assert tallies.totals(SHOP) == {"webhook.refused": 2, "webhook": 1}
    assert list(tallies.quarters(SHOP, NOW, NOW + 1)) == [
        Quarter(NOW, {"webhook.refused": 2, "webhook": 1})
    ]


def test_a_quarter_that_has_just_begun_is_read_too(tallies):
    tallies.add(SHOP, ["webhook"], NOW)

    assert [each.start for each in tallies.quarters(SHOP, NOW - QUARTER, NOW + 0.01)] == [NOW]
    assert list(tallies.quarters(SHOP, NOW + 0.01, NOW + QUARTER)) == []


def test_quarters_are_kept_for_fifteen_months(tickets, tallies, store_client):
    commit = Commit(a_record(), 0, NOW, tallies=("offered",), cohort=("offered",))
    tickets.commit(SHOP, commit)
    tallies.add(SHOP, ["webhook"], NOW + QUARTER)

    for key in (
        keys.quarter(SHOP, quarter(NOW)),
        keys.cohort(SHOP, quarter(NOW)),
        keys.quarter(SHOP, quarter(NOW) + 1),
    ):
        assert 456 * 86_400 < store_client.ttl(key) <= 457 * 86_400
    assert store_client.ttl(keys.totals(SHOP)) == -1


def test_a_tally_may_count_more_than_one(tickets, tallies, journal, store_client):
    names = ("answered", "waited=1500", "none=0", "odd=name")
    for n in range(2):
        tickets.commit(SHOP, Commit(a_record(str(n)), 0, NOW, tallies=names, cohort=("cost=7",)))

    assert tallies.totals(SHOP) == {"answered": 2, "waited": 3000, "none": 0, "odd=name": 2}
    [quarter_of] = tallies.quarters(SHOP, NOW, NOW + 1)
    assert quarter_of.tallies["waited"] == 3000
    [cohort] = tallies.cohorts(SHOP, NOW, NOW + 1)
    assert cohort.tallies == {"cost": 14}
    assert store_client.ttl(keys.cohort(SHOP, quarter(NOW))) > 0
    assert Ledger.of_journal(journal.read(SHOP)).totals["waited"] == 3000
