"""The forecast of a shop: made from its own history, or uploaded, with peaks and signals on top."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from overflow.core.arrivals.expected import Forecast, Uploaded
from overflow.core.arrivals.history import QUARTER, Day, Profile, days_behind, profile
from overflow.core.model import Policy, Situation
from overflow.errors import Invalid
from overflow.flows.planner import uploads
from overflow.flows.planner.uploads import Upload
from overflow.flows.routing import counts
from overflow.flows.routing.errand import IMPORTED
from overflow.flows.services import Services
from overflow.store import keys
from overflow.store.forecasts import Known

REMADE: Final = 6 * 3600.0
"""Seconds after which the usual arrivals are worked out anew; sooner under another policy."""
SOON: Final = 900.0
"""And after so many while nothing is known: the first whole day may have ended."""
LEASE: Final = 60.0
"""Seconds; longer than working them out takes."""


def forecast(services: Services, shop: str) -> Forecast:
    """What is expected to arrive, as policy and situation are now.

    Works the usual arrivals out anew when that is due, which takes a second or less. Raises
    ``Unknown`` without a policy.
    """
    now = services.clock.now()
    situation = services.situations.recent(shop, now)
    policy = services.book.policy(shop, situation.policy_version)
    known = services.forecasts.get(shop)
    usual = known.profile
    if is_due(known, policy, now):
        usual = _remade(services, shop, policy, situation) or usual
    return Forecast(policy, situation, usual, known.uploaded)


def is_due(known: Known, policy: Policy, now: float) -> bool:
    """Whether the usual arrivals have to be worked out anew."""
    usual = known.profile
    if usual is None or usual.policy_version != policy.version:
        return True
    return not 0.0 <= now - usual.made < (REMADE if usual.usual else SOON)


def upload(services: Services, shop: str, given: Upload) -> Uploaded:
    """Take a forecast in, in place of the one before; ``Invalid`` with every fault of it."""
    policy, now = services.book.policy(shop), services.clock.now()
    intervals, faults = uploads.read(given.rows, given.interval, policy, now)
    if faults or given.faults:
        raise Invalid("this forecast cannot be taken", {**given.faults, **faults})
    uploaded = Uploaded(now, intervals, given.has_peaks, given.by)
    services.forecasts.put_uploaded(shop, uploaded)
    services.journal.append(shop, "forecast", _told(uploaded, given.interval))
    return uploaded


def withdraw(services: Services, shop: str) -> None:
    """The shop's own history counts again."""
    services.book.policy(shop)
    services.forecasts.put_uploaded(shop, None)
    services.journal.append(shop, "forecast_withdrawn", {})


def _told(uploaded: Uploaded, interval: float) -> dict[str, Any]:
    """For the journal: how much of what, not each figure."""
    sums = {name: sum(e.arrivals for e in each) for name, each in uploaded.intervals.items()}
    return {
        "arrivals": sums,
        "interval": interval,
        "has_peaks": uploaded.has_peaks,
        "by": uploaded.by,
    }


def _remade(services: Services, shop: str, policy: Policy, situation: Situation) -> Profile | None:
    """The usual arrivals, worked out and kept; None: another process is about it."""
    lease = services.leases.acquire(keys.shop_lease(shop, "usual"), LEASE)
    if lease is None:
        return None
    try:
        now = services.clock.now()
        since = situation.seen.get(IMPORTED, now)
        days = days_behind(policy.calendar, since, now)
        made = profile(_read(services, shop, days), policy.calendar, now, policy.version)
        services.forecasts.put_profile(shop, made)
        return made
    finally:
        lease.release()


def _read(
    services: Services, shop: str, days: Iterable[Day]
) -> Iterator[tuple[Day, Mapping[int, Mapping[str, int]]]]:
    """Each day with its quarters' arrivals by queue."""
    for day in days:
        found = services.tallies.cohorts(shop, day.start, day.end)
        yield day, {int(each.start // QUARTER): counts.arrivals(each.tallies) for each in found}
