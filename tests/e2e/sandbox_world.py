"""The sandbox helpdesk as a world."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from overflow.demo.sandbox import People, Sandbox
from tests.e2e.world import HOME_GROUP, PARTNER_GROUP, Shown

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class SandboxWorld:
    """Satisfies ``World``."""

    connector = "standard"
    words: Mapping[str, str] = {"reason_field": "reason"}
    secrets: Mapping[str, str] = {"SANDBOX_WEBHOOK": SECRET}
    hook = ""
    parked = "pending"

    def __init__(self, sandbox: Sandbox, people: People) -> None:
        self.sandbox = sandbox
        self.people = people
        self.helpdesk: Mapping[str, Any] = {
            "connector": self.connector,
            "options": {"url": sandbox.url},
            "secrets": {"webhook": "env:SANDBOX_WEBHOOK"},
        }

    def known_as(self, agent: str) -> str:
        return agent

    def webhooks_to(self, url: str | None) -> None:
        self.people.send_webhooks_to(url or "")

    def write(self, channel: str, language: str) -> str:
        return str(self.people.create(channel, language)["id"])

    def take(self, ticket: str, agent: str) -> None:
        self.people.assign(ticket, agent)

    def answer(self, ticket: str, agent: str) -> None:
        self.people.reply(ticket, agent)

    def solve(self, ticket: str, agent: str) -> None:
        del agent
        self.people.solve(ticket)

    def move(self, ticket: str, group: str) -> None:
        self.people.move(ticket, group)

    def write_again(self, ticket: str) -> None:
        self.people.write_again(ticket)

    def show(self, ticket: str) -> Shown:
        return shown(self.people.ticket(ticket))

    def tickets(self) -> list[str]:
        return [str(ticket["id"]) for ticket in self.people.tickets()]


def shown(ticket: Mapping[str, Any]) -> Shown:
    """As the sandbox shows it to people."""
    said = ticket["notes"]
    return Shown(
        id=ticket["id"],
        status=ticket["status"],
        group=ticket["group"],
        assignee=ticket["assignee"],
        tags=frozenset(ticket["tags"]),
        reason=ticket["reason"],
        notes=tuple(n["text"] for n in said if not n["public"] and n["author"] == "overflow"),
        answers=tuple(n["text"] for n in said if n["public"]),
    )


@contextmanager
def sandbox_world() -> Iterator[SandboxWorld]:
    with Sandbox(SECRET, groups=(HOME_GROUP, PARTNER_GROUP)) as sandbox, sandbox.people() as people:
        yield SandboxWorld(sandbox, people)
