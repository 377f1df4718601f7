"""Walking through django-helpdesk's tickets: it can say neither what has changed nor since when.

What has ended is missing from the list of open tickets. So the cursor of a walk remembers which
tickets the walk before it saw open (as ranges of numbers), and those that it sees no more are
looked up among the ended ones, newest first. So are those that came since and have ended already:
the cursor remembers the highest number that there was, too.

The lists are cut into pages by place. A ticket that leaves the list during a walk moves the others
up: when the count has shrunk, the page before is asked for again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import structlog

from overflow.core.model import Snapshot, Status
from overflow.errors import BadInput
from overflow.helpdesks.django_helpdesk.ticket import Lexicon
from overflow.helpdesks.fields import Fields, understood
from overflow.helpdesks.http import HelpdeskHttp
from overflow.helpdesks.port import Page

PAGE: Final = 200
NEWCOMERS: Final = 50
"""Tickets in a page where only those are looked for that came and ended between two walks."""
MOST_PAGES: Final = 5
"""Pages of ended tickets that are looked through for those that are no longer open."""
_CURSOR: Final = re.compile(r"(\d+):(\d+):([\d,-]*):([\d,-]*)(?::(\d+))?", re.ASCII)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a walk is."""

    page: int = 1
    count: int = 0
    """Tickets that there were at the page before."""
    before: frozenset[int] = frozenset()
    """Tickets that were open at the last walk."""
    seen: frozenset[int] = frozenset()
    """Tickets that this walk has seen so far."""
    top: int | None = None
    """The highest number that there was at the last walk; None: there was no walk."""

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """None for what is no cursor of ours."""
        found = _CURSOR.fullmatch(text)
        if found is None:
            return None
        top = None if found[5] is None else int(found[5])
        return cls(int(found[1]), int(found[2]), _numbers(found[3]), _numbers(found[4]), top)

    def __str__(self) -> str:
        known = "" if self.top is None else f":{self.top}"
        return f"{self.page}:{self.count}:{_ranges(self.before)}:{_ranges(self.seen)}{known}"


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the API; none where the list has shrunk so far that there is no such page."""

    tickets: Sequence[Fields]
    count: int
    is_last: bool

    @property
    def numbers(self) -> frozenset[int]:
        return frozenset(_number(ticket) for ticket in self.tickets)


class Walk:
    """Walks with one helpdesk's connection and words."""

    def __init__(self, http: HelpdeskHttp, lexicon: Lexicon, now: Callable[[], float]) -> None:
        self._http = http
        self._lexicon = lexicon
        self._now = now

    def open(self, at: Cursor) -> tuple[Page, Cursor]:
        """A page of the tickets that have not ended, and where to go on."""
        listed = self._list(self._lexicon.listed(ended=False), str(at.page))
        seen = at.seen | listed.numbers
        has_shrunk = at.page > 1 and (listed.count < at.count or not listed.tickets)
        is_last = listed.is_last and not has_shrunk
        following = at.page - 1 if has_shrunk else at.page + 1
        onwards = Cursor(following, listed.count, at.before, seen, at.top)
        return Page(self._snapshots(listed.tickets), str(onwards), is_last), onwards

    def changed(self, at: Cursor) -> Page:
        """The same, and on its last page what is no longer open."""
        page, onwards = self.open(at)
        if not page.is_last:
            return page
        gone = onwards.before - onwards.seen
        known = max(at.before, default=None) if at.top is None else at.top
        found = self._ended(gone, known)
        new = {number for number in found if known is not None and number > known}
        ended = self._snapshots(
            found[n] for n in sorted(found.keys() & (gone | new) - onwards.seen)
        )
        lost = [self._lost(number) for number in sorted(gone - found.keys())]
        top = max(known or 0, 0, *onwards.seen, *found)
        following = str(Cursor(before=onwards.seen, top=top))
        return replace(page, tickets=[*page.tickets, *ended, *lost], cursor=following)

    def _ended(self, gone: frozenset[int], top: int | None) -> dict[int, Fields]:
        """The newest of the ended tickets, until all that are gone or above ``top`` are there."""
        found: dict[int, Fields] = {}
        size = PAGE if gone else min(PAGE, NEWCOMERS)
        page = "last"
        for _ in range(MOST_PAGES):
            listed = self._list(self._lexicon.listed(ended=True), page, size)
            found |= {_number(ticket): ticket for ticket in listed.tickets}
            last = (int(page) if page != "last" else -(-listed.count // size)) - 1
            lowest = min(listed.numbers, default=0)
            has_all_new = top is None or lowest <= top
            if last < 1 or (has_all_new and (gone <= found.keys() or lowest < min(gone))):
                break
            page = str(last)
        return found

    def _lost(self, number: int) -> Snapshot:
        """Neither open nor among those that ended lately: whoever wants to know has to read it."""
        return Snapshot(
            id=str(number),
            status=Status.DELETED,
            group=None,
            assignee=None,
            channel="",
            language="",
            created=self._now(),
        )

    def _snapshots(self, tickets: Iterable[Fields]) -> list[Snapshot]:
        """One that makes no sense is logged and left out: the others still have to be followed."""
        snapshots = []
        for ticket in tickets:
            try:
                snapshots.append(self._lexicon.ticket(ticket, self._now()))
            except BadInput as fault:
                number = str(ticket.values.get("id"))
                _log.warning("ticket left out", ticket=number, fault=fault.message)
        return snapshots

    def _list(self, statuses: str, page: str, size: int = 0) -> Listed:
        wanted: dict[str, str | int] = {"status": statuses, "page": page, "page_size": size or PAGE}
        reply = self._http.request("GET", "api/tickets/", params=wanted, none_on_404=True)
        if reply is None:
            return Listed((), 0, is_last=True)
        body = Fields(reply.mapping())
        with understood("GET api/tickets/"):
            results = body.values.get("results")
            tickets = [Fields.of(ticket) for ticket in results] if isinstance(results, list) else []
            for ticket in tickets:
                _number(ticket)
            return Listed(tickets, body.integer("count") or 0, body.values.get("next") is None)


def _number(ticket: Fields) -> int:
    number = ticket.integer("id")
    if number is None:
        raise ticket.fault("id", "given")
    return number


def _ranges(numbers: frozenset[int]) -> str:
    """``1-3,7``."""
    ordered = sorted(numbers)
    if not ordered:
        return ""
    starts = [ordered[0], *(b for a, b in pairwise(ordered) if b - a > 1)]
    ends = [*(a for a, b in pairwise(ordered) if b - a > 1), ordered[-1]]
    return ",".join(f"{a}-{b}" if b > a else str(a) for a, b in zip(starts, ends, strict=True))


def _numbers(ranges: str) -> frozenset[int]:
    numbers: set[int] = set()
    for part in filter(None, ranges.split(",")):
        first, _, last = part.partition("-")
        numbers.update(range(int(first), int(last or first) + 1))
    return frozenset(numbers)
