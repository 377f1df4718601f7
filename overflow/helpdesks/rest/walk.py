"""Walks over a described helpdesk's tickets: what is open, what has changed.

A walk of changes begins where the one before began, less an overlap, by the helpdesk's own clock:
the ``Date`` of its first answer, or what the file says instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import orjson
import structlog

from overflow.core.model import Snapshot, Status
from overflow.errors import BadInput
from overflow.helpdesks.fields import understood
from overflow.helpdesks.keyset import sent_at
from overflow.helpdesks.port import Page
from overflow.helpdesks.rest.calls import Answer
from overflow.helpdesks.rest.pages import Listed, Lists, State
from overflow.helpdesks.rest.reads import Reads
from overflow.helpdesks.rest.ticket import Lexicon, identity
from overflow.helpdesks.rest.times import Times

_SECOND: Final = 1_000_000
_GONE: Final = frozenset({Status.MERGED, Status.DELETED, Status.SPAM})

_log = structlog.get_logger(__name__)


class Walk:
    """Walks with one helpdesk's lists and words."""

    def __init__(
        self,
        requests: Mapping[str, Any],
        lexicon: Lexicon,
        lists: Lists,
        reads: Reads,
        times: Times,
    ) -> None:
        self._requests = requests
        self._lexicon = lexicon
        self._lists = lists
        self._reads = reads
        self._times = times

    def open(self, cursor: str) -> Page:
        """A page of what has not ended."""
        request, state = self._requests["open"], _state(cursor).get("open", {})
        listed = self._lists.page(request, state, {})
        found = [
            seen for seen in self._snapshots(request, listed.items) if not seen.status.is_ended
        ]
        onwards = state if listed.onwards is None else listed.onwards
        return Page(found, _cursor(open=onwards), is_last=listed.onwards is None)

    def changed(self, cursor: str) -> Page:
        """A page of what has changed; without such a request, of what is open."""
        if "changed" not in self._requests:
            page = self.open(cursor)
            return Page(page.tickets, "" if page.is_last else page.cursor, page.is_last)
        request, kept = self._requests["changed"], _state(cursor)
        since, then = _whole(kept.get("since")), _whole(kept.get("then"))
        overlap = round(request["overlap"] * _SECOND)
        if not since:
            return Page((), _cursor(since=self._now() - overlap), is_last=True)
        values = {"since": self._times.written(since)}
        listed = self._lists.page(request, kept.get("at", {}), values, since)
        then = then or self._clock(request, listed.answer) - overlap
        items, is_through = self._fresh(request, listed, since)
        tickets = self._snapshots(request, items)
        if listed.onwards is not None and not is_through:
            onwards = _cursor(since=since, then=then, at=listed.onwards)
            return Page(tickets, onwards, is_last=False)
        tickets += self._gone(since)
        return Page(tickets, _cursor(since=max(since, then)), is_last=True)

    def _fresh(
        self, request: Mapping[str, Any], listed: Listed, since: int
    ) -> tuple[Sequence[object], bool]:
        """Those that changed since then, and whether all further ones are older."""
        if "by" not in request:
            return listed.items, False
        try:
            fresh = [
                item
                for item in listed.items
                if (self._times.moment(request["by"].of(item)) or since) >= since
            ]
        except BadInput as fault:
            listed.answer.refuse(fault)
        return fresh, request["newest_first"] and len(fresh) < len(listed.items)

    def _snapshots(self, request: Mapping[str, Any], items: Iterable[object]) -> list[Snapshot]:
        """One that makes no sense is logged and left out: the others still have to be followed."""
        found = []
        for item in items:
            try:
                if request["partial"]:
                    seen = self._reads.read(self._number(item))
                else:
                    is_one = self._lexicon.is_one(item)
                    seen = self._reads.completed(item) if is_one else None
            except BadInput as fault:
                _log.warning("ticket left out", fault=fault.message)
                continue
            if seen is not None:
                found.append(seen)
        return found

    def _number(self, item: object) -> str:
        return identity(item) if isinstance(item, str | int) else self._lexicon.id(item)

    def _gone(self, since: int) -> list[Snapshot]:
        """What no list of tickets shows any more, read singly."""
        if "gone" not in self._requests:
            return []
        values = {"since": self._times.written(since)}
        items = self._lists.every(self._requests["gone"], values, since)
        with understood("requests.gone"):
            numbers = dict.fromkeys(map(self._number, items))
        read = [self._reads.read(number) or _lost(number, since) for number in numbers]
        return [seen for seen in read if seen.status in _GONE]

    def _now(self) -> int:
        """The helpdesk's own clock."""
        request = self._requests["changed"]
        listed = self._lists.page(self._requests["open"], {}, {})
        return self._clock(request, listed.answer)

    def _clock(self, request: Mapping[str, Any], answer: Answer) -> int:
        try:
            found = request["clock"].of(answer.document) if "clock" in request else None
            moment = self._times.moment(found)
        except BadInput as fault:
            answer.refuse(fault)
        return moment or sent_at(answer.reply) * _SECOND


def _lost(number: str, since: int) -> Snapshot:
    """What stands for a ticket that the helpdesk has no more; whoever wants to know reads it."""
    return Snapshot(number, Status.DELETED, None, None, "", "", since / 1e6)


def _state(cursor: str) -> dict[str, Any]:
    """What a cursor holds; nothing where it is not ours."""
    try:
        kept = orjson.loads(cursor)
    except orjson.JSONDecodeError:
        return {}
    is_ours = isinstance(kept, dict) and all(
        isinstance(kept.get(part, {}), dict) for part in ("open", "at")
    )
    return kept if is_ours else {}


def _cursor(**kept: State | int) -> str:
    return orjson.dumps(kept).decode()


def _whole(value: object) -> int:
    return value if type(value) is int and value > 0 else 0
