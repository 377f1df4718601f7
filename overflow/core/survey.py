"""Everything that one decision rests on: every team, every measure, every input's age."""

from __future__ import annotations

from typing import Final, NamedTuple

from overflow.core import fitness, forecast, planned, pressure
from overflow.core.arrivals import lifts
from overflow.core.forecast import AtHome
from overflow.core.hours import Hours
from overflow.core.model import (
    HOME,
    Cause,
    Channel,
    Partner,
    Policy,
    Pressure,
    Situation,
    Target,
    Ticket,
)
from overflow.core.roster import Staff, staff
from overflow.core.trace import Check, Input, Measure, Planned, Reason, TeamTest, Trace

_CALM: Final = Pressure()
_JOINING: Final = frozenset({Cause.NEW, Cause.HANDOVER})
_NEVER_THERE: Final = frozenset({Reason.CHANNEL, Reason.LANGUAGE, Reason.SWITCHED_OFF})
_NOT_SERVED: Final = Measure(None, "home does not serve it")
_NO_BREACH: Final = Measure(None, "not the queue's: it was overdue when it came")
_ANY_RELIEF: Final = Check(Reason.NO_RELIEF, is_passed=True, note="not compared")


class Survey(NamedTuple):
    """What a verdict is reached from."""

    ticket: Ticket
    situation: Situation
    policy: Policy
    now: float
    queue: str
    channel: Channel
    home: TeamTest
    partners: tuple[TeamTest, ...]
    """In the policy's order."""
    forecast: AtHome
    before: Pressure
    pressure: Pressure
    """After this decision; ``before`` itself when unchanged."""
    inputs: tuple[Input, ...]
    plan: Planned | None
    """None: the policy wants none."""

    def team(self, name: str) -> TeamTest | None:
        """The test of the team of that name; None when the policy does not name it."""
        if name == HOME:
            return self.home
        return next((test for test in self.partners if test.team == name), None)

    def trace(self) -> Trace:
        """What is kept of it."""
        ticket, seen = self.ticket, self.forecast
        return Trace(
            self.now,
            ticket.cause,
            self.policy.mode,
            ticket.channel,
            ticket.language,
            ticket.topic,
            ticket.team,
            ticket.asked,
            ticket.due,
            seen.backlog,
            seen.wait,
            seen.breach,
            seen.line,
            self.channel.thresholds,
            self.before,
            self.pressure,
            self.home,
            self.partners,
            self.inputs,
            self.plan,
        )


def survey(ticket: Ticket, situation: Situation, policy: Policy, now: float) -> Survey:
    """Test every team against every reason and forecast every choice; total for any input."""
    queue = policy.queue_of(ticket.channel, ticket.language, ticket.topic)
    channel = policy.channels.get(ticket.channel) or _unheard_of(ticket.channel)
    people = staff(policy, situation, now)
    seen = forecast.at_home(ticket, channel, situation, policy, people, now)
    home, seen = _home(ticket, situation, policy, people, seen, now)
    partners = tuple(
        [_partner(p, ticket, situation, policy, seen.breach, now) for p in policy.partners]
    )
    before = situation.pressure.get(queue, _CALM)
    after = _pressure(before, ticket, channel, home, seen, now)
    raised = lifts.inputs(ticket.channel, now, policy, situation)
    inputs = (_taken(situation, policy, now), *seen.inputs, *raised)
    return Survey(
        ticket,
        situation,
        policy,
        now,
        queue,
        channel,
        home,
        partners,
        seen,
        before,
        after,
        inputs,
        planned.of(ticket, queue, seen.line, situation, policy, now),
    )


def _unheard_of(name: str) -> Channel:
    """A channel that the policy does not name: nobody promised anything on it."""
    return Channel(name, live=False, target=Target(float("inf")))


def _home(
    ticket: Ticket,
    situation: Situation,
    policy: Policy,
    people: Staff,
    seen: AtHome,
    now: float,
) -> tuple[TeamTest, AtHome]:
    checks, failed, hours = fitness.of_home(ticket, situation, policy, people, now)
    if not _NEVER_THERE.isdisjoint(failed):
        seen = seen._replace(wait=_NOT_SERVED, breach=_NOT_SERVED, lost=None)
    cost = forecast.home_cost(policy.costs, seen)
    opens = _opens(failed, hours, now)
    return TeamTest(HOME, checks, failed, seen.breach, seen.wait, cost, None, opens), seen


def _partner(
    partner: Partner,
    ticket: Ticket,
    situation: Situation,
    policy: Policy,
    at_home: Measure,
    now: float,
) -> TeamTest:
    checks, failed, hours = fitness.of_partner(partner, ticket, situation, policy, now)
    breach, wait = forecast.at_partner(partner, hours, ticket, now)
    cost = forecast.partner_cost(policy.costs, partner, breach)
    relief = _relief(breach, at_home, policy.breach_margin)
    opens = _opens(failed, hours, now)
    return TeamTest(partner.name, checks, failed, breach, wait, cost, relief, opens)


def _opens(failed: tuple[Reason, ...], hours: Hours, now: float) -> float | None:
    """When a team that is closed opens again."""
    return hours.next_open(now) if Reason.CLOSED in failed else None


def _relief(there: Measure, at_home: Measure, margin: float) -> Check:
    """No relief from a partner that would be late more probably than home by over the margin."""
    if there.value is None or at_home.value is None:
        return _ANY_RELIEF
    limit = at_home.value + margin
    return Check(Reason.NO_RELIEF, there.value <= limit, there.value, limit)


def _pressure(
    before: Pressure,
    ticket: Ticket,
    channel: Channel,
    home: TeamTest,
    seen: AtHome,
    now: float,
) -> Pressure:
    """Moved only by a ticket that joins the queue now, while home is there to serve it.

    Any other ticket's chances say something about it, not about the queue; they count for itself.
    """
    if ticket.cause not in _JOINING or home.failed:
        return before
    breach = _NO_BREACH if seen.breach is forecast.OVERDUE else seen.breach
    return pressure.step(before, channel.thresholds, seen.backlog, seen.wait, breach, now)


def _taken(situation: Situation, policy: Policy, now: float) -> Input:
    age, limit = max(0.0, now - situation.at), policy.ages.situation
    effect = "fresh" if age <= limit else "too old: the store refuses a commit made from it"
    return Input("situation", age, limit, effect)
