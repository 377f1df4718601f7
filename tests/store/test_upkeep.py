"""The store can be audited, rebuilt from its tickets, and rid of what is over."""

from overflow.core.arrivals.signals import Signal
from overflow.core.model import Declared, Pressure, Status, Switch
from overflow.store import keys
from overflow.store.commits import Commit
from overflow.store.upkeep import Upkeep
from tests.store.builders import NOW, SHOP, a_record

DAY = 86_400


def some_tickets(tickets):
    for n, record in enumerate(
        (
            a_record("1"),
            a_record("2", "acme", desired_rev=1),
            a_record("3", "acme", channel="chat", claimed_by="ann", claim_until=NOW + 60),
            a_record("4", status=Status.PENDING),
            a_record("5", status=Status.CLOSED),
            a_record("6", virtual="acme"),
        )
    ):
        tickets.commit(SHOP, Commit(record, 0, NOW + n))


def test_what_the_scripts_wrote_fits_together(tickets, upkeep):
    some_tickets(tickets)

    assert upkeep.audit(SHOP) == []


def test_an_audit_names_every_fault(tickets, upkeep, store_client):
    some_tickets(tickets)
    store_client.hincrby(keys.situation(SHOP), "w:inhouse:email.de", 5)
    store_client.hset(keys.situation(SHOP), "h:gone:email", 1)
    store_client.delete(keys.dirty(SHOP))
    store_client.zadd(keys.claims(SHOP), {"3": 7})

    assert upkeep.audit(SHOP) == [
        "counter h:gone:email is 1 and should not be there",
        "counter w:inhouse:email.de is 7 and should be 2",
        "claim 3 is 7 and should be 1.7676e+15",
        "dirty mark 2 is missing",
    ]


def test_everything_but_the_tickets_can_be_rebuilt(tickets, upkeep, store_client, situations):
    some_tickets(tickets)
    before = situations.get(SHOP, NOW)
    for key in (keys.open_index(SHOP), keys.claims(SHOP), keys.dirty(SHOP)):
        store_client.delete(key)
    store_client.hincrby(keys.situation(SHOP), "w:inhouse:email.de", 5)
    store_client.hset(keys.situation(SHOP), "i:gone:email.de", 1)

    faults = upkeep.rebuild(SHOP, NOW)

    assert faults
    assert upkeep.audit(SHOP) == []
    after = situations.get(SHOP, NOW)
    assert (after.loads, after.held) == (before.loads, before.held)
    assert upkeep.rebuild(SHOP, NOW) == []


def test_a_rebuilt_shop_without_tickets_is_empty(tickets, upkeep, store_client):
    store_client.hset(keys.situation(SHOP), "w:inhouse:email.de", 5)

    assert upkeep.rebuild(SHOP, NOW) != []
    assert upkeep.audit(SHOP) == []


def test_many_tickets_are_read_in_pages(tickets, upkeep):
    for n in range(1100):
        tickets.commit(SHOP, Commit(a_record(str(n)), 0, NOW))

    assert len({record.id for record in upkeep.records(SHOP)}) == 1100


def test_the_tickets_of_a_shop_whose_name_looks_like_a_pattern_are_its_own(tickets, upkeep):
    tickets.commit("a?c", Commit(a_record("1"), 0, NOW))
    tickets.commit("abc", Commit(a_record("2"), 0, NOW))

    assert [record.id for record in upkeep.records("a?c")] == ["1"]


def test_ended_declarations_switches_and_past_days_are_forgotten(
    tickets, upkeep, situations, store_client
):
    tickets.commit(SHOP, Commit(a_record(team="acme"), 0, NOW, takes="acme"))
    situations.declare(SHOP, "acme", Declared(NOW, NOW + 60, capacity={"email": 1}))
    situations.declare(SHOP, "bob", Declared(NOW, NOW + 9 * DAY, capacity={"email": 1}))
    situations.switch(SHOP, "partner:acme", Switch(NOW + 60, "ill", "ann"))
    situations.switch(SHOP, "partner:bob", Switch(NOW + 9 * DAY, "ill", "ann"))

    assert upkeep.prune(SHOP, NOW) == 0
    assert upkeep.prune(SHOP, NOW + 3 * DAY) == 5

    found = situations.get(SHOP, NOW)
    assert list(found.declared) == ["bob"]
    assert list(found.switched_off) == ["partner:bob"]
    assert (found.today, found.handed) == ({}, {"acme": 1})
    limits = [f for f in store_client.hkeys(keys.situation(SHOP)) if f.startswith(b"e:")]
    assert sorted(limits) == [b"e:bob:*until", b"e:bob:email"]


def test_the_journal_is_kept_as_long_as_is_set(journal, store_client):
    written = journal.entry(SHOP, journal.append(SHOP, "policy", {})).at
    usual, long = Upkeep(store_client), Upkeep(store_client, journal_days=90)

    assert usual.prune(SHOP, written + 34 * DAY) == 0
    assert long.prune(SHOP, written + 89 * DAY) == 0
    assert usual.prune(SHOP, written + 36 * DAY) == 1


def test_an_expired_signal_is_forgotten(tickets, upkeep, situations):
    situations.signal(SHOP, "campaign sent", Signal(NOW, NOW + 60))
    situations.signal(SHOP, "temperature", Signal(NOW, NOW + 900, 19.0))

    assert upkeep.prune(SHOP, NOW + 30) == 0
    assert upkeep.prune(SHOP, NOW + 60) == 1
    assert list(situations.get(SHOP, NOW).signals) == ["temperature"]


def test_pressure_that_has_long_been_off_is_forgotten(upkeep, situations):
    since = {"email.de": (True, 0), "email.xx": (False, 0), "chat.de": (False, 1)}
    for queue, (on, days) in since.items():
        pressure = Pressure(on=on, since=NOW + days * DAY, measure="backlog")
        assert situations.press(SHOP, queue, pressure, 0)

    upkeep.prune(SHOP, NOW + 34 * DAY)
    assert situations.get(SHOP, NOW).pressure.keys() == since.keys()
    upkeep.prune(SHOP, NOW + 35.5 * DAY)
    assert situations.get(SHOP, NOW).pressure.keys() == {"chat.de", "email.de"}
    assert situations.press(SHOP, "email.xx", Pressure(on=True, since=NOW, measure="backlog"), 0)
