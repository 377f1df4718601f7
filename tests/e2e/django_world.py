"""A real django-helpdesk as a world: what agents do there, they do in its web interface."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import httpx

from overflow.demo.django_desk import Desk
from tests.e2e.world import HOME_AGENT, HOME_GROUP, Shown
from tests.helpdesks.django_shop import Person

TOKEN = "a-token-in-the-url-of-the-webhooks"
SERVICE = "svc-overflow"
ROOT = "root"
STATUSES = {1: "open", 2: "open", 3: "solved", 4: "closed"}
SOLVED, REOPENED = "3", "2"


class DjangoWorld:
    """Satisfies ``World``."""

    connector = "django_helpdesk"
    words: Mapping[str, str] = {"reason_field": "overflow_reason"}
    hook = f"/{TOKEN}"
    parked = "on_hold"

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._service = Person(desk, SERVICE)
        self._made: list[str] = []
        self.secrets = {"DESK_TOKEN": desk.tokens[SERVICE], "DESK_WEBHOOK": TOKEN}
        self.helpdesk: Mapping[str, Any] = {
            "connector": self.connector,
            "options": {"url": desk.base_url, "queues": desk.queue_ids},
            "secrets": {"token": "env:DESK_TOKEN", "webhook": "env:DESK_WEBHOOK"},
        }

    def known_as(self, agent: str) -> str:
        """Its API knows people by their numbers."""
        return str(self._desk.user_ids[agent])

    def webhooks_to(self, url: str | None) -> None:
        self._desk.post_webhooks_to(url)

    def write(self, channel: str, language: str) -> str:
        facts = {"custom_channel": channel, "custom_language": language}
        ticket = Person(self._desk, HOME_AGENT).open_ticket(HOME_GROUP, **facts)
        self._made.append(ticket)
        return ticket

    def take(self, ticket: str, agent: str) -> None:
        self._update(agent, ticket, owner=self.known_as(agent))

    def answer(self, ticket: str, agent: str) -> None:
        self._update(agent, ticket, comment="Es kommt morgen.", public="True")

    def solve(self, ticket: str, agent: str) -> None:
        self._update(agent, ticket, comment="Erledigt.", new_status=SOLVED)

    def move(self, ticket: str, group: str) -> None:
        """Agents of one queue may not move to the other, so somebody else has to."""
        self._update(ROOT, ticket, queue=str(self._desk.queue_ids[group]))

    def write_again(self, ticket: str) -> None:
        """The customer calls, and it is opened again for him."""
        self._update(ROOT, ticket, comment="Kunde ruft an.", new_status=REOPENED)

    def show(self, ticket: str) -> Shown:
        found = self._service.call("GET", f"tickets/{ticket}/?status=1,2,3,4,5")
        queues = {number: name for name, number in self._desk.queue_ids.items()}
        status = STATUSES[found["status"]]
        said = found["followup_set"][1:]
        service = self._desk.user_ids[SERVICE]
        return Shown(
            id=ticket,
            status=self.parked if found["on_hold"] and status == "open" else status,
            group=queues[found["queue"]],
            assignee=None if found["assigned_to"] is None else str(found["assigned_to"]),
            tags=frozenset(filter(None, found["custom_tags"].strip("-").split(","))),
            reason=found["custom_overflow_reason"].strip("-"),
            notes=tuple(f["comment"] for f in said if not f["public"] and f["user"] == service),
            answers=tuple(f["comment"] for f in said if f["public"] and f["comment"]),
        )

    def tickets(self) -> list[str]:
        return list(self._made)

    def _update(self, login: str, ticket: str, **changes: str) -> None:
        """Send the form below a ticket, as it is filled in when it is shown."""
        found = self._service.call("GET", f"tickets/{ticket}/?status=1,2,3,4,5")
        form = {
            **{name: value for name, value in found.items() if name.startswith("custom_")},
            "title": found["title"],
            "priority": str(found["priority"]),
            "queue": str(found["queue"]),
            "owner": str(found["assigned_to"] or "0"),
            "new_status": str(found["status"]),
            "comment": "",
            **changes,
        }
        page = f"/tickets/{ticket}/"
        with httpx.Client(
            base_url=self._desk.base_url, timeout=30, follow_redirects=True
        ) as browser:
            _log_in(browser, login)
            form["csrfmiddlewaretoken"] = _token(browser.get(page))
            browser.post(f"{page}update/", data=form).raise_for_status()


def _log_in(browser: httpx.Client, login: str) -> None:
    who = {"username": login, "password": f"pw-{login}-1", "next": "/"}
    who["csrfmiddlewaretoken"] = _token(browser.get("/login/"))
    browser.post("/login/", data=who).raise_for_status()


def _token(page: httpx.Response) -> str:
    found = re.search(r'csrfmiddlewaretoken"[^>]*value="(\w+)"', page.raise_for_status().text)
    assert found is not None, page.url
    return found[1]
