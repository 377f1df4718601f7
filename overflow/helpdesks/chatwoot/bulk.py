"""Many conversations of Chatwoot at once: found among what changed, moved and labelled by a job.

The job adds labels to those that are there, runs some time after it was taken, and only reading the
conversations tells what it did. Attributes and notes go singly. A team that assigns its members by
itself does so after the job, too: its conversations are moved one by one.

None of it is documented: app/jobs/bulk_actions_job.rb and app/models/concerns/assignment_handler.rb
of https://github.com/chatwoot/chatwoot say so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from overflow.core.model import Snapshot
from overflow.errors import Fault, HelpdeskAway, NotLetIn, Refused, Throttled
from overflow.helpdesks.chatwoot.walk import Walk
from overflow.helpdesks.gate import moving
from overflow.helpdesks.http import HelpdeskHttp
from overflow.helpdesks.port import Change, Desired
from overflow.helpdesks.vocabulary import Vocabulary, number_of


class Alone(Protocol):
    """What is written to one conversation."""

    def write(self, seen: Snapshot, desired: Desired) -> None:
        """All of it."""

    def tell(self, ticket_id: str, desired: Desired) -> None:
        """The reason."""


class _Kind(NamedTuple):
    """What a job makes of conversations."""

    team: int | None
    label: str
    is_labelled: bool | None
    """None: its label is left alone."""


class ChatwootBulk:
    """Keeps ``Bulk``."""

    most = 100
    settles = 8.0
    takes_notes = False
    lanes = 2
    gathers = 2.0

    def __init__(self, http: HelpdeskHttp, walk: Walk, words: Vocabulary, alone: Alone) -> None:
        self._http = http
        self._walk = walk
        self._words = words
        self._alone = alone
        self._assigning: frozenset[int | None] | None = None

    def read(self, ticket_ids: Sequence[str], since: float | None) -> Mapping[str, Snapshot | None]:
        """One call. What is not among the last changed has to be read by itself."""
        wanted = set(ticket_ids)
        return {seen.id: seen for seen in self._walk.lately(since) if seen.id in wanted}

    def write(self, changes: Sequence[Change], go_on: Callable[[], None]) -> Mapping[str, Fault]:
        """A job for each kind of change, then what goes singly."""
        kinds: dict[_Kind, list[str]] = {}
        singly: set[str] = set()
        for change in changes:
            kind = self._kind(change.seen, change.desired)
            if kind.team in self._those_that_assign():
                singly.add(change.seen.id)
            elif kind.team is not None or kind.is_labelled is not None:
                kinds.setdefault(kind, []).append(change.seen.id)
        for kind, ticket_ids in kinds.items():
            go_on()
            self._send(kind, ticket_ids)
        faults: dict[str, Fault] = {}
        for change in changes:
            go_on()
            try:
                if change.seen.id in singly:
                    self._alone.write(change.seen, change.desired)
                elif not is_told(change.seen, change.desired):
                    self._alone.tell(change.seen.id, change.desired)
            except (NotLetIn, Throttled):
                raise  # nor would the others get through
            except (HelpdeskAway, Refused) as fault:
                faults[change.seen.id] = fault
        return faults

    def _kind(self, seen: Snapshot, desired: Desired) -> _Kind:
        is_moved = desired.group is not None and desired.group != seen.group
        team = self._words.number(desired.group) if desired.group and is_moved else None
        is_labelled = desired.is_tagged == (desired.tag in seen.tags)
        return _Kind(team, desired.tag, None if is_labelled else desired.is_tagged)

    @moving()
    def _send(self, kind: _Kind, ticket_ids: Sequence[str]) -> None:
        job: dict[str, object] = {
            "type": "Conversation",
            "ids": [number_of(ticket_id) for ticket_id in ticket_ids],
        }
        if kind.team is not None:
            job["fields"] = {"team_id": kind.team, "assignee_id": None}
        if kind.is_labelled is not None:
            job["labels"] = {"add" if kind.is_labelled else "remove": [kind.label]}
        self._http.request("POST", "bulk_actions", json=job)

    def _those_that_assign(self) -> frozenset[int | None]:
        """Teams that assign their members by themselves, asked for once."""
        if self._assigning is None:
            listed = self._http.request("GET", "teams").json()
            teams = listed if isinstance(listed, list) else []
            self._assigning = frozenset(
                number_of(team.get("id"))
                for team in teams
                if isinstance(team, dict) and team.get("allow_auto_assign") is not False
            )
        return self._assigning


def is_told(seen: Snapshot, desired: Desired) -> bool:
    """Whether the reason stands as desired, or has no place to stand in."""
    return not desired.reason_field or desired.reason == (seen.reason or "")
