"""What the counters of a situation must be, worked out anew: from the records, or the journal.

The scripts keep the counters; this is the second opinion that audits and rebuilds them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from overflow.core.model import HOME, Record
from overflow.store.index import class_of, queue_of
from overflow.store.journal import Entry

KINDS: Final = ("w", "i", "p", "h", "vw", "vi")
"""The kinds of fields that count tickets where they stand."""

_HELD: Final = ("w", "i")


class Ledger:
    """Counts tickets as commit.lua does."""

    def __init__(self) -> None:
        self.places: Counter[str] = Counter()
        """Field of the situation -> tickets; virtual ones by ``FIELD@EPOCH``."""
        self.handed: Counter[str] = Counter()
        """``d:`` and ``f:`` fields -> tickets handed over."""
        self.totals: Counter[str] = Counter()
        """Tally -> count."""

    @classmethod
    def of_records(cls, records: Iterable[Record]) -> Ledger:
        """Where tickets stand, from the tickets themselves."""
        ledger = cls()
        for record in records:
            place = (record.team, class_of(record), queue_of(record), record.channel)
            ledger.put(*place, record.virtual, by=1)
        return ledger

    @classmethod
    def of_journal(cls, entries: Iterable[Entry], since: Ledger | None = None) -> Ledger:
        """Everything, from the entries since the beginning or since another ledger was taken."""
        ledger = since or cls()
        for entry in entries:
            ledger.read(entry)
        return ledger

    def read(self, entry: Entry) -> None:
        """Do what the commit of that entry did."""
        for field, by in (("b", -1), ("a", 1)):
            place = entry.fields.get(field, b"-").decode()
            if place != "-":
                self.put(*place.split("|"), by=by)
        if handed := entry.fields.get("h"):
            partner, day = handed.decode().split(" ")
            self.handed[f"d:{partner}:{day}"] += 1
            self.handed[f"f:{partner}"] += 1
        for tally in entry.fields.get("c", b"").decode().split():
            name, is_weighed, number = tally.rpartition("=")
            if is_weighed and number.isdecimal():
                self.totals[name] += int(number)
            else:
                self.totals[tally] += 1

    def put(
        self, team: str, letter: str, queue: str, channel: str, virtual: str, *, by: int
    ) -> None:
        """Count one ticket where it stands; an ended one stands nowhere."""
        if not letter:
            return
        self.places[f"{letter}:{team}:{queue}"] += by
        if letter not in _HELD:
            return
        if team != HOME:
            self.places[f"h:{team}:{channel}"] += by
            self.places[f"h:{team}:*"] += by
        partner, _, epoch = virtual.partition("@")
        if partner:
            self.places[f"v{letter}:{partner}:{queue}@{epoch}"] += by

    def counters(self, epoch: int) -> dict[str, int]:
        """The fields of the situation that count tickets, while that run of observing lasts."""
        fields = {}
        for field, n in self.places.items():
            plain, _, run = field.partition("@")
            if n and (not run or int(run) == epoch):
                fields[plain] = n
        return fields
