"""What people do to single tickets, and the webhook that gets lost: each once, when it can be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from overflow.demo.desks import Desk, Seen
from overflow.demo.service import Service
from overflow.demo.shop import DAYTIME, GROUPS, HOME_GROUP, LIVE
from overflow.errors import Conflict

Say = Callable[[float, str, str], None]
"""Tells what happened to a ticket: when, its id and a sentence."""
LOST: Final = "a customer writes, and the helpdesk's webhook is lost"
MOVED: Final = f"a person moves it to {GROUPS[DAYTIME]}, and there it stays"
RIVAL: Final = "another-agent"


class Incident(NamedTuple):
    """Something that happens once."""

    at: float
    """Share of the time after which it may happen."""
    happen: Callable[[list[Seen]], bool]
    """Whether it could, with the tickets there are."""


class Incidents:
    """Makes them happen, one after the other. ``service`` has the key of the partner DAYTIME."""

    def __init__(
        self,
        desk: Desk,
        service: Service,
        kill_store: Callable[[], None],
        seconds: float,
        say: Say,
    ) -> None:
        self._kill_store = kill_store
        self._desk = desk
        self._service = service
        self._seconds = seconds
        self._say = say
        self._at = 0.0
        self._touched: set[str] = set()
        self._coming = [
            Incident(0.04, self._webhook_lost),
            Incident(0.32, self._moved_by_hand),
            Incident(0.36, self._claimed_twice),
            Incident(0.40, self._asked_for_partner),
            Incident(0.44, self._asked_to_keep),
            Incident(0.50, self._store_killed),
            Incident(0.60, self._reopened),
            Incident(0.66, self._reopened),
        ]

    def turn(self, at: float) -> None:
        due = [incident for incident in self._coming if incident.at * self._seconds <= at]
        if not due:
            return
        self._at = at
        tickets = self._desk.tickets()
        for incident in due:
            if incident.happen(tickets):
                self._coming.remove(incident)

    def leave(self) -> None:
        self._desk.close()
        self._service.close()

    def _webhook_lost(self, _: list[Seen]) -> bool:
        # In French, so that nobody at home takes it, of which the helpdesk would tell.
        ticket = self._desk.create_unheard("email", "fr")
        self._touched.add(ticket)
        self._say(self._at, ticket, LOST)
        return True

    def _store_killed(self, _: list[Seen]) -> bool:
        self._kill_store()
        self._say(self._at, "", "the store is killed (kill -9); it comes back by itself")
        return True

    def _moved_by_hand(self, tickets: list[Seen]) -> bool:
        for ticket in self._waiting(tickets):
            self._desk.move(ticket.id, GROUPS[DAYTIME])
            self._say(self._at, ticket.id, MOVED)
            return True
        return False

    def _asked_for_partner(self, tickets: list[Seen]) -> bool:
        return self._tagged(tickets, "to-partner")

    def _asked_to_keep(self, tickets: list[Seen]) -> bool:
        return self._tagged(tickets, "keep-here")

    def _tagged(self, tickets: list[Seen], word: str) -> bool:
        for ticket in self._waiting(tickets):
            self._desk.tag(ticket.id, word)
            self._say(self._at, ticket.id, f"a person tags it {word}")
            return True
        return False

    def _claimed_twice(self, tickets: list[Seen]) -> bool:
        for ticket in tickets:
            if ticket.group == GROUPS[DAYTIME] and not ticket.is_ended:
                known = self._service.ticket(ticket.id)
                if known is None or known["claim"] is None:
                    continue
                try:
                    self._service.claim(ticket.id, RIVAL, 30)
                except Conflict as conflict:
                    holder = conflict.facts["claimed_by"]
                    self._say(self._at, ticket.id, f"a second agent claims it: {holder} has it")
                    return True
        return False

    def _reopened(self, tickets: list[Seen]) -> bool:
        for ticket in tickets:
            if (
                ticket.status == "solved"
                and ticket.group == GROUPS[DAYTIME]
                and ticket.channel not in LIVE
                and ticket.id not in self._touched
            ):
                self._touched.add(ticket.id)
                self._desk.write_again(ticket.id)
                self._say(self._at, ticket.id, "the customer writes again")
                return True
        return False

    def _waiting(self, tickets: list[Seen]) -> Iterator[Seen]:
        """E-mails that wait at home, the youngest first: nobody will take them in this second."""
        for ticket in reversed(tickets):
            is_there = ticket.status == "open" and ticket.group == HOME_GROUP
            if is_there and not ticket.assignee and ticket.channel == "email":
                if ticket.id in self._touched:
                    continue
                self._touched.add(ticket.id)
                yield ticket
