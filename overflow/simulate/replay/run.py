"""A recorded period under a policy: arrivals as they were, everything after them played anew.

The decisions are those of ``core.decide`` and ``core.review``, from the situation that the replayed
decisions themselves have made. At home the agents that were declared, else the policy's shifts,
take who is on the line first, then first come first served; an agent works on as many at once as
the policy says. A partner answers after its usual time, in its open hours, and holds a ticket until
the work on it is done. Whatever people did to a ticket they do again.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import Final

from overflow.core.decide import decide
from overflow.core.decision import Decision, Outcome, Reason, headline
from overflow.core.model import (
    HOME,
    Cause,
    Load,
    Mode,
    Policy,
)
from overflow.core.promise import due_of
from overflow.errors import Invalid
from overflow.simulate.replay.case import Case, Done, Past
from overflow.simulate.replay.chance import Chance
from overflow.simulate.replay.look import Looking
from overflow.simulate.replay.plan import EVERY, Beforehand, Planning
from overflow.simulate.replay.work import Agenda, Hands
from overflow.simulate.replay.world import Job, World

_UNCOUNTED: Final = frozenset({Reason.REOPENED, Reason.PINNED_PARTNER})


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of every case."""

    policy: Policy
    jobs: list[Job]
    planning: Planning
    """What its planner has learned."""


def replay(
    past: Past, policy: Policy, chance: Chance, beforehand: Beforehand | None = None
) -> Replayed:
    """The period under the policy, which decides as if it were live, and plans if it says so.

    Raises ``Invalid`` for a period in which nothing was decided.
    """
    if policy.mode is Mode.OBSERVE:
        policy = replace(policy, mode=Mode.LIVE)
    run = _Run(past, policy, chance, Planning(policy, beforehand or Beforehand()))
    run.play()
    return Replayed(policy, run.jobs, run.planning)


class _Run:
    """One replay: what will happen, and the world that it happens to."""

    def __init__(self, past: Past, policy: Policy, chance: Chance, planning: Planning) -> None:
        self._past, self._policy, self._chance = past, policy, chance
        self.planning = planning
        self._times = [at for at, _ in past.frames]
        if not past.frames:
            raise Invalid("this cannot be replayed", {"": ["nothing was decided in the period"]})
        first = past.frames[0][1]
        self._world = World(policy, first)
        self._agenda = Agenda()
        self._hands = Hands(self._world, policy, chance, self._agenda, planning.counts)
        self._latest: dict[str, Job] = {}
        self.jobs: list[Job] = []

    def play(self) -> None:
        """From the first case to the end of the period."""
        self._begin()
        self._appoint()
        for case in self._past.cases:
            self._agenda.add(case.at, lambda at, case=case: self._arrive(case, at))  # type: ignore[misc]
            for done in case.done:
                self._agenda.add(done.at, lambda at, c=case, d=done: self._done(c, d, at))  # type: ignore[misc]
        for at, event in self._agenda.until(self._past.end):
            self._frame(at)
            event(at)
            self._hands.serve(at)

    def _appoint(self) -> None:
        """What happens again and again, from the first case on."""
        looking = Looking(self._world, self._policy, self._agenda, self._carry_out)
        first = self._past.cases[0].at if self._past.cases else self._past.end
        if self.planning.is_wanted and self._policy.mode is not Mode.OFF:
            self._agenda.add(first, self._plan)
        self._agenda.add(first, looking.look)

    def _plan(self, at: float) -> None:
        self._world.plans = self.planning.round(self._world.situation(at), at)
        self._agenda.add(at + EVERY, self._plan)

    def _frame(self, at: float) -> None:
        place = bisect_right(self._times, at) - 1
        if place >= 0:
            self._world.frame = self._past.frames[place][1]

    # --- what was there before ----------------------------------------------------------------

    def _begin(self) -> None:
        """Tickets that were open when the period began: they take their turn and count nowhere."""
        at, first = self._past.frames[0]
        self._world.pressure = dict(first.pressure)
        known = self._past.cases[0].at if self._past.cases else at
        for (team, queue), load in sorted(first.loads.items()):
            for number in range(load.backlog):
                self._held_before(team, queue, number, load, min(at, known))

    def _held_before(self, team: str, queue: str, number: int, load: Load, at: float) -> None:
        channel, _, rest = queue.partition(".")
        language, _, topic = rest.partition(".")
        case = Case(
            ticket=f"{team}/{queue}/{number}",
            number=-1,
            at=at,
            arrived=at,
            channel=channel,
            language="" if language == "-" else language,
            topic=topic,
            cause=Cause.NEW,
            due=None,
        )
        job = self._job(case, None, is_counted=False)
        self._world.put(job, team, at)
        is_touched = number < load.wip
        if team == HOME:
            if is_touched:
                self._hands.work(job, at)
        else:
            self._hands.to_partner(job, at, is_touched=is_touched)

    # --- arrivals, and what people do -----------------------------------------------------------

    def _job(self, case: Case, due: float | None, *, is_counted: bool = True) -> Job:
        queue = self._policy.queue_of(case.channel, case.language, case.topic)
        return Job(
            case,
            case.channel,
            case.language,
            case.topic,
            queue,
            due,
            is_counted=is_counted,
            asked=case.asked,
        )

    def _arrive(self, case: Case, at: float) -> None:
        before = self._latest.get(case.ticket)
        if before is not None and before.is_open:
            return  # reopened then; here it has not ended yet
        if before is not None and before.responded_by:
            case = replace(case, handled_by=before.responded_by)
        is_due = case.due is not None or case.taken_over
        due = due_of(case.channel, case.arrived, self._policy) if is_due else None
        job = self._job(case, due)
        if before is not None:
            job.team = before.team
        self._latest[case.ticket] = job
        self.jobs.append(job)
        if case.cause is Cause.NEW:
            self.planning.counts.came[case.channel] += 1
        if case.taken_over:
            self._take_over(job, at)
            return
        made = decide(job.ticket(case.cause), self._world.situation(at), self._policy, at)
        self._carry_out(job, made, at, is_new=True)
        known = self._policy.channels.get(case.channel)
        patience = self._chance.patience(case, known.patience if known else None)
        if patience is not None and job.response is None:
            self._agenda.add(
                max(at, case.arrived + patience), lambda then: self._hands.give_up(job, then)
            )

    def _take_over(self, job: Job, at: float) -> None:
        team, is_touched = job.case.taken_over, job.case.is_touched
        self._world.put(job, team, at)
        if team != HOME:
            self._hands.to_partner(job, at, is_touched=is_touched)
        elif is_touched:
            self._hands.work(job, at)

    def _done(self, case: Case, done: Done, at: float) -> None:
        job = self._latest.get(case.ticket)
        if job is None or job.case.number != case.number or not job.is_open:
            return
        match done.what:
            case "moved":
                job.is_pinned = True
                if self._policy.team(done.team) is not None and done.team != job.team:
                    self._move(job, done.team, at)
            case "returned":
                if job.team == done.team and job.state == "waiting":
                    job.refused_by |= {done.team}
                    self._decide(job, Cause.RETURNED, at)
            case "asked":
                job.asked = done.told["asked"]
                self._decide(job, Cause.ASKED, at)
            case "changed":
                if job.state == "waiting" and not job.is_pinned:
                    self._change(job, done, at)

    def _change(self, job: Job, done: Done, at: float) -> None:
        team, since = job.team, job.held_since
        self._world.take(job)
        told = done.told
        job.channel, job.language, job.topic = told["channel"], told["language"], told["topic"]
        job.queue = self._policy.queue_of(job.channel, job.language, job.topic)
        if job.due is not None:
            job.due = due_of(job.channel, job.case.arrived, self._policy)
        self._world.put(job, team, at)
        job.held_since = since
        if team != HOME:
            self._hands.to_partner(job, at)
        self._decide(job, Cause.CHANGED, at)

    # --- decisions ------------------------------------------------------------------------------

    def _decide(self, job: Job, cause: Cause, at: float) -> None:
        made = decide(job.ticket(cause), self._world.situation(at), self._policy, at)
        self._carry_out(job, made, at)

    def _carry_out(self, job: Job, made: Decision, at: float, *, is_new: bool = False) -> None:
        if made.pressure is not None:
            self._world.pressure = {**self._world.pressure, made.queue: made.pressure}
        if is_new:
            job.headline = headline(made)
            self._world.put(job, job.team, at)
            if job.team == made.team != HOME:
                self._hands.to_partner(job, at)
        if made.team != job.team:
            job.headline = headline(made)
            self._counted(job, made)
            self._move(job, made.team, at)

    def _counted(self, job: Job, made: Decision) -> None:
        if made.outcome is Outcome.RECALL:
            job.moves_back += 1
        elif made.outcome in {Outcome.OVERFLOW, Outcome.LATE} and made.reason not in _UNCOUNTED:
            job.moves_out += 1

    def _move(self, job: Job, team: str, at: float) -> None:
        if job.state == "waiting":
            self.planning.counts.waited(job, at)
        self._world.take(job)
        self._world.put(job, team, at)
        if team != HOME:
            self._world.hand(job, team, at)
            self._hands.to_partner(job, at)
