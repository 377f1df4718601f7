"""Who acts, and what they may see."""

from __future__ import annotations

from typing import NamedTuple

from overflow.core.model import Record
from overflow.errors import Unknown
from overflow.flows.services import Services


class By(NamedTuple):
    """Who acts. ``team`` empty: the shop itself or an operator."""

    team: str
    agent: str = ""


def visible(services: Services, shop: str, ticket_id: str, by: By) -> Record:
    """The ticket, if there is one that this team may see; else ``Unknown``."""
    return permitted(services.tickets.get(shop, ticket_id), ticket_id, by)


def permitted(record: Record | None, ticket_id: str, by: By) -> Record:
    """The record, if it may be seen: a partner sees what it holds."""
    if record is None or (by.team and record.team != by.team):
        raise Unknown(f"there is no ticket {ticket_id!r}")
    return record
