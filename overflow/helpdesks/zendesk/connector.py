"""Zendesk Support by its REST API, with webhooks that it signs.

A ticket's version is ``updated_at``, in whole seconds: enough to order what is read, and the stamp
that a write is made against (``safe_update``, 409 where the ticket has moved on). Tags are added
and taken off by calls of their own, for a ticket's list of tags is replaced as a whole.

Limits: 200 to 2500 calls a minute by plan, 100 updates a minute, 30 updates of one ticket in ten
minutes. https://developer.zendesk.com/api-reference/introduction/rate-limits/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from typing import Final, cast

from marshmallow import fields, validate

from overflow.clock import Clock
from overflow.core.model import Snapshot, Status, Words
from overflow.errors import Refused
from overflow.helpdesks.credentials import Secrets
from overflow.helpdesks.fields import Fields, understood
from overflow.helpdesks.gate import OPEN, Gate
from overflow.helpdesks.http import HelpdeskHttp, Params, segment
from overflow.helpdesks.login import basic
from overflow.helpdesks.paging import listed
from overflow.helpdesks.port import Change, Desired, Event, Note, Page
from overflow.helpdesks.references import beside_note
from overflow.helpdesks.vendor_options import VendorOptions
from overflow.helpdesks.vocabulary import Vocabulary, number_of
from overflow.helpdesks.zendesk.bulk import ZendeskBulk
from overflow.helpdesks.zendesk.change import Changes, comment
from overflow.helpdesks.zendesk.event import Reader, verify
from overflow.helpdesks.zendesk.ticket import CHANNELS, WRITTEN, Lexicon
from overflow.helpdesks.zendesk.walk import Walk, with_metrics

_STALE: Final = frozenset({409, 412})
_PAGE: Final = 100


class ZendeskOptions(VendorOptions):
    """``helpdesk.options`` of a policy whose connector is ``zendesk``.

    ``url`` ends with ``/api/v2``. ``email`` of the service's own agent goes with an API token;
    without one the token is taken for OAuth's. ``user`` is that agent's number: events of its own
    are passed over, and what it solves without an assignee is assigned to it. ``account`` is the
    number that events bear. Not confirmed by the vendor: ``unassign`` (how an assignee is
    cleared: null, or left to the change of the group), ``merged_tag``, ``outbound_by_agent`` (a
    ticket that an agent typed in for somebody else was begun by the shop).
    """

    email = fields.String(load_default="")
    user = fields.Integer(load_default=None, strict=True, validate=validate.Range(min=1))
    account = fields.Integer(load_default=None, strict=True, validate=validate.Range(min=1))
    unassign = fields.String(load_default="null", validate=validate.OneOf(["null", "omit"]))
    merged_tag = fields.String(load_default="closed_by_merge")
    outbound_by_agent = fields.Boolean(load_default=True)


class ZendeskHelpdesk:
    """One shop's Zendesk; satisfies ``Helpdesk``.

    Secrets: ``token`` of the API, and ``webhook``, the signing secrets of all its webhooks.
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
        self._email = cast("str", options["email"])
        self._user = cast("int | None", options["user"])
        self._words = Vocabulary.of(options, words, CHANNELS)
        self._changes = Changes(self._words, unassigns=options["unassign"] == "null")
        self._lexicon = Lexicon(
            self._words,
            cast("str", options["merged_tag"]),
            cast("bool", options["outbound_by_agent"]),
        )
        self._reader = Reader(
            self._lexicon,
            cast("int | None", options["account"]),
            self._user,
            self._email.lower(),
            is_whole=not any(self._words.fields.values()),
        )
        self._http = HelpdeskHttp.by(options, sign=self._authorise, stale=_STALE, gate=gate)
        self._walk = Walk(self._http, self._lexicon)
        self.bulk = ZendeskBulk(self._http, self._walk, self._changes, clock)
        """See ``port.ByBulk``."""

    def receive(self, headers: Mapping[str, str], body: bytes, token: str, now: float) -> Event:
        """See the port. A ticket that has just been created comes whole, all else is a hint."""
        del token  # everything is signed
        verify(self._secrets("webhook"), headers, body, now)
        return self._reader.event(headers, body)

    def read(self, ticket_id: str) -> Snapshot | None:
        path = _ticket(ticket_id)
        params = {"include": "metric_sets"}
        reply = self._http.request("GET", path, params=params, none_on_404=True)
        if reply is None:
            return None
        with understood(f"GET {path}"):
            body = reply.mapping()
            return self._lexicon.ticket(with_metrics(Fields(body).inner("ticket"), body))

    def write(self, seen: Snapshot, desired: Desired) -> None:
        """See the port. ``HelpdeskAway`` at once where the ticket has moved on since ``seen``."""
        self._change(Change(seen, desired))

    def write_along(self, seen: Snapshot, desired: Desired, note: Note) -> None:
        """See the port. Note, group and reason stand all, or none of them."""
        self._change(Change(seen, desired, note))

    def add_note(self, ticket_id: str, text: str, reference: str) -> None:
        self._say(ticket_id, text, reference, public=False)

    def has_note(self, ticket_id: str, reference: str) -> bool:
        """Whether a note or an answer carries the reference; the newest are looked at first."""
        return any(reference in str(comment.get("body")) for comment in self._comments(ticket_id))

    def reply(self, ticket_id: str, text: str, reference: str) -> None:
        self._say(ticket_id, text, reference, public=True)

    def set_status(self, ticket_id: str, status: Status) -> None:
        """See the port. Zendesk solves no ticket without an assignee."""
        if status not in WRITTEN:
            raise Refused(f"Zendesk lets nobody set a ticket {status.value}.")
        change: dict[str, object] = {"status": WRITTEN[status]}
        if status is Status.SOLVED and self._user is not None:
            seen = self.read(ticket_id)
            if seen is not None and seen.assignee is None:
                change["assignee_id"] = self._user
        self._put(ticket_id, change)

    def walk_open(self, cursor: str) -> Page:
        return self._walk.open(cursor)

    def changed_since(self, cursor: str) -> Page:
        return self._walk.changed(cursor)

    def groups(self) -> Sequence[str] | None:
        """Those of the options whose numbers Zendesk has."""
        groups = listed(self._http.request, "groups", {"page[size]": _PAGE}, "groups", following)
        return self._words.named(frozenset(n for g in groups if (n := number_of(g.get("id")))))

    @property
    def http(self) -> HelpdeskHttp:
        """The client with its login, for whoever sets the helpdesk up."""
        return self._http

    def close(self) -> None:
        self._http.close()

    def _change(self, change: Change) -> None:
        """Two calls where all differs, for a ticket's list of tags is replaced as a whole."""
        seen, desired = change.seen, change.desired
        if made := self._changes.alone(change):
            self._put(seen.id, made)
        if desired.is_tagged != (desired.tag in seen.tags):
            how = "PUT" if desired.is_tagged else "DELETE"  # a POST would replace them all
            with beside_note(is_undone=False) if change.note else nullcontext():
                self._http.request(how, f"{_ticket(seen.id)}/tags", json={"tags": [desired.tag]})

    def _say(self, ticket_id: str, text: str, reference: str, *, public: bool) -> None:
        self._put(ticket_id, comment(text, reference, public=public))

    def _put(self, ticket_id: str, change: Mapping[str, object]) -> None:
        self._http.request("PUT", _ticket(ticket_id), json={"ticket": change})

    def _comments(self, ticket_id: str) -> Iterator[Mapping[str, object]]:
        newest: Params = {"sort": "-created_at", "page[size]": _PAGE}
        path = f"{_ticket(ticket_id)}/comments"
        return listed(self._http.request, path, newest, "comments", following)

    def _authorise(self, method: str, target: str, body: bytes) -> Mapping[str, str]:
        del method, target, body
        token = next(iter(self._secrets("token")), "")
        login = basic(f"{self._email}/token", token) if self._email else f"Bearer {token}"
        return {"authorization": login}


def _ticket(ticket_id: str) -> str:
    return f"tickets/{segment(ticket_id)}"


def following(meta: Mapping[str, object]) -> Params | None:
    """The next page of a list that is paged by cursor."""
    after = meta.get("after_cursor")
    return {"page[after]": str(after)} if after and meta.get("has_more") else None
