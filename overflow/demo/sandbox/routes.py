"""What people do in the sandbox, and the switches: plain HTTP for tests and the demo, unsigned."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Final

from overflow.demo.sandbox.desk import ENDED, Desk, Ticket
from overflow.demo.sandbox.faults import Faults
from overflow.demo.sandbox.outbox import Outbox
from overflow.demo.sandbox.protocol import Protocol
from overflow.demo.sandbox.wire import Answer, Request

BASE: Final = "api"
"""The first part of the standard protocol's URLs."""
PAGE: Final = 1000
"""Tickets shown at once."""
QUIET: Final = 60.0
"""Seconds that one waits at most for the webhooks to be sent."""

Values = Mapping[str, object]


class Routes:
    """Sends each request to where it belongs."""

    def __init__(self, desk: Desk, protocol: Protocol, outbox: Outbox, faults: Faults) -> None:
        self._desk = desk
        self._protocol = protocol
        self._outbox = outbox
        self._faults = faults

    async def __call__(self, request: Request) -> Answer | None:
        match request.path:
            case [first, *rest] if first == BASE:
                return await self._protocol(request, rest)
            case ["quiet"]:
                return await self._quiet()
            case path:
                try:
                    value = self._people(request, path)
                except (TypeError, ValueError) as fault:
                    return Answer(HTTPStatus.UNPROCESSABLE_ENTITY, {"error": str(fault)})
                if value is None:
                    return Answer(HTTPStatus.NOT_FOUND, {"error": "no such thing"})
                return Answer(value=value)

    async def _quiet(self) -> Answer:
        try:
            await self._outbox.quiet(QUIET)
        except TimeoutError:
            return Answer(HTTPStatus.SERVICE_UNAVAILABLE, self._state())
        return Answer(value=self._state())

    def _people(self, request: Request, path: list[str]) -> dict[str, object] | None:
        """What there is afterwards; None: nothing here."""
        values = request.json()
        match request.method, path:
            case "POST", ["faults"]:
                self._faults.change(values)
            case "POST", ["webhooks"]:
                self._outbox.url = str(values.get("url", ""))
            case "POST", ["tickets"]:
                return _whole(self._desk.create(**values))  # type: ignore[arg-type]  # TypeError
            case "GET", ["tickets"]:
                page = self._desk.page(int(request.query.get("after", 0)), PAGE)
                return {"tickets": [_whole(ticket) for ticket in page]}
            case _, ["tickets", identity, *act]:
                return self._ticket(identity, act, values)
            case "GET", ["state"]:
                pass
            case _:
                return None
        return self._state()

    def _ticket(self, identity: str, act: list[str], values: Values) -> dict[str, object] | None:
        ticket = self._desk.tickets.get(identity)
        if ticket is None or (act and act[0] not in _ACTS):
            return None
        for name in act:
            _ACTS[name](self._desk, ticket, values)
        return _whole(ticket)

    def _state(self) -> dict[str, object]:
        return {
            "tickets": len(self._desk.tickets),
            "webhooks": {**self._outbox.count, "pending": self._outbox.pending},
            "calls": dict(self._protocol.count),
            "faults": asdict(self._faults),
        }


def _whole(ticket: Ticket) -> dict[str, object]:
    return ticket.shown() | {"notes": [note.shown() for note in ticket.notes]}


def _assign(desk: Desk, ticket: Ticket, values: Values) -> None:
    agent = values.get("agent")
    desk.assign(ticket, None if agent is None else str(agent))


def _reply(desk: Desk, ticket: Ticket, values: Values) -> None:
    desk.reply(ticket, str(values.get("text", "")), author=str(values.get("agent", "")))


def _note(desk: Desk, ticket: Ticket, values: Values) -> None:
    desk.note(ticket, str(values.get("text", "")), author=str(values.get("agent", "")))


def _status(desk: Desk, ticket: Ticket, values: Values) -> None:
    desk.set_status(ticket, str(values.get("status")))


def _move(desk: Desk, ticket: Ticket, values: Values) -> None:
    desk.move(ticket, str(values.get("group")))


def _tag(desk: Desk, ticket: Ticket, values: Values) -> None:
    desk.retag(ticket, add=_texts(values.get("add")), drop=_texts(values.get("drop")))


def _customer(desk: Desk, ticket: Ticket, values: Values) -> None:
    """The customer writes again, which opens what had ended."""
    del values
    if ticket.status in ENDED or ticket.status == "pending":
        desk.set_status(ticket, "open")


def _texts(value: object) -> list[str]:
    return [str(text) for text in value] if isinstance(value, list) else []


_ACTS: Final[Mapping[str, Callable[[Desk, Ticket, Values], None]]] = {
    "assign": _assign,
    "reply": _reply,
    "note": _note,
    "status": _status,
    "move": _move,
    "tag": _tag,
    "customer": _customer,
}
