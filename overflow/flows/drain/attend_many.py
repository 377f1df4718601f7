"""Many tickets put in step at once, where the helpdesk reads and writes many by one call.

What ``attend`` does with one ticket, in the same order: every read passes the lifecycle before
anything is written, and what was written is read back. A ticket that fails does so by itself and is
worked on alone from then on; where all fail together, so does each. Notes that do not go along are
left to the caller, for they take a call each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from overflow.core.lifecycle import desired_of
from overflow.core.model import Record, Snapshot
from overflow.errors import Busy, Fault, NotLetIn, Refused, StoreAway
from overflow.flows.drain.attend import (
    UNSHOWN,
    Stopped,
    Watch,
    go_on,
    is_unwritten,
    owes_only_its_note,
)
from overflow.flows.drain.due import Due, Owing, Parted
from overflow.flows.drain.look import READS, Looked, Reading, contended, take_in
from overflow.flows.drain.posting import begin_note, end_note, is_noted, may_go_along, noted
from overflow.flows.services import Services
from overflow.helpdesks.gate import acting_on, urgent
from overflow.helpdesks.port import Bulk, Change, Desired

FIRST: Final = 0.5
"""Seconds before what was written is looked for, where it takes some; each time twice as long."""
LATELY: Final = 3600.0
"""Seconds: what changed longer ago is not looked for among others."""
OVERLAP: Final = 5.0
"""Seconds by which a hint may have been heard after the change, by the helpdesk's clock. Few: the
tickets that changed in them stand in front of those that are looked for."""

Failed = Callable[[Due, Exception], None]
"""Told of each ticket that failed."""


def attend_many(
    services: Services, shop: str, bulk: Bulk, dues: Iterable[Due], watch: Watch, failed: Failed
) -> Parted:
    """Work on tickets together; at most ``bulk.most``.

    Raises ``StoreAway`` and ``Stopped``; all else is told to ``failed``.
    """
    return _Together(services, shop, bulk, dues, watch, failed).run()


class _Together:
    """One run. ``_dues`` are those that are still worked on."""

    def __init__(
        self,
        services: Services,
        shop: str,
        bulk: Bulk,
        dues: Iterable[Due],
        watch: Watch,
        failed: Failed,
    ) -> None:
        self._services = services
        self._shop = shop
        self._bulk = bulk
        self._watch = watch
        self._failed = failed
        self._dues = {due.id: due for due in dues}
        self._along: dict[str, Record] = {}
        """Those whose notes go along, as they stood when these were begun."""
        self._alone: set[str] = set()
        self._unfound: set[str] = set()
        self._read_at = 0.0
        """When the helpdesk last showed them, epoch seconds."""
        self._owing: list[Owing] = []

    def run(self) -> Parted:
        try:
            self._set_aside()
            looked = self._look(list(self._dues), is_first=True)
            self._write(self._unwritten(looked))
            self._read_back()
        except (StoreAway, Stopped):
            raise
        except NotLetIn as error:
            self._fail_all(error)
        except Refused:  # by itself each is told what is wrong with it
            self._alone |= self._dues.keys()
        except Exception as error:  # noqa: BLE001  told to whoever counts failures
            self._fail_all(error)
        return Parted(frozenset(self._alone), frozenset(self._unfound), self._owing)

    def _set_aside(self) -> None:
        """Those that were read back as desired a while ago, and only wait for their note."""
        records = self._services.tickets.get_many(self._shop, self._dues)
        now = self._services.clock.now()
        for due in list(self._dues.values()):
            record = records.get(due.id)
            if record is not None and owes_only_its_note(due, record, now):
                self._owing.append((self._dues.pop(due.id), record))

    def _look(self, ids: Sequence[str], *, is_first: bool = False) -> dict[str, Looked]:
        """Read tickets and commit what that changes."""
        looked: dict[str, Looked] = {}
        left = list(ids)
        for _ in range(READS):
            if not left:
                break
            priors = self._services.tickets.get_many(self._shop, left)
            found = self._read(left, priors if is_first else None)
            left = []
            for ticket_id, seen in found.items():
                mark = self._dues[ticket_id].read if is_first else None
                with self._apart(ticket_id):
                    reading = Reading(ticket_id, seen, priors.get(ticket_id), mark)
                    if taken := take_in(self._services, self._shop, reading):
                        looked[ticket_id] = taken
                    else:
                        left.append(ticket_id)
        for ticket_id in left:
            self._fail(ticket_id, contended(ticket_id))
        return looked

    def _read(
        self, ids: Sequence[str], known: Mapping[str, Record] | None
    ) -> Mapping[str, Snapshot | None]:
        """Those that the helpdesk shows; it has to be asked for the others one by one.

        ``known`` is what there was of them before; None: they were written a moment ago.
        """
        go_on(self._watch)
        dues = [self._dues[ticket_id] for ticket_id in ids]
        since = None if known is None else _since(dues, known, self._services.clock.now())
        with urgent(known is not None and any(due.read for due in dues)):
            found = self._bulk.read(ids, since)
        self._read_at = self._services.clock.now()
        self._watch.answered()
        for ticket_id in set(ids) - found.keys():
            self._unfound.add(ticket_id)
            del self._dues[ticket_id]
        return found

    def _unwritten(self, looked: Mapping[str, Looked]) -> list[tuple[Record, Snapshot]]:
        """What is to be written. Those that stand as desired are let go."""
        unwritten: list[tuple[Record, Snapshot]] = []
        for ticket_id, (record, seen) in looked.items():
            if record is not None and is_unwritten(record):
                unwritten.append((record, seen))
            else:
                self._let_go(ticket_id, record)
        return unwritten

    def _let_go(self, ticket_id: str, record: Record | None) -> None:
        due = self._dues.pop(ticket_id)
        if record is None and due.write is not None:
            self._services.marks.done(self._shop, "write", due.write)  # it ended long ago
        if record is None or not record.note:
            return
        if is_noted(self._along.get(ticket_id), record):
            noted(self._services, self._shop, record)
        else:
            self._owing.append((due, record))

    def _write(self, unwritten: Iterable[tuple[Record, Snapshot]]) -> None:
        """Write what differs."""
        go_on(self._watch)
        changes: list[Change] = []
        for record, seen in unwritten:
            with self._apart(record.id):
                changes.append(self._change(record, seen))
        if not changes:
            return
        try:
            with acting_on(self._read_at):
                faults = self._bulk.write(changes, lambda: go_on(self._watch))
        except Fault as error:
            for record in self._along.values():
                end_note(self._services, self._shop, record, error)
            raise
        for ticket_id, fault in faults.items():
            if ticket_id in self._along:
                end_note(self._services, self._shop, self._along[ticket_id], fault)
            self._fail(ticket_id, fault)

    def _change(self, record: Record, seen: Snapshot) -> Change:
        policy = self._services.book.policy(self._shop)
        desired = Desired(*desired_of(record, policy))
        if not self._bulk.takes_notes or not may_go_along(record):
            return Change(seen, desired)
        begun, note = begin_note(self._services, self._shop, record)
        self._along[record.id] = begun
        return Change(seen, desired, note)

    def _read_back(self) -> None:
        """Until the helpdesk shows what was written, or has had its time to."""
        waited, pause = 0.0, FIRST
        while self._dues and waited <= self._bulk.settles:
            if self._bulk.settles:
                self._services.clock.sleep(pause)
            waited, pause = waited + pause, pause * 2
            self._unwritten(self._look(list(self._dues)))
        for ticket_id in list(self._dues):
            self._fail(ticket_id, Busy(UNSHOWN))

    @contextmanager
    def _apart(self, ticket_id: str) -> Iterator[None]:
        """One ticket's trouble is not the others'."""
        try:
            yield
        except StoreAway:
            raise
        except Exception as error:  # noqa: BLE001  told to whoever counts failures
            self._fail(ticket_id, error)

    def _fail_all(self, error: Exception) -> None:
        """They come back together."""
        for due in self._dues.values():
            self._failed(due, error)

    def _fail(self, ticket_id: str, error: Exception) -> None:
        self._alone.add(ticket_id)
        self._failed(self._dues.pop(ticket_id), error)


def _since(dues: Iterable[Due], known: Mapping[str, Record], now: float) -> float | None:
    """When the first of those that changed lately may have done so: it came, or was heard of."""
    heard = (
        known[due.id].arrived if due.id in known else mark.stamp - OVERLAP
        for due in dues
        if (mark := due.read or due.write) is not None
    )
    return min((at for at in heard if at > now - LATELY), default=None)
