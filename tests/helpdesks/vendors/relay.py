"""A real helpdesk behind a little server that passes everything on, except on its bad days."""

from __future__ import annotations

import httpx

from tests.helpdesks.vendors.little import Asked, Little

_KEPT = {"date", "etag", "retry-after"}


class Relay(Little):
    """``upstream`` is the real one's address; what it answers has to be JSON."""

    prefix = ""

    def __init__(self, now, upstream: str) -> None:
        self._wire = httpx.Client(base_url=upstream, timeout=30.0)
        super().__init__(now)

    def close(self) -> None:
        super().close()
        self._wire.close()

    def work(self, asked: Asked):
        passed = {k: v for k, v in asked.headers.items() if k in {"authorization", "if-match"}}
        reply = self._wire.request(
            asked.method, asked.target, json=asked.body, headers={"accept": "*/*", **passed}
        )
        kept = {k.title(): v for k, v in reply.headers.items() if k in _KEPT}
        return reply.status_code, reply.json() if reply.content else None, kept
