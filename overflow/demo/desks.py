"""The helpdesk as its people use it, whichever it is: the sandbox here, a real one elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple, Protocol, cast

from overflow.core.model import Status
from overflow.demo.sandbox import People
from overflow.demo.sandbox.protocol import SERVICE

_ENDED: Final = {status.value for status in Status if status.is_ended}


class Note(NamedTuple):
    """What the service has written into a ticket for the agents."""

    reference: str
    at: float
    """Epoch seconds, on the helpdesk's clock."""


class Seen(NamedTuple):
    """A ticket as the helpdesk shows it."""

    id: str
    channel: str
    language: str
    status: str
    """In the service's words."""
    group: str
    assignee: str
    """Empty: nobody."""
    is_answered: bool
    tags: frozenset[str]
    notes: tuple[Note, ...]
    """The service's, oldest first; one that was posted twice stands twice."""

    @property
    def is_ended(self) -> bool:
        return self.status in _ENDED


class Desk(Protocol):
    """What customers and agents do in a helpdesk. Raises ``Fault`` when it does not answer.

    One thread at a time.
    """

    def create(self, channel: str, language: str) -> str:
        """A customer writes; the ticket's id."""

    def create_unheard(self, channel: str, language: str) -> str:
        """The same, and the webhook that tells of it gets lost."""

    def write_again(self, ticket: str) -> None:
        """The customer writes again, which reopens the ticket."""

    def tickets(self) -> list[Seen]:
        """All there ever were, the oldest first."""

    def assign(self, ticket: str, agent: str) -> None: ...

    def answer(self, ticket: str, agent: str) -> None: ...

    def solve(self, ticket: str, agent: str) -> None: ...

    def move(self, ticket: str, group: str) -> None: ...

    def tag(self, ticket: str, word: str) -> None: ...

    def is_quiet(self) -> bool:
        """Whether every webhook has been answered, or was given up."""

    def close(self) -> None: ...


class SandboxDesk:
    """The sandbox, over HTTP."""

    def __init__(self, base: str) -> None:
        self._people = People(base)

    def create(self, channel: str, language: str) -> str:
        return str(self._people.create(channel, language)["id"])

    def create_unheard(self, channel: str, language: str) -> str:
        self._people.switch(lose_webhooks=1)
        return self.create(channel, language)

    def write_again(self, ticket: str) -> None:
        self._people.write_again(ticket)

    def tickets(self) -> list[Seen]:
        return [_seen(shown) for shown in self._people.tickets()]

    def assign(self, ticket: str, agent: str) -> None:
        self._people.assign(ticket, agent)

    def answer(self, ticket: str, agent: str) -> None:
        self._people.reply(ticket, agent)

    def solve(self, ticket: str, agent: str) -> None:
        del agent  # it does not ask who
        self._people.solve(ticket)

    def move(self, ticket: str, group: str) -> None:
        self._people.move(ticket, group)

    def tag(self, ticket: str, word: str) -> None:
        self._people.tag(ticket, word)

    def is_quiet(self) -> bool:
        webhooks = cast("dict[str, int]", self._people.state()["webhooks"])
        return webhooks["pending"] == 0

    def close(self) -> None:
        self._people.close()


def _seen(shown: Any) -> Seen:  # noqa: ANN401  JSON
    return Seen(
        id=str(shown["id"]),
        channel=shown["channel"],
        language=shown["language"],
        status=shown["status"],
        group=shown["group"],
        assignee=shown["assignee"] or "",
        is_answered=shown["answered_at"] is not None,
        tags=frozenset(shown["tags"]),
        notes=tuple(
            Note(note["reference"], datetime.fromisoformat(note["created_at"]).timestamp())
            for note in shown["notes"]
            if note["author"] == SERVICE and not note["public"]
        ),
    )
