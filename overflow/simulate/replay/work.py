"""Work in replay: home takes whoever is next, partners answer in their time, customers give up."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from itertools import count
from typing import TypeAlias

from overflow.core.model import Partner, Policy
from overflow.core.roster import hours_of, live
from overflow.simulate.replay.chance import Chance
from overflow.simulate.replay.counts import Counts
from overflow.simulate.replay.world import Job, World

Event: TypeAlias = Callable[[float], None]
"""Called with its moment (epoch seconds)."""


class Agenda:
    """What will happen, in order; of one moment what was added first."""

    def __init__(self) -> None:
        self._events: list[tuple[float, int, Event]] = []
        self._order = count()

    def add(self, at: float, event: Event) -> None:
        """It happens then."""
        heapq.heappush(self._events, (at, next(self._order), event))

    def until(self, end: float) -> Iterator[tuple[float, Event]]:
        """What happens up to the end; more may be added on the way."""
        while self._events and self._events[0][0] <= end:
            at, _, event = heapq.heappop(self._events)
            yield at, event


class Hands:
    """Everybody who works on tickets."""

    def __init__(
        self, world: World, policy: Policy, chance: Chance, agenda: Agenda, counts: Counts
    ) -> None:
        self._world, self._policy, self._chance, self._agenda = world, policy, chance, agenda
        self._counts = counts

    def serve(self, at: float) -> None:
        while (job := self._world.next_at_home(at)) is not None:
            self.work(job, at)

    def work(self, job: Job, at: float) -> None:
        """Home begins to work on it, for as long as it takes; the answer comes on the way."""
        self._counts.waited(job, at)
        self._world.work(job)
        job.begun = at
        turn, work = job.turn, self._chance.work(job.case)
        if job.response is None:
            until = self._chance.until_answer(job.case, work)
            self._agenda.add(at + until, lambda then: self._respond(job, turn, then))
        self._agenda.add(at + work, lambda then: self._finish(job, turn, then))

    def _respond(self, job: Job, turn: int, at: float) -> None:
        if job.turn == turn and job.response is None:
            job.response, job.responded_by = at, job.team
            self._counts.answered(job, at)

    def _finish(self, job: Job, turn: int, at: float) -> None:
        if job.turn == turn and job.is_open:
            self._counts.ended(job, at)
            self._world.take(job)
            job.state = "done"

    def to_partner(self, job: Job, at: float, *, is_touched: bool = False) -> None:
        """It is answered after the partner's usual time, or as it was if it was that partner."""
        partner, turn = self._policy.team(job.team), job.turn
        if not isinstance(partner, Partner):
            return  # taken out of the policy: it keeps what it holds
        said = live(self._world.frame.declared.get(partner.name), at)
        hours = hours_of(partner, said, at)
        wait = self._chance.answer(job.case, self._seen(job, partner), partner.answer_time)
        then = at if is_touched else hours.add_open_seconds(at, wait)
        if then is not None:
            self._agenda.add(then, lambda when: self._answer(job, turn, when))

    def _seen(self, job: Job, partner: Partner) -> float | None:
        """Open seconds that this partner really took for it."""
        case = job.case
        if case.team != partner.name or case.response is None or not case.handed:
            return None
        when, team = case.handed[-1]
        return partner.hours.open_seconds(when, case.response) if team == partner.name else None

    def _answer(self, job: Job, turn: int, at: float) -> None:
        """The partner answers, and goes on for as long as the work takes."""
        if job.turn == turn and job.state == "waiting":
            self._world.work(job)
            self._respond(job, turn, at)
            work = self._chance.work(job.case)
            self._agenda.add(at + work, lambda then: self._finish(job, turn, then))

    def give_up(self, job: Job, at: float) -> None:
        if job.response is None and job.state == "waiting":
            self._counts.waited(job, at, gave_up=True)
            self._world.take(job)
            job.state = "gone"
            job.held_since = at
