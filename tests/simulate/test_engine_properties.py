"""Whatever the day and the policy: every ticket ends once, and the books agree."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overflow.simulate.chances import draw
from overflow.simulate.engine import play
from overflow.simulate.scenario import Law
from tests.simulate.make import Told, scenario

laws = st.builds(Law, st.sampled_from(["exp", "lognormal"]), st.floats(0.2, 2))
agents = st.integers(0, 3)


@st.composite
def scenarios(draw):
    end = draw(st.sampled_from(["drain", "close"]))
    shifts = draw(st.lists(st.tuples(st.floats(1, 70), agents), max_size=3))
    roster = ((0.0, draw(agents)), *sorted(shifts), (80.0, 2))
    limited = draw(st.booleans())
    return scenario(
        horizon=60.0,
        roster=roster,
        concurrency=draw(st.integers(1, 3)),
        theta=draw(st.sampled_from([0.0, 0.1])),
        rate=((0.0, draw(st.floats(0, 1))), (30.0, draw(st.floats(0, 1)))),
        end=end,
        n0=draw(st.integers(0, 8)),
        batch0=draw(st.integers(0, 8)),
        service=draw(laws),
        patience=draw(laws),
        partner_slots=draw(st.integers(0, 3)) if limited else None,
        partner_handle=5.0 if limited else None,
        partner_wait=draw(st.floats(0, 5)),
        late_wait=draw(st.floats(0, 5)),
    )


class Careless(Told):
    """Overflows every third ticket, late the first that waits, and checks what it hears."""

    def __init__(self):
        super().__init__()
        self.waiting, self.serving, self.done, self.answered = {}, set(), set(), set()
        self.now, self.slots, self.asked = 0.0, 0, None

    def tick(self, t):
        assert t >= self.now
        self.now = t

    def begin(self, n0):
        self.waiting = dict.fromkeys(range(n0))
        self.answered = set(range(n0))

    def arrival(self, t, ticket):
        self.tick(t)
        self.waiting[ticket] = None
        return ticket % 3 == 0

    def look(self, t):
        self.tick(t)
        return [ticket for ticket in self.waiting if ticket not in self.answered][:1]

    def started(self, t, ticket):
        self.tick(t)
        del self.waiting[ticket]
        self.serving.add(ticket)
        self.answered.add(ticket)

    def ended(self, t, ticket):
        self.tick(t)
        self.serving.remove(ticket)
        self.finish(ticket)

    def abandoned(self, t, ticket):
        self.tick(t)
        del self.waiting[ticket]
        self.finish(ticket)

    def put_back(self, t, ticket):
        self.tick(t)
        self.serving.remove(ticket)
        self.waiting = {ticket: None, **self.waiting}

    def overflowed(self, t, ticket, ok):
        self.tick(t)
        if ok:
            del self.waiting[ticket]
            self.finish(ticket)

    def finish(self, ticket):
        assert ticket not in self.done
        self.done.add(ticket)


@given(scenarios(), st.integers(0, 1000), st.booleans())
@settings(max_examples=150, deadline=None)
def test_every_ticket_ends_once_and_the_books_agree(scenario, seed, late):
    chances, contender = draw(scenario, seed, 0), Careless()
    outcome = play(scenario, contender, chances, late=late)
    assert outcome.offered == len(chances.arrivals) - scenario.n0
    ended = outcome.served + outcome.overflowed + outcome.abandoned + outcome.lost
    assert outcome.offered == ended
    assert outcome.late <= outcome.overflowed
    answered = len(outcome.waits) + len(outcome.partner_waits)
    assert answered == outcome.served + outcome.overflowed
    assert outcome.in_time <= answered
    assert all(wait >= 0 for wait in outcome.waits + outcome.partner_waits)
    assert outcome.cost == pytest.approx(_cost(scenario, outcome))
    if scenario.end == "drain":
        assert contender.done == set(range(len(chances.arrivals)))


def _cost(scenario, outcome):
    lost = outcome.abandoned + outcome.lost + outcome.dropped
    return (
        scenario.overflow * outcome.overflowed
        + scenario.kept * (outcome.served - outcome.dropped)
        + scenario.lost * lost
        + scenario.breach * outcome.breached
    )


@given(scenarios(), st.integers(0, 1000))
@settings(max_examples=50, deadline=None)
def test_the_same_luck_gives_the_same_day(scenario, seed):
    days = [play(scenario, Careless(), draw(scenario, seed, 3), late=True) for _ in range(2)]
    assert days[0].cost == days[1].cost
    assert days[0].waits == days[1].waits
    assert draw(scenario, seed, 3) != draw(scenario, seed, 4) or not days[0].offered
