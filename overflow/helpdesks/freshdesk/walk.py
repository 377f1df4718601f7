"""Finding tickets in Freshdesk: what is open, what has changed.

The list of tickets can begin at a time and is asked for in the order of changes. It leaves deleted
tickets and spam out, so that a walk of changes asks for those first.

https://developers.freshdesk.com/api/#list_all_tickets
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal

import structlog

from overflow.core.model import Snapshot, Status
from overflow.errors import BadInput, Refused
from overflow.helpdesks.fields import Fields
from overflow.helpdesks.freshdesk.ticket import Lexicon
from overflow.helpdesks.http import HelpdeskHttp, Reply
from overflow.helpdesks.keyset import OVERLAP, Place, iso, sent_at
from overflow.helpdesks.port import Page

Order = Literal["created_at", "updated_at"]
PAGE: Final = 100
_NEXT: Final = re.compile(r'rel="?next\b')
_DAY: Final = 86_400
_ALL, _DELETED, _SPAM = 0, 1, 2
_FILTERS: Final[Mapping[int, tuple[str, Status]]] = {
    _DELETED: ("deleted", Status.DELETED),
    _SPAM: ("spam", Status.SPAM),
}

_log = structlog.get_logger(__name__)


class Walk:
    """Walks with one helpdesk's connection and words. ``days``: how far back open tickets lie."""

    def __init__(self, http: HelpdeskHttp, lexicon: Lexicon, days: int) -> None:
        self._http = http
        self._lexicon = lexicon
        self._days = days

    def changed(self, cursor: str) -> Page:
        """Deleted tickets, then spam, then all others."""
        place = Place.parse(cursor)
        if place is None:
            since = sent_at(self._first()) - OVERLAP
            return Page((), str(Place(since, phase=_DELETED)), is_last=True)
        if place.phase == _ALL:
            return self._page(place)
        wanted, status = _FILTERS[place.phase if place.phase in _FILTERS else _SPAM]
        reply = self._list(place, {"filter": wanted})
        tickets = [replace(seen, status=status) for seen in self._snapshots(reply)]
        following = place.following or sent_at(reply) - OVERLAP
        onwards = Place(place.since, place.page + 1, following, place.phase)
        if not has_more(reply):
            onwards = Place(place.since, 1, following, (place.phase + 1) % 3)
        return Page(tickets, str(onwards), is_last=False)

    def open(self, cursor: str) -> Page:
        """Those that are not ended among all that were changed within so many days."""
        place = Place.parse(cursor)
        if place is None:
            place = Place(sent_at(self._first()) - self._days * _DAY)
        page = self._page(place)
        return replace(page, tickets=[seen for seen in page.tickets if not seen.status.is_ended])

    def changed_since(self, since: float, page: int) -> tuple[Sequence[Snapshot], bool]:
        """A page of what changed from then on, in that order, and whether there are more."""
        return self._sorted("updated_at", page, {"order_type": "asc", "updated_since": iso(since)})

    def latest(self, order: Order, page: int) -> tuple[Sequence[Snapshot], bool]:
        """A page of the tickets made within 30 days, those made or changed last first."""
        return self._sorted(order, page, {"order_type": "desc"})

    def _sorted(
        self, order: Order, page: int, others: Mapping[str, str]
    ) -> tuple[Sequence[Snapshot], bool]:
        params: Mapping[str, str | int] = {
            **others,
            "order_by": order,
            "include": "stats",
            "per_page": PAGE,
            "page": page,
        }
        reply = self._http.request("GET", "tickets", params=params)
        return self._snapshots(reply), has_more(reply)

    def _page(self, place: Place) -> Page:
        reply = self._list(place, {})
        tickets = self._snapshots(reply)
        if not has_more(reply):
            onwards = Place(max(place.since, place.following), phase=_DELETED)
            if not place.following:  # a walk over what is open: nothing follows
                onwards = place
            return Page(tickets, str(onwards), is_last=True)
        last = max((seen.version or 0 for seen in tickets), default=0)
        return Page(tickets, str(place.after(last / 1e6)), is_last=False)

    def _first(self) -> Reply:
        """For the helpdesk's clock."""
        return self._http.request("GET", "tickets", params={"per_page": 1})

    def _list(self, place: Place, wanted: Mapping[str, str]) -> Reply:
        params: dict[str, str | int] = {
            "updated_since": iso(place.since),
            "order_by": "updated_at",
            "order_type": "asc",
            "per_page": PAGE,
            "page": place.page,
            **(wanted or {"include": "stats"}),  # which costs as much as two lists more
        }
        return self._http.request("GET", "tickets", params=params)

    def _snapshots(self, reply: Reply) -> Sequence[Snapshot]:
        """One that makes no sense is logged and left out: the others still have to be followed."""
        listed, snapshots = reply.json(), []
        if not isinstance(listed, list):
            raise Refused("GET tickets: the answer is no list.")
        for value in listed:
            try:
                snapshots.append(self._lexicon.ticket(Fields.of(value, "ticket")))
            except BadInput as fault:
                number = str(value.get("id")) if isinstance(value, dict) else ""
                _log.warning("ticket left out", ticket=number, fault=fault.message)
        return snapshots


def has_more(reply: Reply) -> bool:
    """By its link to the next page; without links, after every full page there may be one."""
    link, listed = reply.headers.get("link"), reply.json()
    if link is not None:
        return _NEXT.search(link) is not None
    return isinstance(listed, list) and len(listed) >= PAGE
