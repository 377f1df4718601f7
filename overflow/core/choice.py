"""Which partner: those that can take it and give relief, the cheapest, then the fair share."""

from __future__ import annotations

from collections.abc import Callable

from overflow.core.survey import Survey
from overflow.core.trace import Reason, TeamTest

_SERIOUS = (
    Reason.CHANNEL,
    Reason.LANGUAGE,
    Reason.REFUSED,
    Reason.SWITCHED_OFF,
    Reason.MOVE_LIMIT,
    Reason.CLOSED,
    Reason.DAILY_LIMIT,
    Reason.FULL,
)
"""The main reason of several is the one that lasts longest."""


def relieves(test: TeamTest) -> bool:
    """Its chance of a breach is at most home's plus the margin, as far as both are known."""
    return test.relief is None or test.relief.is_passed


def best(seen: Survey, suits: Callable[[TeamTest], bool] | None = None) -> TeamTest | None:
    """The able partner with the lowest price, then the fewest tickets so far, then by name.

    ``suits``: only one of those. Price is euros per ticket; where a plan decides, with what its
    being late would cost. Tickets so far are counted, so that the share is fair after an outage
    too.
    """
    able = [test for test in seen.partners if not test.failed and (not suits or suits(test))]
    if len(able) < 2:
        return able[0] if able else None
    price = {partner.name: partner.price for partner in seen.policy.partners}
    handed = seen.situation.handed
    if seen.plan is not None and seen.plan.counts:
        price |= {test.team: test.cost for test in able if test.cost is not None}
    return min(able, key=lambda test: rank(price[test.team], handed.get(test.team, 0), test.team))


def rank(cost: float, handed: int, name: str) -> tuple[float, int, str]:
    """The least of those who can take a ticket gets it: cost, then tickets so far, then name."""
    return cost, handed, name


def why_nobody(seen: Survey) -> Reason:
    """Why no partner takes it: what kept the one that came nearest."""
    if not seen.partners:
        return Reason.NO_PARTNER
    if any(test.is_able for test in seen.partners):
        return Reason.NO_RELIEF
    nearest = min(seen.partners, key=lambda test: (len(test.failed), _rank(test)))
    reason = _SERIOUS[_rank(nearest)]
    return Reason.PARTNER_CLOSED if reason is Reason.CLOSED else reason


def is_anyone_open(seen: Survey) -> bool:
    """Whether a partner that knows channel and language is open."""
    return any(
        Reason.CLOSED not in test.failed
        and Reason.CHANNEL not in test.failed
        and Reason.LANGUAGE not in test.failed
        for test in seen.partners
    )


def _rank(test: TeamTest) -> int:
    return min(_SERIOUS.index(reason) for reason in test.failed)
