"""Lists that come in pages, and that nothing but a page says the end of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, Protocol, Unpack

from overflow.errors import Refused
from overflow.helpdesks.http import Params, Reply, Sent

LONGEST: Final = 1000
"""Pages of a list: no honest one has as many; nothing else ends one whose pages name each other."""

Following = Callable[[Mapping[str, object]], Params | None]
"""What a page's ``meta`` says is to be asked for next; None: it was the last."""


class Ask(Protocol):
    """What makes a call, and raises for any answer but a 2xx."""

    def __call__(self, method: str, path: str, /, **sent: Unpack[Sent]) -> Reply:
        """Its answer."""


def listed(
    ask: Ask, path: str, params: Params, name: str, following: Following
) -> Iterator[dict[str, object]]:
    """The objects under ``name``, page after page as they are asked for.

    ``Refused`` where there is no list, or one without end: to stop there would say that the rest is
    not there.
    """
    after: Params = {}
    for _ in numbered(f"GET {path}"):
        body = ask("GET", path, params={**params, **after}).mapping()
        values, meta = body.get(name), body.get("meta")
        if not isinstance(values, list):
            raise Refused(f"GET {path}: the answer holds no list of {name}.")
        yield from (value for value in values if isinstance(value, dict))
        onwards = following(meta) if isinstance(meta, dict) else None
        if onwards is None:
            return
        after = onwards


def numbered(what: str) -> Iterator[int]:
    """The numbers of a list's pages, from 1. ``Refused`` after ``LONGEST``: it has no end."""
    yield from range(1, LONGEST + 1)
    raise Refused(f"{what}: the list has no end after {LONGEST} pages.")
