"""Request Tracker 5 by REST2, with the webhook of our scrip (``deploy/rt``).

RT answers many refusals with 200 and a sentence, and a PUT of several things may do some of them:
whoever writes reads back. What makes RT agreeable is its ETag, the number of the last transaction:
the scrip sends the same number, and a PUT with ``If-Match`` fails once it has moved on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeGuard, cast
from urllib.parse import urlencode

import orjson
from marshmallow import Schema, fields, validate

from overflow.clock import Clock
from overflow.core.model import Snapshot, Status, Words
from overflow.errors import Refused
from overflow.helpdesks.credentials import Secrets
from overflow.helpdesks.fields import Fields, understood
from overflow.helpdesks.gate import OPEN, Gate
from overflow.helpdesks.http import HelpdeskHttp, segment
from overflow.helpdesks.options import HttpOptions, tags_field
from overflow.helpdesks.port import Desired, Event, Page
from overflow.helpdesks.references import carrying
from overflow.helpdesks.rt.search import API, NAMED, Search
from overflow.helpdesks.rt.ticket import NOBODY, Lexicon, is_ticket, version_of
from overflow.helpdesks.signatures import hmac_sha256_hex

_MEANINGS: Final = ("open", "pending", "on_hold", "solved", "closed", "spam")


class RtFields(Schema):
    """The names of RT's custom fields; an empty one: there is none.

    Only tags are needed.
    """

    channel = fields.String(load_default="Channel")
    language = fields.String(load_default="Language")
    topic = fields.String(load_default="")
    tags = tags_field("Tags")


class RtOptions(HttpOptions):
    """``helpdesk.options`` of a policy whose connector is ``rt``.

    ``url`` is RT's own address, without ``/REST/2.0``; ``statuses`` says what the statuses of
    lifecycles of the shop's own mean.
    """

    names = fields.Nested(RtFields, data_key="fields", load_default=lambda: RtFields().load({}))
    statuses = fields.Dict(
        keys=fields.String(validate=validate.Length(min=1)),
        values=fields.String(validate=validate.OneOf(_MEANINGS)),
        load_default=dict,
    )


class RtHelpdesk:
    """One shop's Request Tracker; satisfies ``Helpdesk``.

    Secrets: ``token``, an auth token of the service's user, and ``webhook``, the scrip's.
    """

    def __init__(
        self,
        options: Mapping[str, object],
        secrets: Secrets,
        words: Words,
        clock: Clock,
        gate: Gate = OPEN,
    ) -> None:
        del clock  # what has changed since when is told by RT's own
        names = cast("dict[str, str]", options["names"])
        statuses = cast("dict[str, str]", options["statuses"])
        own = {word.lower(): Status(ours) for word, ours in statuses.items()}
        self._secrets = secrets
        self._tags = names["tags"]
        self._lexicon = Lexicon(names, words.reason_field, own)
        self._http = HelpdeskHttp.by(options, sign=self._authorise, gate=gate)
        self._search = Search(self._http, self._lexicon)

    def receive(self, headers: Mapping[str, str], body: bytes, token: str, now: float) -> Event:
        del token  # everything is signed
        signature, stamp = headers.get("x-rt-signature", ""), headers.get("x-rt-timestamp", "")
        hmac_sha256_hex(self._secrets("webhook"), signature, stamp, body, now)
        return self._lexicon.event(body)

    def read(self, ticket_id: str) -> Snapshot | None:
        """See the port. One call, and a second where somebody may have answered."""
        path = f"{_ticket(ticket_id)}?{urlencode([NAMED])}"
        reply = self._http.request("GET", path, none_on_404=True)
        if reply is None:
            return None
        with understood(f"GET {_ticket(ticket_id)}"):
            ticket = Fields(reply.mapping())
            version = version_of(reply.headers.get("etag", ""))
            if not is_ticket(ticket):
                return None
            answered = self._search.answers([ticket]).get(ticket.identity())
            seen = self._lexicon.ticket(ticket, version=version, answered=answered)
        # Of a merged ticket RT shows the one that it has become part of.
        return seen if seen.id == ticket_id else replace(seen, id=ticket_id, status=Status.MERGED)

    def write(self, seen: Snapshot, desired: Desired) -> None:
        """See the port. One PUT; ``HelpdeskAway`` at once where the ticket has moved on."""
        change: dict[str, object] = {}
        if desired.group not in {None, seen.group}:
            change["Queue"] = desired.group
            if seen.assignee:
                change["Owner"] = NOBODY
        if values := self._values(seen, desired):
            change["CustomFields"] = values
        if change:
            match = {} if seen.version is None else {"if-match": f'"{seen.version}"'}
            self._http.request("PUT", _ticket(seen.id), json=change, headers=match)

    def add_note(self, ticket_id: str, text: str, reference: str) -> None:
        self._say("comment", ticket_id, text, reference)

    def has_note(self, ticket_id: str, reference: str) -> bool:
        """Whether a note or an answer carries the reference."""
        looked_for = [{"field": "Content", "operator": "LIKE", "value": reference}]
        query = orjson.dumps(looked_for).decode()
        path = f"{_ticket(ticket_id)}/attachments"
        reply = self._http.request("GET", path, params={"query": query, "per_page": 1})
        items = reply.mapping().get("items")
        if not isinstance(items, list):
            raise Refused(f"GET {path}: the answer holds no list.")
        return bool(items)

    def reply(self, ticket_id: str, text: str, reference: str) -> None:
        self._say("correspond", ticket_id, text, reference)

    def set_status(self, ticket_id: str, status: Status) -> None:
        """See the port. RT's default lifecycle has one status, stalled, for pending and on hold.

        Reads back, and raises ``Refused`` with RT's own words where RT left it as it was.
        """
        word = self._lexicon.written(status)
        if word is None:
            raise Refused(f"Request Tracker has no status for {status.value}.")
        answer = self._http.request("PUT", _ticket(ticket_id), json={"Status": word})
        seen = self.read(ticket_id)
        if seen is None or seen.status is not self._lexicon.status(word):
            said = answer.body.decode(errors="replace")[:200]
            raise Refused(f"Request Tracker left the status as it was: {said}")

    def walk_open(self, cursor: str) -> Page:
        return self._search.open_after(int(cursor) if cursor.isdecimal() else 0)

    def changed_since(self, cursor: str) -> Page:
        """See the port. The last page holds what was deleted or merged meanwhile, read singly."""
        page = self._search.changed(cursor)
        if not page.is_last:
            return page
        gone = [seen for seen in map(self.read, self._search.gone(cursor)) if _is_gone(seen)]
        return replace(page, tickets=[*page.tickets, *gone])

    def groups(self) -> Sequence[str] | None:
        return self._search.queues()

    @property
    def http(self) -> HelpdeskHttp:
        """The client with its login, for whoever sets the helpdesk up."""
        return self._http

    def close(self) -> None:
        self._http.close()

    def _values(self, seen: Snapshot, desired: Desired) -> dict[str, object]:
        """The custom fields that differ. RT replaces all values of a field by those it is sent."""
        values: dict[str, object] = {}
        if desired.is_tagged != (desired.tag in seen.tags):
            values[self._tags] = sorted(seen.tags ^ {desired.tag})
        if desired.reason_field and desired.reason != (seen.reason or ""):
            values[desired.reason_field] = desired.reason  # empty takes the value away
        return values

    def _say(self, how: str, ticket_id: str, text: str, reference: str) -> None:
        content = carrying(text, reference)
        message = {"Content": content, "ContentType": "text/plain"}
        self._http.request("POST", f"{_ticket(ticket_id)}/{how}", json=message)

    def _authorise(self, method: str, target: str, body: bytes) -> Mapping[str, str]:
        del method, target, body
        return {"authorization": f"token {next(iter(self._secrets('token')), '')}"}


def _is_gone(seen: Snapshot | None) -> TypeGuard[Snapshot]:
    return seen is not None and seen.status in {Status.MERGED, Status.DELETED}


def _ticket(ticket_id: str) -> str:
    return f"{API}ticket/{segment(ticket_id)}"
