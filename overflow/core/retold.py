"""The ticket that was decided, from what the journal keeps of its decision.

The trace says most of it. ``beyond`` is the rest: what a ticket that has just come does not have,
so that the usual entry is no longer for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from overflow.core.model import Cause, Ticket


def beyond(ticket: Ticket) -> dict[str, object]:
    """What the trace does not say of the ticket, without what is as usual; plain JSON data."""
    if ticket.cause is Cause.NEW:
        return {} if ticket.ahead is None else {"ahead": ticket.ahead}
    said: dict[str, object] = {"arrived": ticket.arrived}
    if ticket.cause is Cause.UNTOUCHED:
        said["held_since"] = ticket.held_since
    if ticket.ahead is not None:
        said["ahead"] = ticket.ahead
    if ticket.moves_out or ticket.moves_back:
        said["moves"] = [ticket.moves_out, ticket.moves_back]
    if ticket.refused_by:
        said["refused_by"] = sorted(ticket.refused_by)
    if ticket.handled_by:
        said["handled_by"] = ticket.handled_by
    return said


def ticket_of(told: Mapping[str, Any], said: Mapping[str, Any], arrived: float) -> Ticket:
    """The ticket as it was decided: ``told`` is its decision as plain data, ``said`` the rest.

    ``arrived`` (epoch seconds) is used where the rest does not name it, for a ticket that had just
    come. Moments that no decision looks at may be those of the decision. Raises ``KeyError`` and
    ``ValueError`` for what is no decision of ours.
    """
    out, back = said.get("moves", (0, 0))
    return Ticket(
        id=told["ticket"],
        channel=told["channel"],
        language=told["language"],
        topic=told["topic"],
        arrived=said.get("arrived", arrived),
        due=told["due"],
        cause=Cause(told["cause"]),
        team=told["holder"],
        ahead=said.get("ahead"),
        moves_out=out,
        moves_back=back,
        refused_by=frozenset(said.get("refused_by", ())),
        handled_by=said.get("handled_by", ""),
        held_since=said.get("held_since", told["at"]),
        asked=told["asked"],
    )
