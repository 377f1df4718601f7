"""The service as its callers use it: partners, the shop, an operator, each with a key."""

from __future__ import annotations

from typing import Any, Final

import httpx

from overflow.demo.shop import SHOP
from overflow.errors import Conflict, Fault, NotNow, Refused, Unknown

TIMEOUT: Final = 30.0
"""Seconds; an answer waits for the helpdesk."""
PAGE: Final = 200
Json = dict[str, Any]


class Service:
    """The API under one key. One thread at a time."""

    def __init__(self, base: str, token: str) -> None:
        self._http = httpx.Client(
            base_url=base, headers={"authorization": f"Bearer {token}"}, timeout=TIMEOUT
        )

    def health(self) -> Json:
        """What ``/healthz`` says, well or not."""
        found: Json = self._ask("GET", "/healthz").json()
        return found

    def situation(self) -> Json:
        return self._get("/situation")

    def decisions(self, since: str) -> list[Json]:
        """All from that moment on, the oldest first."""
        return self._pages("/decisions", {"start": since})[::-1]

    def dead_letters(self) -> list[Json]:
        return self._pages("/dead-letters", {})

    def waiting(self) -> list[Json]:
        """What waits for the partner whose key this is, the oldest first."""
        return self._pages("/tickets", {"standing": "waiting"})

    def tickets(self) -> list[Json]:
        """All that have not ended."""
        return self._pages("/tickets", {})

    def ticket(self, ticket: str) -> Json | None:
        """One with its last decision; None: the service does not know it."""
        try:
            return self._get(f"/tickets/{ticket}")
        except Unknown:
            return None

    def claim(self, ticket: str, agent: str, seconds: int) -> Json:
        return self._act(ticket, "claim", agent=agent, seconds=seconds)

    def answer(self, ticket: str, agent: str, *, status: str | None, key: str) -> Json:
        """Write to the customer and set the status, once however often it is tried."""
        body = {"agent": agent, "text": "It is on its way.", "status": status}
        return self._post(f"/tickets/{ticket}/reply", body, {"idempotency-key": key})

    def set_status(self, ticket: str, agent: str, status: str) -> Json:
        return self._act(ticket, "status", agent=agent, status=status)

    def give_back(self, ticket: str, agent: str, reason: str) -> Json:
        return self._act(ticket, "return", agent=agent, reason=reason)

    def declare_staffing(self, **said: object) -> None:
        self._checked(self._ask("PUT", f"/v1/shops/{SHOP}/staffing", json=said))

    def close(self) -> None:
        self._http.close()

    def _act(self, ticket: str, act: str, **body: object) -> Json:
        return self._post(f"/tickets/{ticket}/{act}", body, {})

    def _post(self, path: str, body: Json, headers: dict[str, str]) -> Json:
        found: Json = self._checked(
            self._ask("POST", f"/v1/shops/{SHOP}{path}", json=body, headers=headers)
        ).json()
        return found

    def _get(self, path: str, query: Json | None = None) -> Json:
        found: Json = self._checked(
            self._ask("GET", f"/v1/shops/{SHOP}{path}", params=query)
        ).json()
        return found

    def _pages(self, path: str, query: Json) -> list[Json]:
        found: list[Json] = []
        cursor: str | None = ""
        while cursor is not None:
            where = {"cursor": cursor} if cursor else {}
            page = self._get(path, {**query, **where, "limit": PAGE})
            found += page["items"]
            cursor = page["next_cursor"]
        return found

    def _ask(self, method: str, path: str, **rest: Any) -> httpx.Response:  # noqa: ANN401  httpx's
        try:
            return self._http.request(method, path, **rest)
        except httpx.HTTPError as error:
            raise NotNow(f"the service does not answer: {type(error).__name__}") from error

    def _checked(self, reply: httpx.Response) -> httpx.Response:
        if not reply.is_success:
            raise _fault(reply)
        return reply


def _fault(reply: httpx.Response) -> Fault:
    said = reply.json() if "json" in reply.headers.get("content-type", "") else {}
    detail = str(said.get("detail") or said.get("title") or reply.reason_phrase)
    where = f"{reply.request.method} {reply.request.url.path}: {reply.status_code} {detail}"
    match reply.status_code:
        case httpx.codes.NOT_FOUND:
            return Unknown(where)
        case httpx.codes.CONFLICT:
            return Conflict(where, claimed_by=said.get("claimed_by"))
        case status if status >= httpx.codes.INTERNAL_SERVER_ERROR:
            return NotNow(where)
        case _:
            return Refused(where)
