"""A replayed planner learns what the live one learned, from what is kept of it."""

import pytest

from overflow import policies
from overflow.core.learning.taught import taught
from overflow.flows.foresight import replaying
from overflow.flows.planner import planning
from overflow.flows.routing import counts
from overflow.simulate.replay.chance import Chance, means
from overflow.simulate.replay.page import notes
from overflow.simulate.replay.past import Reader
from overflow.simulate.replay.run import replay
from tests.flows.house import NEAR_GROUP, SHOP, document, partner
from tests.flows.recorded_day import Day

HOUR = 3600.0
PLANNED = {
    "planning": "cost",
    "costs": {"kept": 1, "breach": 20, "lost": 30},
    "channels": {
        "email": {"target": {"time": "30m"}, "handle_time": "10m"},
        "chat": {"target": {"time": "2m"}, "handle_time": "10m", "live": True, "patience": "10m"},
    },
    "pressure": {"backlog": "off"},
    "partners": [partner("near", NEAR_GROUP, price=1000.0)],
}


@pytest.fixture
def recorded(house, desk):
    """Three hours under the planner; the work takes half as long as the policy says.

    Nobody goes to so dear a partner, and only letters come, of which everybody takes the oldest: so
    the replay goes as the day went.
    """
    house.open(**PLANNED)
    return Day(house, desk, agents=2).play(70, 3 * HOUR, ("email",), is_planned=True)


def replayed(house, start, end):
    services = house.services
    policy = policies.build(document(**PLANNED), SHOP)
    live = frozenset({"chat"})
    past = Reader(start, end, live).read(replaying.entries(services, SHOP, start, end))
    known = replaying.beforehand(services, SHOP, policy, start)
    return replay(past, policy, Chance(1, means(past, policy)), known)


def test_it_ends_the_day_with_the_estimates_that_the_live_one_had(house, recorded):
    done = replayed(house, recorded[0] - 1, recorded[1])
    told = planning.kept(house.services, SHOP)["email"]["known"]

    assert told["handle_time"] < 540.0
    again = 60.0 / done.planning.known["email"].mu
    assert again == pytest.approx(told["handle_time"], rel=0.05)


def test_what_it_counts_of_home_is_what_the_service_counted(house, recorded):
    done = replayed(house, recorded[0] - 1, recorded[1] + HOUR)
    then = counts.at_home(house.services.tallies.totals(SHOP), "email")
    again = done.planning.counts.at_home("email")

    assert again.handled == then.handled > 40
    # The day's clock runs on while a step is made, by more on a busy machine.
    assert again.handled_time == pytest.approx(then.handled_time, rel=1e-3)


def test_it_begins_with_what_the_days_before_have_taught(house, recorded):
    services, (_, end) = house.services, recorded
    policy = house.services.book.policy(SHOP)
    known = replaying.beforehand(services, SHOP, policy, end + 24 * HOUR)
    totals = services.tallies.totals(SHOP)

    counted, now = counts.at_home(totals, "email"), end + 24 * HOUR
    situation, before = services.situations.get(SHOP, now), known.taught["email"]
    told = taught(
        before.plain(),
        before.counted,
        policy.channels["email"],
        situation,
        policy,
        now,
        goes_on=False,
    )
    assert told.handle.past.events == pytest.approx(counted.handled * 0.5 ** (1 / 14))
    assert told.handle.past.time == pytest.approx(counted.handled_time * 0.5 ** (1 / 14))


def test_it_says_what_a_planner_had_learned_before_and_what_is_not_kept(house, recorded):
    start, end = recorded
    policy = house.services.book.policy(SHOP)
    found = replaying.compare(house.services, SHOP, (start - 1, end), policy, 1)

    assert any("is not in the journal" in line for line in notes(found))
    assert found.plain()["taught_before"] == {}
