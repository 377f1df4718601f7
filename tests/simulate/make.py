"""Scenarios and luck by hand."""

from pathlib import Path

from overflow.simulate.chances import Chances
from overflow.simulate.scenario import Scenario
from overflow.simulate.scenario_file import read_scenarios

PUBLIC = Path(__file__).parent / "data" / "public.json"


def public(name):
    return next(scenario for scenario in read_scenarios(PUBLIC) if scenario.name == name)


def scenario(**changes):
    """One agent, five minutes a ticket, prices that tell what was paid."""
    usual = {
        "name": "small",
        "horizon": 100.0,
        "roster": ((0.0, 1),),
        "concurrency": 1,
        "handle_time": 5.0,
        "theta": 0.0,
        "target": 4.0,
        "rate": ((0.0, 0.1),),
        "breach": 100.0,
        "lost": 1000.0,
        "overflow": 10.0,
        "kept": 1.0,
    }
    return Scenario(**usual | changes)


def luck(arrivals, work=5.0, patience=1e9, wait=0.0, hold=0.0):
    """Every ticket like every other, unless lists are given."""

    def each(value):
        return list(value) if isinstance(value, list) else [value] * len(arrivals)

    return Chances(
        [float(t) for t in arrivals], each(work), each(patience), each(wait), each(wait), each(hold)
    )


class Told:
    """A contender that notes what it is told, and answers from lists."""

    def __init__(self, overflow=(), late=None):
        self.overflow = set(overflow)
        self.late = dict(late or {})
        self.heard = []

    def begin(self, n0):
        self.heard.append(("begin", n0))

    def arrival(self, t, ticket):
        self.heard.append(("arrival", t, ticket))
        return ticket in self.overflow

    def look(self, t):
        return self.late.pop(t, ())

    def started(self, t, ticket):
        self.heard.append(("started", t, ticket))

    def ended(self, t, ticket):
        self.heard.append(("ended", t, ticket))

    def abandoned(self, t, ticket):
        self.heard.append(("abandoned", t, ticket))

    def put_back(self, t, ticket):
        self.heard.append(("put_back", t, ticket))

    def staffed(self, t, agents):
        self.heard.append(("staffed", t, agents))

    def overflowed(self, t, ticket, ok):
        self.heard.append(("overflowed", t, ticket, ok))
