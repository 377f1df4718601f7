"""A day of a shop in its journal: real flows, people who answer, and a clock that is moved on.

The store stamps journal entries by its own time, so each step's entries are written again with the
time that it was meant to have.
"""

import heapq
from itertools import count

import numpy as np

from overflow.core.model import HOME, Status
from overflow.flows import sweep
from overflow.flows.planner import planning
from overflow.store import keys
from tests.flows.house import SHOP
from tests.flows.routing import arrive, heard

DAY = 86400.0


class Day:
    """Agents at home take the oldest ticket; partners answer after a while.

    It begins at the next noon in London, so that none of it belongs to another day.
    """

    def __init__(self, house, desk, seed=1, agents=3, work=300.0):
        house.clock.advance(DAY / 2 + -house.clock.now() % DAY)
        self.house, self.desk, self.agents, self.work = house, desk, agents, work
        self.rng = np.random.default_rng(seed)
        self.start = house.clock.now()
        self._events, self._order = [], count()
        self._busy, self._last, self._number = 0, "-", 0
        self.spread = {}
        self.is_planned = False

    def play(self, tickets, seconds, channels=("email", "chat"), *, is_planned=False):
        """So many tickets in that time, more of them in the middle; with the planner's rounds."""
        self.is_planned = is_planned
        moments = sorted(self.rng.triangular(0.0, seconds / 2, seconds, tickets))
        for number, moment in enumerate(moments, 1):
            channel = channels[int(self.rng.integers(len(channels)))]
            self._later(moment, self._arrive, str(number), channel)
        for moment in np.arange(60.0, seconds, 300.0):
            self._later(moment, self._sweep)
        while self._events:
            moment, _, do, args = heapq.heappop(self._events)
            self.house.clock.ahead += self.start + moment - self.house.clock.now()
            do(moment, *args)
            self._stamp(moment)
        self._rename()
        return self.start, self.start + seconds

    def _later(self, moment, do, *args):
        heapq.heappush(self._events, (float(moment), next(self._order), do, args))

    def _arrive(self, moment, ticket, channel):
        arrive(self.house, self.desk, ticket, channel=channel, created=self.house.clock.now())
        self._set_to_work(moment)
        self._set_partners_to_work(moment)

    def _sweep(self, moment):
        self.house.services.situations.heard(SHOP, "helpdesk", self.house.clock.now())
        sweep.run(self.house.services, SHOP)
        if self.is_planned:
            planning.run(self.house.services, SHOP)
        self._set_partners_to_work(moment)

    def _set_to_work(self, moment):
        records, _ = self.house.services.tickets.list_open(SHOP, HOME, "waiting", limit=200)
        for record in records:
            if self._busy >= self.agents:
                return
            self._busy += 1
            heard(self.house, self.desk, record.id, assignee="ann")
            self._later(moment + self.rng.exponential(self.work), self._finish, record.id, HOME)

    def _set_partners_to_work(self, moment):
        records, _ = self.house.services.tickets.list_open(SHOP, None, "waiting", limit=200)
        for record in records:
            if record.team != HOME and record.id not in self.spread:
                self.spread[record.id] = record.team
                wait = self.rng.exponential(30.0) + self.rng.exponential(self.work)
                self._later(moment + wait, self._finish, record.id, record.team)

    def _finish(self, moment, ticket, team):
        now, group = self.house.clock.now(), self.house.record(ticket).desired_group
        # As if the service's move had been written long ago.
        heard(self.house, self.desk, ticket, group=group, answered=now, status=Status.SOLVED)
        if team == HOME:
            self._busy -= 1
        self._set_to_work(moment)

    def _stamp(self, moment):
        """Write the step's entries again, with the time that they were meant to have."""
        client, journal = self.house.services.redis, keys.journal(SHOP)
        at = round((self.start + moment) * 1000)
        for entry_id, fields in client.xrange(journal, self._last):
            self._last = f"({entry_id.decode()}"
            self._number += 1
            client.xadd(f"{journal}:copy", fields, id=f"{at}-{self._number}")

    def _rename(self):
        client, journal = self.house.services.redis, keys.journal(SHOP)
        client.rename(f"{journal}:copy", journal)
