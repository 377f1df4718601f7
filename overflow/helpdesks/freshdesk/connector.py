"""Freshdesk by its REST API, with the webhooks of its automation rules, which it does not sign.

It knows no locking: the last writer wins. A ticket's tags are replaced as a whole, by what was read
of them right before. A version is ``updated_at``, in whole seconds.

Limits: by plan 200 to 700 calls a minute, fewer for updates and lists; the answers say how many are
left. https://developers.freshdesk.com/api/#ratelimit
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, cast

from marshmallow import fields, validate

from overflow.clock import Clock
from overflow.core.model import Snapshot, Status, Words
from overflow.errors import Refused
from overflow.helpdesks.credentials import Secrets
from overflow.helpdesks.fields import Fields, understood
from overflow.helpdesks.freshdesk.bulk import Form, FreshdeskBulk
from overflow.helpdesks.freshdesk.ticket import CHANNELS, Lexicon, hint_of, html_of
from overflow.helpdesks.freshdesk.walk import PAGE, Walk, has_more
from overflow.helpdesks.gate import OPEN, Gate, moving
from overflow.helpdesks.http import HelpdeskHttp, segment
from overflow.helpdesks.login import basic, known_sender
from overflow.helpdesks.paging import numbered
from overflow.helpdesks.port import Desired, Event, Page
from overflow.helpdesks.references import carrying
from overflow.helpdesks.vendor_options import VendorOptions, meanings
from overflow.helpdesks.vocabulary import Vocabulary, number_of

_FORMS: Final[Mapping[str, Sequence[Form]]] = {
    "auto": ("bulk_action", "plain"),
    "bulk_action": ("bulk_action",),
    "plain": ("plain",),
}


class FreshdeskOptions(VendorOptions):
    """``helpdesk.options`` of a policy whose connector is ``freshdesk``.

    ``url`` ends with ``/api/v2``. ``statuses`` says by number what those of the account's own
    mean. ``needs_header``: webhooks carry the secret in a header as well as in the URL.
    ``walk_days``: how far back the last change of an open ticket lies at the most. Not confirmed
    by the vendor: ``unassign`` (null, or left to the change of the group), ``tags`` (whether those
    sent replace all or are added), ``merged_tag`` (there is none by default), ``bulk`` (what the
    body of a bulk update stands in, by default whichever is taken; ``off``: tickets are changed
    one by one).
    """

    statuses = meanings(fields.Integer(validate=validate.Range(min=2)))
    needs_header = fields.Boolean(load_default=True)
    walk_days = fields.Integer(load_default=90, strict=True, validate=validate.Range(1, 3650))
    unassign = fields.String(load_default="null", validate=validate.OneOf(["null", "omit"]))
    tags = fields.String(load_default="replace", validate=validate.OneOf(["replace", "add"]))
    merged_tag = fields.String(load_default="")
    bulk = fields.String(load_default="auto", validate=validate.OneOf([*_FORMS, "off"]))


class FreshdeskHelpdesk:
    """One shop's Freshdesk; satisfies ``Helpdesk``.

    Secrets: ``token``, the API key of the service's agent, and ``webhook``, the last part of the
    webhooks' URL, which their header holds too.
    """

    def __init__(
        self,
        options: Mapping[str, object],
        secrets: Secrets,
        words: Words,
        clock: Clock,
        gate: Gate = OPEN,
    ) -> None:
        del clock  # what has changed since when is told by Freshdesk's own
        own = cast("Mapping[int, str]", options["statuses"])
        self._secrets = secrets
        self._needs_header = cast("bool", options["needs_header"])
        self._unassigns = options["unassign"] == "null"
        self._replaces_tags = options["tags"] == "replace"
        self._words = Vocabulary.of(options, words, CHANNELS)
        self._lexicon = Lexicon(
            self._words,
            {number: Status(ours) for number, ours in own.items()},
            cast("str", options["merged_tag"]),
        )
        self._http = HelpdeskHttp.by(options, sign=self._authorise, gate=gate)
        self._walk = Walk(self._http, self._lexicon, cast("int", options["walk_days"]))
        self.bulk = self._bulk(cast("str", options["bulk"]))
        """See ``port.ByBulk``."""

    def receive(self, headers: Mapping[str, str], body: bytes, token: str, now: float) -> Event:
        """See the port. Always a hint: whoever knows the secret could have sent it."""
        del now
        known_sender(headers, token, self._secrets("webhook"), needs_header=self._needs_header)
        return hint_of(body)

    def read(self, ticket_id: str) -> Snapshot | None:
        path, params = _ticket(ticket_id), {"include": "stats"}
        reply = self._http.request("GET", path, params=params, none_on_404=True)
        if reply is None:
            return None
        with understood(f"GET {path}"):
            return self._lexicon.ticket(Fields(reply.mapping()))

    @moving()
    def write(self, seen: Snapshot, desired: Desired) -> None:
        """See the port. One call."""
        if change := self._properties(seen, desired):
            self._put(seen.id, change)

    def add_note(self, ticket_id: str, text: str, reference: str) -> None:
        body = html_of(carrying(text, reference))
        self._post(ticket_id, "notes", {"body": body, "private": True})

    def has_note(self, ticket_id: str, reference: str) -> bool:
        """Whether a note or an answer carries the reference."""
        said = self._pages(f"{_ticket(ticket_id)}/conversations")
        return any(
            reference in f"{message.get('body_text')}{message.get('body')}" for message in said
        )

    def reply(self, ticket_id: str, text: str, reference: str) -> None:
        self._post(ticket_id, "reply", {"body": html_of(carrying(text, reference))})

    def set_status(self, ticket_id: str, status: Status) -> None:
        number = self._lexicon.written(status)
        if number is None:
            raise Refused(f"Freshdesk has no status for {status.value}.")
        self._put(ticket_id, {"status": number})

    def walk_open(self, cursor: str) -> Page:
        return self._walk.open(cursor)

    def changed_since(self, cursor: str) -> Page:
        return self._walk.changed(cursor)

    def groups(self) -> Sequence[str] | None:
        """Those of the options whose numbers Freshdesk has."""
        groups = self._pages("groups")
        return self._words.named(frozenset(n for g in groups if (n := number_of(g.get("id")))))

    @property
    def http(self) -> HelpdeskHttp:
        """The client with its login, for whoever sets the helpdesk up."""
        return self._http

    def close(self) -> None:
        self._http.close()

    def _bulk(self, how: str) -> FreshdeskBulk | None:
        if how == "off":
            return None
        return FreshdeskBulk(self._http, self._walk, self._properties, self._put, _FORMS[how])

    def _properties(self, seen: Snapshot, desired: Desired) -> dict[str, object]:
        """What differs, as Freshdesk has it."""
        change: dict[str, object] = {}
        if desired.group is not None and desired.group != seen.group:
            change["group_id"] = self._words.number(desired.group)
            if self._unassigns:
                change["responder_id"] = None
        if desired.reason_field and desired.reason != (seen.reason or ""):
            change["custom_fields"] = {desired.reason_field: desired.reason or None}
        if desired.is_tagged != (desired.tag in seen.tags):
            change["tags"] = self._tags(seen, desired)
        return change

    def _tags(self, seen: Snapshot, desired: Desired) -> list[str]:
        """The whole set as it was seen a moment ago, with ours or without it."""
        others = seen.tags - {desired.tag}
        if not desired.is_tagged:
            return sorted(others)
        return sorted(others | {desired.tag}) if self._replaces_tags else [desired.tag]

    def _put(self, ticket_id: str, change: Mapping[str, object]) -> None:
        self._http.request("PUT", _ticket(ticket_id), json=change)

    def _post(self, ticket_id: str, what: str, message: Mapping[str, object]) -> None:
        self._http.request("POST", f"{_ticket(ticket_id)}/{what}", json=message)

    def _pages(self, path: str) -> Iterator[Mapping[str, object]]:
        """What is listed, page after page as it is asked for."""
        for page in numbered(f"GET {path}"):
            reply = self._http.request("GET", path, params={"per_page": PAGE, "page": page})
            listed = reply.json()
            if not isinstance(listed, list):
                raise Refused(f"GET {path}: the answer is no list.")
            yield from (value for value in listed if isinstance(value, dict))
            if not has_more(reply):
                return

    def _authorise(self, method: str, target: str, body: bytes) -> Mapping[str, str]:
        del method, target, body
        return {"authorization": basic(next(iter(self._secrets("token")), ""), "X")}


def _ticket(ticket_id: str) -> str:
    return f"tickets/{segment(ticket_id)}"
