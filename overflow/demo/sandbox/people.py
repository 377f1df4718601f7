"""Those who use the sandbox: customers who write, agents who work, a tester at the switches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self, cast

from overflow.helpdesks.http import HelpdeskHttp, segment

Shown = dict[str, object]
"""A ticket as the standard protocol shows it, with its ``notes``."""


class People:
    """``base`` is the sandbox's root URL. Every method returns the ticket or state afterwards."""

    def __init__(self, base: str) -> None:
        self._http = HelpdeskHttp(base, timeout=90.0)

    def create(self, channel: str, language: str, **more: object) -> Shown:
        """A customer writes; ``more``: group, topic, priority, tags, outbound."""
        return self._post("/tickets", channel=channel, language=language, **more)

    def write_again(self, ticket: str) -> Shown:
        """The customer writes again, which reopens an ended or pending ticket."""
        return self._act(ticket, "customer")

    def assign(self, ticket: str, agent: str | None) -> Shown:
        return self._act(ticket, "assign", agent=agent)

    def reply(self, ticket: str, agent: str = "", text: str = "Happy to help.") -> Shown:
        return self._act(ticket, "reply", agent=agent, text=text)

    def note(self, ticket: str, agent: str = "", text: str = "Called back.") -> Shown:
        return self._act(ticket, "note", agent=agent, text=text)

    def solve(self, ticket: str) -> Shown:
        return self.set_status(ticket, "solved")

    def set_status(self, ticket: str, status: str) -> Shown:
        return self._act(ticket, "status", status=status)

    def move(self, ticket: str, group: str) -> Shown:
        return self._act(ticket, "move", group=group)

    def tag(self, ticket: str, *add: str, drop: Sequence[str] = ()) -> Shown:
        return self._act(ticket, "tag", add=list(add), drop=list(drop))

    def ticket(self, ticket: str) -> Shown:
        return self._http.request("GET", f"/tickets/{segment(ticket)}").mapping()

    def tickets(self) -> list[Shown]:
        """All there ever were."""
        found: list[Shown] = []
        while True:
            reply = self._http.request("GET", "/tickets", params={"after": len(found)})
            page = cast("list[Shown]", reply.mapping()["tickets"])
            if not page:
                return found
            found += page

    def switch(self, **faults: object) -> Shown:
        """Set switches by the names of ``Faults``."""
        return self._post("/faults", **faults)

    def send_webhooks_to(self, url: str) -> Shown:
        """From now on; empty: nowhere."""
        return self._post("/webhooks", url=url)

    def state(self) -> Shown:
        """Counts of tickets, webhooks and calls, and the switches."""
        return self._http.request("GET", "/state").mapping()

    def wait_until_quiet(self) -> Shown:
        """Wait until every webhook is sent or given up, a minute at most."""
        return self._http.request("GET", "/quiet").mapping()

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _act(self, ticket: str, act: str, **values: object) -> Shown:
        return self._post(f"/tickets/{segment(ticket)}/{act}", **values)

    def _post(self, path: str, **values: object) -> Shown:
        return self._http.request("POST", path, json=values).mapping()
