"""Looking again in replay: what the sweep does, every minute instead of every few seconds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from overflow.core.decision import Decision
from overflow.core.model import HOME, Cause, Mode, Partner, Policy, Situation
from overflow.core.review import review, review_queue
from overflow.core.roster import live
from overflow.simulate.replay.work import Agenda
from overflow.simulate.replay.world import Job, World

LOOK: Final = 60.0
"""Seconds between two looks at what waits, at least."""
LOOK_EACH: Final = 0.5
"""Seconds more for each that waits, so that a long line does not take all day."""
CarryOut: TypeAlias = Callable[[Job, Decision, float], None]


class Looking:
    """Reviews what waits, and lets pressure go where nothing arrives."""

    def __init__(self, world: World, policy: Policy, agenda: Agenda, carry_out: CarryOut) -> None:
        self._world, self._policy, self._agenda = world, policy, agenda
        self._carry_out = carry_out

    def look(self, at: float) -> None:
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
        self._agenda.add(at + max(LOOK, LOOK_EACH * waiting), self.look)

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
