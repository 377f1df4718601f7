"""What a ticket of Zendesk looks like, in its API and in its event webhooks: pure.

https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from overflow.core.model import Snapshot, Status
from overflow.helpdesks.fields import TEXT, Fields
from overflow.helpdesks.vocabulary import Vocabulary, number_of

STATUSES: Final[Mapping[str, Status]] = {
    "new": Status.OPEN,
    "open": Status.OPEN,
    "pending": Status.PENDING,
    "hold": Status.ON_HOLD,
    "solved": Status.SOLVED,
    "closed": Status.CLOSED,
    "deleted": Status.DELETED,
}
"""The categories; a status of the shop's own belongs to one of them."""
WRITTEN: Final[Mapping[Status, str]] = {
    Status.OPEN: "open",
    Status.PENDING: "pending",
    Status.ON_HOLD: "hold",
    Status.SOLVED: "solved",
}
CHANNELS: Final[Mapping[str, str]] = {
    "mail": "email",
    "web": "email",
    "mobile": "email",
    "mobile_sdk": "email",
    "voice": "phone",
    "native_messaging": "chat",
    "messaging": "chat",
}
_PRIORITIES: Final = ("low", "normal", "high", "urgent")
_BY_AGENT: Final = frozenset({"web", "web form"})
"""Where an agent types a ticket in."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Turns what Zendesk says into snapshots; ``BadInput`` for what makes no sense."""

    words: Vocabulary
    merged_tag: str
    """Zendesk closes a merged ticket and gives it this tag."""
    outbound_by_agent: bool

    def ticket(self, ticket: Fields) -> Snapshot:
        """A ticket of the API, read with ``include=metric_sets``, or an event's ``detail``."""
        created, updated = ticket.moment("created_at"), ticket.moment("updated_at")
        if created is None or updated is None:
            raise ticket.fault("created_at and updated_at", "given")
        custom, tags = _custom(ticket), frozenset(ticket.texts("tags"))
        assignee = number_of(ticket.values.get("assignee_id"))
        status = self._status(ticket, tags)
        via = _via(ticket)
        priority = ticket.text("priority", TEXT).lower()
        return Snapshot(
            id=ticket.identity(),
            status=status,
            group=self.words.group(number_of(ticket.values.get("group_id"))),
            assignee=None if assignee is None else str(assignee),
            channel=self.words.channel(via, custom),
            language=self.words.language(custom),
            created=created / 1e6,
            version=updated,
            answered=_answered(ticket, created),
            topic=self.words.topic(custom),
            priority=_PRIORITIES.index(priority) + 1 if priority in _PRIORITIES else 0,
            tags=tags,
            reason=self.words.reason(custom),
            outbound=self._is_outbound(ticket, via),
            is_frozen=status in {Status.CLOSED, Status.MERGED},
        )

    def _status(self, ticket: Fields, tags: frozenset[str]) -> Status:
        word = ticket.text("status", TEXT).lower()
        if word not in STATUSES:
            raise ticket.fault("status", f"one of {', '.join(STATUSES)}")
        if STATUSES[word] is Status.CLOSED and self.merged_tag in tags:
            return Status.MERGED
        return STATUSES[word]

    def _is_outbound(self, ticket: Fields, via: str) -> bool:
        """Typed in by somebody who is not the customer."""
        values = ticket.values
        requester = number_of(values.get("requester_id"))
        is_own = number_of(values.get("submitter_id")) in {None, requester}
        return self.outbound_by_agent and via in _BY_AGENT and not is_own


def _via(ticket: Fields) -> str:
    via = ticket.values.get("via")
    channel = via.get("channel") if isinstance(via, dict) else None
    return channel.lower() if isinstance(channel, str) else ""


def _custom(ticket: Fields) -> dict[str, object]:
    found = ticket.values.get("custom_fields")
    entries = found if isinstance(found, list) else []
    return {str(e.get("id")): e.get("value") for e in entries if isinstance(e, dict)}


def _answered(ticket: Fields, created: int) -> float | None:
    """When an agent first answered in public: the metrics count from the creation."""
    metrics = ticket.values.get("metric_set")
    if not isinstance(metrics, dict):
        return None
    for name, unit in (("reply_time_in_seconds", 1.0), ("reply_time_in_minutes", 60.0)):
        times = metrics.get(name)
        elapsed = times.get("calendar") if isinstance(times, dict) else None
        if isinstance(elapsed, int | float) and not isinstance(elapsed, bool):
            return created / 1e6 + elapsed * unit
    return None
