"""Those who use a real django-helpdesk: what agents do there, they do in its web pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import httpx

from overflow.demo.desks import Note, Seen
from overflow.demo.django_desk import Desk
from overflow.errors import HelpdeskAway

SERVICE: Final = "svc-overflow"
AGENTS: Final = ("agent-in", "agent-in2")
ROOT: Final = "root"
"""Moves and reopens: agents of one queue may not reach into another."""
PAGE: Final = 100
ALL: Final = "1,2,3,4,5"
STATUSES: Final = {1: "open", 2: "open", 3: "solved", 4: "closed", 5: "merged"}
SOLVED: Final = "3"
REOPENED: Final = "2"
_NOTHING: Final = "-"
_REFERENCE: Final = re.compile(r"\bovf-[0-9A-Z]{6}\b")


class DjangoPeople:
    """A desk. ``queues``: the groups of the play -> the helpdesk's queues by number.

    Agents are called by their number in the helpdesk, as its API does.
    """

    def __init__(self, desk: Desk, queues: Mapping[str, int], webhook: str) -> None:
        self._desk = desk
        self._queues = queues
        self._groups = {number: group for group, number in queues.items()}
        self._logins = {str(number): login for login, number in desk.user_ids.items()}
        self._webhook = webhook
        self._api = httpx.Client(base_url=desk.api_url, timeout=30, trust_env=False)
        self._browsers: dict[str, httpx.Client] = {}

    def create(self, channel: str, language: str) -> str:
        ticket = {
            "queue": self._desk.queue_ids["inhouse"],
            "title": "Where is my parcel?",
            "description": "It has not come yet.",
            "submitter_email": "customer@shop.example",
            "priority": 3,
            "custom_channel": channel,
            "custom_language": language,
        }
        return str(self._call("POST", "/tickets/", AGENTS[0], json=ticket)["id"])

    def create_unheard(self, channel: str, language: str) -> str:
        self._desk.post_webhooks_to(None)
        try:
            return self.create(channel, language)
        finally:
            self._desk.post_webhooks_to(self._webhook)

    def write_again(self, ticket: str) -> None:
        self._update(ROOT, ticket, comment="The customer has called.", new_status=REOPENED)

    def tickets(self) -> list[Seen]:
        found: list[Seen] = []
        page = 1
        while True:
            query = {"status": ALL, "page": page, "page_size": PAGE}
            told = self._call("GET", "/tickets/", SERVICE, params=query)
            found += [self._seen(ticket) for ticket in told["results"]]
            if not told["next"]:
                return sorted(found, key=lambda seen: int(seen.id))
            page += 1

    def assign(self, ticket: str, agent: str) -> None:
        self._update(self._logins[agent], ticket, owner=agent)

    def answer(self, ticket: str, agent: str) -> None:
        self._update(self._logins[agent], ticket, comment="It is on its way.", public="True")

    def solve(self, ticket: str, agent: str) -> None:
        self._update(self._logins[agent], ticket, comment="Done.", new_status=SOLVED)

    def move(self, ticket: str, group: str) -> None:
        self._update(ROOT, ticket, queue=str(self._queues[group]))

    def tag(self, ticket: str, word: str) -> None:
        """Its API tells nobody of this: it is found by comparing."""
        query = {"status": ALL}
        told = self._call("GET", f"/tickets/{ticket}/", SERVICE, params=query)
        tags = ",".join([*_tags(told), word])
        body = {"custom_tags": tags}
        self._call("PATCH", f"/tickets/{ticket}/", AGENTS[0], params=query, json=body)

    def is_quiet(self) -> bool:
        """It waits for each webhook's answer before it answers itself."""
        return self._desk.server.poll() is None

    def close(self) -> None:
        for client in (self._api, *self._browsers.values()):
            client.close()

    def _seen(self, told: Any) -> Seen:  # noqa: ANN401  JSON
        status = STATUSES[told["status"]]
        said = sorted(told["followup_set"], key=lambda one: int(one["id"]))[1:]
        mine = self._desk.user_ids[SERVICE]
        return Seen(
            id=str(told["id"]),
            channel=told["custom_channel"] or "",
            language=told["custom_language"] or "",
            status="on_hold" if told["on_hold"] and status == "open" else status,
            group=self._groups[told["queue"]],
            assignee=str(told["assigned_to"] or ""),
            is_answered=any(one["public"] and (one["comment"] or "").strip() for one in said),
            tags=frozenset(_tags(told)),
            notes=tuple(
                Note(found[0], datetime.fromisoformat(one["date"]).timestamp())
                for one in said
                if not one["public"]
                and one["user"] == mine
                and (found := _REFERENCE.search(one["comment"] or ""))
            ),
        )

    def _update(self, login: str, ticket: str, **changes: str) -> None:
        """Send the form below a ticket, as it is filled in when it is shown."""
        told = self._call("GET", f"/tickets/{ticket}/", SERVICE, params={"status": ALL})
        browser = self._browser(login)
        form = {
            "title": told["title"],
            "priority": str(told["priority"]),
            "queue": str(told["queue"]),
            "owner": str(told["assigned_to"] or "0"),
            "new_status": str(told["status"]),
            "comment": "",
            **{name: told[name] or "" for name in told if name.startswith("custom_")},
            "csrfmiddlewaretoken": browser.cookies["csrftoken"],
            **changes,
        }
        _checked(_ask(browser, "POST", f"/tickets/{ticket}/update/", data=form))

    def _browser(self, login: str) -> httpx.Client:
        if login not in self._browsers:
            browser = httpx.Client(
                base_url=self._desk.base_url, timeout=30, follow_redirects=True, trust_env=False
            )
            _checked(_ask(browser, "GET", "/login/"))
            who = {
                "username": login,
                "password": f"pw-{login}-1",
                "next": "/",
                "csrfmiddlewaretoken": browser.cookies["csrftoken"],
            }
            _checked(_ask(browser, "POST", "/login/", data=who))
            self._browsers[login] = browser
        return self._browsers[login]

    def _call(self, method: str, path: str, login: str, **rest: Any) -> Any:  # noqa: ANN401  JSON
        headers = self._desk.headers(login)
        return _checked(_ask(self._api, method, path, headers=headers, **rest)).json()


def _tags(told: Mapping[str, Any]) -> list[str]:
    return [tag for tag in (told["custom_tags"] or "").split(",") if tag not in {"", _NOTHING}]


def _ask(client: httpx.Client, method: str, path: str, **rest: Any) -> httpx.Response:  # noqa: ANN401  httpx's
    try:
        return client.request(method, path, **rest)
    except httpx.HTTPError as error:
        raise HelpdeskAway(f"{method} {path}: {type(error).__name__}") from error


def _checked(reply: httpx.Response) -> httpx.Response:
    if not reply.is_success:
        raise HelpdeskAway(f"{reply.request.method} {reply.request.url.path}: {reply.status_code}")
    return reply
