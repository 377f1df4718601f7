"""Gorgias by its REST API, with the webhooks of an HTTP integration.

How it signs is not documented, so that a webhook is a hint: a secret stands in its URL and in a
header, and a signature is verified where the options say how it is made. It knows no locking, but
tags are added and taken off by calls of their own. A version is ``updated_datetime``.

Limit: 40 calls in 20 seconds with an API key. After 100 failures in a row it stops sending.
https://developers.gorgias.com/reference/limitations
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, cast
from zoneinfo import ZoneInfo, available_timezones

from marshmallow import fields, validate

from overflow.clock import Clock
from overflow.core.model import Snapshot, Status, Words
from overflow.errors import Refused
from overflow.helpdesks.credentials import Secrets
from overflow.helpdesks.fields import Fields, understood
from overflow.helpdesks.gate import OPEN, Gate, moving
from overflow.helpdesks.gorgias.bulk import GorgiasBulk
from overflow.helpdesks.gorgias.signature import GorgiasSignature, verify
from overflow.helpdesks.gorgias.ticket import CHANNELS, Lexicon, event_of
from overflow.helpdesks.gorgias.walk import Walk
from overflow.helpdesks.http import HelpdeskHttp, Params, segment
from overflow.helpdesks.keyset import iso, sent_at
from overflow.helpdesks.login import basic, known_sender
from overflow.helpdesks.paging import listed
from overflow.helpdesks.port import Desired, Event, Page
from overflow.helpdesks.references import carrying
from overflow.helpdesks.vendor_options import VendorOptions
from overflow.helpdesks.vocabulary import Vocabulary, number_of

_DAY: Final = 86_400
_PAGE: Final = 100


class GorgiasOptions(VendorOptions):
    """``helpdesk.options`` of a policy whose connector is ``gorgias``.

    ``url`` ends with ``/api``; ``groups`` are teams; ``user`` is the number of the service's user,
    and ``email`` its address, that go with an API key (without ``email`` the token is OAuth's).
    ``walk_days``: how far back the last change of an open ticket lies at the most. Not confirmed
    by the vendor: ``signature``; ``needs_header`` (its headers are said to be left out at times);
    ``zone`` of times that bear none; ``unassign`` (an object with the id null, or null itself);
    ``wait_days`` (how long what is set to on hold is snoozed); ``merged_tag``; ``field_path``
    (where a custom field stands behind its ticket) and ``field_body`` (its bare value, or an object
    that holds it); ``bulk`` (jobs put many tickets into a team, and a list can be asked for tickets
    by their ids).
    """

    email = fields.String(load_default="")
    user = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    signature = fields.Nested(GorgiasSignature, load_default=None)
    needs_header = fields.Boolean(load_default=False)
    zone = fields.String(load_default="UTC", validate=validate.OneOf(sorted(available_timezones())))
    unassign = fields.String(load_default="id", validate=validate.OneOf(["id", "null"]))
    walk_days = fields.Integer(load_default=90, strict=True, validate=validate.Range(1, 3650))
    wait_days = fields.Integer(load_default=3, strict=True, validate=validate.Range(1, 365))
    merged_tag = fields.String(load_default="")
    field_path = fields.String(
        load_default="custom-fields/{field}",
        validate=validate.Regexp(r"[\w/{}.-]*\{field\}", error="has to end with {{field}}"),
    )
    field_body = fields.String(load_default="value", validate=validate.OneOf(["value", "object"]))
    bulk = fields.Boolean(load_default=True)


class GorgiasHelpdesk:
    """One shop's Gorgias; satisfies ``Helpdesk``.

    Secrets: ``token``, the API key, ``webhook``, the last part of the webhook's URL, which its
    header holds too, and ``signature`` where the options say how one is made.
    """

    def __init__(
        self,
        options: Mapping[str, object],
        secrets: Secrets,
        words: Words,
        clock: Clock,
        gate: Gate = OPEN,
    ) -> None:
        del clock  # what has changed since when is told by Gorgias's own
        self._secrets = secrets
        self._email = cast("str", options["email"])
        self._user = cast("int", options["user"])
        self._signature = cast("Mapping[str, str] | None", options["signature"])
        self._needs_header = cast("bool", options["needs_header"])
        self._nobody: object = {"id": None} if options["unassign"] == "id" else None
        self._field_path = cast("str", options["field_path"])
        self._is_bare = options["field_body"] == "value"
        self._wait_days = cast("int", options["wait_days"])
        self._words = Vocabulary.of(options, words, CHANNELS)
        zone = ZoneInfo(cast("str", options["zone"]))
        self._lexicon = Lexicon(self._words, zone, cast("str", options["merged_tag"]))
        self._http = HelpdeskHttp.by(options, sign=self._authorise, gate=gate)
        self._walk = Walk(self._http, self._lexicon, cast("int", options["walk_days"]))
        bulk = GorgiasBulk(self._http, self._walk, self._words, self._mark, self._nobody)
        self.bulk = bulk if options["bulk"] else None
        """See ``port.ByBulk``."""

    def receive(self, headers: Mapping[str, str], body: bytes, token: str, now: float) -> Event:
        """See the port. Always a hint."""
        del now
        known_sender(headers, token, self._secrets("webhook"), needs_header=self._needs_header)
        if self._signature is not None:
            verify(self._signature, self._secrets("signature"), headers, body)
        return event_of(body)

    def read(self, ticket_id: str) -> Snapshot | None:
        path, params = _ticket(ticket_id), {"relationships": "custom_fields"}
        reply = self._http.request("GET", path, params=params, none_on_404=True)
        if reply is None:
            return None
        with understood(f"GET {path}"):
            return self._lexicon.ticket(Fields(reply.mapping()), sent_at(reply))

    @moving()
    def write(self, seen: Snapshot, desired: Desired) -> None:
        """See the port. One call each for group, tag and reason, none of which replaces others."""
        self._mark(seen, desired)
        if desired.group is not None and desired.group != seen.group:
            team = {"id": self._words.number(desired.group)}
            change = {"assignee_team": team, "assignee_user": self._nobody}
            self._http.request("PUT", _ticket(seen.id), json=change)

    def add_note(self, ticket_id: str, text: str, reference: str) -> None:
        note = {"channel": "internal-note", "via": "api", "public": False}
        self._say(ticket_id, {**note, "body_text": carrying(text, reference)})

    def has_note(self, ticket_id: str, reference: str) -> bool:
        """Whether a note or an answer carries the reference."""
        said = self._messages(ticket_id)
        return any(reference in f"{m.get('body_text')}{m.get('body_html')}" for m in said)

    def reply(self, ticket_id: str, text: str, reference: str) -> None:
        """See the port. Goes back the way on which the customer's last message came."""
        last = next((m for m in self._messages(ticket_id) if _is_received(m)), None)
        if last is None:
            raise Refused("There is no message of the customer that could be answered.")
        source = last.get("source")
        answer = {
            "channel": last.get("channel"),
            "via": "api",
            "public": True,
            "receiver": last.get("sender"),
            "source": _back(source if isinstance(source, dict) else {}),
            "body_text": carrying(text, reference),
        }
        self._say(ticket_id, answer)

    def set_status(self, ticket_id: str, status: Status) -> None:
        """See the port. Pending and on hold are both a snooze."""
        change: dict[str, object] = {"status": "closed", "snooze_datetime": None}
        if status is Status.OPEN:
            change["status"] = "open"
        elif status in {Status.PENDING, Status.ON_HOLD}:
            now = sent_at(self._http.request("GET", _ticket(ticket_id)))
            change["snooze_datetime"] = iso(now + self._wait_days * _DAY)
        elif status is not Status.SOLVED:
            raise Refused(f"Gorgias has no status for {status.value}.")
        self._http.request("PUT", _ticket(ticket_id), json=change)

    def walk_open(self, cursor: str) -> Page:
        return self._walk.open(cursor)

    def changed_since(self, cursor: str) -> Page:
        return self._walk.changed(cursor)

    def groups(self) -> Sequence[str] | None:
        """Those of the options whose numbers are teams."""
        teams = listed(self._http.request, "teams", {"limit": _PAGE}, "data", following)
        return self._words.named(frozenset(n for t in teams if (n := number_of(t.get("id")))))

    @property
    def http(self) -> HelpdeskHttp:
        """The client with its login, for whoever sets the helpdesk up."""
        return self._http

    def close(self) -> None:
        self._http.close()

    def _mark(self, seen: Snapshot, desired: Desired) -> None:
        """Tag and reason, where they differ."""
        if desired.is_tagged != (desired.tag in seen.tags):
            how = "POST" if desired.is_tagged else "DELETE"  # a PUT would replace them all
            self._http.request(how, f"{_ticket(seen.id)}/tags", json={"names": [desired.tag]})
        if desired.reason_field and desired.reason != (seen.reason or ""):
            self._set_field(seen.id, desired.reason_field, desired.reason)

    def _set_field(self, ticket_id: str, field: str, value: str) -> None:
        """One field and no other; an empty one is deleted."""
        path = f"{_ticket(ticket_id)}/{self._field_path.replace('{field}', segment(field))}"
        if value:
            self._http.request("PUT", path, json=value if self._is_bare else {"value": value})
        else:
            self._http.request("DELETE", path, none_on_404=True)

    def _messages(self, ticket_id: str) -> Iterator[Mapping[str, object]]:
        """What was said on a ticket, the newest first."""
        newest: Params = {
            "ticket_id": ticket_id,
            "order_by": "created_datetime:desc",
            "limit": _PAGE,
        }
        return listed(self._http.request, "messages", newest, "data", following)

    def _say(self, ticket_id: str, message: Mapping[str, object]) -> None:
        said = {"from_agent": True, "sender": {"id": self._user}, **message}
        self._http.request("POST", f"{_ticket(ticket_id)}/messages", json=said)

    def _authorise(self, method: str, target: str, body: bytes) -> Mapping[str, str]:
        del method, target, body
        token = next(iter(self._secrets("token")), "")
        return {"authorization": basic(self._email, token) if self._email else f"Bearer {token}"}


def _ticket(ticket_id: str) -> str:
    return f"tickets/{segment(ticket_id)}"


def _is_received(message: Mapping[str, object]) -> bool:
    return message.get("from_agent") is not True and message.get("channel") != "internal-note"


def _back(source: Mapping[str, object]) -> dict[str, object]:
    """The same way, the other direction."""
    to = source.get("to")
    sender = to[0] if isinstance(to, list) and to else None
    return {"type": source.get("type"), "from": sender, "to": [source.get("from")]}


def following(meta: Mapping[str, object]) -> Params | None:
    """The next page of a list."""
    cursor = meta.get("next_cursor")
    return {"cursor": cursor} if isinstance(cursor, str) and cursor else None
