"""The helpdesk's side of the standard protocol: what the service calls.

A receiver that somebody writes for a real helpdesk has the same duties, so this file can be read
as an example: verify, remember the ids of what took effect, compare versions, answer.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import orjson

from overflow.clock import Clock
from overflow.demo.sandbox.desk import Desk, Ticket
from overflow.demo.sandbox.faults import Faults
from overflow.demo.sandbox.wire import Answer, Request
from overflow.errors import BadInput, Unauthorised
from overflow.helpdesks.fields import Fields
from overflow.helpdesks.signatures import standard_webhooks
from overflow.helpdesks.standard.connector import iso

SERVICE: Final = "overflow"
"""The author of what the service writes."""
PAGE: Final = 200
REMEMBERED: Final = 100_000
"""Ids of events kept for telling repetitions."""
_MISSING: Final = Answer(HTTPStatus.NOT_FOUND, {"error": "no such thing"})


class Protocol:
    """Answers the service. None instead of an answer: hang up."""

    def __init__(self, desk: Desk, secrets: tuple[str, ...], faults: Faults, clock: Clock) -> None:
        self.count: Counter[str] = Counter()
        """Calls by kind."""
        self._desk = desk
        self._secrets = secrets
        self._faults = faults
        self._clock = clock
        self._done: OrderedDict[str, None] = OrderedDict()

    async def __call__(self, request: Request, path: list[str]) -> Answer | None:
        """``path`` is what follows the base URL."""
        await asyncio.sleep(self._faults.latency)
        if self._faults.outage:
            return None
        try:
            identity = self._verify(request)
            if request.method == "GET":
                return self._read(request, path)
            return self._write(Fields.parse(request.body), identity, path)
        except Unauthorised as fault:
            return Answer(HTTPStatus.UNAUTHORIZED, {"error": fault.message})
        except BadInput as fault:
            return Answer(HTTPStatus.UNPROCESSABLE_ENTITY, {"error": fault.message})
        except ValueError as fault:
            return Answer(HTTPStatus.UNPROCESSABLE_ENTITY, {"error": str(fault)})

    def _verify(self, request: Request) -> str:
        signed = request.body
        if request.method == "GET":
            signed = orjson.dumps(f"GET {request.target}")
        return standard_webhooks(self._secrets, request.headers, signed, self._clock.now())

    def _read(self, request: Request, path: list[str]) -> Answer:
        self.count["GET"] += 1
        if self._faults.strikes("fail_next", "GET"):
            return self._failure()
        match path:
            case ["tickets"]:
                return Answer(value=self._list(request.query))
            case ["groups"]:
                return Answer(value={"groups": self._desk.groups})
            case ["tickets", identity, *rest] if identity in self._desk.tickets:
                ticket = self._desk.tickets[identity]
                if not rest:
                    return Answer(value={"ticket": ticket.shown()})
                wanted = request.query.get("reference")
                notes = [n.shown() for n in ticket.notes if wanted in {None, n.reference}]
                return Answer(value={"notes": notes})
            case _:
                return _MISSING

    def _list(self, query: Mapping[str, str]) -> dict[str, object]:
        as_of = iso(int((self._clock.now() + self._faults.skew) * 1e6))
        limit = min(int(query.get("limit", PAGE)), PAGE)
        cursor = query.get("cursor", "")
        if "changed_since" in query:
            since = Fields(query).moment("changed_since") or 0
            tickets, following = self._desk.changed_from(int(cursor or since), limit)
        else:
            tickets, following = self._desk.open_after(int(cursor or 0), limit)
        return {
            "tickets": [ticket.shown() for ticket in tickets],
            "cursor": None if following is None else str(following),
            "as_of": as_of,
        }

    def _write(self, event: Fields, identity: str, path: list[str]) -> Answer | None:
        kind = str(event.values.get("type"))
        self.count[kind] += 1
        if path != ["events"]:
            return _MISSING
        if self._faults.strikes("fail_next", kind):
            return self._failure()
        if self._faults.strikes("ignore_next", kind) or identity in self._done:
            return Answer(value={"ok": True})
        data = event.inner("data")
        ticket = self._desk.tickets.get(data.identity())
        if ticket is None:
            return _MISSING
        version = data.integer("version")
        if self._faults.compares_versions and version not in {None, ticket.updated_at}:
            return Answer(HTTPStatus.PRECONDITION_FAILED, {"error": "changed meanwhile"})
        self._apply(kind, ticket, data.values)
        if kind in {"ticket.assign", "ticket.status"}:  # notes are doubled, as they are elsewhere
            self._remember(identity)
        return None if self._faults.strikes("lose_answers", kind) else Answer(value={"ok": True})

    def _apply(self, kind: str, ticket: Ticket, data: Mapping[str, object]) -> None:
        text, reference = str(data.get("text", "")), str(data.get("reference", ""))
        match kind:
            case "ticket.assign":
                group, reason = data.get("group"), data.get("reason")
                self._desk.route(
                    ticket,
                    None if group is None else str(group),
                    str(data.get("tag")),
                    is_tagged=bool(data.get("is_tagged")),
                    reason=None if reason is None else str(reason),
                )
            case "ticket.note":
                self._desk.note(ticket, text, author=SERVICE, reference=reference)
            case "ticket.reply":
                self._desk.reply(ticket, text, author=SERVICE, reference=reference)
            case "ticket.status":
                self._desk.set_status(ticket, str(data.get("status")))
            case _:
                raise ValueError("no such event")

    def _remember(self, identity: str) -> None:
        self._done[identity] = None
        if len(self._done) > REMEMBERED:
            self._done.popitem(last=False)

    def _failure(self) -> Answer:
        after = self._faults.retry_after
        headers = {"retry-after": after} if after else {}
        return Answer(self._faults.fail_status, {"error": "as switched"}, headers)
