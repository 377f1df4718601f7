"""What a ticket of Request Tracker 5 looks like, in REST2 and in our scrip's webhook: pure.

The scrip says it in REST2's own words, so that one reader serves both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from overflow.core.model import Snapshot, Status
from overflow.errors import BadInput
from overflow.helpdesks.fields import LANGUAGE, NAME, TEXT, Fields, Form
from overflow.helpdesks.port import Event, Full, Hint, Nothing

NOBODY: Final = "Nobody"
"""The owner of a ticket that nobody owns."""
SYSTEM: Final = "RT_System"
"""RT itself, whose messages are no answers."""
STATUSES: Final[Mapping[str, Status]] = {
    "new": Status.OPEN,
    "open": Status.OPEN,
    "stalled": Status.PENDING,
    "resolved": Status.SOLVED,
    "rejected": Status.CLOSED,
    "deleted": Status.DELETED,
}
"""RT's default lifecycle."""
_WRITTEN: Final[Mapping[Status, str]] = {
    Status.OPEN: "open",
    Status.PENDING: "stalled",
    Status.ON_HOLD: "stalled",  # the default lifecycle has one word for both
    Status.SOLVED: "resolved",
    Status.CLOSED: "rejected",
}
_PRIORITY: Final = re.compile(r"-?[0-9]{1,10}", re.ASCII)
_ETAG: Final = re.compile(r'(?:W/)?"([0-9]{1,16})"')


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The shop's names of fields and statuses; turns what RT says into snapshots.

    What cannot be understood raises ``BadInput``. A channel, language or topic that cannot be one
    is as good as none: people type into those fields.
    """

    names: Mapping[str, str]
    """channel, language, topic, tags -> custom field; empty: there is none."""
    reason: str | None
    """The custom field that carries the reason."""
    own: Mapping[str, Status]
    """Statuses of the shop's own lifecycles, in lower case."""

    def event(self, body: bytes) -> Event:
        """A verified webhook of our scrip."""
        document = Fields.parse(body)
        delivery = document.text("delivery", TEXT)
        ticket = document.inner("ticket")
        if "Queue" not in ticket.values:  # it has left the queues that the service may see
            return Hint(ticket.identity(), delivery)
        if not is_ticket(ticket):
            return Nothing("a reminder or an approval")
        snapshot = self.ticket(
            ticket, version=document.integer("version"), answered=moment(document, "answered")
        )
        return Full(snapshot, delivery, document.text("event", TEXT) == "ticket.created")

    def ticket(self, ticket: Fields, *, version: int | None, answered: float | None) -> Snapshot:
        """A ticket in REST2's words, read with ``fields[Queue]=Name``."""
        values = _custom_fields(ticket)
        created = moment(ticket, "Created")
        if created is None:
            raise ticket.fault("Created", "given")
        owner = ticket.inner("Owner").text("id", TEXT)
        return Snapshot(
            id=ticket.identity(),
            status=self.status(ticket.text("Status", TEXT)),
            group=ticket.inner("Queue").text("Name", TEXT) or None,
            assignee=None if owner in {"", NOBODY} else owner,
            channel=self._word(values, "channel", NAME),
            language=re.split("[-_]", self._word(values, "language", LANGUAGE))[0],
            created=created,
            version=version,
            answered=answered,
            topic=self._word(values, "topic", NAME),
            priority=_number(ticket.values.get("Priority")),
            tags=frozenset(values.get(self.names["tags"], ())),
            reason=next(iter(values.get(self.reason or "", ())), None),
        )

    def status(self, word: str) -> Status:
        """Raises ``BadInput`` for a status that nobody has said the meaning of."""
        small = word.lower()
        status = self.own.get(small) or STATUSES.get(small)
        if status is None:
            raise BadInput(f"{word!r} is no known status: name it in helpdesk.options.statuses.")
        return status

    def written(self, status: Status) -> str | None:
        """RT's status for one of ours, the shop's own before the default lifecycle's."""
        own = (word for word, ours in self.own.items() if ours is status)
        return next(own, _WRITTEN.get(status))

    def unended(self) -> list[str]:
        """RT's statuses of tickets with which somebody still has something to do."""
        return [word for word, ours in {**STATUSES, **self.own}.items() if not ours.is_ended]

    def _word(self, values: Mapping[str, Sequence[str]], what: str, form: Form) -> str:
        texts = values.get(self.names[what], ())
        word = texts[0].strip().lower() if texts else ""
        return word if form.pattern.fullmatch(word) else ""


def is_ticket(ticket: Fields) -> bool:
    """Whether it is a ticket: reminders and approvals have numbers of the same kind."""
    return ticket.text("Type", TEXT) == "ticket"


def version_of(etag: str) -> int | None:
    """REST2's ETag is the number of the last transaction that the reader may see."""
    found = _ETAG.fullmatch(etag)
    return int(found[1]) if found else None


def moment(fields: Fields, name: str) -> float | None:
    """Epoch seconds. RT says 1970-01-01T00:00:00Z for "never"."""
    if str(fields.values.get(name)).startswith("1970-"):
        return None
    found = fields.moment(name)
    return None if found is None else found / 1e6


def rt_time(seconds: float) -> str:
    """A time for TicketSQL, which reads it in the asking user's zone: that has to be UTC."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}"


def requestors(ticket: Fields) -> frozenset[str]:
    """The logins of those who asked."""
    found = ticket.values.get("Requestor")
    members = found if isinstance(found, list) else []
    return frozenset(str(member.get("id")) for member in members if isinstance(member, dict))


def may_be_answered(ticket: Fields) -> bool:
    """False where RT itself rules an answer out, which saves looking for one.

    A message to a requestor with an address sets Told; a message from anybody but the requestor
    takes a new ticket up, which sets Started. Without an address only the second is left.
    """
    touched = moment(ticket, "Told") or moment(ticket, "Started")
    return bool(touched) or not any("@" in login for login in requestors(ticket))


def _custom_fields(ticket: Fields) -> dict[str, list[str]]:
    found = ticket.values.get("CustomFields")
    values: dict[str, list[str]] = {}
    for field in found if isinstance(found, list) else []:
        entry = Fields.of(field, ticket.at("CustomFields"))
        given = entry.values.get("values")  # an emptied field may hold [null]
        texts = [text for text in given if text] if isinstance(given, list) else []
        values[entry.text("name", TEXT)] = Fields({"values": texts}).texts("values")
    return values


def _number(value: object) -> int:
    """A priority; 0 for what RT has no room for: JSON that tells it on has none either."""
    text = str(value)
    return int(text) if _PRIORITY.fullmatch(text) else 0
