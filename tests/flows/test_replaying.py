"""A recorded period is decided again, exactly."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from overflow.core.arrivals.expected import Interval, Uploaded
from overflow.core.model import Status
from overflow.errors import Conflict, Fault, Invalid, Unknown
from overflow.flows import sweep, views
from overflow.flows.foresight import replaying
from overflow.flows.people import signals, staffing, work
from overflow.flows.people.work import By
from overflow.flows.planner import planning
from overflow.store import keys
from tests.flows.fake_desk import FakeDesk
from tests.flows.house import FAR_GROUP, HOME_GROUP, NEAR_GROUP, SHOP, House, partner
from tests.flows.routing import arrivals, arrive, heard

AGES = {"situation": "1m"}
MEASURES = {
    "backlog": {"start": 4, "stop": 2},
    "expected_wait": {"start": "20m", "stop": "5m"},
    "breach": {"start": "40%", "stop": "20%"},
    "hold": "1m",
}
POLICIES = (
    {"pressure": MEASURES},
    {"mode": "observe", "pressure": MEASURES},
    {"inhouse": {"hours": "Mo-Fr 09:00-17:00", "agents": 1, "group": HOME_GROUP}},
    {
        "pressure": MEASURES,
        "moves": {"out": 2, "back": 2},
        "untouched": "5m",
        "partners": [
            partner("near", NEAR_GROUP, daily_limit=4, languages=["en"]),
            partner("far", FAR_GROUP, price=3.0, capacity={"email": 2, "chat": 2}),
        ],
    },
)
PLANNED = {
    "planning": "cost",
    "costs": {"kept": 1, "breach": 20, "lost": 30},
    "channels": {
        "email": {"target": {"time": "30m"}, "handle_time": "10m"},
        "chat": {"target": {"time": "2m"}, "handle_time": "10m", "patience": "7m"},
    },
    "signals": [{"when": "temperature >= 18", "lift": 1.5, "lasts": "1h"}],
    "peaks": [{"name": "sale", "day": "11-22", "lift": {"chat": 2.0}}],
}
ids = st.integers(1, 9).map(str)
arrival = st.tuples(
    st.just("arrive"), st.sampled_from(("email", "chat")), st.sampled_from(("en", "de"))
)
steps = st.one_of(
    arrival,
    arrival,
    st.tuples(
        st.just("touch"),
        ids,
        st.sampled_from(
            (
                {"assignee": "ann"},
                {"assignee": None},
                {"tags": frozenset({"to-partner"})},
                {"tags": frozenset({"keep-here"})},
                {"channel": "chat"},
                {"group": FAR_GROUP},
            )
        ),
    ),
    st.tuples(st.just("end"), ids),
    st.tuples(st.just("reopen"), ids),
    st.tuples(st.just("give_back"), ids),
    st.tuples(st.just("ask"), ids),
    st.tuples(st.just("later"), st.sampled_from((30.0, 400.0, 7000.0, 60_000.0))),
    st.tuples(st.just("declare"), st.integers(0, 3)),
    st.tuples(st.just("signal"), st.sampled_from((10.0, 20.0))),
    st.tuples(st.just("policy"), st.sampled_from((*POLICIES, PLANNED))),
)


class Player:
    """Plays steps through the real flows and counts the decisions that came of them."""

    def __init__(self, house, desk):
        self.house, self.desk, self.count = house, desk, 0

    def play(self, step):
        try:
            getattr(self, step[0])(*step[1:])
        except (KeyError, Conflict, Invalid, Unknown):
            return  # not as things stand

    def arrive(self, channel, language):
        self.count += 1
        arrive(self.house, self.desk, str(self.count), channel=channel, language=language)

    def touch(self, ticket, facts):
        heard(self.house, self.desk, ticket, **facts)

    def end(self, ticket):
        now = self.house.clock.now()
        heard(self.house, self.desk, ticket, status=Status.SOLVED, answered=now)

    def reopen(self, ticket):
        heard(self.house, self.desk, ticket, status=Status.OPEN)

    def give_back(self, ticket):
        team = self.house.record(ticket)
        team = team.team if team else ""
        work.give_back(self.house.services, SHOP, ticket, By(team, "amy"), reason="no")

    def ask(self, ticket):
        work.ask(self.house.services, SHOP, ticket, By(""), to="partner")

    def later(self, seconds):
        self.house.later(seconds)
        planning.run(self.house.services, SHOP)
        sweep.run(self.house.services, SHOP)

    def declare(self, agents):
        until = self.house.clock.now() + 3600
        staffing.declare(self.house.services, SHOP, "inhouse", until=until, agents=agents)

    def signal(self, value):
        signals.give(self.house.services, SHOP, "temperature", value=value)

    def policy(self, changes):
        self.house.change(ages=AGES, **changes)


def replayed(house):
    return replaying.redecide(house.services, SHOP, 0.0, 4e9)


def test_what_was_decided_is_decided_the_same_again(shop, desk):
    arrivals(shop, desk, 12)
    arrivals(shop, desk, 6, start=20, channel="chat")

    found = replayed(shop)

    assert (found.same, found.different) == (18, 0)
    assert found.listed == []


def test_what_people_and_the_first_walk_did_is_counted_and_named(shop, desk):
    arrive(shop, desk, "1")
    heard(shop, desk, "1", group=FAR_GROUP)

    found = replayed(shop)

    assert found.same == 1
    assert found.left_out == {"moved by a person": 1}


def test_a_decision_that_lost_the_last_place_stays_again(shop, desk, store_client):
    shop.change(partners=[partner("near", NEAR_GROUP, capacity={"email": 1, "chat": 0})])
    arrivals(shop, desk, 4)
    # Another process fills the partner, and this one does not hear of it in time.
    store_client.hset(keys.situation(SHOP), "c:near:email", 0)
    arrive(shop, desk, "5")

    reasons = [each["reason"] for each in views.decisions(shop.services, SHOP)[0]]
    found = replayed(shop)

    assert found.different == 0, found.listed
    assert found.same == len(reasons)


@settings(max_examples=30, suppress_health_check=list(HealthCheck), deadline=None)
@given(
    first=st.sampled_from((*POLICIES, PLANNED)), played=st.lists(steps, min_size=12, max_size=40)
)
def test_whatever_happened_is_decided_the_same_again(store_url, store_client, first, played):
    store_client.flushall()
    desk = FakeDesk()
    house = House(store_url, store_client, desk)
    house.open(**{"ages": AGES} | first)
    player = Player(house, desk)
    for step in (*[("arrive", "email", "en")] * 6, *played):
        player.play(step)

    found = replayed(house)

    assert found.different == 0, found.listed
    made = [
        each
        for each in views.decisions(house.services, SHOP, limit=200)[0]
        if each["reason"] != "manual"
    ]
    assert found.same == len(made)
    house.queue.close()


def test_what_a_plan_decided_is_decided_the_same_again(house, desk):
    house.open(**PLANNED | {"pressure": {"backlog": "off"}})
    begin = house.clock.now() // 3600 * 3600
    foretold = {
        name: tuple(Interval(begin + 3600 * hour, 3600.0, 40.0) for hour in range(48))
        for name in ("chat", "email")
    }
    house.services.forecasts.put_uploaded(SHOP, Uploaded(begin, foretold))
    signals.give(house.services, SHOP, "temperature", value=20.0)
    planning.run(house.services, SHOP)
    arrivals(house, desk, 9, channel="chat")

    made = views.decisions(house.services, SHOP)[0]
    found = replayed(house)

    assert "plan" in {each["reason"] for each in made}
    assert (found.same, found.different) == (9, 0), found.listed


def test_a_changed_entry_is_found_and_told_by_its_paths(shop, desk, monkeypatch):
    arrivals(shop, desk, 2)
    true = replaying.recorded

    def slipped(entry):
        one = true(entry)
        if isinstance(one, str) or one.ticket.id != "2":
            return one
        return one._replace(ticket=replace(one.ticket, language="fr"))

    monkeypatch.setattr(replaying, "recorded", slipped)
    found = replayed(shop)

    assert (found.same, found.different) == (1, 1)
    (different,) = found.listed
    assert different.ticket == "2"
    assert "language" in different.paths


def test_a_period_has_to_begin_before_it_ends(shop):
    with pytest.raises(Invalid):
        replaying.redecide(shop.services, SHOP, 2.0, 1.0)


def test_a_shop_that_there_is_not_is_unknown(house):
    with pytest.raises(Fault):
        replaying.redecide(house.services, "nobody", 0.0, 1.0)
