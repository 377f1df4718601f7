"""Lists that go on after a cursor which each page names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from overflow.helpdesks.http import HelpdeskHttp, Params

Following = Callable[[Mapping[str, object]], Params | None]
"""What a page's ``meta`` says is to be asked for next; None: it was the last."""


def listed(
    http: HelpdeskHttp, path: str, params: Params, name: str, following: Following
) -> Iterator[Mapping[str, object]]:
    """What stands under ``name``, page after page as it is asked for."""
    after: Params | None = {}
    while after is not None:
        body = http.request("GET", path, params={**params, **after}).mapping()
        values, meta = body.get(name), body.get("meta")
        yield from (v for v in (values if isinstance(values, list) else []) if isinstance(v, dict))
        after = following(meta) if isinstance(meta, dict) else None
