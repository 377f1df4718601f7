"""What a ticket of Freshdesk looks like in its API, and what its webhooks hint at: pure.

https://developers.freshdesk.com/api/#tickets
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from overflow.core.model import Snapshot, Status
from overflow.errors import BadInput
from overflow.helpdesks.fields import IDENTITY, Fields
from overflow.helpdesks.port import Hint
from overflow.helpdesks.vocabulary import Vocabulary, number_of

STATUSES: Final[Mapping[int, Status]] = {
    2: Status.OPEN,
    3: Status.PENDING,
    4: Status.SOLVED,
    5: Status.CLOSED,
    6: Status.PENDING,  # "Waiting on Customer"
    7: Status.ON_HOLD,  # "Waiting on Third Party"
}
"""Freshdesk's own, and the two that most accounts have; each account may have more."""
_WRITTEN: Final[Mapping[Status, int]] = {
    Status.OPEN: 2,
    Status.PENDING: 3,
    Status.ON_HOLD: 7,
    Status.SOLVED: 4,
    Status.CLOSED: 5,
}
CHANNELS: Final[Mapping[str, str]] = {
    "1": "email",
    "2": "email",  # the portal
    "3": "phone",
    "7": "chat",
    "9": "email",  # the feedback widget
    "10": "email",
    "13": "whatsapp",
}
"""By the number of the source."""
_OUTBOUND: Final = 10
_ID: Final = re.compile(
    rb"ticket[_-]id(?:%5D|\])?[\"']?\s*(?:[^<>]{0,40}>|[=:])\s*[\"']?#?([0-9]{1,18})\b"
)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Turns what Freshdesk says into snapshots; ``BadInput`` for what makes no sense."""

    words: Vocabulary
    own: Mapping[int, Status]
    """Statuses of the shop's own."""
    merged_tag: str
    """Marks merged tickets, where the shop has such a tag; the API tells them by nothing."""

    def ticket(self, ticket: Fields) -> Snapshot:
        """A ticket of the API, read with ``include=stats``."""
        created, updated = ticket.moment("created_at"), ticket.moment("updated_at")
        if created is None or updated is None:
            raise ticket.fault("created_at and updated_at", "given")
        found = ticket.values.get("custom_fields")
        custom = found if isinstance(found, dict) else {}
        tags = frozenset(ticket.texts("tags"))
        assignee = number_of(ticket.values.get("responder_id"))
        source = number_of(ticket.values.get("source"))
        return Snapshot(
            id=ticket.identity(),
            status=self._status(ticket, tags),
            group=self.words.group(number_of(ticket.values.get("group_id"))),
            assignee=None if assignee is None else str(assignee),
            channel=self.words.channel("" if source is None else str(source), custom),
            language=self.words.language(custom),
            created=created / 1e6,
            version=updated,
            answered=_answered(ticket),
            topic=self.words.topic(custom),
            priority=number_of(ticket.values.get("priority")) or 0,
            tags=tags,
            reason=self.words.reason(custom),
            outbound=source == _OUTBOUND,
        )

    def written(self, status: Status) -> int | None:
        """Freshdesk's number, the shop's own before its usual one."""
        own = (number for number, ours in self.own.items() if ours is status)
        return next(own, _WRITTEN.get(status))

    def _status(self, ticket: Fields, tags: frozenset[str]) -> Status:
        if ticket.flag("deleted"):
            return Status.DELETED
        if ticket.flag("spam"):
            return Status.SPAM
        status = {**STATUSES, **self.own}.get(number_of(ticket.values.get("status")) or 0)
        if status is None:
            raise ticket.fault("status", "known: name it in helpdesk.options.statuses")
        return Status.MERGED if status.is_ended and self.merged_tag in tags else status


def hint_of(body: bytes) -> Hint:
    """Which ticket a webhook is about; nothing else of what it says is believed.

    Its body is made from a template, as JSON, a form or XML, and an unquoted placeholder makes of
    it what is none of them: then the first number after ``ticket_id`` is taken.
    """
    try:
        document = Fields.parse(body)
    except BadInput:
        found = _ID.search(body)
        if found is None:
            raise BadInput(f"the body has to hold ticket_id: {IDENTITY.about}.") from None
        return Hint(found[1].decode("ascii"))
    wrapped = document.values.get("freshdesk_webhook")
    if isinstance(wrapped, dict):
        document = document.inner("freshdesk_webhook")
    number = document.values.get("ticket_id")
    if isinstance(number, str):
        document = Fields({"ticket_id": number.strip().removeprefix("#")}, document.path)
    return Hint(document.identity("ticket_id"))


def html_of(text: str) -> str:
    """Notes and answers are HTML."""
    return html.escape(text, quote=False).replace("\n", "<br>\n")


def _answered(ticket: Fields) -> float | None:
    stats = ticket.values.get("stats")
    if not isinstance(stats, dict):
        return None
    found = ticket.inner("stats").moment("first_responded_at")
    return None if found is None else found / 1e6
