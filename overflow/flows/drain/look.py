"""Reading one ticket and taking in what it shows: reads of one ticket follow one another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, NamedTuple

from overflow.core.lifecycle import Change, Drop, Keep
from overflow.core.model import Mode, Record, Snapshot, Status
from overflow.errors import Busy
from overflow.flows.drain.showing import confirmed, withdrawn
from overflow.flows.polling import differences
from overflow.flows.routing.carry import carry
from overflow.flows.routing.errand import Along, Errand, View
from overflow.flows.routing.route import looking
from overflow.flows.services import Services
from overflow.helpdesks.port import Helpdesk
from overflow.store.marks import Mark

READS: Final = 4
"""Reads of one ticket in a row, when each time somebody committed meanwhile."""
YOUNG: Final = 120.0
"""Seconds for which a ticket that the helpdesk does not have may still be about to appear."""
NOWHERE: Final = frozenset({Status.DELETED, Status.MERGED})
"""Nothing is there to be written to any more; a merged ticket's id leads to another ticket."""


class Looked(NamedTuple):
    """A ticket after a read."""

    record: Record | None
    """None: the service keeps nothing of it."""
    seen: Snapshot


class Reading(NamedTuple):
    """What a read found."""

    ticket_id: str
    found: Snapshot | None
    """None: the helpdesk does not have it."""
    prior: Record | None
    """What the service had of it, fetched before the ticket was read."""
    mark: Mark | None
    """The to-read mark that this answers."""


def look(
    services: Services, shop: str, desk: Helpdesk, ticket_id: str, mark: Mark | None = None
) -> Looked:
    """Read the ticket and commit what that changes; ``mark`` is the to-read mark this answers.

    What the record says is fetched before the ticket is read, and the commit is made against it:
    so a read never undoes what was seen after it. Raises ``Busy`` when somebody committed during
    each of several reads, and what the helpdesk raises.
    """
    for _ in range(READS):
        prior = services.tickets.get(shop, ticket_id)
        looked = take_in(services, shop, Reading(ticket_id, desk.read(ticket_id), prior, mark))
        if looked is not None:
            return looked
    raise contended(ticket_id)


def take_in(services: Services, shop: str, reading: Reading) -> Looked | None:
    """Commit what a read shows; None: somebody committed meanwhile, so read it again."""
    ticket_id, found, prior, mark = reading
    seen = found or _gone(services, prior, ticket_id)
    errand = Errand(
        ticket_id=ticket_id,
        step=_reading(seen),
        along=Along("read"),
        read=mark.stamp if mark else 0.0,
        is_heard=True,
        is_read=True,
    )
    routed = carry(services, shop, errand, prior)
    if routed.outcome == "read_again":
        return None
    if routed.outcome == "older":
        raise Busy("the helpdesk shows an older state than it did before", retry_after=1.0)
    if mark is not None:
        differences.read(services, shop, ticket_id, prior, routed)
        if routed.outcome in {"same", "ignored"}:
            services.marks.done(shop, "read", mark)
    return Looked(routed.record, seen)


def contended(ticket_id: str) -> Busy:
    """Others were faster each time."""
    return Busy(f"ticket {ticket_id} changed during each of {READS} reads", retry_after=1.0)


def _gone(services: Services, prior: Record | None, ticket_id: str) -> Snapshot:
    """What stands for a ticket that the helpdesk does not have."""
    now = services.clock.now()
    if prior is None:
        return Snapshot(ticket_id, Status.DELETED, None, None, "", "", now)
    if prior.is_open and prior.held_since + YOUNG > now:
        raise Busy("the helpdesk does not have this ticket, or not yet", retry_after=2.0)
    return Snapshot(
        id=ticket_id,
        status=Status.DELETED,
        group=prior.observed_group,
        assignee=prior.assignee or None,
        channel=prior.channel,
        language=prior.language,
        created=prior.arrived,
        topic=prior.topic,
        priority=prior.priority,
        tags=frozenset(prior.marks.split()),
    )


def _reading(seen: Snapshot) -> Callable[[View], Change]:
    """The step of an authoritative read: what it shows, and whether that is what was desired."""
    look = looking(seen, is_authoritative=True)

    def step(view: View) -> Change:
        change = look(view)
        if isinstance(change, Keep):
            found = change
        elif isinstance(change, Drop) and change.why == "same" and view.prior is not None:
            found = Keep(view.prior, None, ())
        else:
            return change
        is_writable = seen.status not in NOWHERE and not seen.is_frozen
        if view.policy.mode is Mode.LIVE and is_writable:
            record = confirmed(found.record, seen, view.policy)
        else:
            record = withdrawn(found.record, view.policy)
        return change if record is found.record else replace(found, record=record)

    return step
