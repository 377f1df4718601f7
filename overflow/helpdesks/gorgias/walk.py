"""Finding tickets in Gorgias: it lists them by their last change, newest first, trashed ones too.

A parameter that its documentation does not name is answered with 400.

https://developers.gorgias.com/reference/list-tickets
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import structlog

from overflow.core.model import Snapshot
from overflow.errors import BadInput, Refused
from overflow.helpdesks.descent import Descent
from overflow.helpdesks.fields import Fields
from overflow.helpdesks.gorgias.ticket import Lexicon
from overflow.helpdesks.http import HelpdeskHttp
from overflow.helpdesks.keyset import OVERLAP, sent_at
from overflow.helpdesks.port import Page

PAGE: Final = 100
_DAY: Final = 86_400

_log = structlog.get_logger(__name__)


class Walk:
    """Walks with one helpdesk's connection and words. ``days``: how far back open tickets lie."""

    def __init__(self, http: HelpdeskHttp, lexicon: Lexicon, days: int) -> None:
        self._http = http
        self._lexicon = lexicon
        self._days = days

    def changed(self, cursor: str) -> Page:
        """Back to where the last walk began."""
        descent = Descent.parse(cursor)
        if descent is None:
            return Page((), str(Descent.from_now(self._now())), is_last=True)
        return self._page(descent)

    def open(self, cursor: str) -> Page:
        """Those that are not ended among all that were changed within so many days."""
        descent = Descent.parse(cursor) or Descent(self._now() - OVERLAP - self._days * _DAY)
        page = self._page(descent)
        return replace(page, tickets=[seen for seen in page.tickets if not seen.status.is_ended])

    def named(self, ticket_ids: Sequence[str]) -> list[tuple[Fields, Snapshot]]:
        """Those of up to 100 tickets that are listed and make sense.

        That several are named with commas between them is not confirmed by the vendor.
        """
        params: dict[str, str | int] = {"ticket_ids": ",".join(ticket_ids), "limit": PAGE}
        reply = self._http.request("GET", "tickets", params=params)
        values, at = reply.mapping().get("data"), sent_at(reply)
        tickets = [Fields(v) for v in (values if isinstance(values, list) else [])]
        shown = [(ticket, self._snapshot(ticket.values, at)) for ticket in tickets]
        return [(ticket, seen) for ticket, seen in shown if seen is not None]

    def _page(self, descent: Descent) -> Page:
        params: dict[str, str | int] = {"order_by": "updated_datetime:desc", "limit": PAGE}
        if descent.page:
            params["cursor"] = descent.page
        reply = self._http.request("GET", "tickets", params=params)
        body = reply.mapping()
        values, meta = body.get("data"), body.get("meta")
        if not isinstance(values, list):
            raise Refused("GET tickets: the answer holds no list.")
        at = sent_at(reply)
        seen = [ticket for value in values if (ticket := self._snapshot(value, at)) is not None]
        oldest = min((ticket.version or 0 for ticket in seen), default=0) / 1e6
        following = meta.get("next_cursor") if isinstance(meta, dict) else None
        onwards = descent.then(at, following if isinstance(following, str) else "", oldest)
        recent = [ticket for ticket in seen if (ticket.version or 0) / 1e6 >= descent.since]
        return Page(recent, str(onwards), is_last=not onwards.begun)

    def _now(self) -> int:
        """The helpdesk's clock."""
        return sent_at(self._http.request("GET", "tickets", params={"limit": 1}))

    def _snapshot(self, value: object, now: float) -> Snapshot | None:
        """One that makes no sense is logged and left out: the others still have to be followed."""
        try:
            return self._lexicon.ticket(Fields.of(value, "ticket"), now)
        except BadInput as fault:
            number = str(value.get("id")) if isinstance(value, dict) else ""
            _log.warning("ticket left out", ticket=number, fault=fault.message)
            return None
