"""Lists of a described helpdesk, page after page, by whichever way the helpdesk has.

``number`` and ``offset`` count, ``cursor`` and ``url`` follow what a page says comes next, ``last``
asks for what comes after the last one of the page before: the one way in which tickets that change
meanwhile shift no others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from overflow.errors import BadInput, Refused
from overflow.helpdesks.rest.calls import Answer, Calls
from overflow.helpdesks.rest.query import Expression, Query
from overflow.helpdesks.rest.request import (
    Rendered,
    RequestSection,
    Table,
    places_in,
    rendered,
)
from overflow.helpdesks.rest.template import plain
from overflow.helpdesks.rest.times import Times

PLACES: Final = ("page", "offset", "cursor", "size", "last.*")
MOST: Final = 100
"""Pages that are gone through at once, where all of a list is wanted."""
_LINK: Final = re.compile(r'<([^>]{1,2000})>\s*;[^,]*\brel="?next"?', re.IGNORECASE)

State = Mapping[str, Any]
"""Where a walk over a list is; empty: at its start. Can be kept as JSON."""


class PagesSection(Schema):
    """How a list is cut into pages."""

    by = fields.String(
        load_default="none",
        validate=validate.OneOf(["none", "number", "offset", "cursor", "url", "last"]),
    )
    size = fields.Integer(load_default=100, strict=True, validate=validate.Range(1, 1000))
    first = fields.Integer(strict=True, validate=validate.Range(0))
    next = Expression()
    more = Expression()
    keys = Table(fields.String(), Expression(), load_default=dict)
    times = fields.List(fields.String(), load_default=list)
    start = fields.Dict(keys=fields.String(), values=fields.Raw(), load_default=dict)

    @validates_schema
    def _fits(self, data: dict[str, Any], **_kwargs: object) -> None:
        by, keys = data.get("by"), data.get("keys", {})
        if by == "cursor" and "next" not in data:
            raise ValidationError("is missing: where a page says what comes next", "next")
        if by == "last" and not keys:
            raise ValidationError("is missing: what the last ticket of a page is known by", "keys")
        for field in ("times", "start"):
            for name in data.get(field, ()):
                if name not in keys:
                    raise ValidationError(f"names {name}, which is not among `keys`", field)


class ListSection(RequestSection):
    """A request that lists things: what it asks for has to be what its pages go by."""

    @validates_schema(skip_on_field_errors=False)
    def _asks_for_pages(self, data: dict[str, Any], **_kwargs: object) -> None:
        pages, places = data.get("pages"), places_in(data)
        if pages is None or "by" not in pages:
            return
        asked = _ASKED.get(pages["by"])
        if asked is not None and not any(place.startswith(asked) for place in places):
            raise ValidationError(
                f"go by {pages['by']}, and the request asks for no {{{asked}}}", "pages"
            )
        for place in sorted(places):
            kind, _, name = place.partition(".")
            if kind == "last" and pages.get("keys") and name not in pages["keys"]:
                raise ValidationError(f"have no key {name}, and the request asks for it", "pages")


_ASKED: Final = {"number": "page", "offset": "offset", "cursor": "cursor", "last": "last."}
"""The place by which a request asks for the page it wants."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One page."""

    items: Sequence[object]
    onwards: State | None
    """None: this was the last one."""
    answer: Answer


class Lists:
    """Fetches pages."""

    def __init__(self, calls: Calls, times: Times) -> None:
        self._calls = calls
        self._times = times

    def page(
        self,
        request: Mapping[str, Any],
        state: State,
        values: Mapping[str, object],
        since: int = 0,
    ) -> Listed:
        """The page at ``state``. ``since`` is microseconds, for keys that are times.

        Raises ``Refused`` where the pages do not come to an end.
        """
        pages = request["pages"]
        ready = rendered(request, {**values, **self._places(pages, state, since)})
        if "url" in state:
            ready = Rendered(ready.method, str(state["url"]), ready.headers, ready.json)
        answer = self._calls.send(ready, request)
        items = answer.find(request["items"])
        if items is not None and not isinstance(items, list):
            raise Refused(f"{answer.what}: `items` finds no list.")
        onwards = self._onwards(pages, state, items or [], answer)
        if onwards is not None and onwards == state:
            raise Refused(f"{answer.what}: the next page is this one again; see `pages`.")
        return Listed(items or [], onwards, answer)

    def every(
        self, request: Mapping[str, Any], values: Mapping[str, object], since: int = 0
    ) -> Iterator[object]:
        """All items of a list; at most ``MOST`` pages."""
        state: State = {}
        for _ in range(MOST):
            listed = self.page(request, state, values, since)
            yield from listed.items
            if listed.onwards is None:
                return
            state = listed.onwards

    def _places(self, pages: Mapping[str, Any], state: State, since: int) -> dict[str, object]:
        number = state.get("page", pages.get("first", 1))
        places = {
            "size": pages["size"],
            "page": number,
            "offset": state.get("offset", pages.get("first", 0)),
            "cursor": state.get("cursor"),
        }
        last = state.get("last", {})
        for name in pages["keys"]:
            if name in pages["times"]:
                places[f"last.{name}"] = self._times.written(int(last.get(name, since)))
            else:
                places[f"last.{name}"] = last.get(name, pages["start"].get(name, 0))
        return places

    def _onwards(
        self, pages: Mapping[str, Any], state: State, items: Sequence[object], answer: Answer
    ) -> State | None:
        if pages["by"] == "cursor":
            following = answer.find(pages["next"])
            return None if following in (None, "", False) else {"cursor": plain(following)}
        if pages["by"] == "url":
            url = answer.find(pages["next"]) if "next" in pages else _linked(answer)
            return {"url": self._calls.within(url)} if isinstance(url, str) and url else None
        is_empty_end = not items and (pages["by"] == "last" or "more" not in pages)
        if pages["by"] == "none" or is_empty_end or not _has_more(pages, items, answer):
            return None
        match pages["by"]:
            case "number":
                return {"page": state.get("page", pages.get("first", 1)) + 1}
            case "offset":
                return {"offset": state.get("offset", pages.get("first", 0)) + len(items)}
            case _:
                return {"last": self._last(pages, items[-1], answer)}

    def _last(self, pages: Mapping[str, Any], item: object, answer: Answer) -> dict[str, object]:
        keys: dict[str, object] = {}
        try:
            for name, query in pages["keys"].items():
                found = query.of(item)
                keys[name] = self._times.moment(found) if name in pages["times"] else found
        except BadInput as fault:
            answer.refuse(fault)
        for name, found in keys.items():
            if not isinstance(found, str | int):
                raise Refused(f"pages.keys.{name} finds nothing in the last one of a page.")
        return keys


def _has_more(pages: Mapping[str, Any], items: Sequence[object], answer: Answer) -> bool:
    more: Query | None = pages.get("more")
    if more is None:
        return len(items) >= int(pages["size"])
    return bool(answer.find(more))


def _linked(answer: Answer) -> str | None:
    """The next page by the Link header (RFC 8288)."""
    found = _LINK.search(answer.reply.headers.get("link", "")[:8000])
    return found[1] if found else None
