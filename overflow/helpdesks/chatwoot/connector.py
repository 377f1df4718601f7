"""Chatwoot by its REST API, with webhooks that it signs and sends at most once.

A conversation's version is ``updated_at``, in milliseconds. There is no locking, and both labels
and custom attributes are replaced as a whole: they are read right before they are written. A team
is set by one call and the assignee cleared by a second, for a call that names both sets no team.

Signed since 4.11.2; account webhooks are never sent again. Limit: 3000 calls a minute by address.
https://www.chatwoot.com/docs/product/features/webhooks
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, cast

from marshmallow import fields, validate

from overflow.clock import Clock
from overflow.core.model import Snapshot, Status, Words
from overflow.errors import Refused
from overflow.helpdesks.chatwoot.bulk import ChatwootBulk, is_told
from overflow.helpdesks.chatwoot.ticket import CHANNELS, WRITTEN, Lexicon
from overflow.helpdesks.chatwoot.walk import Walk
from overflow.helpdesks.credentials import Secrets
from overflow.helpdesks.fields import Fields, understood
from overflow.helpdesks.gate import OPEN, Gate, moving
from overflow.helpdesks.http import HelpdeskHttp, Reply, segment
from overflow.helpdesks.paging import numbered
from overflow.helpdesks.port import Desired, Event, Page
from overflow.helpdesks.references import carrying
from overflow.helpdesks.signatures import hmac_sha256_hex, refusal, same
from overflow.helpdesks.vendor_options import VendorOptions
from overflow.helpdesks.vocabulary import Vocabulary, number_of

_NONE: Final = b"null"
"""The answer of a conversation's team that is none."""


class ChatwootOptions(VendorOptions):
    """``helpdesk.options`` of a policy whose connector is ``chatwoot``.

    ``url`` is Chatwoot's own address, with or without the API's path behind it; ``account`` is the
    number in it; ``groups`` are teams.
    ``signed``: without it, for versions that do not sign, the secret is the last part of the
    webhook's URL and a webhook is only a hint. ``pending`` says who has a pending conversation:
    a bot, or the customer. ``bulk``: whether jobs, which are not documented, may be used.
    """

    account = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    signed = fields.Boolean(load_default=True)
    pending = fields.String(load_default="bot", validate=validate.OneOf(["bot", "customer"]))
    bulk = fields.Boolean(load_default=True)


class ChatwootHelpdesk:
    """One shop's Chatwoot; satisfies ``Helpdesk``.

    Secrets: ``token``, the access token of an administrator (a bot may not read, and an agent who
    opens a conversation is assigned to it), and ``webhook``, the webhook's secret.
    """

    def __init__(
        self,
        options: Mapping[str, object],
        secrets: Secrets,
        words: Words,
        clock: Clock,
        gate: Gate = OPEN,
    ) -> None:
        self._secrets = secrets
        self._account = cast("int", options["account"])
        self._is_signed = cast("bool", options["signed"])
        self._words = Vocabulary.of(options, words, CHANNELS)
        self._lexicon = Lexicon(self._words, has_bot=options["pending"] == "bot")
        place = f"/api/v1/accounts/{self._account}"
        url = cast("str", options["url"]).rstrip("/")
        self._http = HelpdeskHttp(
            url.removesuffix(place).removesuffix("/api/v1") + place,
            timeout=cast("float", options["timeout"]),
            connections=cast("int", options["connections"]),
            sign=self._authorise,
            gate=gate,
        )
        self._walk = Walk(self._http, self._lexicon, clock.now)
        bulk = ChatwootBulk(self._http, self._walk, self._words, self)
        self.bulk = bulk if options["bulk"] else None
        """See ``port.ByBulk``."""

    def receive(self, headers: Mapping[str, str], body: bytes, token: str, now: float) -> Event:
        """See the port. Whole conversations where they are signed; messages are hints."""
        secrets = self._secrets("webhook")
        if self._is_signed:
            signature = headers.get("x-chatwoot-signature", "")
            stamp = headers.get("x-chatwoot-timestamp", "")
            if not signature.startswith("sha256="):
                raise refusal()
            hmac_sha256_hex(secrets, signature, stamp, body, now)
        elif not same(token, secrets):
            raise refusal()
        delivery = headers.get("x-chatwoot-delivery", "")[:100]
        return self._lexicon.event(body, delivery, self._account, is_signed=self._is_signed)

    def read(self, ticket_id: str) -> Snapshot | None:
        conversation = self._get(ticket_id)
        if conversation is None:
            return None
        with understood(f"GET {_path(ticket_id)}"):
            return self._lexicon.ticket(conversation)

    @moving()
    def write(self, seen: Snapshot, desired: Desired) -> None:
        """See the port. Labels and attributes first, while what was read of them is fresh."""
        is_labelled = desired.is_tagged == (desired.tag in seen.tags)
        if not (is_labelled and is_told(seen, desired)):
            self._mark(seen.id, desired)
        if desired.group is not None and desired.group != seen.group:
            team = self._words.number(desired.group)
            if self._post(seen.id, "assignments", {"team_id": team}).body.strip() == _NONE:
                raise Refused(f"Chatwoot has no team {team}, and has put the conversation in none.")
            # The team may have assigned a member by itself, so this goes out in any case.
            self._post(seen.id, "assignments", {"assignee_id": None})

    def add_note(self, ticket_id: str, text: str, reference: str) -> None:
        self._say(ticket_id, text, reference, private=True)

    def has_note(self, ticket_id: str, reference: str) -> bool:
        """Whether a note or an answer carries the reference; the newest are looked at first."""
        return any(reference in str(said.get("content")) for said in self._messages(ticket_id))

    def reply(self, ticket_id: str, text: str, reference: str) -> None:
        self._say(ticket_id, text, reference, private=False)

    def set_status(self, ticket_id: str, status: Status) -> None:
        """See the port. Pending and on hold are both its snooze, until the customer writes."""
        if status not in WRITTEN:
            raise Refused(f"Chatwoot has no status for {status.value}.")
        self._post(ticket_id, "toggle_status", {"status": WRITTEN[status]})

    def walk_open(self, cursor: str) -> Page:
        return self._walk.open(cursor)

    def changed_since(self, cursor: str) -> Page:
        return self._walk.changed(cursor)

    def groups(self) -> Sequence[str] | None:
        """Those of the options whose numbers are teams."""
        listed = self._http.request("GET", "teams").json()
        teams = [t for t in listed if isinstance(t, dict)] if isinstance(listed, list) else []
        return self._words.named(frozenset(n for t in teams if (n := number_of(t.get("id")))))

    @property
    def http(self) -> HelpdeskHttp:
        """The client with its login, for whoever sets the helpdesk up."""
        return self._http

    def close(self) -> None:
        self._http.close()

    def tell(self, ticket_id: str, desired: Desired) -> None:
        """The reason, among the custom attributes as they stand at this moment."""
        self._tell(ticket_id, self._there(ticket_id), desired)

    def _mark(self, ticket_id: str, desired: Desired) -> None:
        """Labels and custom attributes as they stand at this moment, with ours or without."""
        present = self._there(ticket_id)
        with understood(f"GET {_path(ticket_id)}"):
            labels = set(present.texts("labels"))
        if desired.is_tagged != (desired.tag in labels):
            self._label(ticket_id, sorted(labels ^ {desired.tag}), desired.tag)
        self._tell(ticket_id, present, desired)

    def _tell(self, ticket_id: str, present: Fields, desired: Desired) -> None:
        found = present.values.get("custom_attributes")
        custom = found if isinstance(found, dict) else {}
        name = desired.reason_field
        if name and desired.reason != (custom.get(name) or ""):
            custom = {**custom, name: desired.reason}
            self._post(ticket_id, "custom_attributes", {"custom_attributes": custom})

    def _there(self, ticket_id: str) -> Fields:
        present = self._get(ticket_id)
        if present is None:
            raise Refused("The helpdesk no longer has the ticket.")
        return present

    def _label(self, ticket_id: str, labels: Sequence[str], ours: str) -> None:
        """Some versions leave out, without a word, what the account has no label for."""
        reply = self._post(ticket_id, "labels", {"labels": labels})
        kept = reply.mapping().get("payload") if reply.body else None
        if ours in labels and isinstance(kept, list) and ours not in kept:
            raise Refused(f"Chatwoot has no label {ours}: make it there first.")

    def _get(self, ticket_id: str) -> Fields | None:
        reply = self._http.request("GET", _path(ticket_id), none_on_404=True)
        return None if reply is None else Fields(reply.mapping())

    def _post(self, ticket_id: str, what: str, body: Mapping[str, object]) -> Reply:
        return self._http.request("POST", f"{_path(ticket_id)}/{what}", json=body)

    def _say(self, ticket_id: str, text: str, reference: str, *, private: bool) -> None:
        content = carrying(text, reference)
        message = {"content": content, "message_type": "outgoing", "private": private}
        self._post(ticket_id, "messages", message)

    def _messages(self, ticket_id: str) -> Iterator[Mapping[str, object]]:
        """The newest page first; each page is what came before the oldest of the one before."""
        path = f"{_path(ticket_id)}/messages"
        before: dict[str, int] = {}
        for _ in numbered(f"GET {path}"):
            reply = self._http.request("GET", path, params=before)
            payload = reply.mapping().get("payload")
            if not isinstance(payload, list):
                raise Refused(f"GET {path}: the answer holds no list.")
            said = [message for message in payload if isinstance(message, dict)]
            yield from said
            numbers = [n for m in said if (n := number_of(m.get("id"))) is not None]
            if not numbers or min(numbers) >= before.get("before", math.inf):
                return
            before = {"before": min(numbers)}

    def _authorise(self, method: str, target: str, body: bytes) -> Mapping[str, str]:
        del method, target, body
        return {"api_access_token": next(iter(self._secrets("token")), "")}


def _path(ticket_id: str) -> str:
    return f"conversations/{segment(ticket_id)}"
