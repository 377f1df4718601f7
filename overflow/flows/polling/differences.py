"""What polling found and no webhook had told of, counted by why.

A ticket is *found* when a list of the helpdesk's, or its absence from a walk over all that is open,
differs from what the service has. It is not found while it is about to be written, nor while it is
marked to be read: then a webhook has told of it, or a poll before. It stays found until the first
of these, and counts once:

    what happens                                                            counts as
    a read shows nothing new: the list was older than what was known        nothing
    a read shows what webhooks do not tell: the ticket is gone (deleted,    ``foreign``
    merged), or somebody took off the tag or the reason that we had written
    a verified webhook names it                                             ``late``
    the time is over in which its vendor sends again (``helpdesks.hooks``)  ``lost``

Anything else that a read shows (a new ticket, an answer, another group, ...) is what webhooks tell
of, so it waits for one. Where the helpdesk sends no webhooks at all, whatever is found is
``polled``.

Two things cannot be told apart. A few vendors tell of deletions, merges and tags as well: such a
webhook is not missed when it is lost. And where a helpdesk tells of the service's own writes, that
webhook names the ticket too: one that was lost then counts as ``late`` if the ticket was moved.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from typing import Final

from overflow.core.desired import RESTORED
from overflow.core.model import Record, Status
from overflow.errors import StoreAway
from overflow.flows.routing.carry import count
from overflow.flows.routing.errand import Routed
from overflow.flows.services import Services
from overflow.helpdesks.hooks import patience

LATE: Final = "late"
LOST: Final = "lost"
FOREIGN: Final = "foreign"
POLLED: Final = "polled"
_GONE: Final = frozenset({Status.DELETED, Status.MERGED})


def found(services: Services, shop: str, ids: Collection[str]) -> None:
    """These differ, and are about to be marked to be read."""
    fresh = set(ids) - services.marks.to_read_among(shop, ids)
    if patience(services.book.policy(shop).helpdesk) is None:
        _count(services, shop, POLLED, len(fresh))
    else:
        services.differences.found(shop, fresh, services.clock.now())


def told(services: Services, shop: str, ticket_id: str) -> None:
    """A verified webhook named it. Never fails: no webhook is sent again for this."""
    with suppress(StoreAway):
        if services.differences.explain(shop, ticket_id):
            _count(services, shop, LATE)


def read(
    services: Services, shop: str, ticket_id: str, before: Record | None, routed: Routed
) -> None:
    """It was read, because it was marked; ``before`` is what was known until then."""
    is_foreign = _is_foreign(before, routed.record)
    if not is_foreign and not _is_same(before, routed.record):
        return
    if services.differences.explain(shop, ticket_id) and is_foreign:
        _count(services, shop, FOREIGN)


def give_up_waiting(services: Services, shop: str) -> None:
    """No webhook has come for these, and none will."""
    longest = patience(services.book.policy(shop).helpdesk) or 0.0
    lost = services.differences.overdue(shop, services.clock.now() - longest)
    _count(services, shop, LOST, lost)


def _is_same(before: Record | None, after: Record | None) -> bool:
    """But for the version: a note of ours makes a newer one."""
    if before is None or after is None:
        return before is after
    return replace(after, version=before.version, rev=before.rev) == before


def _is_foreign(before: Record | None, after: Record | None) -> bool:
    if before is None or after is None:
        return False
    if after.status in _GONE:
        return before.status is not after.status
    return RESTORED in after.marks.split() and RESTORED not in before.marks.split()


def _count(services: Services, shop: str, cause: str, times: int = 1) -> None:
    if times:
        count(services, shop, *[f"difference/{cause}"] * times)
