"""Do what the helpdesk lists and what the service has agree? What does not is marked to be read.

Nothing is taken over from a list: it may be older than a commit that fell while it was fetched, and
only a read of the ticket itself can be put in order with that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from overflow.core.lifecycle import Change, Drop, Keep, observe
from overflow.core.model import Record, Snapshot
from overflow.flows.polling import differences
from overflow.flows.routing.errand import IMPORTED
from overflow.flows.routing.route import mark_to_read
from overflow.flows.services import Services


def compare(services: Services, shop: str, listed: Sequence[Snapshot]) -> int:
    """Mark every ticket that differs; returns how many (those under work are not counted)."""
    if not listed:
        return 0
    now = services.clock.now()
    situation = services.situations.recent(shop, now)
    policy = services.book.policy(shop, situation.policy_version)
    records = services.tickets.get_many(shop, [seen.id for seen in listed])
    at_work = under_work(services, shop, records.values(), now)

    def differs(seen: Snapshot) -> bool:
        record = records.get(seen.id)
        if seen.id in at_work:
            return False
        change = observe(
            record,
            seen,
            policy,
            now,
            authoritative=False,
            first_import=IMPORTED not in situation.seen,
        )
        return not isinstance(change, Drop) and not _is_just_newer(change, record)

    different = [seen.id for seen in listed if differs(seen)]
    read_anyway = services.marks.due_among(shop, different, now, "read")
    have_read(services, shop, [found for found in different if found not in read_anyway])
    return len(different)


def have_read(services: Services, shop: str, ids: Sequence[str]) -> None:
    """These differ: have them read, and find out why no webhook has told of them."""
    if ids:
        differences.found(services, shop, ids)
        mark_to_read(services, shop, *ids)


def _is_just_newer(change: Change, record: Record | None) -> bool:
    """The same state under a newer version: our own note, most often."""
    if record is None or not isinstance(change, Keep) or change.cause is not None:
        return False
    return replace(change.record, version=record.version) == record


def under_work(services: Services, shop: str, records: Iterable[Record], now: float) -> set[str]:
    """Those that are read anyway, right before they are written.

    One that was put off or given up is not: whatever becomes of it meanwhile is to be seen.
    """
    dirty = [record.id for record in records if record.is_dirty]
    return services.marks.due_among(shop, dirty, now)
