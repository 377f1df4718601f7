"""Finding conversations in Chatwoot: what is open, what has changed.

``updated_within`` is in no documentation: the list of what was changed within so many seconds, in
one piece. It is asked for as long as has passed, by our clock, since the last walk began, so that
the two clocks are never compared. Where that is longer than an hour, or too much for one piece, all
conversations are walked over page after page, the last active first. The list of what is open is
cut into pages by place: where it has shrunk since the page before, that page is asked for again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import structlog

from overflow.core.model import Snapshot
from overflow.errors import BadInput, NotLetIn, Refused
from overflow.helpdesks.chatwoot.ticket import Lexicon
from overflow.helpdesks.fields import Fields, understood
from overflow.helpdesks.http import HelpdeskHttp, Params
from overflow.helpdesks.keyset import OVERLAP, sent_at
from overflow.helpdesks.port import Page
from overflow.helpdesks.vocabulary import number_of

_OPEN: Final = ("open", "pending", "snoozed")
_AT_ONCE: Final = 3600
"""Seconds of changes that are asked for in one piece."""
_LATELY: Final = 300
"""Seconds of changes, at the most, among which some conversations are looked for."""
_LONGEST: Final = 7 * 86_400
"""Seconds that a walk of changes goes back at the most, and does where our clock was set back."""
_CURSOR: Final = re.compile(r"([0-2])\.([0-9]{1,6})\.([0-9]{1,9})", re.ASCII)
_BACK: Final = re.compile(r"([0-9]{1,12})\.([0-9]{1,12})\.([0-9]{1,6})", re.ASCII)
"""``begun.since.page``: by our clock, by the helpdesk's, and the page that follows."""

_log = structlog.get_logger(__name__)


class _Listed(NamedTuple):
    """What a list shows."""

    ours: Sequence[Snapshot]
    in_all: int
    """How many there are on all pages."""
    shown: int
    oldest: int
    """The earliest last activity on this page, epoch seconds."""
    sent_at: int
    """By the helpdesk's clock."""


class Walk:
    """Walks with one helpdesk's connection and words."""

    def __init__(self, http: HelpdeskHttp, lexicon: Lexicon, now: Callable[[], float]) -> None:
        self._http = http
        self._lexicon = lexicon
        self._now = now
        self._rush_until = 0.0
        """Until then what changed lately is taken to be too much for one piece."""

    def changed(self, cursor: str) -> Page:
        """The cursor is when the last walk began, by our clock."""
        if back := _BACK.fullmatch(cursor):
            return self._back(*map(int, back.groups()))
        begun = int(self._now())
        if not re.fullmatch(r"[0-9]{1,12}", cursor, re.ASCII):
            return Page((), str(begun), is_last=True)
        passed = begun - int(cursor)
        if not 0 <= passed <= _AT_ONCE:
            return self._back(begun, passed=min(passed, _LONGEST) if passed > 0 else _LONGEST)
        try:
            return Page(self._recent(passed + OVERLAP), str(begun), is_last=True)
        except Refused:
            return self._back(begun, passed=passed)

    def lately(self, since: float | None) -> Sequence[Snapshot]:
        """What changed since then, by our clock, though no more than some minutes ago.

        None: a moment ago. Nothing where that is too much for one piece, or was within a minute.
        """
        now = self._now()
        if now < self._rush_until:
            return ()
        passed = 0 if since is None else max(0, int(now - since))
        try:
            return self._recent(min(passed + OVERLAP, _LATELY))
        except NotLetIn:
            raise
        except Refused:
            self._rush_until = now + OVERLAP
            return ()

    def _recent(self, within: int) -> Sequence[Snapshot]:
        """All that changed within so many seconds, in one piece."""
        params: Params = {"status": "all", "assignee_type": "all", "updated_within": within}
        return self._list(params).ours

    def _back(self, begun: int, since: int = 0, page: int = 1, *, passed: int = 0) -> Page:
        """A page of the last active ones, back to ``since``, or to so many seconds before now."""
        params: Params = {
            "status": "all",
            "assignee_type": "all",
            "sort_by": "last_activity_at_desc",
            "page": page,
        }
        listed = self._list(params)
        since = since or listed.sent_at - passed - OVERLAP
        if not listed.shown or listed.oldest < since:
            return Page(listed.ours, str(begun), is_last=True)
        return Page(listed.ours, f"{begun}.{since}.{page + 1}", is_last=False)

    def open(self, cursor: str) -> Page:
        """Open, pending and snoozed ones, one after the other: ``status.page.count``."""
        found = _CURSOR.fullmatch(cursor)
        status, page, before = map(int, found.groups()) if found else (0, 1, 0)
        params: Params = {
            "status": _OPEN[status],
            "assignee_type": "all",
            "sort_by": "created_at_asc",
            "page": page,
        }
        tickets, count, shown, *_ = self._list(params)
        if page > 1 and count < before:
            return Page(tickets, f"{status}.{page - 1}.{count}", is_last=False)
        if shown:
            return Page(tickets, f"{status}.{page + 1}.{count}", is_last=False)
        is_last = status + 1 == len(_OPEN)
        return Page(tickets, "" if is_last else f"{status + 1}.1.0", is_last)

    def _list(self, params: Params) -> _Listed:
        reply = self._http.request("GET", "conversations", params=params)
        body = Fields(reply.mapping())
        with understood("GET conversations"):
            data = body.inner("data")
        values, meta = data.values.get("payload"), data.values.get("meta")
        count = number_of(meta.get("all_count")) or 0 if isinstance(meta, dict) else 0
        if not isinstance(values, list):
            raise Refused("GET conversations: the answer holds no list.")
        seen = [ticket for value in values if (ticket := self._snapshot(value)) is not None]
        active = (_activity(value) for value in values)
        oldest = min((at for at in active if at is not None), default=0)
        return _Listed(seen, count, len(values), oldest, sent_at(reply))

    def _snapshot(self, value: object) -> Snapshot | None:
        """One that makes no sense is logged and left out: the others still have to be followed."""
        try:
            seen = self._lexicon.ticket(Fields.of(value, "conversation"))
        except BadInput as fault:
            number = str(value.get("id")) if isinstance(value, dict) else ""
            _log.warning("ticket left out", ticket=number, fault=fault.message)
            return None
        return None if self._lexicon.is_bots(seen) else seen


def _activity(value: object) -> int | None:
    return number_of(value.get("last_activity_at")) if isinstance(value, dict) else None
