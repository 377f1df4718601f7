"""The API as agents, shops and tests call it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx

Shown = dict[str, Any]


class Client:
    """Calls with one key; everything but a success raises ``AssertionError``."""

    def __init__(self, base: str, token: str) -> None:
        self._http = httpx.Client(
            base_url=base, headers={"authorization": f"Bearer {token}"}, timeout=30
        )

    def call(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        """Whatever is answered."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._http.request(method, path, json=body, headers=named)

    def get(self, path: str, **query: object) -> Shown:
        return _good(self._http.get(path, params=query))

    def post(self, path: str, **body: object) -> Shown:
        return _good(self.call("POST", path, body))

    def pages(self, path: str, **query: object) -> Iterator[Shown]:
        """The entries of all pages."""
        cursor = ""
        while True:
            page = self.get(path, **query, **({"cursor": cursor} if cursor else {}))
            yield from page["items"]
            cursor = page["next_cursor"]
            if not cursor:
                return

    def close(self) -> None:
        self._http.close()


class Shop:
    """One shop's part of the API, with the key of the shop or of one of its partners."""

    def __init__(self, client: Client, shop: str) -> None:
        self.client = client
        self.path = f"/v1/shops/{shop}"

    def ticket(self, ticket_id: str) -> Shown | None:
        """None: the service does not know it."""
        reply = self.client.call("GET", f"{self.path}/tickets/{ticket_id}")
        return None if reply.status_code == httpx.codes.NOT_FOUND else _good(reply)

    def act(self, ticket_id: str, act: str, **body: object) -> Shown:
        return self.client.post(f"{self.path}/tickets/{ticket_id}/{act}", **body)

    def decisions(self, ticket_id: str) -> list[Shown]:
        path = f"{self.path}/tickets/{ticket_id}/decisions"
        return list(self.client.get(path, limit=100)["items"])

    def dead_letters(self) -> list[Shown]:
        return list(self.client.pages(f"{self.path}/dead-letters"))


def _good(reply: httpx.Response) -> Shown:
    assert reply.is_success, f"{reply.request.method} {reply.url}: {reply.status_code} {reply.text}"
    return reply.json()
