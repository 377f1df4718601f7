"""Finding tickets in Zendesk: what is open, what has changed.

The incremental export is the one list that misses nothing: it shows what was changed until a
minute ago, deleted tickets included, and its cursor does not end. It needs an administrator, and
may be asked ten times a minute. The search shows what is open; its index lags, so each ticket it
names is fetched.

https://developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import structlog

from overflow.core.model import Snapshot
from overflow.errors import BadInput, Refused
from overflow.helpdesks.fields import Fields
from overflow.helpdesks.http import HelpdeskHttp, Reply
from overflow.helpdesks.keyset import Place, iso, sent_at
from overflow.helpdesks.port import Page
from overflow.helpdesks.vocabulary import number_of
from overflow.helpdesks.zendesk.ticket import Lexicon

PAGE: Final = 100
"""Tickets asked for at once."""
_UNTIL: Final = 120
"""Seconds before now at which a first walk begins: the export refuses the last minute."""
_SINCE: Final = "since:"
_METRICS: Final = {"include": "metric_sets"}

_log = structlog.get_logger(__name__)


class Walk:
    """Walks with one helpdesk's connection and words."""

    def __init__(self, http: HelpdeskHttp, lexicon: Lexicon) -> None:
        self._http = http
        self._lexicon = lexicon

    def changed(self, cursor: str) -> Page:
        """The cursor is the export's own, or the time that the first one is asked for."""
        if not cursor:
            now = sent_at(self._http.request("GET", "users/me"))
            return Page((), f"{_SINCE}{now - _UNTIL}", is_last=True)
        is_first = cursor.startswith(_SINCE)
        where = {"start_time": cursor.removeprefix(_SINCE)} if is_first else {"cursor": cursor}
        params: dict[str, str | int] = {**where, **_METRICS, "per_page": PAGE}
        reply = self._http.request("GET", "incremental/tickets/cursor", params=params)
        tickets, body = self._listed(reply)
        following = body.get("after_cursor")
        is_last = body.get("end_of_stream") is not False or not isinstance(following, str)
        onwards = following if isinstance(following, str) else cursor
        return Page(self.snapshots(tickets), onwards, is_last)

    def open(self, cursor: str) -> Page:
        """All that are not ended, by the time of their creation."""
        place = Place.parse(cursor) or Place()
        query = "type:ticket status<solved"
        if place.since:
            query += f" created>={iso(place.since)}"
        params: dict[str, str | int] = {
            "query": query,
            "sort_by": "created_at",
            "sort_order": "asc",
            "per_page": PAGE,
            "page": place.page,
        }
        found, body = self._listed(self._http.request("GET", "search", params=params), "results")
        if not found:
            return Page((), str(place), is_last=True)
        last = found[-1].moment("created_at")
        onwards = place.after((last or 0) / 1e6)
        is_last = body.get("next_page") is None and len(found) < PAGE
        shown = self.fetched([ticket.identity() for ticket in found])
        alive = [ticket for ticket in shown if not ticket.status.is_ended]
        return Page(alive, str(onwards), is_last)

    def snapshots(self, tickets: Sequence[Fields]) -> list[Snapshot]:
        """One that makes no sense is logged and left out: the others still have to be followed."""
        snapshots = []
        for ticket in tickets:
            try:
                snapshots.append(self._lexicon.ticket(ticket))
            except BadInput as fault:
                number = str(ticket.values.get("id"))
                _log.warning("ticket left out", ticket=number, fault=fault.message)
        return snapshots

    def fetched(self, numbers: Sequence[str]) -> list[Snapshot]:
        """Up to 100 tickets as they stand now: what the index shows may be minutes old."""
        params = {"ids": ",".join(numbers), **_METRICS}
        listed, _ = self._listed(self._http.request("GET", "tickets/show_many", params=params))
        return self.snapshots(listed)

    def _listed(
        self, reply: Reply, name: str = "tickets"
    ) -> tuple[list[Fields], Mapping[str, object]]:
        """The tickets, each with its metrics, and the whole body."""
        body = reply.mapping()
        values = body.get(name)
        if not isinstance(values, list):
            raise Refused(f"GET {reply.path}: the answer holds no list of {name}.")
        return [with_metrics(Fields.of(value), body) for value in values], body


def with_metrics(ticket: Fields, body: Mapping[str, object]) -> Fields:
    """A ticket whose metrics stand beside it (``metric_sets``) or in it (``metric_set``)."""
    sets, number = body.get("metric_sets"), number_of(ticket.values.get("id"))
    for metrics in sets if isinstance(sets, list) else []:
        if isinstance(metrics, dict) and number_of(metrics.get("ticket_id")) == number:
            return Fields({**ticket.values, "metric_set": metrics}, ticket.path)
    return ticket
