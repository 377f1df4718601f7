"""A helpdesk in memory that has bulk calls, too."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from overflow.core.model import Snapshot
from overflow.errors import Fault
from overflow.helpdesks.port import Change
from tests.flows.fake_desk import FakeDesk


class FakeBulk:
    """``faults`` are the results that single tickets have; a call as a whole fails as the desk's
    do, under the ids that it is about."""

    most = 20
    settles = 0.0
    lanes = 2
    gathers = 0.5

    def __init__(self, desk: FakeDesk, *, takes_notes: bool) -> None:
        self._desk = desk
        self.takes_notes = takes_notes
        self.faults: dict[str, Fault] = {}
        self.unlisted: set[str] = set()

    def read(self, ticket_ids: Sequence[str], since: float | None) -> Mapping[str, Snapshot | None]:
        with self._desk._call("read_many", ",".join(ticket_ids)):
            found = [i for i in ticket_ids if i not in self.unlisted]
            return {i: self._desk.tickets.get(i) for i in found}

    def write(self, changes: Sequence[Change], go_on: Callable[[], None]) -> Mapping[str, Fault]:
        with self._desk._call("write_many", ",".join(change.seen.id for change in changes)):
            for change in changes:
                if change.seen.id not in self.faults:
                    self._do(change)
            return {i: self.faults[i] for c in changes if (i := c.seen.id) in self.faults}

    def _do(self, change: Change) -> None:
        desk, ticket_id = self._desk, change.seen.id
        if desk.ignores(ticket_id):
            return
        desk.change(change.seen, change.desired)
        if change.note is not None:
            desk.notes.append((ticket_id, change.note.text, change.note.reference))


class BulkDesk(FakeDesk):
    def __init__(self, *, takes_notes: bool = True) -> None:
        super().__init__()
        self.bulk = FakeBulk(self, takes_notes=takes_notes)
