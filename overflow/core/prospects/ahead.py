"""What is foretold of a shop's channels, in the form that the planner takes.

Home's queues of one channel are served by the same people at the same cost, so they share one
plan. Its line is the one of ``pool``: every queue that those people serve before, or together with,
the channel's tickets, each ticket weighed by the work it is. What arrives there, weighed in the
same way, is the planner's forecast. So agents who serve several channels are shared as they share
themselves: first come first served, whoever is on the line first.

Partners are one too: at each moment the cheapest of those that take tickets then (``partners``).

Time runs in minutes, see ``overflow.core.prospects.time``.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from overflow.core.arrivals.expected import Forecast
from overflow.core.estimate import Expected, Known
from overflow.core.model import HOME, Channel, Partner, Policy, Situation
from overflow.core.optimum.course import NEVER, Steps
from overflow.core.optimum.stationary import threshold
from overflow.core.pool import handle_time
from overflow.core.prospects.arrivals import Coming, evened
from overflow.core.prospects.partners import Partners, able, most, partners_of
from overflow.core.prospects.prospect import Prospect, as_foretold, missing
from overflow.core.prospects.time import MINUTE, Span, is_closing, minute_of, moment_of, spans_of
from overflow.core.roster import Staff, stretches
from overflow.core.trace import Input

_HOUR: Final = 60.0
"""Minutes."""
_CROWD: Final = 50
"""Tickets to which the present ones are rounded up."""
_NOTHING: Final = ((0.0, 0.0),)
_POLICY: Final = Input("staffing", None, None, "the shifts of the policy")


class Learned(NamedTuple):
    """Mean times that earlier days taught, seconds; None: what the situation and policy say."""

    handle: float | None = None
    patience: float | None = None


_UNTAUGHT: Final = Learned()


class Ahead(NamedTuple):
    """A channel's prospect and the moments that its minutes are."""

    prospect: Prospect
    spans: tuple[Span, ...]
    """The stretches of time it consists of, in order."""
    coming: Coming
    partners: tuple[str, ...]
    """Those that take its tickets now; all where none does."""

    def minute(self, now: float) -> float:
        """The prospect's time at a moment (epoch seconds)."""
        return minute_of(now, self.spans)

    def moment(self, minute: float) -> float:
        """The other way round."""
        return moment_of(minute, self.spans)


def ahead(
    channel: Channel,
    policy: Policy,
    situation: Situation,
    forecast: Forecast,
    now: float,
    learned: Learned = _UNTAUGHT,
) -> Ahead | str:
    """What the planner needs to know of a channel; or in words what is missing for it."""
    if channel.name not in policy.home.channels:
        return "home does not serve it"
    if not able(channel, policy):
        return "no partner serves it"
    seconds = learned.handle or handle_time(channel.name, situation, policy, now)[0]
    if seconds is None:
        return "handle time unknown"
    spans = spans_of(channel, policy, now)
    if not spans:
        return "home is closed"
    roster = _roster(policy, situation, spans)
    if roster is None:
        return "agents on shift unknown"
    coming = Coming(channel, policy, situation, forecast, now)
    rate = coming.rate(spans) if coming.is_foretold(now) else _NOTHING
    patience = evened(learned.patience) if learned.patience else channel.patience
    partners = partners_of(channel, policy, situation, now, spans)
    here = _prospect(channel, policy, situation, partners, (seconds, patience), roster, rate, spans)
    return Ahead(here, spans, coming, partners.names(minute_of(now, spans)))


def steady(here: Ahead, known: Known, rate: float, now: float) -> int | None:
    """The stationary threshold of present slots and so many arrivals a minute; None: no slots.

    With the cheapest partner that is open now; ``NEVER`` without one.
    """
    prospect, minute = here.prospect, here.minute(now)
    agents = prospect.agents(minute) - missing(prospect, known, minute)
    if agents <= 0:
        return None
    leaving = as_foretold(prospect).leaving_at(minute)
    if math.isinf(leaving):
        return NEVER
    return threshold(
        rate,
        agents * prospect.concurrency,
        known.mu,
        known.theta,
        prospect.expected.target,
        prospect.breach,
        prospect.lost,
        leaving,
        prospect.kept,
    )


def _prospect(
    channel: Channel,
    policy: Policy,
    situation: Situation,
    partners: Partners,
    times: tuple[float, float | None],
    roster: Steps,
    rate: Steps,
    spans: tuple[Span, ...],
) -> Prospect:
    seconds, patience = times
    partner = partners.there[0]
    return Prospect(
        horizon=sum(until - begin for begin, until in spans) / MINUTE,
        roster=roster,
        concurrency=float(policy.home.concurrency.get(channel.name, 1)),
        forecast=rate,
        expected=Expected(
            evened(seconds) / MINUTE,
            None if patience is None else patience / MINUTE,
            _HOUR,
            channel.target.seconds / MINUTE,
        ),
        breach=policy.costs.breach,
        lost=policy.costs.lost,
        overflow=partner.price,
        kept=policy.costs.kept,
        end="close" if is_closing(channel, policy, spans) else "drain",
        partner_slots=sum(most(each, channel.name) for each in partners.there),
        partner_handle=_handled(partner, channel, seconds, situation, policy),
        partner_wait=partner.answer_time / MINUTE,
        late_wait=partner.answer_time / MINUTE if policy.moves.out else None,
        goal=channel.target.goal if policy.planning == "service_level" else None,
        present=_present(situation),
        offers=partners.offers,
    )


def _handled(
    partner: Partner, channel: Channel, seconds: float, situation: Situation, policy: Policy
) -> float:
    """Minutes that a ticket is with a partner: as measured, else answered and worked on as here."""
    sample = situation.handle_time.get((partner.name, channel.name))
    if sample is not None and sample.n >= policy.min_samples and sample.mean > 0:
        return evened(sample.mean) / MINUTE
    return evened(seconds + partner.answer_time) / MINUTE


def _present(situation: Situation) -> int:
    here = sum(load.backlog for (team, _), load in situation.loads.items() if team == HOME)
    return _CROWD * math.ceil(here / _CROWD)


def _roster(policy: Policy, situation: Situation, spans: tuple[Span, ...]) -> Steps | None:
    """Agents by the policy's shifts; where it has none, as many as are declared."""
    home, said = policy.home, situation.declared.get(HOME)
    if not home.shifts:
        return None if said is None or said.agents is None else ((0.0, float(said.agents)),)
    steps: list[tuple[float, float]] = []
    at = 0.0
    for begin, until in spans:
        people = Staff(home, home.hours, begin, 0, None, begin, _POLICY)
        for seconds, agents in stretches(people, begin, until):
            if not steps or steps[-1][1] != agents:
                steps.append((at, agents))
            at += seconds / MINUTE
    return tuple(steps)
