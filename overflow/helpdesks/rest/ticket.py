"""What a ticket of a described helpdesk looks like: pure.

The file says where each thing stands, by JMESPath; here it is made into ours. What only people type
(channel, language, topic) is as good as not given where it cannot be one; anything else that makes
no sense raises ``BadInput``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, validate

from overflow.core.model import Snapshot, Status
from overflow.errors import BadInput, Refused
from overflow.helpdesks.fields import IDENTITY, LANGUAGE, MAX_INT, MOST_TEXTS, NAME, TEXT, Form
from overflow.helpdesks.rest.query import Expression, Query
from overflow.helpdesks.rest.request import Table
from overflow.helpdesks.rest.template import plain
from overflow.helpdesks.rest.times import Times

STATUSES: Final = tuple(status.value for status in Status)
SETTABLE: Final = ("open", "pending", "on_hold", "solved", "closed")
_FLAGS: Final = ("spam", "merged", "deleted", "on_hold", "pending", "closed")
_DIGITS: Final = re.compile(r"[0-9]{1,16}")


class TicketSection(Schema):
    """Where everything stands in a ticket."""

    id = Expression(required=True)
    status = Expression(required=True)
    created = Expression(required=True)
    group = Expression(required=True)
    tags = Expression(required=True)
    assignee = Expression()
    channel = Expression()
    language = Expression()
    topic = Expression()
    priority = Expression()
    reason = Expression()
    answered = Expression()
    updated = Expression()
    version = Expression()
    outbound = Expression()
    is_ticket = Expression()
    frozen = Expression()
    flags = Table(fields.String(validate=validate.OneOf(_FLAGS)), Expression(), load_default=dict)
    nobody = fields.List(fields.Raw(), load_default=list)
    tag_separator = fields.String(load_default=",", validate=validate.Length(1, 3))


class Word(fields.Field[object]):
    """A text or a number of the helpdesk's, kept as it is."""

    def _deserialize(self, value: object, *_args: object, **_kwargs: object) -> object:
        if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
            raise ValidationError("has to be a text or a whole number")
        return value


class StatusesSection(Schema):
    """What the helpdesk's statuses mean, and which of them is written."""

    read = Table(
        fields.String(),
        fields.String(validate=validate.OneOf(STATUSES)),
        required=True,
        validate=validate.Length(min=1),
    )
    write = Table(fields.String(validate=validate.OneOf(SETTABLE)), Word(), required=True)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Turns what the helpdesk says into snapshots, and our words into its own."""

    ticket: Mapping[str, Any]
    """The section of that name, validated."""
    statuses: Mapping[str, Status]
    """By the helpdesk's word, in lower case."""
    written: Mapping[str, object]
    """Ours -> the helpdesk's."""
    groups: Mapping[str, object]
    """The policy's name -> what the helpdesk calls the group; others go by its own name."""
    channels: Mapping[str, str]
    priorities: Mapping[str, int]
    times: Times

    @classmethod
    def of(cls, options: Mapping[str, Any], times: Times) -> Lexicon:
        read = options["statuses"]["read"]
        return cls(
            ticket=options["ticket"],
            statuses={word.lower(): Status(ours) for word, ours in read.items()},
            written=options["statuses"]["write"],
            groups=options["groups"],
            channels={word.lower(): ours for word, ours in options["channels"].items()},
            priorities={word.lower(): number for word, number in options["priorities"].items()},
            times=times,
        )

    def id(self, document: object) -> str:
        return identity(self.ticket["id"].of(document))

    def is_one(self, document: object) -> bool:
        """False for what has a ticket's number and is none."""
        query: Query | None = self.ticket.get("is_ticket")
        return query is None or query.holds(document)

    def snapshot(
        self,
        document: object,
        *,
        found: Mapping[str, object] | None = None,
        version: int | None = None,
    ) -> Snapshot:
        """A ticket. ``found`` is what has been found elsewhere, by the names of the section."""
        look = _Look(self.ticket, document, found or {})
        created = self.times.moment(look("created"))
        if created is None:
            raise BadInput("ticket.created finds nothing.")
        answered = self.times.moment(look("answered"))
        language = _word(look("language"), LANGUAGE)
        return Snapshot(
            id=identity(look("id")),
            status=self._status(look("status"), document),
            group=self._group(look("group")),
            assignee=self._assignee(look("assignee")),
            channel=self._channel(look("channel")),
            language=re.split("[-_]", language)[0],
            created=created / 1e6,
            version=self._version(look) if version is None else version,
            answered=None if answered is None else answered / 1e6,
            topic=_word(look("topic"), NAME),
            priority=self._priority(look("priority")),
            tags=frozenset(self._tags(look("tags"))),
            reason=_text(look("reason"), "reason") or None,
            outbound=look("outbound") is True,
            is_frozen=self._is_frozen(document),
        )

    def word_for(self, status: Status) -> object:
        """The helpdesk's status for one of ours. ``Refused`` where the file names none."""
        if status.value not in self.written:
            raise Refused(f"statuses.write names no status for {status.value}.")
        return self.written[status.value]

    def meaning_of(self, word: object) -> Status | None:
        """What a status of the helpdesk's means; None where the file does not say."""
        return self.statuses.get(plain(word).lower())

    def group_for(self, name: str) -> object:
        """What the helpdesk calls a group. One that the file does not name goes by its own name."""
        if name in self.groups:
            return self.groups[name]
        is_numbered = self.groups and all(isinstance(g, int) for g in self.groups.values())
        return int(name) if is_numbered and name.isascii() and name.isdigit() else name

    def name_of(self, group: object) -> str:
        """The policy's name of a group, whether the helpdesk's is a text or a number now."""
        text = plain(group)
        return next((name for name, ours in self.groups.items() if plain(ours) == text), text)

    def _is_frozen(self, document: object) -> bool:
        query: Query | None = self.ticket.get("frozen")
        return query is not None and query.holds(document)

    def _status(self, value: object, document: object) -> Status:
        for ours, query in self.ticket["flags"].items():
            if query.holds(document):
                return Status(ours)
        word = plain(value).strip().lower() if isinstance(value, str | int) else ""
        if word not in self.statuses:
            raise BadInput(f"{word[:60]!r} is no known status: name it in statuses.read.")
        return self.statuses[word]

    def _group(self, value: object) -> str | None:
        if value in (None, "", 0) or isinstance(value, list | dict):
            return None
        return _text(self.name_of(value), "group") or None

    def _assignee(self, value: object) -> str | None:
        text = _text(value, "assignee")
        return None if text in {"", "0", *map(plain, self.ticket["nobody"])} else text

    def _channel(self, value: object) -> str:
        text = plain(value).strip().lower() if isinstance(value, str | int) else ""
        return _word(self.channels.get(text, text), NAME)

    def _priority(self, value: object) -> int:
        text = plain(value).strip().lower()
        if text in self.priorities:
            return self.priorities[text]
        try:
            number = int(text[:20])
        except ValueError:
            return 0
        return number if abs(number) <= MAX_INT else 0

    def _tags(self, value: object) -> Iterable[str]:
        if isinstance(value, str):
            value = value.split(self.ticket["tag_separator"])
        if value is None:
            return ()
        if not isinstance(value, list) or len(value) > MOST_TEXTS:
            raise BadInput(f"ticket.tags has to find at most {MOST_TEXTS} texts.")
        return filter(None, (_text(tag, "tags").strip() for tag in value))

    def _version(self, look: _Look) -> int | None:
        return version_of(look("version")) or self.times.moment(look("updated"))


@dataclass(frozen=True, slots=True)
class _Look:
    """Looks for one thing at a time."""

    section: Mapping[str, Any]
    document: object
    found: Mapping[str, object]

    def __call__(self, name: str) -> object:
        if name in self.found:
            return self.found[name]
        query: Query | None = self.section.get(name)
        return None if query is None else query.of(self.document)


def identity(value: object) -> str:
    """A ticket's id as text, whether it comes as a text or as a number. Raises ``BadInput``."""
    text = str(value) if type(value) is int else value
    if not isinstance(text, str) or not IDENTITY.pattern.fullmatch(text):
        raise BadInput(f"ticket.id has to find {IDENTITY.about}.")
    return text


def version_of(value: object) -> int | None:
    """A whole number that only grows: a number, or the digits of a text such as an ETag."""
    if type(value) is int and 0 <= value <= MAX_INT:
        return value
    if not isinstance(value, str):
        return None
    digits = _DIGITS.fullmatch(value.removeprefix("W/").strip('"'))
    return int(digits[0]) if digits and int(digits[0]) <= MAX_INT else None


def _word(value: object, form: Form) -> str:
    word = value.strip().lower() if isinstance(value, str) else ""
    return word if form.pattern.fullmatch(word) else ""


def _text(value: object, what: str) -> str:
    if value is None:
        return ""
    text = plain(value) if isinstance(value, str | int) and not isinstance(value, bool) else "\0"
    if not TEXT.pattern.fullmatch(text):
        raise BadInput(f"ticket.{what} has to find {TEXT.about}.")
    return text
