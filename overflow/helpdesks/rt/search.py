"""Finding things in Request Tracker: what is open, what has changed, who has answered.

Every page asks for what comes after the last ticket of the page before, by number or by time and
number, never for "page 7": tickets that change while one walks would shift the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import urlencode

import structlog

from overflow.core.model import Snapshot
from overflow.errors import BadInput, Refused
from overflow.helpdesks.fields import Fields, understood
from overflow.helpdesks.http import HelpdeskHttp, Reply
from overflow.helpdesks.keyset import sent_at
from overflow.helpdesks.paging import numbered
from overflow.helpdesks.port import Page
from overflow.helpdesks.rt.ticket import (
    SYSTEM,
    Lexicon,
    may_be_answered,
    moment,
    requestors,
    rt_time,
)

API: Final = "REST/2.0/"
PAGE: Final = 100
"""Things asked for at once; RT gives no more."""
OVERLAP: Final = 60
"""Seconds that a walk of changes begins before the last one did. RT stamps a change when it
begins, and shows it only when the e-mails about it are out."""
NAMED: Final = ("fields[Queue]", "Name")
"""Asks for a queue's name along with its number."""
_SHOWN: Final = (
    "Type,Status,Queue,Owner,Priority,Created,Started,Told,LastUpdated,Requestor,CustomFields"
)
_CURSOR_PARTS: Final = 4
_LEAST_OFFSET: Final = 1799
"""Seconds: no time zone is off UTC by less than half an hour, but for UTC itself."""

_log = structlog.get_logger(__name__)


class Search:
    """Searches with one helpdesk's connection and words."""

    def __init__(self, http: HelpdeskHttp, lexicon: Lexicon) -> None:
        self._http = http
        self._lexicon = lexicon
        self._is_zone_checked = False

    def open_after(self, number: int) -> Page:
        """Tickets that are not ended, by number."""
        statuses = " OR ".join(f"Status = '{_quoted(s)}'" for s in self._lexicon.unended())
        found = self._tickets(f"id > {number} AND ({statuses})", ["id"])
        cursor = found.items[-1].identity() if found.items else str(number)
        return Page(self._snapshots(found.items), cursor, found.is_last)

    def changed(self, cursor: str) -> Page:
        """Tickets by the time of their last change.

        The cursor is ``since.at.number.next``: when this walk began, the ticket it has come to,
        and when the next walk begins, all by RT's clock. Raises ``Refused`` when RT reads this
        user's times in another zone than UTC.
        """
        self._check_zone()
        if (parts := _parts(cursor)) is None:
            return Page((), f"{self._now() - OVERLAP}.0.0.0", is_last=True)
        since, at, number, following = parts
        found = self._tickets(_changed_after(since, at, number), ["LastUpdated", "id"])
        following = following or found.sent_at - OVERLAP
        onwards = f"{max(since, following)}.0.0.0"
        if not found.is_last:
            last = found.items[-1]
            at = int(moment(last, "LastUpdated") or 0)
            onwards = f"{since}.{at}.{last.identity()}.{following}"
        return Page(self._snapshots(found.items), onwards, found.is_last)

    def gone(self, cursor: str) -> list[str]:
        """Numbers of tickets deleted or merged since the walk with this cursor began.

        No search for tickets shows them.
        """
        if (parts := _parts(cursor)) is None:
            return []
        query = (
            f"ObjectType = 'RT::Ticket' AND Created >= '{rt_time(parts[0])}' AND "
            "((Type = 'Status' AND NewValue = 'deleted') OR "
            "(Type = 'AddLink' AND Field = 'MergedInto'))"
        )
        return list(dict.fromkeys(t.identity("ObjectId") for t in self._transactions(query)))

    def answers(self, tickets: Sequence[Fields]) -> dict[str, float]:
        """When each was first answered: a message by neither the customer nor RT itself."""
        askers = {t.identity(): requestors(t) for t in tickets if may_be_answered(t)}
        answered: dict[str, float] = {}
        if not askers:
            return answered
        numbers = " OR ".join(f"ObjectId = {number}" for number in askers)
        query = f"ObjectType = 'RT::Ticket' AND Type = 'Correspond' AND ({numbers})"
        for message in self._transactions(query):
            number, author = message.identity("ObjectId"), _login(message)
            if author != SYSTEM and author not in askers.get(number, ()):
                answered.setdefault(number, moment(message, "Created") or 0.0)
            if len(answered) == len(askers):
                break
        return answered

    def queues(self) -> list[str]:
        """The names of all queues the user sees."""
        return [str(queue.values.get("Name")) for queue in self._list("queues/all", fields="Name")]

    def _snapshots(self, tickets: Sequence[Fields]) -> list[Snapshot]:
        """One that makes no sense is logged and left out: the others still have to be followed.

        A list shows no ETag: these have no version.
        """
        answers, snapshots = self.answers(tickets), []
        for ticket in tickets:
            try:
                answered = answers.get(ticket.identity())
                snapshots.append(self._lexicon.ticket(ticket, version=None, answered=answered))
            except BadInput as fault:
                _log.warning("ticket left out", ticket=ticket.identity(), fault=fault.message)
        return snapshots

    def _check_zone(self) -> None:
        """RT reads times in the zone of the user who asks, and nothing in REST2 says which."""
        if self._is_zone_checked:
            return
        newest = self._tickets("id > 0", ["LastUpdated"], order="DESC", most=1).items
        if not newest:
            return  # nothing to learn it from yet
        number, changed = newest[0].identity(), moment(newest[0], "LastUpdated") or 0.0
        window = _between(changed, changed + _LEAST_OFFSET)
        if not self._tickets(f"id = {number} AND {window}", ["id"]).items:
            raise Refused(
                "Request Tracker reads times in another zone than UTC: set the time zone of the "
                "service's user to UTC (deploy/rt/install.pl does)."
            )
        self._is_zone_checked = True

    def _now(self) -> int:
        """RT's own clock, epoch seconds."""
        return sent_at(self._http.request("GET", f"{API}rt"))

    def _tickets(
        self, query: str, by: Sequence[str], *, order: str = "ASC", most: int = 0
    ) -> _Listed:
        wanted = [("query", query), ("per_page", str(most or PAGE)), ("fields", _SHOWN), NAMED]
        wanted += [("orderby", column) for column in by] + [("order", order) for _ in by]
        return self._page(f"tickets?{urlencode(wanted)}")

    def _transactions(self, query: str) -> Iterator[Fields]:
        return self._list(
            "transactions", query=query, orderby="id", fields="ObjectId,Creator,Created"
        )

    def _list(self, kind: str, **wanted: str) -> Iterator[Fields]:
        """What there is of something that only grows, page after page as it is asked for."""
        for page in numbered(f"GET {kind}"):
            asked = {**wanted, "page": page, "per_page": PAGE}
            items = self._page(f"{kind}?{urlencode(asked)}").items
            yield from items
            if len(items) < PAGE:
                break

    def _page(self, path: str) -> _Listed:
        return _Listed(self._http.request("GET", f"{API}{path}"))


class _Listed:
    """A page as RT answered it."""

    def __init__(self, reply: Reply) -> None:
        with understood("a list of Request Tracker"):
            body = reply.mapping()
            values = body.get("items")
            self.items = [Fields.of(item) for item in values] if isinstance(values, list) else []
        self._reply = reply
        total = body.get("total")  # null where not everything may be seen
        self.is_last = not self.items or (isinstance(total, int) and total <= len(self.items))

    @property
    def sent_at(self) -> int:
        return sent_at(self._reply)


def _parts(cursor: str) -> list[int] | None:
    parts = [int(part) for part in cursor.split(".") if part.isdecimal()]
    return parts if len(parts) == _CURSOR_PARTS else None


def _login(message: Fields) -> str:
    return str(message.inner("Creator").values.get("id"))


def _changed_after(since: int, at: int, number: int) -> str:
    if not at:
        return f"LastUpdated >= '{rt_time(since)}'"
    here = f"{_between(at, at)} AND id > {number}"  # "= time" would mean the whole day
    return f"LastUpdated > '{rt_time(at)}' OR ({here})"


def _between(first: float, last: float) -> str:
    return f"LastUpdated >= '{rt_time(first)}' AND LastUpdated <= '{rt_time(last)}'"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")
