"""A recorded period under another policy."""

from collections import Counter

import pytest

from overflow import policies
from overflow.core.arrivals.expected import Interval, Uploaded
from overflow.errors import Invalid, Unknown
from overflow.flows.foresight import replaying
from tests.flows.house import SHOP, document
from tests.flows.recorded_day import Day

HOUR = 3600.0
PRICED = {
    "costs": {"kept": 1, "breach": 20, "lost": 30},
    "channels": {
        "email": {"target": {"time": "30m"}, "handle_time": "5m"},
        "chat": {"target": {"time": "2m"}, "handle_time": "5m"},
    },
}


def policy(**changes):
    return policies.build(document(**PRICED | changes), SHOP)


@pytest.fixture
def recorded(house, desk):
    """Two hours in which more came than home could answer."""
    house.open(**PRICED)
    return Day(house, desk).play(120, 2 * HOUR)


def compared(house, period, other, seed=1):
    start, end = period
    return replaying.compare(house.services, SHOP, (start - 1, end + HOUR), other, seed)


def test_what_happened_is_what_was_counted(house, recorded):
    found = compared(house, recorded, policy())
    then, quarters = (
        found.totals["happened"],
        house.services.tallies.cohorts(SHOP, recorded[0] - 900.0, recorded[1] + HOUR),
    )
    counted = Counter()
    for quarter in quarters:
        counted.update(quarter.tallies)

    def tallied(*parts):
        return sum(
            n
            for name, n in counted.items()
            if all(p in {"*", part} for p, part in zip(parts, name.split("/"), strict=False))
        )

    assert then.offered == 120 == tallied("offered", "*")
    assert then.in_time == tallied("answered", "*", "*", "in_time")
    assert then.late == tallied("answered", "*", "*", "late")
    assert then.volumes["near"] == house.services.situations.get(SHOP, 0.0).handed["near"]
    assert then.offered == then.in_time + then.late + then.abandoned + then.unanswered + then.open


def test_every_ticket_has_one_fate_in_every_column(house, recorded):
    found = compared(house, recorded, policy(pressure={"backlog": "off"}))

    for column in found.columns.values():
        assert sorted(fate.ticket for fate in column) == sorted(str(n) for n in range(1, 121))
    for groups in (found.by_channel, found.by_hour):
        for name, total in found.totals.items():
            assert sum(row[name].offered for row in groups.values()) == total.offered
            assert sum(row[name].cost for row in groups.values()) == pytest.approx(total.cost)


def test_without_partners_everything_stays_and_more_is_late(house, recorded):
    found = compared(house, recorded, policy(partners=[]))
    then, other = found.totals["happened"], found.totals["other"]

    assert other.volumes == {}
    assert other.overflowed == 0
    assert then.overflowed > 20
    assert other.service_level < then.service_level
    assert {each.to for each in found.moved} == {"inhouse"}
    assert len(found.moved) == then.overflowed


def test_the_own_policys_replay_comes_near_what_happened(house, recorded):
    found = compared(house, recorded, policy())
    then, own = found.totals["happened"], found.totals["own"]

    assert own.overflowed == pytest.approx(then.overflowed, rel=0.35)
    assert found.columns["own"] == found.columns["other"]


def test_a_cheaper_other_partner_gets_the_volume(house, recorded):
    partners = document()["partners"]
    partners[1]["price"] = 0.5
    found = compared(house, recorded, policy(partners=partners))

    assert found.totals["other"].volumes.get("far", 0) > found.totals["other"].volumes.get(
        "near", 0
    )
    assert any((each.was, each.to) == ("near", "far") for each in found.moved)
    assert all(each.why for each in found.moved)


def test_the_same_seed_gives_the_same_replay(house, recorded):
    first = compared(house, recorded, policy(partners=[]), seed=7)
    again = compared(house, recorded, policy(partners=[]), seed=7)

    assert first.plain() == again.plain()


def test_it_says_what_was_seen_and_what_was_drawn(house, recorded):
    found = compared(house, recorded, policy())

    assert 100 <= found.seen["work seen"] + found.seen["work drawn"] <= 120
    assert set(found.handle_times) == {"chat", "email"}


def test_a_period_without_decisions_cannot_be_replayed(house, recorded):
    with pytest.raises(Invalid):
        replaying.compare(house.services, SHOP, (1.0, 2.0), policy(), 1)
    with pytest.raises(Unknown):
        replaying.compare(house.services, "nobody", (1.0, 2.0), policy(), 1)


def test_a_policy_that_plans_is_replayed_with_plans_of_its_own(house, recorded):
    start, _ = recorded
    begin = start // HOUR * HOUR - 24 * HOUR
    foretold = {
        name: tuple(Interval(begin + HOUR * hour, HOUR, 30.0) for hour in range(72))
        for name in ("chat", "email")
    }
    house.services.forecasts.put_uploaded(SHOP, Uploaded(start, foretold))

    other = policy(planning="cost", pressure={"backlog": "off"})
    found = replaying.compare(house.services, SHOP, (start - 1, start + 1.25 * HOUR), other, 1)
    other = found.columns["other"]

    assert any("plan" in fate.headline for fate in other), {fate.headline for fate in other}
    assert not any("plan" in fate.headline for fate in found.columns["own"])
    assert found.totals["other"].offered == found.totals["happened"].offered > 50


def test_the_recorded_hours_are_decided_the_same_again(house, recorded):
    start, end = recorded

    found = replaying.redecide(house.services, SHOP, start - 1, end + HOUR)

    assert found.same >= 120
    assert (found.different, found.listed) == (0, [])
