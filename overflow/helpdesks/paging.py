"""Lists that go on after a cursor which each page names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol, Unpack

from overflow.helpdesks.http import Params, Reply, Sent

Following = Callable[[Mapping[str, object]], Params | None]
"""What a page's ``meta`` says is to be asked for next; None: it was the last."""


class Ask(Protocol):
    """What makes a call, and raises for any answer but a 2xx."""

    def __call__(self, method: str, path: str, /, **sent: Unpack[Sent]) -> Reply:
        """Its answer."""


def listed(
    ask: Ask, path: str, params: Params, name: str, following: Following
) -> Iterator[dict[str, object]]:
    """The objects under ``name``, page after page as they are asked for."""
    after: Params | None = {}
    while after is not None:
        body = ask("GET", path, params={**params, **after}).mapping()
        values, meta = body.get(name), body.get("meta")
        yield from (v for v in (values if isinstance(values, list) else []) if isinstance(v, dict))
        after = following(meta) if isinstance(meta, dict) else None
