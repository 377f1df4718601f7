"""Finding tickets in Zammad: what is open, what has changed, what its states mean.

The search needs Elasticsearch, whose index lags, and silently finds nothing for a time of day that
is not quoted: so by default it is asked for a day, newest first, and left off where the last walk
began. The plain list, by number, shows everything.

https://docs.zammad.org/en/latest/api/ticket/index.html#search
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import structlog

from overflow.core.model import Snapshot
from overflow.errors import BadInput, Refused
from overflow.helpdesks.descent import Descent
from overflow.helpdesks.fields import Fields
from overflow.helpdesks.http import HelpdeskHttp, Reply
from overflow.helpdesks.keyset import iso, sent_at
from overflow.helpdesks.port import Page
from overflow.helpdesks.vocabulary import number_of
from overflow.helpdesks.zammad.ticket import Lexicon

PAGE: Final = 100

_log = structlog.get_logger(__name__)


class Walk:
    """Walks with one helpdesk's connection and words."""

    def __init__(self, http: HelpdeskHttp, lexicon: Lexicon, *, is_quoted: bool) -> None:
        self._http = http
        self._lexicon = lexicon
        self._is_quoted = is_quoted
        self._types: Mapping[int, int] = {}

    def types(self) -> Mapping[int, int]:
        """State -> type of state, as Zammad has them."""
        listed = _listed(self._http.request("GET", "ticket_states"))
        self._types = {
            number: kind
            for state in listed
            if (number := number_of(state.values.get("id"))) is not None
            and (kind := number_of(state.values.get("state_type_id"))) is not None
        }
        return self._types

    def changed(self, cursor: str) -> Page:
        descent = Descent.parse(cursor)
        if descent is None:
            now = sent_at(self._http.request("GET", "users/me"))
            return Page((), str(Descent.from_now(now)), is_last=True)
        number = int(descent.page or 1)
        moment = iso(descent.since)
        since = f'"{moment}"' if self._is_quoted else moment[:10]
        params: dict[str, str | int] = {
            "query": f"updated_at:>={since}",
            "sort_by": "updated_at",
            "order_by": "desc",
            "expand": "true",
            "per_page": PAGE,
            "page": number,
        }
        reply = self._http.request("GET", "tickets/search", params=params)
        found = _listed(reply)
        times = [(ticket.moment("updated_at") or 0) / 1e6 for ticket in found]
        recent = [t for t, at in zip(found, times, strict=True) if at >= descent.since]
        following = str(number + 1) if found else ""
        onwards = descent.then(sent_at(reply), following, min(times, default=0.0))
        return Page(self._snapshots(recent), str(onwards), is_last=not onwards.begun)

    def open(self, cursor: str) -> Page:
        """All that are not ended, by number."""
        number = int(cursor) if cursor.isdecimal() else 1
        params: dict[str, str | int] = {"expand": "true", "per_page": PAGE, "page": number}
        found = _listed(self._http.request("GET", "tickets", params=params))
        alive = [ticket for ticket in found if not self._is_ended(ticket)]
        return Page(self._snapshots(alive), str(number + 1), is_last=not found)

    def snapshot(self, ticket: Fields) -> Snapshot:
        """With its tags, which only a call of their own tells. Raises ``BadInput``."""
        params = {"object": "Ticket", "o_id": ticket.identity()}
        tags = self._http.request("GET", "tags", params=params).mapping()
        texts = frozenset(Fields(tags).texts("tags"))
        return self._lexicon.ticket(ticket, self._types_for(ticket), texts)

    def _is_ended(self, ticket: Fields) -> bool:
        try:
            return self._lexicon.status(ticket, self._types_for(ticket)).is_ended
        except BadInput:
            return False  # looked at more closely, and logged

    def _types_for(self, ticket: Fields) -> Mapping[int, int]:
        """They are asked for once, and again where a state is new."""
        state = number_of(ticket.values.get("state_id"))
        return self._types if state in self._types else self.types()

    def _snapshots(self, tickets: Iterable[Fields]) -> list[Snapshot]:
        """One that makes no sense is logged and left out: the others still have to be followed."""
        snapshots = []
        for ticket in tickets:
            try:
                snapshots.append(self.snapshot(ticket))
            except BadInput as fault:
                number = str(ticket.values.get("id"))
                _log.warning("ticket left out", ticket=number, fault=fault.message)
        return snapshots


def _listed(reply: Reply) -> list[Fields]:
    body = reply.json()
    if not isinstance(body, list):
        raise Refused(f"GET {reply.path}: the answer is no list.")
    return [Fields(value) for value in body if isinstance(value, dict)]
