"""What people and programs see: tickets, decisions, the situation, what was given up.

Read-only, but for trying dead letters again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypedDict, Unpack

from overflow.core.model import Policy, Record, Situation
from overflow.errors import Unknown
from overflow.flows.people.who import By, visible
from overflow.flows.routing.carry import wake
from overflow.flows.services import Services
from overflow.store import keys
from overflow.store.index import Standing
from overflow.store.journal import Entry, at
from overflow.store.marks import DeadLetter

MOST_PAGES: Final = 20
"""Pages looked through for one answer; a filter that finds little goes on with the cursor."""


@dataclass(frozen=True, slots=True)
class TicketView:
    """A ticket with its last decision."""

    record: Record
    policy: Policy
    decision: dict[str, Any] | None
    """As ``decision`` tells it; None when there was none, or its entry is kept no more."""


@dataclass(frozen=True, slots=True)
class SituationView:
    """What decisions are made from now."""

    situation: Situation
    policy: Policy


class Filter(TypedDict, total=False):
    """Which tickets; None or left out: any."""

    team: str | None
    standing: Standing | None
    queue: str | None
    channel: str | None
    status: str | None
    claimed: bool | None
    """With, or without, a live claim."""


def ticket(services: Services, shop: str, ticket_id: str, by: By) -> TicketView:
    """One ticket; ``Unknown`` when there is none that this team may see."""
    policy = services.book.policy(shop)
    record = visible(services, shop, ticket_id, by)
    entry = services.journal.entry(shop, record.decision) if record.decision else None
    return TicketView(record, policy, _told(entry) if entry else None)


def tickets(
    services: Services,
    shop: str,
    by: By,
    *,
    cursor: str = "",
    limit: int = 50,
    **wanted: Unpack[Filter],
) -> tuple[list[Record], str]:
    """Tickets not ended, oldest first, and where the next page begins (empty: nowhere).

    A partner sees what it holds, whatever it asks for.
    """
    services.book.policy(shop)
    asked = wanted.get("team")
    if by.team and asked not in {None, by.team}:
        return [], ""
    standing, queue = wanted.get("standing"), wanted.get("queue")
    now = services.clock.now()
    found: list[Record] = []
    for _ in range(MOST_PAGES):
        page, cursor = services.tickets.list_open(
            shop, by.team or asked, standing, queue, cursor, limit - len(found)
        )
        found += [record for record in page if _passes(record, wanted, now)]
        if not cursor or len(found) >= limit:
            break
    return found, cursor


def _passes(record: Record, wanted: Filter, now: float) -> bool:
    """What the store's index does not know."""
    is_claimed = bool(record.claimed_by) and record.claim_until > now
    return (
        wanted.get("channel") in {None, record.channel}
        and wanted.get("status") in {None, record.status.value}
        and wanted.get("claimed") in {None, is_claimed}
    )


def decisions(
    services: Services,
    shop: str,
    *,
    start: float | None = None,
    end: float | None = None,
    cursor: str = "",
    limit: int = 50,
) -> tuple[list[dict[str, Any]], str]:
    """The shop's decisions, newest first, and where the next page begins (empty: nowhere)."""
    services.book.policy(shop)
    before = f"({cursor}" if cursor else "+" if end is None else at(end)
    found: list[dict[str, Any]] = []
    for _ in range(MOST_PAGES):
        page = services.journal.latest(shop, before, limit)
        for entry in page:
            if start is not None and entry.at < start:
                return found, ""
            if entry.kind == "decision":
                found.append(_told(entry))
            if len(found) == limit:
                return found, entry.id
        if len(page) < limit:
            return found, ""
        before = f"({page[-1].id}"
    return found, before.removeprefix("(")


def decisions_of(
    services: Services, shop: str, ticket_id: str, *, limit: int = 50
) -> list[dict[str, Any]]:
    """What was decided about one ticket, newest first."""
    entries = services.journal.of_ticket(shop, ticket_id, 10 * limit)
    return [_told(entry) for entry in entries if entry.kind == "decision"][:limit]


def decision(services: Services, shop: str, entry_id: str) -> dict[str, Any]:
    """One decision with its whole trace; ``Unknown`` when it is not, or no more, in the journal."""
    entry = services.journal.entry(shop, entry_id)
    if entry is None or entry.kind != "decision":
        raise Unknown(f"there is no decision {entry_id!r}")
    return _told(entry)


def situation(services: Services, shop: str) -> SituationView:
    """The situation as it is now."""
    now = services.clock.now()
    policy = services.book.policy(shop)
    found = services.situations.get(shop, now)
    return SituationView(found, services.book.policy(shop, found.policy_version or policy.version))


def dead_letters(
    services: Services, shop: str, *, cursor: str = "", limit: int = 50
) -> tuple[list[DeadLetter], str]:
    """What was given up, by ticket id, and where the next page begins (empty: nowhere)."""
    services.book.policy(shop)
    return services.marks.dead(shop, cursor, limit)


def retry_dead_letters(
    services: Services, shop: str, ticket_ids: Sequence[str] | None = None
) -> int:
    """Make them due again, all or those of these tickets; returns how many there were."""
    services.book.policy(shop)
    retried = services.marks.retry_dead(shop, services.clock.now(), ticket_ids)
    if retried and not services.leases.is_held(keys.drain_lease(shop)):
        wake(services, shop)
    return retried


def _told(entry: Entry) -> dict[str, Any]:
    """A decision as plain data: its trace, and besides it who was behind it."""
    data = dict(entry.data)
    data.pop("ticket", None)  # for replay
    told: dict[str, Any] = {"id": entry.id, **data.pop("decision", {})}
    return {**told, "along": data}
