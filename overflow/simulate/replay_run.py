"""A recorded period under a policy: arrivals as they were, everything after them played anew.

The decisions are those of ``core.decide`` and ``core.review``, from the situation that the replayed
decisions themselves have made. At home the agents that were declared, else the policy's shifts,
take who is on the line first, then first come first served; an agent works on as many at once as
the policy says. A partner answers after its usual time, in its open hours, and holds a ticket until
the work on it is done. Whatever people did to a ticket they do again.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from typing import Final, TypeAlias

from overflow.core.decide import decide
from overflow.core.decision import Decision, Outcome, Reason, headline
from overflow.core.model import (
    HOME,
    Cause,
    Load,
    Mode,
    Partner,
    Policy,
    Situation,
)
from overflow.core.promise import due_of
from overflow.core.review import review, review_queue
from overflow.core.roster import hours_of, live
from overflow.errors import Invalid
from overflow.simulate.replay_chance import Chance
from overflow.simulate.replay_past import Case, Done, Past
from overflow.simulate.replay_plan import EVERY, Foretold, Planning
from overflow.simulate.replay_world import Job, World

LOOK: Final = 60.0
"""Seconds between two looks at what waits, at least."""
LOOK_EACH: Final = 0.5
"""Seconds more for each that waits, so that a long line does not take all day."""
_UNCOUNTED: Final = frozenset({Reason.REOPENED, Reason.PINNED_PARTNER})
Event: TypeAlias = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of every case."""

    policy: Policy
    jobs: list[Job]


def replay(
    past: Past, policy: Policy, chance: Chance, foretold: Foretold | None = None
) -> Replayed:
    """The period under the policy, which decides as if it were live, and plans if it says so.

    Raises ``Invalid`` for a period in which nothing was decided.
    """
    if policy.mode is Mode.OBSERVE:
        policy = replace(policy, mode=Mode.LIVE)
    run = _Run(past, policy, chance, Planning(policy, foretold or Foretold()))
    run.play()
    return Replayed(policy, run.jobs)


class _Run:
    """One replay: a heap of what will happen, and the world that it happens to."""

    def __init__(self, past: Past, policy: Policy, chance: Chance, planning: Planning) -> None:
        self._past, self._policy, self._chance = past, policy, chance
        self._planning = planning
        self._times = [at for at, _ in past.frames]
        if not past.frames:
            raise Invalid("this cannot be replayed", {"": ["nothing was decided in the period"]})
        first = past.frames[0][1]
        self._world = World(policy, first)
        self._events: list[tuple[float, int, Event]] = []
        self._order = count()
        self._latest: dict[str, Job] = {}
        self.jobs: list[Job] = []

    def play(self) -> None:
        """From the first case to the end of the period."""
        self._begin()
        for case in self._past.cases:
            self._at(case.at, lambda at, case=case: self._arrive(case, at))  # type: ignore[misc]
            for done in case.done:
                self._at(done.at, lambda at, c=case, d=done: self._done(c, d, at))  # type: ignore[misc]
        if self._past.cases:
            self._at(self._past.cases[0].at, self._look)
            if self._planning.is_wanted and self._policy.mode is not Mode.OFF:
                self._at(self._past.cases[0].at, self._plan)
        while self._events and self._events[0][0] <= self._past.end:
            at, _, event = heapq.heappop(self._events)
            self._frame(at)
            event(at)
            self._serve(at)

    def _plan(self, at: float) -> None:
        self._world.plans = self._planning.round(self._world.situation(at), at)
        self._at(at + EVERY, self._plan)

    def _at(self, at: float, event: Event) -> None:
        heapq.heappush(self._events, (at, next(self._order), event))

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
                self._work(job, at)
        else:
            self._at_partner(job, at, is_touched=is_touched)

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
            self._planning.came(case.channel)
        if case.taken_over:
            self._take_over(job, at)
            return
        made = decide(job.ticket(case.cause), self._world.situation(at), self._policy, at)
        self._carry_out(job, made, at, is_new=True)
        known = self._policy.channels.get(case.channel)
        patience = self._chance.patience(case, known.patience if known else None)
        if patience is not None and job.response is None:
            self._at(max(at, case.arrived + patience), lambda then: self._give_up(job, then))

    def _take_over(self, job: Job, at: float) -> None:
        team, is_touched = job.case.taken_over, job.case.is_touched
        self._world.put(job, team, at)
        if team != HOME:
            self._at_partner(job, at, is_touched=is_touched)
        elif is_touched:
            self._work(job, at)

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
            self._at_partner(job, at)
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
                self._at_partner(job, at)
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
        self._world.take(job)
        self._world.put(job, team, at)
        if team != HOME:
            self._world.hand(job, team, at)
            self._at_partner(job, at)

    def _look(self, at: float) -> None:
        """What the sweep does: review what waits, and let pressure go."""
        waiting = 0
        if self._policy.mode is not Mode.OFF:
            situation = self._world.situation(at)
            for queue, pressure in situation.pressure.items():
                after = review_queue(queue, situation, self._policy, at) if pressure.on else None
                if after is not None and not after.on:
                    self._world.pressure = {**self._world.pressure, queue: after}
            waiting = self._review_home(at)
            self._review_partners(at)
        self._at(at + max(LOOK, LOOK_EACH * waiting), self._look)

    def _review_home(self, at: float) -> int:
        gone: dict[str, int] = {}
        situation, waiting = self._world.situation(at), 0
        for job, ahead in self._world.lines():
            waiting += 1
            if job.is_pinned or not job.is_counted:
                continue
            before = ahead - gone.get(job.queue, 0)
            made = review(job.ticket(Cause.LATE, before), situation, self._policy, at)
            if made is not None and made.team != HOME:
                gone[job.queue] = gone.get(job.queue, 0) + 1
                self._carry_out(job, made, at)
                situation = self._world.situation(at)
        return waiting

    def _review_partners(self, at: float) -> None:
        situation: Situation | None = None
        for job in list(self._world.at_partner):
            if job.state != "waiting" or job.is_pinned or not job.is_counted:
                continue
            if at - job.held_since <= self._policy.untouched and not self._is_away(job, at):
                continue
            situation = situation or self._world.situation(at)
            made = review(job.ticket(Cause.UNTOUCHED), situation, self._policy, at)
            if made is not None and made.team != job.team:
                self._carry_out(job, made, at)
                situation = None

    def _is_away(self, job: Job, at: float) -> bool:
        """Whether there may be another reason to take it back."""
        frame, partner = self._world.frame, self._policy.team(job.team)
        if not isinstance(partner, Partner) or not partner.enabled or frame.switched_off:
            return True
        said = live(frame.declared.get(job.team), at)
        return said is not None or not partner.hours.is_open(at)

    # --- work -----------------------------------------------------------------------------------

    def _serve(self, at: float) -> None:
        while (job := self._world.next_at_home(at)) is not None:
            self._work(job, at)

    def _work(self, job: Job, at: float) -> None:
        """Home begins to work on it, for as long as it takes; the answer comes on the way."""
        self._world.work(job)
        turn, work = job.turn, self._chance.work(job.case)
        if job.response is None:
            until = self._chance.until_answer(job.case, work)
            self._at(at + until, lambda then: self._respond(job, turn, then))
        self._at(at + work, lambda _: self._finish(job, turn))

    def _respond(self, job: Job, turn: int, at: float) -> None:
        if job.turn == turn and job.response is None:
            job.response, job.responded_by = at, job.team

    def _finish(self, job: Job, turn: int) -> None:
        if job.turn == turn and job.is_open:
            self._world.take(job)
            job.state = "done"

    def _at_partner(self, job: Job, at: float, *, is_touched: bool = False) -> None:
        """It is answered after the partner's usual time, or as it was if it was that partner."""
        partner, turn = self._policy.team(job.team), job.turn
        if not isinstance(partner, Partner):
            return  # taken out of the policy: it keeps what it holds
        said = live(self._world.frame.declared.get(partner.name), at)
        hours = hours_of(partner, said, at)
        wait = self._chance.answer(job.case, self._seen(job, partner), partner.answer_time)
        then = at if is_touched else hours.add_open_seconds(at, wait)
        if then is not None:
            self._at(then, lambda when: self._answer(job, turn, when))

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
            self._at(at + self._chance.work(job.case), lambda _: self._finish(job, turn))

    def _give_up(self, job: Job, at: float) -> None:
        if job.response is None and job.state == "waiting":
            self._world.take(job)
            job.state = "gone"
            job.held_since = at
