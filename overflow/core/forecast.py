"""What keeping a ticket at home, or handing it to a partner, would mean for its target.

A measure without its inputs is unknown and says why; it is never 0 for "no data". A shop in which
nothing is ever heard from a helpdesk (its tickets come by the API) has no such input to go stale.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from overflow.core import pool, queueing
from overflow.core.hours import Hours
from overflow.core.model import Channel, Costs, Partner, Policy, Situation, Ticket
from overflow.core.roster import LOOK_AHEAD, Staff, opens_before, stretches
from overflow.core.targets import partner_breach
from overflow.core.trace import Input, Line, Measure

NOT_DUE: Final = Measure(None, "no first response is due")
OVERDUE: Final = Measure(1.0, "overdue")
_STALE: Final = Measure(None, "nothing heard from the helpdesk for too long")
_NO_AGENTS: Final = Measure(None, "agents on shift unknown")
_NO_HANDLE_TIME: Final = Measure(None, "handle time unknown")
_NO_SHIFT: Final = Measure(None, "nobody on shift within eight days")

LINE: Final = "place in the line"
AFTER: Final = "place in the line, after the next opening"
CLOSED: Final = "nobody on shift until it is due"
USUAL: Final = "usual answer time"


class AtHome(NamedTuple):
    """The forecast of a ticket that stays at home."""

    line: Line
    backlog: Measure
    wait: Measure
    breach: Measure
    lost: float | None
    """Chance that the customer gives up."""
    inputs: tuple[Input, ...]


class _Work(NamedTuple):
    """The rates of home's line, all known."""

    mu: float
    theta: float
    concurrency: int
    ahead: float
    wip: float

    def position(self, slots: float) -> float:
        return queueing.position(self.ahead, self.wip, slots)


def at_home(
    ticket: Ticket,
    channel: Channel,
    situation: Situation,
    policy: Policy,
    people: Staff,
    now: float,
) -> AtHome:
    """Backlog, expected wait and chance of a breach of this ticket at home.

    Exact for first come, first served with exponential times (``queueing``); the policy's queues
    are joined to one line (``pool``).
    """
    heard = _heard(situation, policy, now)
    seconds, measured = pool.handle_time(channel.name, situation, policy, now)
    inputs = (heard, people.origin, measured)
    queue = policy.queue_of(ticket.channel, ticket.language, ticket.topic)
    ahead, wip, backlog = pool.before(ticket, queue, situation, policy, now)
    concurrency = policy.home.concurrency.get(channel.name, 1)
    agents = people.agents if people.hours.is_open(now) else 0
    line = Line(ahead, wip, people.agents, None, seconds, None)
    why = _unknown(heard, people.agents, seconds)
    if why is not None or seconds is None or agents is None or people.agents is None:
        counted = _STALE if why is _STALE else Measure(backlog, "counted")
        unknown = why or _NO_AGENTS
        late = _certain(ticket, channel, people, now) or unknown
        return AtHome(line, counted, unknown, late, None, inputs)
    theta = 1.0 / channel.patience if channel.patience else 0.0
    work = _Work(1.0 / seconds, theta, concurrency, ahead, wip)
    slots = float(agents * concurrency)
    wait, place, serving = _wait(work, people, slots, now)
    lost = queueing.abandon_probability(place, serving, work.mu, theta)
    breach = _breach(ticket.due, work, people, now)
    line = Line(ahead, wip, people.agents, slots, seconds, place)
    return AtHome(line, Measure(backlog, "counted"), wait, breach, lost, inputs)


def _heard(situation: Situation, policy: Policy, now: float) -> Input:
    limit = policy.ages.helpdesk
    at = situation.seen.get("helpdesk")
    if at is None:
        return Input("helpdesk", None, limit, "not an input here: the service's own counts used")
    if now - at > limit:
        return Input("helpdesk", now - at, limit, "stale: backlog, wait and breach are unknown")
    return Input("helpdesk", now - at, limit, "fresh")


def _unknown(heard: Input, agents: int | None, seconds: float | None) -> Measure | None:
    if heard.age is not None and heard.limit is not None and heard.age > heard.limit:
        return _STALE
    if agents is None:
        return _NO_AGENTS
    return _NO_HANDLE_TIME if seconds is None else None


def _certain(ticket: Ticket, channel: Channel, people: Staff, now: float) -> Measure | None:
    """The chance of a breach where it needs no counts: nothing due, overdue, closed until due."""
    if ticket.due is None:
        return NOT_DUE
    if ticket.due <= now:
        return OVERDUE
    if opens_before(people, now, ticket.due):
        return None
    theta = 1.0 / channel.patience if channel.patience else 0.0
    nobody = ((ticket.due - now, 0.0),)
    return Measure(queueing.breach_over_segments(1.0, 1.0, theta, nobody), CLOSED)


def _wait(work: _Work, people: Staff, slots: float, now: float) -> tuple[Measure, float, float]:
    """Expected seconds, the place in the line, and the slots that serve it."""
    if slots > 0:
        place = work.position(slots)
        return (
            Measure(queueing.expected_wait(place, slots, work.mu, work.theta), LINE),
            place,
            slots,
        )
    delay = 0.0
    for seconds, agents in stretches(people, now, now + LOOK_AHEAD):
        if agents > 0:
            slots = agents * work.concurrency
            place = work.position(slots)
            then = queueing.expected_wait(place, slots, work.mu, work.theta)
            return Measure(delay + then, AFTER), place, slots
        delay += seconds
    return _NO_SHIFT, work.position(0.0), 0.0


def _breach(due: float | None, work: _Work, people: Staff, now: float) -> Measure:
    if due is None:
        return NOT_DUE
    if due <= now:
        return OVERDUE
    parts = [(seconds, n * work.concurrency) for seconds, n in stretches(people, now, due)]
    staffed = [slots for _, slots in parts if slots > 0]
    if not staffed:
        chance = queueing.breach_over_segments(1.0, work.mu, work.theta, parts)
        return Measure(chance, CLOSED)
    place = work.position(staffed[0])
    if place <= 0:  # a slot is free as soon as anybody is there
        return Measure(0.0, LINE)
    back = staffed[0] - staffed[-1]
    chance = queueing.breach_over_segments(place, work.mu, work.theta, parts, put_back=back)
    return Measure(chance, LINE)


def home_cost(costs: Costs, forecast: AtHome) -> float | None:
    """The cost of keeping it: kept + breach x P(breach) + lost x P(abandon), euros."""
    breach = _chance(forecast.breach)
    if breach is None or (forecast.lost is None and costs.lost):
        return None
    return costs.kept + costs.breach * breach + costs.lost * (forecast.lost or 0.0)


def at_partner(
    partner: Partner, hours: Hours, ticket: Ticket, now: float
) -> tuple[Measure, Measure]:
    """Chance of a breach and seconds until the first answer, from its usual answer time.

    The answer time is taken as exponential and runs in the partner's open hours only.
    """
    wait = Measure(partner.answer_time, USUAL)
    if ticket.due is None:
        return NOT_DUE, wait
    if ticket.due <= now:
        return OVERDUE, wait
    left = hours.open_seconds(now, ticket.due)
    return Measure(partner_breach(left, partner.answer_time), USUAL), wait


def partner_cost(costs: Costs, partner: Partner, breach: Measure) -> float | None:
    """The cost of handing it over: price + breach x P(breach), euros."""
    chance = _chance(breach)
    return None if chance is None else partner.price + costs.breach * chance


def _chance(breach: Measure) -> float | None:
    """0 where nothing is due, for nothing can be missed."""
    return 0.0 if breach is NOT_DUE else breach.value
