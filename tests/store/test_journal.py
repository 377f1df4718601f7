"""The journal is the audit, and the input of replay."""

import pytest

from overflow.core.decide import decide
from overflow.core.decision import trace_of
from overflow.core.model import Pressure
from overflow.core.shorthand import shorten
from overflow.errors import BadInput
from overflow.store import keys
from overflow.store.commits import Commit
from overflow.store.journal import at
from overflow.store.packing import Shapes
from tests.core import make
from tests.store.builders import NOW, SHOP, a_record

DAY = 86_400


@pytest.fixture
def commit(tickets):
    def do(record, prior_rev=0, **more):
        return tickets.commit(SHOP, Commit(record, prior_rev, NOW, **more))

    return do


def test_an_entry_says_what_the_flow_said_and_from_what_it_was_decided(commit, situations, journal):
    commit(a_record("1"), pressure=Pressure(on=True, since=NOW, measure="backlog"))
    seen = situations.get(SHOP, NOW)
    done = commit(a_record("2"), situation=seen, journal={"reason": "backlog", "cost": 2.5})

    entry = journal.entry(SHOP, done.entry)

    assert (entry.kind, entry.ticket) == ("decision", "2")
    assert entry.data == {"reason": "backlog", "cost": 2.5}
    assert entry.situation(NOW) == seen
    assert pairs(entry.situation(NOW).raw) == pairs(seen.raw)


def pairs(raw):
    return dict(zip(raw[::2], raw[1::2], strict=True))


def test_a_situation_whose_names_are_kept_no_more_is_none(
    commit, situations, journal, store_client
):
    seen = situations.get(SHOP, NOW)
    done = commit(a_record("1"), situation=seen, journal={"reason": "backlog"})
    [shape] = store_client.keys("*:sh:*")
    assert store_client.ttl(shape) > 366 * DAY, "longer than any setting keeps entries"

    store_client.delete(shape)

    entry = journal.entry(SHOP, done.entry)
    assert (entry.situation(NOW), entry.data) == (None, {"reason": "backlog"})


def test_the_order_of_the_fields_makes_no_other_shape(store_client):
    shapes = Shapes(store_client)
    one = [b"seq", b"1", b"pv", b"2", b"w:inhouse:chat.de", b"3"]
    other = [*one[4:], *one[:4]]

    packed = shapes.pack(SHOP, NOW, one, NOW)

    assert packed == shapes.pack(SHOP, NOW, other, NOW)
    assert len(store_client.keys("*:sh:*")) == 1
    assert pairs(one) == pairs(shapes.unpack(SHOP, packed)[1])
    assert shapes.pack(SHOP, NOW, one[:2], NOW).endswith(b"\x001")


def test_a_decision_is_kept_in_short_and_told_in_full(commit, journal):
    made = decide(make.ticket(), make.situation(), make.policy(), make.NOON)
    done = commit(a_record(), journal={"source": "webhook", "decision": shorten(made)})

    assert journal.entry(SHOP, done.entry).data == {
        "source": "webhook",
        "decision": trace_of(made),
    }


def test_entries_are_read_in_pages_from_either_end(commit, journal):
    entries = [commit(a_record(str(n))).entry for n in range(5)]

    assert [e.id for e in journal.read(SHOP, limit=2)] == entries[:2]
    assert [e.id for e in journal.read(SHOP, f"({entries[1]}", limit=2)] == entries[2:4]
    assert [e.id for e in journal.latest(SHOP, limit=2)] == entries[:-3:-1]
    assert [e.id for e in journal.latest(SHOP, f"({entries[3]}", limit=2)] == entries[2:0:-1]


def test_entries_are_found_by_time(commit, journal, situations):
    entry = journal.entry(SHOP, commit(a_record()).entry)

    assert journal.read(SHOP, at(entry.at), at(entry.at)) == [entry]
    assert journal.read(SHOP, at(entry.at + 1)) == []
    assert abs(entry.at - situations.get(SHOP, NOW).at) < 60


def test_the_entries_of_one_ticket_are_found_newest_first(commit, journal):
    first = commit(a_record()).entry
    commit(a_record("other"))
    commit(a_record(version=2), 1)
    second = commit(a_record(assignee="ann"), 2).entry

    assert [e.id for e in journal.of_ticket(SHOP, "7")] == [second, first]
    assert [e.id for e in journal.of_ticket(SHOP, "7", limit=1)] == [second]
    assert journal.of_ticket(SHOP, "nobody") == []


def test_an_entry_about_no_ticket_can_be_written(journal):
    entry = journal.entry(SHOP, journal.append(SHOP, "policy", {"version": 2}))

    assert (entry.kind, entry.ticket, entry.data) == ("policy", "", {"version": 2})
    assert entry.situation(NOW) is None


@pytest.mark.parametrize("entry_id", ["1-1", "nonsense", "", "-", "+"])
def test_an_entry_that_is_not_there_is_none(journal, commit, entry_id):
    commit(a_record())

    assert journal.entry(SHOP, entry_id) is None


@pytest.mark.parametrize("place", ["", "x", "(x", "1-", "-1", "99999999999999999999", "1-1-1", "٣"])
def test_a_place_that_cannot_be_is_bad_input(journal, place):
    with pytest.raises(BadInput):
        journal.read(SHOP, place)
    with pytest.raises(BadInput):
        journal.latest(SHOP, place)


def test_old_entries_are_forgotten(journal, commit):
    entry = journal.entry(SHOP, commit(a_record()).entry)

    assert journal.trim(SHOP, entry.at - 1.0) == 0
    assert journal.trim(SHOP, entry.at + 1.0) == 1


def test_a_trim_forgets_all_that_is_old_however_much_came(journal, store_client):
    pipe = store_client.pipeline(transaction=False)
    for n in range(1, 25_001):
        pipe.xadd(keys.journal(SHOP), {"k": "event", "t": "7"}, id=f"{n}-0")
    pipe.execute()
    kept = journal.append(SHOP, "policy", {})

    assert journal.trim(SHOP, NOW) == 25_000
    assert [entry.id for entry in journal.read(SHOP)] == [kept]
