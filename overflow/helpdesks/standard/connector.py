"""The standard connector: any helpdesk that speaks our documented JSON, signed both ways.

In: ``ticket.created`` and ``ticket.updated`` with the ticket's whole state. Out: ``ticket.assign``,
``ticket.note``, ``ticket.reply`` and ``ticket.status`` to ``{url}/events``, and GETs to read. The
wire is described in ``docs/standard-connector.md``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import orjson
from marshmallow import fields, validate

from overflow.clock import Clock, new_id
from overflow.core.model import Snapshot, Status, Words
from overflow.errors import Refused
from overflow.helpdesks.credentials import Secrets
from overflow.helpdesks.fields import Fields, understood
from overflow.helpdesks.gate import OPEN, Gate
from overflow.helpdesks.http import HelpdeskHttp, Reply, segment
from overflow.helpdesks.options import HttpOptions
from overflow.helpdesks.port import Desired, Event, Page
from overflow.helpdesks.references import carrying
from overflow.helpdesks.signatures import sign_standard, standard_webhooks
from overflow.helpdesks.standard.body import Listed, event_of, listed_of, whole_ticket_of

OVERLAP: Final = 10_000_000
"""Microseconds that a walk of changes begins before the last one did: writes that end late."""
PAGE: Final = 200
"""Tickets asked for at once."""
_CURSOR: Final = re.compile(r"([0-9]{1,16})\.([0-9]{0,16})\.(.*)", re.ASCII | re.DOTALL)


class StandardOptions(HttpOptions):
    """``helpdesk.options`` of a policy whose connector is ``standard``."""

    connections = fields.Integer(load_default=64, strict=True, validate=validate.Range(1, 256))


class StandardHelpdesk:
    """One shop's helpdesk behind the standard protocol; satisfies ``Helpdesk``.

    Secrets: ``webhook`` for both directions, or ``outward`` besides it for what we send.
    """

    def __init__(
        self,
        options: Mapping[str, object],
        secrets: Secrets,
        words: Words,
        clock: Clock,
        gate: Gate = OPEN,
    ) -> None:
        del words  # they come in with what is desired
        self._secrets = secrets
        self._clock = clock
        self._http = HelpdeskHttp.by(options, sign=self._sign_read, gate=gate)

    def receive(self, headers: Mapping[str, str], body: bytes, token: str, now: float) -> Event:
        del token  # everything is signed
        return event_of(body, standard_webhooks(self._secrets("webhook"), headers, body, now))

    def read(self, ticket_id: str) -> Snapshot | None:
        path = f"/tickets/{segment(ticket_id)}"
        reply = self._http.request("GET", path, none_on_404=True)
        return None if reply is None else _ticket(reply)

    def write(self, seen: Snapshot, desired: Desired) -> None:
        """See the port. One event carries whatever differs, with the version it was made from."""
        reason = None if desired.reason_field is None else desired.reason
        if (
            desired.group in {None, seen.group}
            and desired.is_tagged == (desired.tag in seen.tags)
            and reason in {None, seen.reason or ""}
        ):
            return
        change = {
            "id": seen.id,
            "version": seen.version,
            "group": desired.group,
            "tag": desired.tag,
            "is_tagged": desired.is_tagged,
            "reason": reason,
        }
        self._send("ticket.assign", change, change)

    def add_note(self, ticket_id: str, text: str, reference: str) -> None:
        note = {"id": ticket_id, "text": carrying(text, reference), "reference": reference}
        self._send("ticket.note", note, [ticket_id, reference])

    def has_note(self, ticket_id: str, reference: str) -> bool:
        path = f"/tickets/{segment(ticket_id)}/notes"
        reply = self._http.request("GET", path, params={"reference": reference})
        notes = reply.mapping().get("notes")
        if not isinstance(notes, list):
            raise Refused(f"GET {path}: the answer holds no list of notes.")
        return any(isinstance(note, dict) and _carries(note, reference) for note in notes)

    def reply(self, ticket_id: str, text: str, reference: str) -> None:
        answer = {"id": ticket_id, "text": text, "reference": reference}
        self._send("ticket.reply", answer, [ticket_id, reference])

    def set_status(self, ticket_id: str, status: Status) -> None:
        """See the port. Nothing is sent where the status is that already."""
        seen = self.read(ticket_id)
        if seen is None:
            raise Refused("The helpdesk no longer has the ticket.")
        if seen.status is not status:
            change = {"id": ticket_id, "version": seen.version, "status": status.value}
            self._send("ticket.status", change, change)

    def walk_open(self, cursor: str) -> Page:
        listed = self._list({"state": "open"}, cursor)
        return Page(listed.tickets, listed.cursor or cursor, is_last=not listed.cursor)

    def changed_since(self, cursor: str) -> Page:
        """See the port. A cursor that is not ours, another connector's perhaps, begins now."""
        since, then, page = _split(cursor)
        if not since:
            begun = self._list({"state": "open"}, limit=1).as_of
            return Page((), f"{begun - OVERLAP}..", is_last=True)
        listed = self._list({"changed_since": iso(since)}, page)
        then = then or listed.as_of  # the helpdesk's clock when this walk began
        if listed.cursor:
            return Page(listed.tickets, f"{since}.{then}.{listed.cursor}", is_last=False)
        return Page(listed.tickets, f"{max(since, then - OVERLAP)}..", is_last=True)

    def groups(self) -> Sequence[str] | None:
        reply = self._http.request("GET", "/groups", none_on_404=True)
        with understood("GET /groups"):
            return None if reply is None else Fields(reply.mapping()).texts("groups")

    def close(self) -> None:
        self._http.close()

    def _list(self, wanted: Mapping[str, str], cursor: str = "", limit: int = PAGE) -> Listed:
        params: dict[str, str | int] = {**wanted, "limit": limit}
        if cursor:
            params["cursor"] = cursor
        reply = self._http.request("GET", "/tickets", params=params)
        with understood("GET /tickets"):
            return listed_of(Fields(reply.mapping()))

    def _send(self, kind: str, data: Mapping[str, object], means: object) -> None:
        """Post an event. Its id is the same whenever the same thing is meant."""
        identity = hashlib.sha256(orjson.dumps([kind, means])).hexdigest()[:32]
        now = self._clock.now()
        event = {"type": kind, "timestamp": iso(int(now * 1e6)), "data": data}
        body = orjson.dumps(event)
        headers = sign_standard(self._outward(), identity, now, body)
        headers["content-type"] = "application/json"
        self._http.request("POST", "/events", content=body, headers=headers)

    def _sign_read(self, method: str, target: str, body: bytes) -> Mapping[str, str]:
        """A GET has no body: what is signed in its stead is its request line, as JSON text."""
        del body
        if method != "GET":
            return {}
        line = orjson.dumps(f"{method} {target}")
        return sign_standard(self._outward(), new_id(), self._clock.now(), line)

    def _outward(self) -> tuple[str, ...]:
        return self._secrets("outward") or self._secrets("webhook")


def _ticket(reply: Reply) -> Snapshot:
    with understood("GET /tickets/…"):
        return whole_ticket_of(Fields(reply.mapping()).inner("ticket"))


def _carries(note: Mapping[str, object], reference: str) -> bool:
    return note.get("reference") == reference or reference in str(note.get("text", ""))


def _split(cursor: str) -> tuple[int, int, str]:
    """``since.then.page``: where this walk began, where the next begins, the helpdesk's cursor."""
    ours = _CURSOR.fullmatch(cursor)
    if ours is None:
        return 0, 0, ""
    return int(ours[1]), int(ours[2] or 0), ours[3]


def iso(microseconds: int) -> str:
    """Microseconds since 1970 as the protocol writes times."""
    seconds, rest = divmod(microseconds, 1_000_000)
    whole = datetime.fromtimestamp(seconds, UTC)
    return f"{whole:%Y-%m-%dT%H:%M:%S}.{rest:06}Z"
