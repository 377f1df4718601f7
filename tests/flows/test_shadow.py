"""The shadow decides from the journal, beside the live policy, and moves nothing."""

import pytest

from overflow.core.model import HOME, Status
from overflow.errors import Invalid, Unknown
from overflow.flows.foresight import shadow
from overflow.flows.services import Pace
from overflow.store import keys
from overflow.store.shadows import Shadows
from tests.flows.house import FAR_GROUP, SHOP, House, document, partner
from tests.flows.routing import arrivals, arrive, heard

LATER = {"backlog": {"start": 6, "stop": 5}, "expected_wait": "off", "breach": "off"}


def put(house, **changes):
    shadow.put(house.services, SHOP, document(**changes))


def run(house):
    return shadow.run(house.services, SHOP)


def seen(house):
    return shadow.seen(house.services, SHOP)


def test_the_live_policy_as_its_own_shadow_never_differs(shop, desk):
    put(shop)
    arrivals(shop, desk, 15)
    arrivals(shop, desk, 5, start=30, channel="chat")
    heard(shop, desk, "1", assignee="ann")
    heard(shop, desk, "2", status=Status.SOLVED)
    arrivals(shop, desk, 5, start=50)

    done = run(shop)

    assert (done.decided, done.different, done.is_whole) == (25, 0, True)
    assert seen(shop).shadow.astray == {}


def test_where_it_differs_is_counted_and_listed_with_both_reasons(shop, desk):
    put(shop, pressure=LATER)
    arrivals(shop, desk, 10)

    assert (run(shop).decided, run(shop).decided) == (10, 0)

    found = seen(shop)
    live = [shop.record(str(n)).team for n in range(1, 11)]
    assert live == [HOME] * 3 + ["near"] * 7
    # The shadow keeps six, for what it kept counts at home and not at the partner.
    assert [each["ticket"] for each in found.items] == ["6", "5", "4"]
    assert found.shadow.pairs == {
        "inhouse/inhouse/email": 3,
        "near/inhouse/email": 3,
        "near/near/email": 4,
    }
    one = found.items[0]
    assert (one["live"]["team"], one["live"]["reason"]) == ("near", "backlog")
    assert (one["shadow"]["team"], one["shadow"]["reason"]) == (HOME, "no_pressure")
    assert one["shadow"]["headline"].startswith("Kept: ")
    assert one["live"]["cost"] > one["shadow"]["cost"]
    assert shop.totals()["shadow/near/inhouse/email"] == 3


def test_nothing_is_moved_or_marked(shop, desk, store_client):
    put(shop, pressure=LATER)
    arrivals(shop, desk, 8)
    names = [keys.situation(SHOP), keys.dirty(SHOP), keys.journal(SHOP), keys.ticket(SHOP, "5")]
    before = [store_client.dump(name) for name in names]

    run(shop)

    assert [store_client.dump(name) for name in names] == before
    assert shop.faults() == []


def test_a_ticket_that_ended_is_astray_no_more(shop, desk):
    put(shop, pressure=LATER)
    arrivals(shop, desk, 6)
    run(shop)
    assert set(seen(shop).shadow.astray) == {"4", "5", "6"}

    heard(shop, desk, "4", status=Status.SOLVED)
    heard(shop, desk, "5", group=FAR_GROUP)
    run(shop)

    assert set(seen(shop).shadow.astray) == {"6"}


def test_a_partner_is_not_filled_beyond_its_contract_by_the_shadow_either(shop, desk):
    put(shop, partners=[partner("far", FAR_GROUP, capacity={"email": 2, "chat": 2})])
    arrivals(shop, desk, 10)

    run(shop)

    pairs = seen(shop).shadow.pairs
    assert pairs["near/far/email"] == 2
    assert pairs["near/inhouse/email"] == 5


def test_it_goes_on_where_it_stopped(store_url, store_client, desk):
    house = House(store_url, store_client, desk, Pace(budget=0.0))
    house.open()
    put(house, pressure=LATER)
    arrivals(house, desk, 5)
    assert run(house).decided == 5
    arrivals(house, desk, 5, start=6)

    assert run(house.another()).decided == 5
    assert seen(house).shadow.decided == 10
    house.queue.close()


def test_a_stretch_that_another_has_written_is_not_written_twice(shop, desk):
    put(shop, pressure=LATER)
    arrivals(shop, desk, 6)
    store = Shadows(shop.services.redis)
    stale = store.get(SHOP)
    run(shop)

    assert not store.advance(SHOP, stale.cursor, stale, [{}], {"shadow/a/b/c": 1}, 0.0)
    assert len(seen(shop).items) == 3


def test_it_decides_from_when_it_was_put_there(shop, desk):
    arrivals(shop, desk, 5)
    put(shop, pressure=LATER)

    assert run(shop).decided == 0

    arrive(shop, desk, "6")
    assert run(shop).decided == 1


def test_another_one_begins_anew(shop, desk):
    put(shop, pressure=LATER)
    arrivals(shop, desk, 6)
    run(shop)

    put(shop)

    assert seen(shop).items == []
    assert seen(shop).shadow.decided == 0


def test_while_observing_both_only_suppose(house, desk):
    house.open(mode="observe")
    put(house, pressure=LATER)
    arrivals(house, desk, 10)

    done = run(house)

    assert done.decided == 10
    assert seen(house).shadow.pairs == {
        "inhouse/inhouse/email": 3,
        "near/inhouse/email": 3,
        "near/near/email": 4,
    }


def test_without_a_shadow_there_is_nothing_to_do_and_nothing_to_see(shop, desk):
    arrivals(shop, desk, 2)

    assert run(shop) == shadow.Shadowed(is_whole=True)
    assert not shadow.is_wanted(shop.services, SHOP)
    with pytest.raises(Unknown):
        seen(shop)
    shadow.drop(shop.services, SHOP)


def test_a_policy_with_faults_is_no_shadow(shop):
    with pytest.raises(Invalid):
        put(shop, mode="lives")
    with pytest.raises(Unknown):
        shadow.put(shop.services, "nobody", document())


def test_dropped_it_is_forgotten(shop, desk):
    put(shop)
    assert shadow.is_wanted(shop.services, SHOP)

    shadow.drop(shop.services, SHOP)

    assert not shadow.is_wanted(shop.services, SHOP)
