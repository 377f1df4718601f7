"""A real Request Tracker 5 as a world."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.e2e.world import HOME_AGENT, HOME_GROUP, PARTNER_AGENT, Shown
from tests.helpdesks.rt_shop import Person
from tests.real.rt5 import RealRt

SECRET = "a secret of the scrip, 32 letters long"
SERVICE = "svc-overflow"
STATUSES = {"new": "open", "stalled": "pending", "resolved": "solved", "rejected": "closed"}


class RtWorld:
    """Satisfies ``World``."""

    connector = "rt"
    words: Mapping[str, str] = {"reason_field": "OverflowReason"}
    hook = ""
    parked = "pending"

    def __init__(self, rt: RealRt) -> None:
        self._rt = rt
        self._people = {login: Person(rt, login) for login in (HOME_AGENT, PARTNER_AGENT, SERVICE)}
        self._made: list[str] = []
        self.secrets = {"RT_TOKEN": rt.tokens[SERVICE], "RT_WEBHOOK": SECRET}
        self.helpdesk: Mapping[str, Any] = {
            "connector": self.connector,
            "options": {"url": rt.base_url},
            "secrets": {"token": "env:RT_TOKEN", "webhook": "env:RT_WEBHOOK"},
        }

    def known_as(self, agent: str) -> str:
        return agent

    def webhooks_to(self, url: str | None) -> None:
        self._rt.post_webhooks_to(url, SECRET)

    def write(self, channel: str, language: str) -> str:
        fields = {"Channel": channel, "Language": language}
        ticket = self._people[HOME_AGENT].open_ticket(HOME_GROUP, CustomFields=fields)
        self._made.append(ticket)
        return ticket

    def take(self, ticket: str, agent: str) -> None:
        self._people[agent].change(ticket, Owner=agent)

    def answer(self, ticket: str, agent: str) -> None:
        self._people[agent].answer(ticket)

    def solve(self, ticket: str, agent: str) -> None:
        self._people[agent].change(ticket, Status="resolved")

    def move(self, ticket: str, group: str) -> None:
        """The shop's own agent, who may change tickets in both queues."""
        self._people[HOME_AGENT].change(ticket, Queue=group)

    def write_again(self, ticket: str) -> None:
        """What RT does by itself when the customer's mail comes in."""
        self._people[HOME_AGENT].change(ticket, Status="open")

    def show(self, ticket: str) -> Shown:
        found = self._see(f"ticket/{ticket}", **{"fields[Queue]": "Name"})
        values = {field["name"]: field["values"] for field in found["CustomFields"]}
        owner = found["Owner"]["id"]
        return Shown(
            id=ticket,
            status=STATUSES.get(found["Status"], found["Status"]),
            group=found["Queue"]["Name"],
            assignee=None if owner == "Nobody" else owner,
            tags=frozenset(values["Tags"]),
            reason=next(iter(v for v in values["OverflowReason"] if v), ""),
            notes=self._said(ticket, "Comment", SERVICE),
            answers=self._said(ticket, "Correspond"),
        )

    def tickets(self) -> list[str]:
        return list(self._made)

    def _said(self, ticket: str, kind: str, by: str = "") -> tuple[str, ...]:
        fields = {"fields": "Type,Creator", "per_page": 100}
        history = self._see(f"ticket/{ticket}/history", **fields)["items"]
        said = [t["id"] for t in history if t["Type"] == kind and by in {"", t["Creator"]["id"]}]
        return tuple(self._text(number) for number in said)

    def _text(self, transaction: str) -> str:
        attached = self._see(f"transaction/{transaction}/attachments", fields="Content")["items"]
        return "\n".join(each["Content"] for each in attached if each.get("Content"))

    def _see(self, path: str, **params: object) -> Any:
        return self._people[SERVICE].call("GET", path, **params)
