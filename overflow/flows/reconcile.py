"""Polling: webhooks are lost everywhere, so the helpdesk is asked what has changed.

Every few seconds "changed since"; now and then a walk over all that is open there (``audit``).
"""

from __future__ import annotations

from typing import Final, NamedTuple

from overflow.clock import monotonic
from overflow.flows import audit
from overflow.flows.carry import count
from overflow.flows.compare import compare
from overflow.flows.failing import ANSWERS
from overflow.flows.services import Services
from overflow.jobs import Task
from overflow.store import keys

LEASE: Final = 40.0
"""Seconds; longer than one poll takes, slow pages included."""
CHANGED: Final = "changed"
"""Under this name the cursor of the changes is kept."""


class Polled(NamedTuple):
    """What a poll found."""

    is_whole: bool
    """False: another process polls, or it ran out of time and goes on with the next job."""
    seen: int = 0
    different: int = 0


def poll(services: Services, shop: str) -> Polled:
    """Ask what has changed. Raises ``Unknown``, ``HelpdeskAway``, ``Refused``, ``StoreAway``."""
    lease = services.leases.acquire(keys.shop_lease(shop, "reconcile"), LEASE)
    if lease is None:
        return Polled(is_whole=False)
    try:
        polled = _polled(services, shop, monotonic() + services.pace.budget)
    finally:
        lease.release()
    if not polled.is_whole:
        services.jobs.ensure(Task.RECONCILE, shop)
    return polled


def _polled(services: Services, shop: str, until: float) -> Polled:
    desk = services.desks.of(services.book.policy(shop))
    cursor = services.progress.get(shop, CHANGED) or ""
    seen = different = 0
    while True:
        page = desk.changed_since(cursor)
        found = compare(services, shop, page.tickets)
        seen, different = seen + len(page.tickets), different + found
        heard(services, shop)
        cursor = page.cursor
        services.progress.put(shop, CHANGED, cursor)
        if page.is_last or monotonic() >= until:
            break
    count(services, shop, *["reconcile/differs"] * different)
    is_whole = page.is_last and audit.go_on(services, shop, desk, until)
    return Polled(is_whole, seen, different)


def heard(services: Services, shop: str) -> None:
    """The helpdesk answered: what is known of it is fresh."""
    now = services.clock.now()
    for source in ("helpdesk", ANSWERS):
        services.situations.heard(shop, source, now)
