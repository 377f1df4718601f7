"""Scenarios of a policy and a forecast: what the coming days would be if all came as foretold.

A live channel's day is one opening of home, at whose end who still waits is lost. Any other channel
is one scenario over all that the forecast covers, in home's opening hours: closed time is cut out,
and what arrives in it comes in the first minute of the next opening (before the first: as a batch).

Each channel is played on its own. Agents who serve several are split between them by the work that
is foretold there, to the nearest slot; each channel keeps one at least. So a pool looks a little
worse than it is, for in truth whoever is free helps out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from overflow.core.arrivals.expected import Forecast
from overflow.core.arrivals.history import QUARTER
from overflow.core.model import Channel, Partner, Policy
from overflow.core.prospects import arrivals
from overflow.core.prospects.partners import able, most, price
from overflow.core.roster import Staff, stretches
from overflow.core.trace import Input
from overflow.errors import Invalid
from overflow.simulate.contracts import contract
from overflow.simulate.partners import Contract
from overflow.simulate.scenario import Scenario
from overflow.simulate.told import Steps

MINUTE: Final = 60.0
Span = tuple[float, float]
"""(from, until), epoch seconds."""
_BY_SHIFTS: Final = Input("staffing", None, None, "the shifts of the policy")


def scenarios_of(
    policy: Policy, forecast: Forecast, begin: float, until: float, channels: Sequence[str] = ()
) -> list[Scenario]:
    """The days between two moments (epoch seconds), for all channels foretold or the named ones.

    Raises ``Invalid`` with every fault, by the policy's path.
    """
    foretold = {queue.partition(".")[0] for queue in forecast.queues}
    chosen = [c for name, c in policy.channels.items() if name in (channels or foretold)]
    faults = dict(_faults(policy, chosen, foretold, channels))
    openings = list(policy.home.hours.segments(begin, until))
    if not openings:
        faults["inhouse.hours"] = ["home is closed in all the time that the forecast covers"]
    if faults:
        raise Invalid("this policy and forecast cannot be simulated", faults)
    book = _Book(policy, forecast, begin)
    return [
        scenario
        for channel in chosen
        for spans in ([[span] for span in openings] if channel.live else [openings])
        if (scenario := book.scenario(channel, spans)) is not None
    ]


def _faults(
    policy: Policy, chosen: Iterable[Channel], foretold: set[str], channels: Iterable[str]
) -> Iterator[tuple[str, list[str]]]:
    for name in channels:
        if name not in policy.channels:
            yield f"--channel {name}", [f"is no channel: {', '.join(policy.channels)}"]
        elif name not in foretold:
            yield f"--channel {name}", ["is not in the forecast"]
    if not policy.home.shifts:
        yield "inhouse.shifts", ["say who is on shift when"]
    if policy.planning != "service_level" and policy.costs.breach <= 0 >= policy.costs.lost:
        yield "costs.breach", ["say what a late answer costs: else nothing is worth an overflow"]
    for channel in chosen:
        if channel.handle_time is None:
            yield f"channels.{channel.name}.handle_time", ["say how long a ticket takes"]
        if not math.isfinite(channel.target.seconds):
            yield f"channels.{channel.name}.target", ["say when an answer is late"]
        if not able(channel, policy):
            yield "partners", [f"none of them serves {channel.name}"]


class _Book:
    """Reads policy and forecast, channel by channel."""

    def __init__(self, policy: Policy, forecast: Forecast, begin: float) -> None:
        self._policy = policy
        self._forecast = forecast
        self._begin = begin

    def scenario(self, channel: Channel, spans: Sequence[Span]) -> Scenario | None:
        """What these openings are to the channel; None where nobody is expected or on shift."""
        policy, handle = self._policy, channel.handle_time or 0.0
        before = spans[0][0] if channel.live else self._begin
        came = self._foretold(channel.name, before, spans[-1][1])
        roster = self._slots(channel, spans)
        if came <= 0 or not any(slots for _, slots in roster):
            return None
        partners = able(channel, policy)
        cheapest = partners[0]
        patience = channel.patience
        return Scenario(
            name=f"{channel.name} {self._day(spans[0][0])}",
            channel=channel.name,
            note=self._note(channel, cheapest, spans),
            horizon=sum(until - begin for begin, until in spans) / MINUTE,
            roster=roster,
            concurrency=1,
            handle_time=handle / MINUTE,
            theta=0.0 if patience is None else MINUTE / patience,
            target=channel.target.seconds / MINUTE,
            rate=arrivals.steps(self._pieces(channel.name, spans)),
            breach=policy.costs.breach,
            lost=policy.costs.lost,
            overflow=price(cheapest, channel, policy),
            kept=policy.costs.kept,
            end="close" if channel.live else "drain",
            batch0=round(self._foretold(channel.name, before, spans[0][0])),
            partner_slots=sum(most(partner, channel.name) for partner in partners),
            partner_handle=(handle + cheapest.answer_time) / MINUTE,
            late_wait=cheapest.answer_time / MINUTE,
            goal=channel.target.goal,
            is_by_goal=policy.planning == "service_level",
            partners=tuple(
                contract(channel, p, spans, policy.zone, self._foretold) for p in partners
            ),
        )

    def _contracts(
        self, channel: Channel, partners: Iterable[Partner], spans: Sequence[Span]
    ) -> Iterator[Contract]:
        for partner in partners:
            yield contract(channel, partner, spans, self._policy.zone, self._foretold)

    def _slots(self, channel: Channel, spans: Sequence[Span]) -> Steps:
        """(minute, slots) of the channel's share of the agents on shift."""
        share = self._share(channel, spans)
        width = self._policy.home.concurrency.get(channel.name, 1)
        home, steps, at = self._policy.home, list[tuple[float, int]](), 0.0
        for begin, until in spans:
            people = Staff(home, home.hours, begin, 0, None, begin, _BY_SHIFTS)
            for seconds, agents in stretches(people, begin, until):
                slots = max(1, round(agents * share * width)) if agents else 0
                if not steps or steps[-1][1] != slots:
                    steps.append((at, slots))
                at += seconds / MINUTE
        if steps[-1][1] == 0 and not channel.live:  # who is left is served by the next shift
            steps.append((at, max(slots for _, slots in steps)))
        return tuple(steps)

    def _share(self, channel: Channel, spans: Sequence[Span]) -> float:
        """Of the agents, by foretold work: arrivals x handling time / concurrency."""
        home = self._policy.home
        work = {
            name: self._foretold(name, spans[0][0], spans[-1][1])
            * (other.handle_time or 0.0)
            / home.concurrency.get(name, 1)
            for name, other in self._policy.channels.items()
            if name in home.channels
        }
        return work.get(channel.name, 0.0) / max(sum(work.values()), 1e-9)

    def _pieces(self, channel: str, spans: Sequence[Span]) -> Iterator[tuple[float, float]]:
        """(minutes, tickets), one after the other; who came overnight comes in the first minute."""
        ended = spans[0][0]
        for begin, until in spans:
            overnight = self._foretold(channel, ended, begin)
            cuts = [begin, *([begin + MINUTE] if overnight else []), *_quarters(begin, until)]
            for a, b in pairwise(sorted({*cuts, until})):
                extra = overnight if a == begin else 0.0
                yield (b - a) / MINUTE, self._foretold(channel, a, b) + extra
            ended = until

    def _foretold(self, channel: str, begin: float, until: float) -> float:
        """Tickets of all queues of the channel between two moments."""
        return sum(
            expected.arrivals * (min(until, after) - max(begin, start)) / QUARTER
            for start, after in _whole_quarters(begin, until)
            for queue in self._forecast.queues
            if queue.partition(".")[0] == channel
            and (expected := self._forecast.quarter(queue, int(start // QUARTER))) is not None
        )

    def _day(self, at: float) -> str:
        return datetime.fromtimestamp(at, ZoneInfo(self._policy.zone)).strftime("%Y-%m-%d %H:%M")

    def _note(self, channel: Channel, partner: Partner, spans: Sequence[Span]) -> str:
        clock = (
            ""
            if channel.live or channel.target.clock == "business"
            else (" Its target runs on the wall clock, but is counted in opening hours here.")
        )
        return (
            f"{channel.name} from {self._day(spans[0][0])} to {self._day(spans[-1][1])}, by the "
            f"policy of {self._policy.shop}. The optimum is that of {partner.name}, always open, "
            f"in place of every partner.{clock}"
        )


def _quarters(begin: float, until: float) -> list[float]:
    """The full quarters of an hour between."""
    first = math.floor(begin / QUARTER) + 1
    return [k * QUARTER for k in range(first, math.ceil(until / QUARTER))]


def _whole_quarters(begin: float, until: float) -> Iterator[Span]:
    """Every quarter of an hour that has a part in the time between."""
    for k in range(math.floor(begin / QUARTER), math.ceil(until / QUARTER)):
        yield k * QUARTER, (k + 1) * QUARTER
