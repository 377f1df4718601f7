"""What a ticket of Gorgias looks like in its API, and what its webhooks hint at: pure.

https://developers.gorgias.com/reference/the-ticket-object
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from overflow.core.model import Snapshot, Status
from overflow.errors import BadInput
from overflow.helpdesks.fields import TEXT, Fields
from overflow.helpdesks.port import Event, Hint, Nothing
from overflow.helpdesks.vocabulary import Vocabulary, number_of

STATUSES: Final[Mapping[str, Status]] = {"open": Status.OPEN, "closed": Status.SOLVED}
CHANNELS: Final[Mapping[str, str]] = {
    "contact_form": "email",
    "help-center": "email",
    "facebook-messenger": "facebook",
    "instagram-direct-message": "instagram",
}
_PRIORITIES: Final = ("low", "normal", "high", "critical")
_TICKET: Final = "Ticket"


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Turns what Gorgias says into snapshots; ``BadInput`` for what makes no sense."""

    words: Vocabulary
    zone: ZoneInfo
    """Of times that bear none."""
    merged_tag: str
    """Marks merged tickets, where the shop has such a tag; the API tells them by nothing."""

    def ticket(self, ticket: Fields, now: float) -> Snapshot:
        """A ticket of the API. ``now``, by the helpdesk's clock: a snooze may have ended."""
        created = self.moment(ticket, "created_datetime")
        updated = self.moment(ticket, "updated_datetime") or created
        if created is None or updated is None:
            raise ticket.fault("created_datetime", "given")
        custom, tags = _custom(ticket), _names(ticket)
        answered = self._answered(ticket)
        assignee = _id(ticket, "assignee_user")
        priority = ticket.text("priority", TEXT).lower()
        return Snapshot(
            id=ticket.identity(),
            status=self._status(ticket, tags, now),
            group=self.words.group(_id(ticket, "assignee_team")),
            assignee=None if assignee is None else str(assignee),
            channel=self.words.channel(ticket.text("channel", TEXT), custom),
            language=self.words.language(custom) or self._detected(ticket),
            created=created / 1e6,
            version=updated,
            answered=None if answered is None else answered / 1e6,
            topic=self.words.topic(custom),
            priority=_PRIORITIES.index(priority) + 1 if priority in _PRIORITIES else 0,
            tags=tags,
            reason=self.words.reason(custom),
            outbound=self._is_outbound(ticket),
        )

    def _detected(self, ticket: Fields) -> str:
        word = ticket.text("language", TEXT).lower()[:2]
        return word if word.isascii() and word.isalpha() else ""

    def moment(self, ticket: Fields, name: str) -> int | None:
        """Microseconds since 1970; without a zone, in the shop's."""
        value = ticket.values.get(name)
        if isinstance(value, str):
            try:
                when = datetime.fromisoformat(value)
                if when.tzinfo is None:
                    value = when.replace(tzinfo=self.zone).astimezone(UTC).isoformat()
            except (ValueError, OverflowError):
                raise ticket.fault(name, "a time") from None
        return Fields({name: value}, ticket.path).moment(name)

    def _status(self, ticket: Fields, tags: frozenset[str], now: float) -> Status:
        if ticket.values.get("trashed_datetime") is not None:
            return Status.DELETED
        if ticket.flag("spam"):
            return Status.SPAM
        word = ticket.text("status", TEXT).lower()
        if word not in STATUSES:
            raise ticket.fault("status", f"one of {', '.join(STATUSES)}")
        status = STATUSES[word]
        if status.is_ended and self.merged_tag in tags:
            return Status.MERGED
        until = self.moment(ticket, "snooze_datetime")
        is_snoozed = status.is_ended and until is not None and until / 1e6 > now
        return Status.ON_HOLD if is_snoozed else status  # an open one waits, whatever was planned

    def _answered(self, ticket: Fields) -> int | None:
        """When an agent first wrote to the customer, of the messages that the ticket shows.

        A list shows none: then it is the last message, notes not counted, where somebody has the
        ticket and the customer did not write it (where nobody has it, a rule may have).
        """
        found = ticket.values.get("messages")
        if not isinstance(found, list):
            last = self.moment(ticket, "last_message_datetime")
            received = self.moment(ticket, "last_received_message_datetime")
            is_taken = _id(ticket, "assignee_user") is not None
            return last if is_taken and (last or 0) > (received or last or 0) else None
        written = [self._sent(Fields(m)) for m in found if isinstance(m, dict)]
        return min((at for at in written if at is not None), default=None)

    def _sent(self, message: Fields) -> int | None:
        values = message.values
        if values.get("from_agent") is not True or values.get("public") is not True:
            return None
        if values.get("via") == "rule" or values.get("rule_id") is not None:
            return None  # "we have received your message" is no answer
        at = self.moment(message, "sent_datetime")
        return self.moment(message, "created_datetime") if at is None else at

    def _is_outbound(self, ticket: Fields) -> bool:
        """Begun by an agent: ``from_agent`` of the ticket is that of its first message."""
        return ticket.values.get("from_agent") is True


def event_of(body: bytes) -> Event:
    """A webhook, as a context, an event of theirs or a form of ours (all values texts)."""
    document = Fields.parse(body)
    ticket = _named(document)
    if ticket is not None:
        return Hint(ticket, _delivery(document))
    if document.values.get("object_type") not in (None, _TICKET):
        return Nothing("no event about a ticket")
    if document.values.get("object_id") is not None:
        return Hint(document.identity("object_id"), _delivery(document))
    raise BadInput("the body has to name a ticket: ticket_id, object_id or ticket.")


def _named(document: Fields) -> str | None:
    """The ticket that the body, its data or the message in them names."""
    data = _inner(document, "data")
    for holder in (document, data, _inner(document, "message"), _inner(data, "message")):
        if holder.values.get("ticket") is not None:
            return holder.inner("ticket").identity()
        if holder.values.get("ticket_id") is not None:
            return holder.identity("ticket_id")
    return None


def _delivery(document: Fields) -> str:
    value = number_of(document.values.get("id"))
    return "" if value is None else str(value)


def _inner(document: Fields, name: str) -> Fields:
    return document.inner(name) if document.values.get(name) is not None else Fields({}, name)


def _id(ticket: Fields, name: str) -> int | None:
    inner = ticket.values.get(name)
    return number_of(inner.get("id")) if isinstance(inner, dict) else None


def _names(ticket: Fields) -> frozenset[str]:
    found = ticket.values.get("tags")
    values = found if isinstance(found, list) else []
    names = [tag.get("name") for tag in values if isinstance(tag, dict)]
    return frozenset(Fields({"tags": names}).texts("tags"))


def _custom(ticket: Fields) -> dict[str, object]:
    """Values by the number of their field; they come as an object, or as a list of both."""
    found = ticket.values.get("custom_fields")
    entries = list(found.values()) if isinstance(found, dict) else found
    custom: dict[str, object] = {}
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict):
            field = entry.get("field")
            number = field.get("id") if isinstance(field, dict) else entry.get("id")
            custom[str(number)] = entry.get("value")
    return custom
