"""Many tickets of Gorgias at once: read by their ids, put into a team by a job.

A job is said to run some time later, and only reading the tickets tells what it did. Tags, which it
might replace, the field for the reason and notes go singly. A list shows no messages: a ticket on
which somebody wrote to the customer, or whose fields it does not show, is read by itself.

https://developers.gorgias.com/reference/create-job
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from overflow.core.model import Snapshot
from overflow.errors import Fault, HelpdeskAway, NotLetIn, Refused, Throttled
from overflow.helpdesks.fields import Fields
from overflow.helpdesks.gate import moving
from overflow.helpdesks.gorgias.walk import Walk
from overflow.helpdesks.http import HelpdeskHttp
from overflow.helpdesks.port import Change, Desired
from overflow.helpdesks.vocabulary import Vocabulary, number_of

Mark = Callable[[Snapshot, Desired], None]
"""Writes tag and reason of one ticket."""


class GorgiasBulk:
    """Keeps ``Bulk``. ``nobody``: what clears the user."""

    most = 50
    settles = 8.0
    takes_notes = False
    lanes = 1
    gathers = 5.0

    def __init__(
        self, http: HelpdeskHttp, walk: Walk, words: Vocabulary, mark: Mark, nobody: object
    ) -> None:
        self._http = http
        self._walk = walk
        self._words = words
        self._mark = mark
        self._nobody = nobody

    def read(self, ticket_ids: Sequence[str], since: float | None) -> Mapping[str, Snapshot | None]:
        """One call. What is not shown has to be read by itself.

        Others may be shown as well: that a list can be asked for some tickets is not confirmed.
        """
        del since
        wanted, shown = set(ticket_ids), self._walk.named(ticket_ids)
        return {
            seen.id: seen
            for ticket, seen in shown
            if seen.id in wanted and self._tells_all(ticket, seen)
        }

    def write(self, changes: Sequence[Change], go_on: Callable[[], None]) -> Mapping[str, Fault]:
        """A job for each team, then what goes singly: the team matters most."""
        teams: dict[int, list[str]] = {}
        for seen, desired in ((change.seen, change.desired) for change in changes):
            if desired.group is not None and desired.group != seen.group:
                teams.setdefault(self._words.number(desired.group), []).append(seen.id)
        for team, ticket_ids in teams.items():
            self._move(ticket_ids, team)
        faults: dict[str, Fault] = {}
        for change in changes:
            go_on()
            try:
                self._mark(change.seen, change.desired)
            except (NotLetIn, Throttled):
                raise  # nor would the others get through
            except (HelpdeskAway, Refused) as fault:
                faults[change.seen.id] = fault
        return faults

    @moving()
    def _move(self, ticket_ids: Sequence[str], team: int) -> None:
        params = {
            "ticket_ids": [number_of(ticket_id) for ticket_id in ticket_ids],
            "updates": {"assignee_team": {"id": team}, "assignee_user": self._nobody},
        }
        self._http.request("POST", "jobs", json={"type": "updateTicket", "params": params})

    def _tells_all(self, ticket: Fields, seen: Snapshot) -> bool:
        if self._words.reason_field and ticket.values.get("custom_fields") is None:
            return False
        said = ticket.values.get("last_message_datetime")
        is_unheard = said in {None, ticket.values.get("last_received_message_datetime")}
        return is_unheard or seen.answered is not None
