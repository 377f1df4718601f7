"""Zammad by its REST API, with webhooks that it signs (HMAC-SHA1 of the body alone).

A webhook's body is made when it is sent, not when it happened, and bears no timestamp: it is a
hint. There is no locking, but every write changes only what it names, and tags are added and taken
off one by one. A version is ``updated_at``, in milliseconds. It knows no rate limit.

https://admin-docs.zammad.org/en/latest/manage/webhook.html
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Final, cast

from marshmallow import fields, validate

from overflow.clock import Clock
from overflow.core.model import Snapshot, Status, Words
from overflow.errors import Refused
from overflow.helpdesks.credentials import Secrets
from overflow.helpdesks.fields import TEXT, Fields, understood
from overflow.helpdesks.gate import OPEN, Gate, moving
from overflow.helpdesks.http import HelpdeskHttp, segment
from overflow.helpdesks.keyset import iso, sent_at
from overflow.helpdesks.port import Desired, Event, Note, Page
from overflow.helpdesks.references import beside_note, carrying
from overflow.helpdesks.signatures import refusal, same
from overflow.helpdesks.vendor_options import VendorOptions, meanings
from overflow.helpdesks.vocabulary import Vocabulary, number_of
from overflow.helpdesks.zammad.ticket import CHANNELS, NOBODY, WRITTEN, Lexicon, event_of
from overflow.helpdesks.zammad.walk import Walk

_DAY: Final = 86_400
_PLAIN: Final = "text/plain"


class ZammadOptions(VendorOptions):
    """``helpdesk.options`` of a policy whose connector is ``zammad``.

    ``url`` ends with ``/api/v1``. ``statuses`` says by number what states mean that their type
    does not tell. ``user`` is the number of the service's user: a webhook about a ticket that it
    changed last is passed over. ``wait_days``: how long a ticket set to pending waits. Not
    confirmed: ``quoted_times`` (the search takes a time of day in quotes), ``reply_type`` (the
    type of article that an answer is).
    """

    statuses = meanings(fields.Integer(validate=validate.Range(min=1)))
    user = fields.Integer(load_default=None, strict=True, validate=validate.Range(min=1))
    wait_days = fields.Integer(load_default=3, strict=True, validate=validate.Range(1, 365))
    quoted_times = fields.Boolean(load_default=False)
    reply_type = fields.String(load_default="email", validate=validate.Length(min=1))


class ZammadHelpdesk:
    """One shop's Zammad; satisfies ``Helpdesk``.

    Secrets: ``token`` of the service's user, and ``webhook``, the webhook's HMAC token.
    """

    def __init__(
        self,
        options: Mapping[str, object],
        secrets: Secrets,
        words: Words,
        clock: Clock,
        gate: Gate = OPEN,
    ) -> None:
        del clock  # what has changed since when is told by Zammad's own
        own = cast("Mapping[int, str]", options["statuses"])
        self._secrets = secrets
        self._user = cast("int | None", options["user"])
        self._wait_days = cast("int", options["wait_days"])
        self._reply_type = cast("str", options["reply_type"])
        self._words = Vocabulary.of(options, words, CHANNELS)
        self._own = {number: Status(ours) for number, ours in own.items()}
        self._http = HelpdeskHttp.by(options, sign=self._authorise, gate=gate)
        lexicon = Lexicon(self._words, self._own)
        self._walk = Walk(self._http, lexicon, is_quoted=cast("bool", options["quoted_times"]))

    def receive(self, headers: Mapping[str, str], body: bytes, token: str, now: float) -> Event:
        """See the port. A hint: the body shows no tags, and not when it was sent."""
        del token, now  # the signature covers neither
        given = headers.get("x-hub-signature", "")
        if not same(given, [_sign(secret, body) for secret in self._secrets("webhook") if secret]):
            raise refusal()
        return event_of(headers, body, self._user)

    def read(self, ticket_id: str) -> Snapshot | None:
        """See the port. Two calls: tags are told by one of their own."""
        ticket = self._get(ticket_id)
        if ticket is None:
            return None
        with understood(f"GET {_ticket(ticket_id)}"):
            return self._walk.snapshot(ticket)

    def write(self, seen: Snapshot, desired: Desired) -> None:
        """See the port. One call for group and reason, one for the tag."""
        self._write(seen, desired, {})

    def write_along(self, seen: Snapshot, desired: Desired, note: Note) -> None:
        """See the port. Note, group and reason stand all, or none of them."""
        self._write(seen, desired, {"article": _note(note.text, note.reference)})

    def add_note(self, ticket_id: str, text: str, reference: str) -> None:
        self._say(ticket_id, _note(text, reference))

    def has_note(self, ticket_id: str, reference: str) -> bool:
        """Whether a note or an answer carries the reference."""
        path = f"ticket_articles/by_ticket/{segment(ticket_id)}"
        articles = self._http.request("GET", path).json()
        if not isinstance(articles, list):
            raise Refused(f"GET {path}: the answer is no list.")
        return any(reference in str(a.get("body")) for a in articles if isinstance(a, dict))

    def reply(self, ticket_id: str, text: str, reference: str) -> None:
        """See the port. An e-mail to the customer."""
        ticket = self._get(ticket_id)
        if ticket is None:
            raise Refused("The helpdesk no longer has the ticket.")
        to = ticket.text("customer", TEXT)
        body = carrying(text, reference)
        self._say(ticket_id, {"type": self._reply_type, "internal": False, "to": to, "body": body})

    def set_status(self, ticket_id: str, status: Status) -> None:
        """See the port. A ticket set to pending or on hold is remembered after some days.

        Both are the same, unless the options name a state of the shop's own for on hold.
        """
        change: dict[str, object] = {"state_id": self._state(status)}
        if status in {Status.PENDING, Status.ON_HOLD}:
            now = sent_at(self._http.request("GET", "users/me"))
            change["pending_time"] = iso(now + self._wait_days * _DAY)
        self._http.request("PUT", _ticket(ticket_id), json=change)

    def walk_open(self, cursor: str) -> Page:
        return self._walk.open(cursor)

    def changed_since(self, cursor: str) -> Page:
        return self._walk.changed(cursor)

    def groups(self) -> Sequence[str] | None:
        """Those of the options whose numbers Zammad has, and the service's user sees."""
        listed = self._http.request("GET", "groups", params={"per_page": 500}).json()
        groups = [g for g in listed if isinstance(g, dict)] if isinstance(listed, list) else []
        return self._words.named(frozenset(n for g in groups if (n := number_of(g.get("id")))))

    @property
    def http(self) -> HelpdeskHttp:
        """The client with its login, for whoever sets the helpdesk up."""
        return self._http

    def close(self) -> None:
        self._http.close()

    def _get(self, ticket_id: str) -> Fields | None:
        params = {"expand": "true"}
        reply = self._http.request("GET", _ticket(ticket_id), params=params, none_on_404=True)
        return None if reply is None else Fields(reply.mapping())

    def _state(self, status: Status) -> int:
        """The shop's own state for it, else the first one of its type."""
        own = next((number for number, ours in self._own.items() if ours is status), None)
        if own is not None:
            return own
        wanted = WRITTEN.get(status)
        states = sorted(n for n, kind in self._walk.types().items() if kind == wanted)
        if not states:
            raise Refused(
                f"Zammad has no state for {status.value}: name one in helpdesk.options.statuses."
            )
        return states[0]

    @moving()
    def _write(self, seen: Snapshot, desired: Desired, change: dict[str, object]) -> None:
        """What differs, and ``change`` with it."""
        if desired.group is not None and desired.group != seen.group:
            change |= {"group_id": self._words.number(desired.group), "owner_id": NOBODY}
        if desired.reason_field and desired.reason != (seen.reason or ""):
            change[desired.reason_field] = desired.reason
        if desired.is_tagged != (desired.tag in seen.tags):
            with beside_note(is_undone=True):
                self._tag(seen.id, desired.tag, is_tagged=desired.is_tagged)
        if change:  # last: a change of tags alone may run no trigger and leave the time as it is
            self._http.request("PUT", _ticket(seen.id), json=change)

    def _tag(self, ticket_id: str, name: str, *, is_tagged: bool) -> None:
        tag = {"item": name, "object": "Ticket", "o_id": number_of(ticket_id)}
        if is_tagged:
            self._http.request("POST", "tags/add", json=tag)
        else:
            self._http.request("DELETE", "tags/remove", json=tag)

    def _say(self, ticket_id: str, article: Mapping[str, object]) -> None:
        said = {"ticket_id": number_of(ticket_id), "content_type": _PLAIN, **article}
        self._http.request("POST", "ticket_articles", json=said)

    def _authorise(self, method: str, target: str, body: bytes) -> Mapping[str, str]:
        del method, target, body
        return {"authorization": f"Token token={next(iter(self._secrets('token')), '')}"}


def _sign(secret: str, body: bytes) -> str:
    return "sha1=" + hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()


def _ticket(ticket_id: str) -> str:
    return f"tickets/{segment(ticket_id)}"


def _note(text: str, reference: str) -> dict[str, object]:
    said = {"body": carrying(text, reference), "content_type": _PLAIN}
    return {"type": "note", "internal": True, **said}
