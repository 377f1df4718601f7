"""What a look at the helpdesk comes to: the ticket is decided, updated, or left as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from overflow.core.lifecycle import Change, observe
from overflow.core.model import Snapshot
from overflow.flows.routing.carry import carry, count, wake
from overflow.flows.routing.errand import Along, Errand, Routed, View
from overflow.flows.services import Services

UNCOMMITTED: Final = frozenset({"same", "older", "ignored", "read_again", "duplicate"})
"""Outcomes that no commit went with, which would have counted them."""


def route(
    services: Services,
    shop: str,
    seen: Snapshot,
    along: Along,
    *,
    is_new: bool = False,
) -> Routed:
    """Take in what the helpdesk shows of a ticket; decide and commit where that is due.

    ``is_new`` saves a look into the store: nothing is expected there. What cannot be put in order
    with what was seen before is marked to be read.
    Raises ``Unknown`` for a shop without a policy, ``BadInput`` for names that cannot be kept,
    ``Busy`` and ``StoreAway`` when it could not be committed.
    """
    prior = None if is_new else services.tickets.get(shop, seen.id)
    errand = Errand(
        ticket_id=seen.id,
        step=looking(seen, is_authoritative=False),
        along=along,
        is_heard=along.source == "webhook",
    )
    routed = carry(services, shop, errand, prior)
    if routed.outcome == "read_again":
        mark_to_read(services, shop, seen.id)
    if along.tally and routed.outcome in UNCOMMITTED:
        count(services, shop, f"{along.tally}/{routed.outcome}")
    return routed


def mark_to_read(services: Services, shop: str, *ticket_ids: str) -> None:
    """Have the tickets read soon; they are when this returns, whatever is killed then."""
    if services.marks.mark_to_read(shop, ticket_ids, services.clock.now()):
        wake(services, shop)


def looking(seen: Snapshot, *, is_authoritative: bool) -> Callable[[View], Change]:
    """The step of one look at the helpdesk."""

    def step(view: View) -> Change:
        return observe(
            view.prior,
            seen,
            view.policy,
            view.now,
            authoritative=is_authoritative,
            first_import=view.is_importing,
        )

    return step
