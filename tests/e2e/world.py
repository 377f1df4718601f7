"""What an end-to-end test needs of a helpdesk: people who use it, and a look at what it shows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

HOME_GROUP: Final = "inhouse"
PARTNER_GROUP: Final = "partner"
HOME_AGENT: Final = "agent-in"
PARTNER_AGENT: Final = "agent-pt"
_REFERENCE: Final = re.compile(r"\[(ov\S*)\]\s*\Z")


@dataclass(frozen=True)
class Shown:
    """One ticket as the helpdesk itself shows it, in the service's words."""

    id: str
    status: str
    group: str
    assignee: str | None
    tags: frozenset[str]
    reason: str
    notes: tuple[str, ...] = ()
    """Internal notes of the service."""
    answers: tuple[str, ...] = ()
    """Public answers, whoever gave them."""

    @property
    def references(self) -> list[str]:
        """Those of the service's notes about its moves."""
        return [found[1] for note in self.notes if (found := _REFERENCE.search(note))]


class World(Protocol):
    """A real helpdesk with two groups and an agent in each. Every ticket is a customer's."""

    connector: str
    helpdesk: Mapping[str, Any]
    """The policy's section."""
    words: Mapping[str, str]
    """The policy's words: tag and reason field."""
    secrets: Mapping[str, str]
    """What the section's ``env:`` references stand for."""
    hook: str
    """Follows the connector's name in the address of its webhooks."""

    parked: str
    """The status in which a ticket waits for the customer there."""

    def known_as(self, agent: str) -> str:
        """What the service calls him."""

    def webhooks_to(self, url: str | None) -> None:
        """From now on; None: all are lost."""

    def write(self, channel: str, language: str) -> str:
        """A customer writes; the new ticket's id."""

    def take(self, ticket: str, agent: str) -> None:
        """An agent takes it in the helpdesk."""

    def answer(self, ticket: str, agent: str) -> None: ...

    def solve(self, ticket: str, agent: str) -> None: ...

    def move(self, ticket: str, group: str) -> None:
        """Somebody moves it in the helpdesk."""

    def write_again(self, ticket: str) -> None:
        """The customer writes once more, which reopens it."""

    def show(self, ticket: str) -> Shown: ...

    def tickets(self) -> list[str]:
        """All there are."""
