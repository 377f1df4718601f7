"""Now and then, a walk over all that is open in the helpdesk, compared with what the service has.

It finds what "changed since" does not show: tickets that were deleted, merged or closed by other
ways. What the service takes for open and the walk did not show is read again. The walk goes on
over many jobs; which tickets it has seen is kept until it ends.
"""

from __future__ import annotations

from typing import Final

import orjson

from overflow.clock import monotonic
from overflow.flows import groups
from overflow.flows.compare import compare, under_work
from overflow.flows.route import mark_to_read
from overflow.flows.services import Services
from overflow.helpdesks.port import Helpdesk
from overflow.store.leases import Lease

EVERY: Final = 600.0
"""Seconds from the end of a walk to the beginning of the next one."""
STATE: Final = "audit"
"""Under this name stands how far the walk is; under it and a number, what a page showed."""
HELD: Final = 15.0
"""Seconds for which the lease is renewed after every page."""
CHUNK: Final = 500
"""Tickets of ours that are compared at once."""


class _Walk:
    """A walk as it is kept between jobs."""

    def __init__(self, services: Services, shop: str) -> None:
        kept = orjson.loads(services.progress.get(shop, STATE) or b"{}")
        self._services, self._shop = services, shop
        self.ended: float = kept.get("ended", 0.0)
        self.begun: float = kept.get("begun", 0.0)
        self.cursor: str = kept.get("cursor", "")
        self.pages: int = kept.get("pages", 0)

    def keep(self) -> None:
        """Go on from here the next time."""
        kept = {"begun": self.begun, "cursor": self.cursor, "pages": self.pages}
        self._put(STATE, orjson.dumps(kept).decode())

    def add(self, ids: list[str]) -> None:
        """A page showed these."""
        self._put(f"{STATE}:{self.pages}", orjson.dumps(ids).decode())
        self.pages += 1

    def shown(self) -> set[str]:
        """What all pages showed."""
        texts = [self._services.progress.get(self._shop, f"{STATE}:{n}") for n in range(self.pages)]
        return {ticket_id for text in texts for ticket_id in orjson.loads(text or b"[]")}

    def end(self, now: float) -> None:
        """It is over."""
        self._put(STATE, orjson.dumps({"ended": now}).decode())
        for number in range(self.pages):
            self._services.progress.drop(self._shop, f"{STATE}:{number}")

    def _put(self, name: str, text: str) -> None:
        self._services.progress.put(self._shop, name, text)


def go_on(services: Services, shop: str, desk: Helpdesk, lease: Lease, until: float) -> bool:
    """Walk on until ``until`` (monotonic) if a walk is due; whether there is no more to do now.

    ``lease`` is that of the shop's polling; the walk stops where it is lost. None begins while a
    group of the policy is missing: its tickets would be taken for moved by people.
    """
    walk, now = _Walk(services, shop), services.clock.now()
    if not walk.begun and (now - walk.ended < EVERY or groups.look_for(services, shop, desk)):
        return True
    walk.begun = walk.begun or now
    while True:
        page = desk.walk_open(walk.cursor)
        compare(services, shop, page.tickets)
        walk.add([seen.id for seen in page.tickets])
        walk.cursor = page.cursor
        if page.is_last:
            lease.renew(HELD)
            _look_for_missing(services, shop, walk)
            walk.end(services.clock.now())
            return True
        walk.keep()
        if not lease.renew(HELD) or monotonic() >= until:
            return False


def _look_for_missing(services: Services, shop: str, walk: _Walk) -> None:
    """Have read what we take for open and the walk did not show."""
    shown, cursor = walk.shown(), ""
    while True:
        records, cursor = services.tickets.list_open(shop, cursor=cursor, limit=CHUNK)
        old = [r for r in records if r.id not in shown and r.held_since < walk.begun]
        at_work = under_work(services, shop, old, services.clock.now())
        missing = [record.id for record in old if record.id not in at_work]
        if missing:
            mark_to_read(services, shop, *missing)
        if not cursor:
            return
