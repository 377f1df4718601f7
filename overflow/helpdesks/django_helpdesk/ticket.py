"""What a ticket of django-helpdesk looks like in its API: pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from overflow.core.model import Snapshot, Status
from overflow.errors import Refused
from overflow.helpdesks.fields import LANGUAGE, NAME, Fields, Form

OPENED: Final = 1
REOPENED: Final = 2
STATUSES: Final[Mapping[int, Status]] = {
    OPENED: Status.OPEN,
    REOPENED: Status.OPEN,
    3: Status.SOLVED,
    4: Status.CLOSED,
    5: Status.MERGED,  # "duplicate"
}
"""django-helpdesk's default choices."""
_WRITTEN: Final[Mapping[Status, int]] = {Status.SOLVED: 3, Status.CLOSED: 4}
NOTHING: Final = "-"
"""Stands in an emptied field: the API takes neither a blank nor a null text."""
_LEAST_URGENT: Final = 5
_TEMPLATE: Final = re.compile(r"\{(?=[{%#])|%(?=\})")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The shop's queues, fields and statuses; turns what the API says into snapshots.

    What cannot be understood raises ``BadInput``. A channel, language or topic that cannot be one
    is as good as none.
    """

    queues: Mapping[str, int]
    """Name in the policy -> the queue's id; the API knows only ids."""
    names: Mapping[str, str]
    """channel, language, topic, tags -> custom field; empty: there is none."""
    reason: str | None
    own: Mapping[int, Status]
    """Statuses of the shop's own."""

    def ticket(self, ticket: Fields, now: float) -> Snapshot:
        """A ticket of the API. ``now`` stands in for its creation where nothing tells that."""
        followups = _followups(ticket)
        opened = followups[0].moment("date") if followups else None
        return Snapshot(
            id=ticket.identity(),
            status=self.status(ticket),
            group=self._group(ticket),
            assignee=_assignee(ticket),
            channel=self._word(ticket, "channel", NAME),
            language=re.split("[-_]", self._word(ticket, "language", LANGUAGE))[0],
            created=now if opened is None else opened / 1e6,
            answered=_answered(followups),
            topic=self._word(ticket, "topic", NAME),
            priority=_LEAST_URGENT - (ticket.integer("priority") or _LEAST_URGENT),
            tags=frozenset(self.tags(ticket)),
            reason=_text(ticket, self.reason) or None,
        )

    def status(self, ticket: Fields) -> Status:
        """A ticket on hold waits, and so do its open statuses; a merged one has ended."""
        if ticket.values.get("merged_to") is not None:
            return Status.MERGED
        meanings = {**STATUSES, **self.own}
        status = meanings.get(ticket.integer("status") or 0)
        if status is None:
            raise ticket.fault("status", "known: name it in helpdesk.options.statuses")
        return Status.ON_HOLD if status is Status.OPEN and ticket.flag("on_hold") else status

    def written(self, status: Status) -> int | None:
        """The helpdesk's status for one of ours; None: it has none, only its hold."""
        own = (number for number, ours in self.own.items() if ours is status)
        return next(own, _WRITTEN.get(status))

    def listed(self, *, ended: bool) -> str:
        """The statuses to ask for."""
        meanings = {**STATUSES, **self.own}
        return ",".join(str(n) for n, ours in sorted(meanings.items()) if ours.is_ended is ended)

    def tags(self, ticket: Fields) -> list[str]:
        texts = _text(ticket, self.names["tags"]).split(",")
        return [tag for text in texts if (tag := text.strip())]

    def queue(self, group: str) -> int:
        """A queue's id by its name, or by its number where the policy has no name for it."""
        number = self.queues.get(group)
        if number is None and re.fullmatch(r"#[0-9]{1,9}", group):
            number = int(group[1:])
        if number is None:
            raise Refused(f"There is no queue {group!r} in helpdesk.options.queues.")
        return number

    def _group(self, ticket: Fields) -> str | None:
        number = ticket.integer("queue")
        named = (name for name, known in self.queues.items() if known == number)
        return next(named, None if number is None else f"#{number}")

    def _word(self, ticket: Fields, what: str, form: Form) -> str:
        word = _text(ticket, self.names[what]).strip().lower()
        return word if form.pattern.fullmatch(word) else ""


def inert(text: str) -> str:
    """Text that says the same and is no template.

    django-helpdesk renders every comment as one: ``{{ ticket.secret_key }}`` would show the key,
    and a lone ``%}`` fail with 500.
    """
    return _TEMPLATE.sub(lambda brace: f"{brace[0]} ", text)


def _assignee(ticket: Fields) -> str | None:
    number = ticket.integer("assigned_to")
    return None if number is None else str(number)


def _text(ticket: Fields, name: str | None) -> str:
    value = ticket.values.get(f"custom_{name}") if name else None
    return value if isinstance(value, str) and value != NOTHING else ""


def _followups(ticket: Fields) -> list[Fields]:
    """By number: the first one is the customer's question, whoever typed it in."""
    found = ticket.values.get("followup_set")
    values = found if isinstance(found, list) else []
    followups = [Fields.of(value, ticket.at("followup_set")) for value in values]
    return sorted(followups, key=lambda followup: followup.integer("id") or 0)


def _answered(followups: list[Fields]) -> float | None:
    """When staff first wrote to the customer. E-mails of the customer bear a message id."""
    for followup in followups[1:]:
        values = followup.values
        by_staff = values.get("user") is not None and not values.get("message_id")
        if values.get("public") is True and by_staff and str(values.get("comment") or "").strip():
            found = followup.moment("date")
            return None if found is None else found / 1e6
    return None
