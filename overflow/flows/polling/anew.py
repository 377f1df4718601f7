"""A list's next page, or its first one again where the helpdesk knows the place no more.

A helpdesk may know a cursor for a while only, and be away for longer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import structlog

from overflow.errors import Refused
from overflow.flows.services import Services
from overflow.helpdesks.port import Page

EVERY: Final = 3600.0
"""Seconds between two such beginnings: what is refused more often has another reason."""


class Listed(NamedTuple):
    """What the helpdesk showed."""

    page: Page
    is_anew: bool
    """The cursor was refused, and this is the first page."""


def listed(
    services: Services, shop: str, name: str, ask: Callable[[str], Page], cursor: str
) -> Listed:
    """The page at the cursor of the list that goes by that name.

    Where the helpdesk refuses whatever is asked, that is what is raised.
    """
    try:
        return Listed(ask(cursor), is_anew=False)
    except Refused as refused:
        now = services.clock.now()
        last = float(services.progress.get(shop, begun(name)) or 0.0)
        if not cursor or now - last < EVERY:
            raise
        page = ask("")
        services.progress.put(shop, begun(name), str(now))
        log = structlog.get_logger("overflow.polling")
        log.warning("a list begins anew", shop=shop, list=name, why=refused.message)
        return Listed(page, is_anew=True)


def begun(name: str) -> str:
    """Under this name is kept when the list last began anew."""
    return f"{name}:anew"
