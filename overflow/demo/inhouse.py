"""The shop's own people, who work in the helpdesk: customers who write, agents who answer."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from overflow.demo.desks import Desk, Seen
from overflow.demo.peak import Arrival
from overflow.demo.shop import CONCURRENCY, HANDLE_TIME, HOME_GROUP, LANGUAGES, LIVE
from overflow.errors import Fault

WHOLE: Final = 12
"""An agent's attention in parts, so that 1, 3 or 4 tickets fill it exactly."""


class Customers:
    """They write when the peak says so."""

    def __init__(self, desk: Desk, arrivals: tuple[Arrival, ...]) -> None:
        self._desk = desk
        self._coming = list(reversed(arrivals))

    @property
    def are_done(self) -> bool:
        return not self._coming

    def turn(self, at: float) -> None:
        while self._coming and self._coming[-1].at <= at:
            arrival = self._coming[-1]
            self._desk.create(arrival.channel, arrival.language)
            self._coming.pop()

    def leave(self) -> None:
        self._desk.close()


@dataclass(slots=True)
class _Work:
    """A ticket that an agent works on."""

    ticket: Seen
    agent: int
    until: float


class Inhouse:
    """The agents, by what the helpdesk calls them, who take what has come first.

    Who is on the line goes before, and is answered at once; others when the work is done.
    """

    def __init__(self, desk: Desk, agents: Sequence[str], opens: float, seed: int) -> None:
        self._desk = desk
        self._agents = agents
        self._free = [WHOLE] * len(agents)
        self._opens = opens
        self._chance = random.Random(seed)
        self._work: dict[str, _Work] = {}

    def turn(self, at: float) -> None:
        if at < self._opens:
            return
        seen = {ticket.id: ticket for ticket in self._desk.tickets()}
        for work in list(self._work.values()):
            self._go_on(work, seen[work.ticket.id], at)
        line = [t for t in seen.values() if _waits(t) and t.id not in self._work]
        for ticket in sorted(line, key=lambda t: t.channel not in LIVE):
            self._take(ticket, at)

    def leave(self) -> None:
        self._desk.close()

    def _take(self, ticket: Seen, at: float) -> None:
        share = _share(ticket)
        able = [n for n, free in enumerate(self._free) if free >= share]
        if not able:
            return
        agent = min(able, key=lambda n: self._free[n])  # so that others stay free for a call
        name = self._agents[agent]
        self._desk.assign(ticket.id, name)
        seconds = HANDLE_TIME[ticket.channel] * self._chance.uniform(0.6, 1.4)
        self._work[ticket.id] = _Work(ticket, agent, at + seconds)
        self._free[agent] -= share
        if ticket.channel in LIVE and not ticket.is_answered:
            self._desk.answer(ticket.id, name)

    def _go_on(self, work: _Work, now: Seen, at: float) -> None:
        """Finish what is done; let go of what has gone elsewhere."""
        name = self._agents[work.agent]
        is_gone = now.is_ended or now.group != HOME_GROUP or now.assignee != name
        if not is_gone and at < work.until:
            return
        del self._work[now.id]
        self._free[work.agent] += _share(now)
        if is_gone:
            return
        try:
            if now.channel not in LIVE or not now.is_answered:
                self._desk.answer(now.id, name)
            self._desk.solve(now.id, name)
        except Fault:  # keeps it until it works
            self._work[now.id] = work
            self._free[work.agent] -= _share(now)
            raise


def _waits(ticket: Seen) -> bool:
    is_free = ticket.status == "open" and ticket.group == HOME_GROUP and not ticket.assignee
    return is_free and ticket.language in LANGUAGES


def _share(ticket: Seen) -> int:
    return WHOLE // CONCURRENCY.get(ticket.channel, 1)
