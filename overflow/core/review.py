"""Looking again at what waits: overflow late, recall, and pressure when nothing arrives.

Same tests, forecasts and trace as ``decide``. ``None`` means that nothing is to be done.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from overflow.core import choice, fitness, need
from overflow.core.decide import Verdict, decision
from overflow.core.decision import Decision, Outcome
from overflow.core.model import (
    HOME,
    Cause,
    Mode,
    Partner,
    Policy,
    Pressure,
    Situation,
    Ticket,
)
from overflow.core.outlook import newcomer
from overflow.core.promise import due_of
from overflow.core.roster import hours_of, live
from overflow.core.survey import Survey, survey
from overflow.core.trace import Input, Planned, Reason, TeamTest

PRESSING: Final = 0.02
"""Chance that the partner answers too late from which on a ticket's time has come."""
CALM: Final = 0.8
"""Share of the plan's threshold below which home takes back: as a stop level is to a start."""


def review(ticket: Ticket, situation: Situation, policy: Policy, now: float) -> Decision | None:
    """Whether a waiting ticket should go elsewhere by now; pure and total.

    At home (``ticket.ahead`` says how many wait before it): overflow late when home cannot serve
    it now, when it is itself at risk, or when its queue is under pressure and what stands before
    it is still at or above a stop level; so pressure empties the line down to the stop level and
    no further. The partner must gain it something. Where a plan decides: from the place in the line
    on at which waiting costs more than leaving, by the economics of ``optimum.deferral``.

    At a partner: recall when it has been left untouched for longer than the policy allows, in the
    partner's open seconds, or when the partner is switched off, closed on a live channel or does
    not fit any more; where a plan decides also when home is free again and that saves enough. And
    home can take it and the move limit allows it.

    The caller asks for waiting tickets only (no live claim, no assignee, no answer) and never for
    one that a person moved.
    """
    if policy.mode is Mode.OFF or ticket.asked == "home":
        return None
    if ticket.team == HOME:
        return _late(replace(ticket, cause=Cause.LATE), situation, policy, now)
    holder = policy.team(ticket.team)
    if not isinstance(holder, Partner) or policy.mode is Mode.OBSERVE or ticket.asked:
        return None
    return _untouched(replace(ticket, cause=Cause.UNTOUCHED), holder, situation, policy, now)


def review_queue(queue: str, situation: Situation, policy: Policy, now: float) -> Pressure | None:
    """The queue's pressure as a ticket that joined now would set it; None: unchanged.

    For the sweep: it turns pressure off when nothing arrives.
    """
    due = due_of(queue.partition(".")[0], now, policy)
    seen = survey(newcomer(queue, now, due), situation, policy, now)
    return None if seen.pressure is seen.before else seen.pressure


def _late(ticket: Ticket, situation: Situation, policy: Policy, now: float) -> Decision | None:
    seen = survey(ticket, situation, policy, now)
    if ticket.asked == "partner":
        there = choice.best(seen)
        return _out(seen, there, Outcome.OVERFLOW, Reason.PINNED_PARTNER)
    leave = need.of(seen)
    if seen.plan is not None and seen.plan.counts and not seen.home.failed:
        return _late_by_plan(seen, seen.plan)
    if seen.pressure.on and not seen.home.failed:
        if need.is_at_risk(seen):
            leave = leave._replace(reason=Reason.BREACH)
        elif not _is_deep(seen):
            return None
    if not leave.is_to_leave:
        return None
    there = choice.best(seen, (lambda test: _gains(test, seen)) if leave.must_help else None)
    return _out(seen, there, Outcome.LATE, leave.reason)


def _late_by_plan(seen: Survey, plan: Planned) -> Decision | None:
    """Out from the place on at which waiting costs more than leaving, as the plan has it.

    A plan that says nothing of that (made without a forecast, or long ago): when leaving is cheaper
    and can wait no longer. As long as the partner would still answer in time almost certainly, a
    ticket that waits at home may be served there yet, and loses nothing.
    """
    if plan.leaves_from is not None:
        there = choice.best(seen) if plan.is_to_leave else None
        return _out(seen, there, Outcome.LATE, Reason.PLAN)
    there = choice.best(seen, lambda test: _is_cheaper(test, seen) and _gains(test, seen))
    return _out(seen, there, Outcome.LATE, Reason.BREACH)


def _is_cheaper(test: TeamTest, seen: Survey) -> bool:
    here = seen.home.cost
    if here is None or test.cost is None or test.breach.value is None:
        return False
    return test.breach.value >= PRESSING and test.cost < here


def _out(seen: Survey, there: TeamTest | None, outcome: Outcome, reason: Reason) -> Decision | None:
    return None if there is None else decision(seen, Verdict(outcome, there.team, reason))


def _is_deep(seen: Survey) -> bool:
    """What stands before the ticket is at or above a stop level."""
    levels, here = seen.channel.thresholds, seen.forecast
    return any(
        level is not None and measure.reaches(level.stop)
        for level, measure in (
            (levels.backlog, here.backlog),
            (levels.expected_wait, here.wait),
            (levels.breach, here.breach),
        )
    )


def _gains(test: TeamTest, seen: Survey) -> bool:
    """It would rather be in time there; where it is late in any case, be answered sooner."""
    if not choice.relieves(test):
        return False
    here, there = seen.forecast.breach.value, test.breach.value
    if here is None or there is None:
        return True
    if here < 1 or there < 1:
        return there < here
    wait_here, wait_there = seen.forecast.wait.value, test.wait.value
    return wait_here is None or wait_there is None or wait_there < wait_here


def _untouched(
    ticket: Ticket, holder: Partner, situation: Situation, policy: Policy, now: float
) -> Decision | None:
    hours = hours_of(holder, live(situation.declared.get(holder.name), now), now)
    idle = hours.open_seconds(ticket.held_since, now)
    failed = fitness.of_partner(holder, ticket, situation, policy, now).failed
    reason = Reason.UNTOUCHED if idle > policy.untouched else _away(failed, ticket, policy)
    if reason is None and policy.planning == "off":
        return None
    seen = survey(replace(ticket, ahead=None), situation, policy, now)
    if reason is None and _is_cheaper_at_home(ticket, seen):
        reason = Reason.HOME_FREE
    if reason is None or seen.home.failed:
        return None
    watched = Input("untouched", idle, policy.untouched, "left untouched, open seconds")
    seen = seen._replace(inputs=(*seen.inputs, watched))
    return decision(seen, Verdict(Outcome.RECALL, HOME, reason))


def _is_cheaper_at_home(ticket: Ticket, seen: Survey) -> bool:
    """Home would begin on it at once, is well below the plan's threshold, and saves enough.

    Not before the minimum hold is over, so that no ticket goes back and forth.
    """
    plan, there = seen.plan, seen.team(ticket.team)
    if plan is None or plan.level is None or plan.have is None or there is None:
        return False
    if there.cost is None or seen.home.cost is None:
        return False
    return (
        seen.now - ticket.held_since >= seen.channel.thresholds.hold
        and seen.forecast.line.position == 0
        and plan.have < CALM * plan.level
        and there.cost - seen.home.cost >= seen.policy.moves.gain
    )


def _away(failed: tuple[Reason, ...], ticket: Ticket, policy: Policy) -> Reason | None:
    """Why the holder will not work on it, if so."""
    if Reason.SWITCHED_OFF in failed:
        return Reason.SWITCHED_OFF
    if Reason.CHANNEL in failed or Reason.LANGUAGE in failed:
        return Reason.UNFIT
    channel = policy.channels.get(ticket.channel)
    if Reason.CLOSED in failed and channel is not None and channel.live:
        return Reason.PARTNER_CLOSED
    return None
