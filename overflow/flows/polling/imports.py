"""First connection: a throttled walk over what is open in the helpdesk.

Its tickets are held where they stand, undecided. Live decisions start when the walk ends; until
then events update what is known and decide nothing. Killed anywhere, it goes on from its cursor.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import structlog

from overflow.clock import monotonic
from overflow.core.model import Snapshot
from overflow.errors import BadInput
from overflow.flows.alone import alone
from overflow.flows.polling import anew
from overflow.flows.polling.reconcile import CHANGED, POLLED, heard
from overflow.flows.routing.errand import IMPORTED, Along
from overflow.flows.routing.route import route
from overflow.flows.services import Services
from overflow.jobs import Task
from overflow.store.leases import Lease

LEASE: Final = 15.0
"""Seconds, from every page anew: longer than a page takes, and short, for while a killed process
holds it nobody walks. Should two walk after all, they take in the same."""
CURSOR: Final = "import"
"""Under this name the walk's cursor is kept."""


class Walked(NamedTuple):
    """What a slice of the walk did."""

    is_whole: bool
    """False: another process walks, or it goes on with the next job."""
    tickets: int = 0


def walk(services: Services, shop: str) -> Walked:
    """Go on with the walk, or do nothing when it has ended.

    Raises ``Unknown``, ``HelpdeskAway``, ``Refused`` and ``StoreAway``; the ticks try again.
    """
    if is_imported(services, shop):
        return Walked(is_whole=True)
    until = monotonic() + services.pace.budget
    walked = alone(
        services, shop, "import", LEASE, lambda lease: _walked(services, shop, lease, until)
    )
    if walked is None:
        return Walked(is_whole=False)
    if not walked.is_whole:
        services.jobs.ensure(Task.IMPORT, shop)
    return walked


def is_imported(services: Services, shop: str) -> bool:
    """Whether the first walk has ended, so that tickets are decided."""
    return IMPORTED in services.situations.get(shop, services.clock.now()).seen


def finish(services: Services, shop: str) -> None:
    """From now on tickets are decided."""
    services.situations.heard(shop, IMPORTED, services.clock.now())
    services.situations.forget(shop)
    services.progress.drop(shop, CURSOR)
    services.journal.append(shop, "imported", {})


def _walked(services: Services, shop: str, lease: Lease, until: float) -> Walked:
    desk = services.desks.of(services.book.policy(shop))
    if services.progress.get(shop, CHANGED) is None:
        # What changes during the walk is found by the first poll after it.
        begun = services.clock.now()
        services.progress.put(shop, CHANGED, desk.changed_since("").cursor)
        services.progress.put(shop, POLLED, str(begun))
    cursor, tickets = services.progress.get(shop, CURSOR) or "", 0
    while True:
        page, is_anew = anew.listed(services, shop, CURSOR, desk.walk_open, cursor)
        if is_anew:
            services.progress.drop(shop, CURSOR)
        _take_in(services, shop, page.tickets)
        heard(services, shop)
        tickets += len(page.tickets)
        cursor = page.cursor
        if page.is_last:
            finish(services, shop)
            return Walked(is_whole=True, tickets=tickets)
        services.progress.put(shop, CURSOR, cursor)
        if not lease.renew(LEASE) or monotonic() >= until:
            return Walked(is_whole=False, tickets=tickets)
        services.clock.sleep(services.pace.import_pause)


def _take_in(services: Services, shop: str, listed: Sequence[Snapshot]) -> None:
    known = services.tickets.get_many(shop, [seen.id for seen in listed])
    for seen in listed:
        try:
            route(services, shop, seen, Along("import"), is_new=seen.id not in known)
        except BadInput as fault:
            log = structlog.get_logger("overflow.imports")
            log.warning("a ticket cannot be kept", shop=shop, ticket=seen.id, why=fault.message)
