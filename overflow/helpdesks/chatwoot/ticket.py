"""What a conversation of Chatwoot looks like, in its API and in its webhooks: pure.

https://developers.chatwoot.com/api-reference/conversations/conversation-details
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from overflow.core.model import Snapshot, Status
from overflow.errors import BadInput
from overflow.helpdesks.fields import LANGUAGE, TEXT, Fields
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
UNKEPT: Final = 2e-6
"""Seconds: a webhook may bear parts of a microsecond that the database does not keep, and must not
look newer than what a read shows of the same state."""
_LATEST: Final = 4_102_444_800.0
"""2100: a moment later than that is none."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Turns what Chatwoot says into snapshots; ``BadInput`` for what makes no sense."""

    words: Vocabulary
    has_bot: bool
    """Pending is a bot's queue; else it waits for the customer."""

    def ticket(self, conversation: Fields, early: float = 0.0) -> Snapshot:
        """A conversation of the API or of a webhook: they say the same.

        ``early``: seconds by which its version is taken for older.
        """
        created, updated = moment(conversation, "created_at"), moment(conversation, "updated_at")
        if created is None:
            raise conversation.fault("created_at", "given")
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
            language=self.words.language(custom) or _detected(conversation),
            created=created,
            version=None if updated is None else int((updated - early) * 1e3),
            answered=moment(conversation, "first_reply_created_at"),
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
        return self._of_conversation(document, delivery, is_new=kind == "conversation_created")

    def _of_conversation(self, document: Fields, delivery: str, *, is_new: bool) -> Event:
        try:
            seen = self.ticket(document, UNKEPT)
        except BadInput:
            return Hint(document.identity(), delivery)  # a read says it better
        return Nothing("a bot has it") if self.is_bots(seen) else Full(seen, delivery, is_new)


def _of_message(document: Fields, delivery: str) -> Event:
    if document.values.get("private") is True:
        return Nothing("an internal note")
    return Hint(document.inner("conversation").identity(), delivery)


def moment(fields: Fields, name: str) -> float | None:
    """Epoch seconds, whole or not; 0 is "never". Webhooks write some times as texts."""
    value = fields.values.get(name)
    if value is None or value == 0:
        return None
    if isinstance(value, str):
        found = fields.moment(name)
        return None if found is None else found / 1e6
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < _LATEST:
        raise BadInput(f"{fields.at(name)} has to be seconds since 1970.")
    return float(value)


def _id(fields: Fields, name: str) -> int | None:
    inner = fields.values.get(name)
    return number_of(inner.get("id")) if isinstance(inner, dict) else None


def _assignee(meta: Fields) -> str | None:
    """An agent: a bot or an assistant is no assignee."""
    number = _id(meta, "assignee")
    is_agent = meta.values.get("assignee_type") in (None, "User")
    return str(number) if number is not None and is_agent else None


def _detected(conversation: Fields) -> str:
    """What Chatwoot has found the language to be, else that of the customer's browser."""
    found = conversation.values.get("additional_attributes")
    said = found if isinstance(found, dict) else {}
    for value in (said.get("conversation_language"), said.get("browser_language")):
        if isinstance(value, str) and value and LANGUAGE.pattern.fullmatch(value):
            return re.split("[-_]", value.lower())[0]
    return ""
