"""One round of the planner for one channel: learn from what came, work the thresholds out.

Live service and replay go through the same rounds, only at other intervals. Times are epoch
seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from overflow.core import estimate
from overflow.core.estimate import Estimates, Known, Span
from overflow.core.learning.times import Seen
from overflow.core.model import QueuePlan
from overflow.core.optimum.course import NEVER
from overflow.core.plan import Planner
from overflow.core.prospects.ahead import Ahead, steady
from overflow.core.prospects.prospect import as_foretold
from overflow.core.prospects.time import MINUTE

STEADY: Final = "stationary"


class Work(NamedTuple):
    """What was seen of work and waiting since the last round."""

    handled: Seen = Seen()
    """Tickets done, and the time they took."""
    waited: Seen = Seen()
    """Customers who gave up, and the time that all waited."""


_UNSEEN: Final = Work()


def learned(
    before: Estimates,
    here: Ahead,
    came: Mapping[str, int],
    declared: float | None,
    since: float,
    now: float,
    work: Work = _UNSEEN,
) -> Estimates:
    """What is known of a channel, with what came since: tickets by channel; agents as declared."""
    span = Span(
        lasted=(now - since) / MINUTE,
        arrivals=here.coming.came(came),
        foretold=here.coming.foretold(since, now),
        ended=round(work.handled.events),
        busy=work.handled.time / MINUTE,
        abandoned=round(work.waited.events),
        waited=work.waited.time / MINUTE,
        declared=None if declared is None else float(declared),
    )
    return estimate.observe(before, span, here.prospect.expected)


def held(here: Ahead, channel: str, by_partner: Mapping[tuple[str, str], int]) -> float:
    """Tickets of the channel with the partners that take it now, of the situation's counts."""
    return float(sum(by_partner.get((partner, channel), 0) for partner in here.partners))


def plan(
    planner: Planner,
    here: Ahead,
    estimates: Estimates,
    seen: Known,
    busy: float,
    now: float,
    valid: float,
) -> QueuePlan | None:
    """From the forecast; without one from what came lately, taken to go on; None: too little.

    ``seen`` is ``estimate.known`` of the estimates, ``busy`` what the partners hold; the plan
    counts for ``valid`` seconds.
    """
    until = now + valid
    if not here.coming.is_foretold(now):
        level = None if seen.rate is None else steady(here, seen, seen.rate, now)
        return None if level is None else QueuePlan(now, until, STEADY, (now,), (level,), level)
    solved = planner.solution(here.prospect, estimates, here.minute(now))
    # Never as if the partners were full: a slot may come free before the next round.
    places = as_foretold(here.prospect).places_at(here.minute(now))
    found = solved.of(max(0.0, min(busy, places - solved.lot)))
    times = tuple(here.moment(minute) for minute in found.times)
    rate = seen.demand * here.coming.foretold(now, now + MINUTE)
    fallback = steady(here, seen, rate, now)
    method = "rolling" if estimates.spans else "forecast"
    late = None if solved.later is None else solved.later.late_levels(here.minute(now))
    in_seconds = None if late is None else late.in_units(MINUTE)
    ends = found.ends if min(found.ends) < NEVER else ()
    return QueuePlan(now, until, method, times, found.levels, fallback, ends, in_seconds)
