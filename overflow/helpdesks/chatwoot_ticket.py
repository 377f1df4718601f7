"""What a conversation of Chatwoot looks like, in its API and in its webhooks: pure.

https://developers.chatwoot.com/api-reference/conversations/conversation-details
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from overflow.core.model import Snapshot, Status
from overflow.errors import BadInput
from overflow.helpdesks.fields import TEXT, Fields
from overflow.helpdesks.port import Event, Full, Hint, Nothing
from overflow.helpdesks.vocabulary import Vocabulary, number_of

STATUSES: Final[Mapping[str, Status]] = {
    "open": Status.OPEN,
    "pending": Status.PENDING,
    "snoozed": Status.ON_HOLD,
    "resolved": Status.SOLVED,
}
WRITTEN: Final[Mapping[Status, str]] = {
    Status.OPEN: "open",
    Status.PENDING: "snoozed",  # its own "pending" hands the conversation to the bot
    Status.ON_HOLD: "snoozed",
    Status.SOLVED: "resolved",
}
CHANNELS: Final[Mapping[str, str]] = {
    "channel::email": "email",
    "channel::webwidget": "chat",
    "channel::api": "chat",
    "channel::whatsapp": "whatsapp",
    "channel::twiliosms": "sms",
    "channel::sms": "sms",
    "channel::facebookpage": "facebook",
    "channel::instagram": "instagram",
    "channel::telegram": "telegram",
    "channel::line": "line",
    "channel::voice": "phone",
}
_PRIORITIES: Final = ("low", "medium", "high", "urgent")
_WHOLE: Final = frozenset(
    {"conversation_created", "conversation_updated", "conversation_status_changed"}
)
_PARTIAL: Final = frozenset({"message_created", "message_updated"})
_LATEST: Final = 4_102_444_800.0
"""2100: a moment later than that is none."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Turns what Chatwoot says into snapshots; ``BadInput`` for what makes no sense."""

    words: Vocabulary
    has_bot: bool
    """Pending is a bot's queue; else it waits for the customer."""

    def ticket(self, conversation: Fields) -> Snapshot:
        """A conversation of the API or of a webhook: they say the same."""
        created = seconds(conversation, "created_at")
        updated = seconds(conversation, "updated_at") or seconds(conversation, "timestamp")
        if created is None or updated is None:
            raise conversation.fault("created_at and updated_at", "given")
        found = conversation.values.get("custom_attributes")
        custom = found if isinstance(found, dict) else {}
        meta = conversation.inner("meta")
        said = conversation.values.get("channel") or meta.values.get("channel")
        priority = conversation.values.get("priority")
        return Snapshot(
            id=conversation.identity(),
            status=self.status(conversation),
            group=self.words.group(_id(meta, "team")),
            assignee=_assignee(meta),
            channel=self.words.channel(said if isinstance(said, str) else "", custom),
            language=self.words.language(custom),
            created=created,
            version=round(updated * 1e6),
            answered=seconds(conversation, "first_reply_created_at"),
            topic=self.words.topic(custom),
            priority=_PRIORITIES.index(priority) + 1 if priority in _PRIORITIES else 0,
            tags=frozenset(conversation.texts("labels")),
            reason=self.words.reason(custom),
        )

    def status(self, conversation: Fields) -> Status:
        word = conversation.text("status", TEXT).lower()
        if word not in STATUSES:
            raise conversation.fault("status", f"one of {', '.join(STATUSES)}")
        return STATUSES[word]

    def is_bots(self, seen: Snapshot) -> bool:
        """A bot has it, and no agent had it before: not ours until it is handed over."""
        is_new = seen.answered is None and seen.assignee is None
        return self.has_bot and seen.status is Status.PENDING and is_new

    def event(self, body: bytes, delivery: str, account: int, *, is_signed: bool) -> Event:
        """A verified webhook. Raises ``BadInput`` and nothing else."""
        document = Fields.parse(body)
        kind = document.text("event", TEXT)
        if kind not in _WHOLE | _PARTIAL:
            return Nothing("no event about a conversation's state")
        if _id(document, "account") not in {None, account}:
            return Nothing("an event of another account")
        if kind in _PARTIAL:
            return _of_message(document, delivery)
        if not is_signed:
            return Hint(document.identity(), delivery)
        seen = self.ticket(document)
        if self.is_bots(seen):
            return Nothing("a bot has it")
        return Full(seen, delivery, kind == "conversation_created")


def _of_message(document: Fields, delivery: str) -> Event:
    if document.values.get("private") is True:
        return Nothing("an internal note")
    return Hint(document.inner("conversation").identity(), delivery)


def seconds(fields: Fields, name: str) -> float | None:
    """Epoch seconds, whole or not; 0 is "never"."""
    value = fields.values.get(name)
    if value is None or value == 0:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < _LATEST:
        raise BadInput(f"{fields.at(name)} has to be seconds since 1970.")
    return float(value)


def _id(fields: Fields, name: str) -> int | None:
    inner = fields.values.get(name)
    return number_of(inner.get("id")) if isinstance(inner, dict) else None


def _assignee(meta: Fields) -> str | None:
    """An agent: a bot is no assignee."""
    number = _id(meta, "assignee")
    is_bot = meta.values.get("assignee_type") == "AgentBot"
    return None if number is None or is_bot else str(number)
