"""django-helpdesk by its REST API and its own, unsigned webhooks.

It knows no versions and no "changed since"; the last writer wins. What is read shows at least what
was there when the reading began. Its API goes through every ticket with a status that is asked for
to show a single one, so that all calls name as few statuses as they can.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, cast

from marshmallow import Schema, fields, validate

from overflow.clock import Clock
from overflow.core.model import Snapshot, Status, Words
from overflow.errors import HelpdeskAway, Refused
from overflow.helpdesks.credentials import Secrets
from overflow.helpdesks.django_helpdesk.ticket import (
    NOTHING,
    OPENED,
    REOPENED,
    Lexicon,
    inert,
)
from overflow.helpdesks.django_helpdesk.walk import Cursor, Walk
from overflow.helpdesks.fields import Fields, understood
from overflow.helpdesks.gate import OPEN, Gate, moving
from overflow.helpdesks.http import HelpdeskHttp, segment
from overflow.helpdesks.options import HttpOptions, tags_field
from overflow.helpdesks.port import Desired, Event, Hint, Page
from overflow.helpdesks.references import carrying
from overflow.helpdesks.signatures import refusal, same

_MEANINGS: Final = ("open", "pending", "on_hold", "solved", "closed", "spam")


class DjangoHelpdeskFields(Schema):
    """The names of the custom fields, without ``custom_``; an empty one: there is none.

    Only tags are needed.
    """

    channel = fields.String(load_default="channel")
    language = fields.String(load_default="language")
    topic = fields.String(load_default="")
    tags = tags_field("tags")


class DjangoHelpdeskOptions(HttpOptions):
    """``helpdesk.options`` of a policy whose connector is ``django_helpdesk``.

    ``url`` is where the helpdesk's own pages begin, without ``/api``. ``queues`` gives the id of
    every queue by the name that the policy uses. ``statuses`` says what statuses of the shop's own
    mean, by their number.
    """

    queues = fields.Dict(
        keys=fields.String(validate=validate.Length(min=1)),
        values=fields.Integer(strict=True, validate=validate.Range(min=1)),
        required=True,
        validate=validate.Length(min=1),
    )
    names = fields.Nested(
        DjangoHelpdeskFields,
        data_key="fields",
        load_default=lambda: DjangoHelpdeskFields().load({}),
    )
    statuses = fields.Dict(
        keys=fields.Integer(validate=validate.Range(min=1)),
        values=fields.String(validate=validate.OneOf(_MEANINGS)),
        load_default=dict,
    )


class DjangoHelpdesk:
    """One shop's django-helpdesk; satisfies ``Helpdesk``.

    Secrets: ``token`` of the service's user, and ``webhook``, the last part of the webhooks' URL.
    """

    def __init__(
        self,
        options: Mapping[str, object],
        secrets: Secrets,
        words: Words,
        clock: Clock,
        gate: Gate = OPEN,
    ) -> None:
        statuses = cast("dict[int, str]", options["statuses"])
        names = cast("dict[str, str]", options["names"])
        queues = cast("dict[str, int]", options["queues"])
        own = {number: Status(ours) for number, ours in statuses.items()}
        self._secrets = secrets
        self._clock = clock
        self._tags = names["tags"]
        self._lexicon = Lexicon(queues, names, words.reason_field, own)
        self._http = HelpdeskHttp.by(options, sign=self._authorise, gate=gate)
        self._walk = Walk(self._http, self._lexicon, clock.now)

    def receive(self, headers: Mapping[str, str], body: bytes, token: str, now: float) -> Event:
        """See the port. Always a hint: whoever knows the URL could have sent it."""
        del headers, now
        if not same(token, self._secrets("webhook")):
            raise refusal()
        return Hint(Fields.parse(body).inner("ticket").identity())

    def read(self, ticket_id: str) -> Snapshot | None:
        ticket = self._get(ticket_id)
        return None if ticket is None else self._snapshot(ticket)

    @moving()
    def write(self, seen: Snapshot, desired: Desired) -> None:
        change: dict[str, object] = {}
        if desired.group is not None and desired.group != seen.group:
            change["queue"] = self._lexicon.queue(desired.group)
            if seen.assignee is not None:
                change["assigned_to"] = None
        if desired.is_tagged != (desired.tag in seen.tags):
            change[f"custom_{self._tags}"] = ",".join(self._retagged(seen, desired)) or NOTHING
        if desired.reason_field and desired.reason != (seen.reason or ""):
            change[f"custom_{desired.reason_field}"] = desired.reason or NOTHING
        if change:
            self._patch(seen.id, self._lexicon.listed(ended=seen.status.is_ended), change)

    def add_note(self, ticket_id: str, text: str, reference: str) -> None:
        self._follow_up(ticket_id, comment=_with(reference, text), public=False)

    def has_note(self, ticket_id: str, reference: str) -> bool:
        """Whether a note or an answer carries the reference."""
        ticket = self._get(ticket_id)
        if ticket is None:
            return False
        followups = ticket.values.get("followup_set")
        if not isinstance(followups, list):
            raise Refused("GET api/tickets/: the answer holds no list of follow-ups.")
        return any(
            reference in str(followup.get("comment"))
            for followup in followups
            if isinstance(followup, dict)
        )

    def reply(self, ticket_id: str, text: str, reference: str) -> None:
        self._follow_up(ticket_id, comment=_with(reference, text), public=True)

    def set_status(self, ticket_id: str, status: Status) -> None:
        """See the port. Pending and on hold are both its hold, unless the shop has a status.

        An end or a reopening is a follow-up, so that it stands in the ticket's history.
        """
        ticket = self._get(ticket_id)
        if ticket is None:
            raise Refused("The helpdesk no longer has the ticket.")
        present = ticket.integer("status")
        number = self._lexicon.written(status)
        is_held = number is None and status in {Status.PENDING, Status.ON_HOLD}
        if number is None and status.is_ended:
            raise Refused(f"django-helpdesk has no status for {status.value}.")
        if number is None:
            number = present if present in {OPENED, REOPENED} else REOPENED
        if is_held != ticket.flag("on_hold"):
            self._patch(ticket_id, str(present), {"on_hold": is_held})
        if number != present:
            self._follow_up(ticket_id, comment="", public=False, new_status=number)

    def walk_open(self, cursor: str) -> Page:
        page, onwards = self._walk.open(Cursor.parse(cursor) or Cursor())
        return Page(page.tickets, str(Cursor(onwards.page, onwards.count)), page.is_last)

    def changed_since(self, cursor: str) -> Page:
        """See the port. All open tickets, and those that are no longer open."""
        return self._walk.changed(Cursor.parse(cursor) or Cursor())

    def groups(self) -> Sequence[str] | None:
        """The queues that the options name; the API lists none."""
        return sorted(self._lexicon.queues)

    @property
    def http(self) -> HelpdeskHttp:
        """The client with its login, for whoever sets the helpdesk up."""
        return self._http

    def close(self) -> None:
        self._http.close()

    def _retagged(self, seen: Snapshot, desired: Desired) -> list[str]:
        """The whole set as it stands at this moment, with ours or without it."""
        others = (self.read(seen.id) or seen).tags - {desired.tag}
        return sorted(others | {desired.tag} if desired.is_tagged else others)

    def _get(self, ticket_id: str) -> Fields | None:
        """Among the open, then among the ended, then among those of no known status."""
        path = _path(ticket_id)
        for ended in (False, True, None):
            wanted = {} if ended is None else {"status": self._lexicon.listed(ended=ended)}
            reply = self._http.request("GET", path, params=wanted, none_on_404=True)
            if reply is not None:
                return Fields(reply.mapping())
        return None

    def _patch(self, ticket_id: str, statuses: str, change: Mapping[str, object]) -> None:
        """``HelpdeskAway``, to be tried again at once, where it no longer has such a status."""
        path, wanted = _path(ticket_id), {"status": statuses}
        if self._http.request("PATCH", path, json=change, params=wanted, none_on_404=True) is None:
            raise HelpdeskAway(f"PATCH {path}: changed since it was read.", retry_after=0.0)

    def _follow_up(self, ticket_id: str, **what: object) -> None:
        # A "title" would rename the ticket, and the author is always the token's owner.
        self._http.request("POST", "api/followups/", json={"ticket": ticket_id, **what})

    def _snapshot(self, ticket: Fields) -> Snapshot:
        with understood("GET api/tickets/"):
            return self._lexicon.ticket(ticket, self._clock.now())

    def _authorise(self, method: str, target: str, body: bytes) -> Mapping[str, str]:
        del method, target, body
        return {"authorization": f"Token {next(iter(self._secrets('token')), '')}"}


def _path(ticket_id: str) -> str:
    return f"api/tickets/{segment(ticket_id)}/"


def _with(reference: str, text: str) -> str:
    return inert(carrying(text, reference))
