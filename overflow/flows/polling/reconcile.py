"""Polling: webhooks are lost everywhere, so the helpdesk is asked what has changed.

Every few seconds "changed since"; now and then a walk over all that is open there (``audit``).
"""

from __future__ import annotations

from typing import Final, NamedTuple

from overflow.clock import monotonic
from overflow.flows.alone import alone
from overflow.flows.drain.failing import ANSWERS
from overflow.flows.polling import anew, audit, differences
from overflow.flows.polling.compare import compare
from overflow.flows.routing.carry import count
from overflow.flows.services import Services
from overflow.helpdesks.hooks import patience
from overflow.helpdesks.port import Helpdesk, Page
from overflow.jobs import Task
from overflow.store.leases import Lease

LEASE: Final = 15.0
"""Seconds, from every page anew: longer than a page takes, and short, for while a killed process
holds it nobody polls. Should two poll after all, they find the same."""
SELDOM: Final = 120.0
"""Seconds from one poll to the next in a rush."""
RUSH: Final = 10.0
"""It is one where the calls of so many seconds are fewer than the tickets that are due."""
CHANGED: Final = "changed"
"""Under this name the cursor of the changes is kept."""
POLLED: Final = "polled"
"""Under this name is kept when a poll, or the first walk, last knew of all changes."""


class Polled(NamedTuple):
    """What a poll found."""

    is_whole: bool
    """False: another process polls, or it ran out of time and goes on with the next job."""
    seen: int = 0
    different: int = 0


def poll(services: Services, shop: str) -> Polled:
    """Ask what has changed. Raises ``Unknown``, ``HelpdeskAway``, ``Refused``, ``StoreAway``."""
    if _can_wait(services, shop):
        return Polled(is_whole=True)
    until = monotonic() + services.pace.budget
    polled = alone(
        services, shop, "reconcile", LEASE, lambda lease: _polled(services, shop, lease, until)
    )
    if polled is None:
        return Polled(is_whole=False)
    if not polled.is_whole:
        services.jobs.ensure(Task.RECONCILE, shop)
    return polled


def _can_wait(services: Services, shop: str) -> bool:
    """In a rush what the helpdesk allows is for the tickets that its webhooks told of."""
    policy = services.book.policy(shop)
    rate = services.desks.gate(policy).state().rate
    if rate is None or patience(policy.helpdesk) is None:
        return False
    last = float(services.progress.get(shop, POLLED) or 0.0)
    due = services.marks.counts(shop)
    is_rush = due.dirty + due.to_read > rate * RUSH
    return is_rush and services.clock.now() - last < SELDOM


def _polled(services: Services, shop: str, lease: Lease, until: float) -> Polled:
    desk = services.desks.of(services.book.policy(shop))
    differences.give_up_waiting(services, shop)
    cursor = services.progress.get(shop, CHANGED) or ""
    seen = different = 0
    while True:
        page = _changed_since(services, shop, desk, cursor)
        found = compare(services, shop, page.tickets)
        seen, different = seen + len(page.tickets), different + found
        heard(services, shop)
        cursor = page.cursor
        services.progress.put(shop, CHANGED, cursor)
        is_ours = lease.renew(LEASE)
        if page.is_last or monotonic() >= until or not is_ours:
            break
    count(services, shop, *["reconcile/differs"] * different)
    if page.is_last:
        services.progress.put(shop, POLLED, str(services.clock.now()))
    is_whole = page.is_last and is_ours and audit.go_on(services, shop, desk, lease, until)
    return Polled(is_whole, seen, different)


def _changed_since(services: Services, shop: str, desk: Helpdesk, cursor: str) -> Page:
    """A page of changes; where the cursor is refused, from now on, and a walk finds the rest."""
    page, is_anew = anew.listed(services, shop, CHANGED, desk.changed_since, cursor)
    if is_anew:
        audit.ask(services, shop)
    return page


def heard(services: Services, shop: str) -> None:
    """The helpdesk answered: what is known of it is fresh."""
    now = services.clock.now()
    for source in ("helpdesk", ANSWERS):
        services.situations.heard(shop, source, now)
