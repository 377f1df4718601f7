"""A partner's agents: they claim, answer, solve and return tickets through the API."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

from overflow.demo.service import Json, Service
from overflow.demo.shop import HANDLE_TIME, LIVE
from overflow.errors import Conflict, Fault, NotNow, Unknown

CLAIM: Final = 120
"""Seconds that a claim holds."""
RETURNS: Final = 14
"""Of so many tickets one is returned."""
ON_HOLD: Final = 17
"""Of so many tickets one is left waiting for somebody else."""


@dataclass(frozen=True, slots=True)
class _Work:
    """A ticket that an agent has claimed."""

    ticket: str
    agent: str
    until: float
    number: int
    is_answered: bool
    """It is, when the customer waits on the line; else when the work is done."""

    @property
    def key(self) -> str:
        return _key(self.ticket, self.number)


class Partner:
    """A team that takes what has come first, and leaves its first few tickets lying untouched."""

    def __init__(self, service: Service, name: str, agents: int, neglects: int, seed: int) -> None:
        self._service = service
        self._free = [f"{name}-{n + 1}" for n in range(agents)]
        self._neglects = neglects
        self._chance = random.Random(seed)
        self._neglected: set[str] = set()
        self._work: dict[str, _Work] = {}
        self._taken = 0

    def turn(self, at: float) -> None:
        for work in list(self._work.values()):
            if work.until <= at:
                self._finish(work)
        if self._free:
            for ticket in self._service.waiting():
                if self._free and not self._is_neglected(ticket):
                    self._take(ticket, at)

    def leave(self) -> None:
        self._service.close()

    def _is_neglected(self, ticket: Json) -> bool:
        if len(self._neglected) < self._neglects and not ticket["moves"]["back"]:
            self._neglected.add(ticket["id"])
        return ticket["id"] in self._neglected

    def _take(self, ticket: Json, at: float) -> None:
        agent = self._free[-1]
        try:
            self._service.claim(ticket["id"], agent, CLAIM)
        except (Conflict, Unknown):  # somebody was faster
            return
        self._free.pop()
        self._taken += 1
        if self._taken % RETURNS == 0:
            self._service.give_back(ticket["id"], agent, "We need the shop's word on this one.")
            self._free.append(agent)
            return
        seconds = HANDLE_TIME[ticket["channel"]] * self._chance.uniform(0.4, 1.0)
        is_answered = ticket["channel"] in LIVE and self._answers(ticket["id"], agent)
        work = _Work(ticket["id"], agent, at + seconds, self._taken, is_answered)
        self._work[work.ticket] = work

    def _answers(self, ticket: str, agent: str) -> bool:
        """At once, if it can be; else when the work is done."""
        try:
            self._service.answer(ticket, agent, status=None, key=_key(ticket, self._taken))
        except Fault:
            return False
        return True

    def _finish(self, work: _Work) -> None:
        """Answer and solve; what the helpdesk does not take now is tried again."""
        status = "on_hold" if work.number % ON_HOLD == 0 else "solved"
        try:
            if work.is_answered:
                self._service.set_status(work.ticket, work.agent, status)
            else:
                self._service.answer(work.ticket, work.agent, status=status, key=work.key)
        except NotNow:
            raise
        except (Conflict, Unknown):  # moved or taken over meanwhile
            pass
        del self._work[work.ticket]
        self._free.append(work.agent)


def _key(ticket: str, number: int) -> str:
    """One answer, however often it is tried."""
    return f"answer-{ticket}-{number}"
