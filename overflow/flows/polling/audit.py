"""Now and then, a walk over all that is open in the helpdesk, compared with what the service has.

It finds what "changed since" does not show: tickets that were deleted, merged or closed by other
ways. What the service takes for open and the walk did not show is read again. The walk goes on
over many jobs; which tickets it has seen is kept until it ends. People may ask for one at any time.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Final, Literal

import orjson

from overflow.clock import monotonic
from overflow.flows.polling import anew, groups
from overflow.flows.polling.compare import compare, have_read, under_work
from overflow.flows.services import Services
from overflow.helpdesks.port import Helpdesk
from overflow.jobs import Task
from overflow.store.leases import Lease

EVERY: Final = 600.0
"""Seconds from the end of a walk to the beginning of the next one."""
STATE: Final = "audit"
"""Under this name stands how far the walk is; under it and a number, what a page showed."""
ASKED: Final = "audit:asked"
"""Under this name stands when somebody asked for a walk that has not shown a page yet."""
HELD: Final = 15.0
"""Seconds for which the lease is renewed after every page."""
CHUNK: Final = 500
"""Tickets of ours that are compared at once."""


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk as it is kept between jobs: the one under way, else the last one."""

    begun: float = 0.0
    """0: there was none."""
    ended: float = 0.0
    """0: it is under way, or there was none."""
    cursor: str = ""
    pages: int = 0
    tickets: int = 0
    """Seen so far."""
    differences: int = 0
    """Of them, and of those that it should have shown, so many were marked to be read."""
    asked: float = 0.0
    """When somebody asked for the next one; 0: nobody did."""

    @property
    def is_under_way(self) -> bool:
        return bool(self.begun) and not self.ended

    @property
    def standing(self) -> Literal["asked", "walking", "ended", "none"]:
        """How it stands, in a word."""
        if self.is_under_way:
            return "walking"
        if self.asked:
            return "asked"
        return "ended" if self.ended else "none"


def state(services: Services, shop: str) -> Walk:
    """How the shop's walk stands. Raises ``Unknown`` for a shop without a policy."""
    services.book.policy(shop)
    kept = orjson.loads(services.progress.get(shop, STATE) or b"{}")
    asked = float(services.progress.get(shop, ASKED) or 0.0)
    return Walk(**kept, asked=asked)


def ask(services: Services, shop: str) -> Walk:
    """Have a walk begin with the next poll, which is asked for too; one under way will do.

    Raises ``Unknown`` for a shop without a policy.
    """
    walk = state(services, shop)
    if not walk.is_under_way and not walk.asked:
        walk = replace(walk, asked=services.clock.now())
        services.progress.put(shop, ASKED, str(walk.asked))
    services.jobs.ensure(Task.RECONCILE, shop)
    return walk


def go_on(services: Services, shop: str, desk: Helpdesk, lease: Lease, until: float) -> bool:
    """Walk on until ``until`` (monotonic) if a walk is due; whether there is no more to do now.

    ``lease`` is that of the shop's polling; the walk stops where it is lost. None begins while a
    group of the policy is missing: its tickets would be taken for moved by people.
    """
    walk = state(services, shop)
    if not walk.is_under_way:
        if not _is_due(services, walk) or groups.look_for(services, shop, desk):
            return True
        walk = Walk(begun=services.clock.now())
    while True:
        page, is_anew = anew.listed(services, shop, STATE, desk.walk_open, walk.cursor)
        if is_anew:
            pages, walk = walk.pages, Walk(begun=walk.begun)
            _keep(services, shop, walk)
            _forget_pages(services, shop, pages)
        found = compare(services, shop, page.tickets)
        _put(services, shop, f"{STATE}:{walk.pages}", [seen.id for seen in page.tickets])
        walk = replace(
            walk,
            cursor=page.cursor,
            pages=walk.pages + 1,
            tickets=walk.tickets + len(page.tickets),
            differences=walk.differences + found,
        )
        if page.is_last:
            lease.renew(HELD)
            _end(services, shop, walk)
            return True
        _keep(services, shop, walk)
        if not lease.renew(HELD) or monotonic() >= until:
            return False


def _is_due(services: Services, walk: Walk) -> bool:
    return bool(walk.asked) or services.clock.now() - walk.ended >= EVERY


def _end(services: Services, shop: str, walk: Walk) -> None:
    missing = _look_for_missing(services, shop, walk)
    now, found = services.clock.now(), walk.differences + missing
    _keep(services, shop, replace(walk, ended=now, cursor="", differences=found))
    _forget_pages(services, shop, walk.pages)


def _forget_pages(services: Services, shop: str, pages: int) -> None:
    for number in range(pages):
        services.progress.drop(shop, f"{STATE}:{number}")


def _look_for_missing(services: Services, shop: str, walk: Walk) -> int:
    """Have read what we take for open and the walk did not show; how many."""
    shown, cursor, found = _shown(services, shop, walk), "", 0
    while True:
        records, cursor = services.tickets.list_open(shop, cursor=cursor, limit=CHUNK)
        old = [r for r in records if r.id not in shown and r.held_since < walk.begun]
        at_work = under_work(services, shop, old, services.clock.now())
        missing = [record.id for record in old if record.id not in at_work]
        have_read(services, shop, missing)
        found += len(missing)
        if not cursor:
            return found


def _shown(services: Services, shop: str, walk: Walk) -> set[str]:
    """The tickets of all pages."""
    texts = [services.progress.get(shop, f"{STATE}:{number}") for number in range(walk.pages)]
    return {ticket_id for text in texts for ticket_id in orjson.loads(text or b"[]")}


def _keep(services: Services, shop: str, walk: Walk) -> None:
    """Go on from here the next time. It is the walk that was asked for, from its first page on."""
    kept = asdict(walk)
    del kept["asked"]  # others write that
    _put(services, shop, STATE, kept)
    services.progress.drop(shop, ASKED)


def _put(services: Services, shop: str, name: str, value: object) -> None:
    services.progress.put(shop, name, orjson.dumps(value).decode())
