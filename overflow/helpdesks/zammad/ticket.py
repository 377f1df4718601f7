"""What a ticket of Zammad looks like in its API, and what its webhooks hint at: pure.

https://docs.zammad.org/en/latest/api/ticket/index.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from overflow.core.model import Snapshot, Status
from overflow.helpdesks.fields import TEXT, Fields
from overflow.helpdesks.port import Event, Hint, Nothing
from overflow.helpdesks.vocabulary import Vocabulary, number_of

NOBODY: Final = 1
"""The owner of a ticket that nobody owns."""
TYPES: Final[Mapping[int, Status]] = {
    1: Status.OPEN,  # new
    2: Status.OPEN,
    3: Status.PENDING,  # pending reminder
    4: Status.ON_HOLD,  # pending action: it closes itself
    5: Status.SOLVED,  # closed: an answer opens it again
    6: Status.MERGED,
    7: Status.DELETED,  # removed
}
"""What the types of states mean; the names of states are translated, their types are not."""
WRITTEN: Final[Mapping[Status, int]] = {
    Status.OPEN: 2,
    Status.PENDING: 3,
    Status.ON_HOLD: 3,  # a pending action would close it
    Status.SOLVED: 5,
}
"""Our status -> the type of the state to set."""
CHANNELS: Final[Mapping[str, str]] = {
    "web": "email",
    "note": "email",
    "facebook feed post": "facebook",
    "whatsapp message": "whatsapp",
    "telegram personal-message": "telegram",
    "twitter direct-message": "twitter",
    "sms": "sms",
}
_AGENT: Final = "agent"


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Turns what Zammad says into snapshots; ``BadInput`` for what makes no sense."""

    words: Vocabulary
    own: Mapping[int, Status]
    """What the states with these numbers mean, whatever their type."""

    def ticket(self, ticket: Fields, types: Mapping[int, int], tags: frozenset[str]) -> Snapshot:
        """A ticket of the API, read with ``expand=true``; ``types`` gives each state its type."""
        created, updated = ticket.moment("created_at"), ticket.moment("updated_at")
        if created is None or updated is None:
            raise ticket.fault("created_at and updated_at", "given")
        answered = ticket.moment("first_response_at")
        owner = number_of(ticket.values.get("owner_id"))
        said = ticket.text("create_article_type", TEXT)
        return Snapshot(
            id=ticket.identity(),
            status=self.status(ticket, types),
            group=self.words.group(number_of(ticket.values.get("group_id"))),
            assignee=None if owner in {None, NOBODY} else str(owner),
            channel=self.words.channel(said, ticket.values),
            language=self.words.language(ticket.values),
            created=created / 1e6,
            version=updated,
            answered=None if answered is None else answered / 1e6,
            topic=self.words.topic(ticket.values),
            priority=number_of(ticket.values.get("priority_id")) or 0,
            tags=tags,
            reason=self.words.reason(ticket.values),
            outbound=ticket.text("create_article_sender", TEXT).lower() == _AGENT,
        )

    def status(self, ticket: Fields, types: Mapping[int, int]) -> Status:
        state = number_of(ticket.values.get("state_id")) or 0
        status = self.own.get(state) or TYPES.get(types.get(state, 0))
        if status is None:
            raise ticket.fault("state_id", "known: name it in helpdesk.options.statuses")
        return status


def event_of(headers: Mapping[str, str], body: bytes, user: int | None) -> Event:
    """A verified webhook: it shows the ticket as it stood when it was sent, without its tags.

    What the service's own ``user`` changed last, it has read back already.
    """
    document = Fields.parse(body)
    if document.values.get("ticket") is None:
        return Nothing("no event about a ticket")
    ticket = document.inner("ticket")
    number = ticket.identity()
    if user is not None and number_of(ticket.values.get("updated_by_id")) == user:
        return Nothing("the service's own change")
    return Hint(number, headers.get("x-zammad-delivery", "")[:100])
