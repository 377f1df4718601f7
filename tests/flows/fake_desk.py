"""A helpdesk in memory: everything the port asks for, people who work in it, and its bad days."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from overflow.clock import SystemClock
from overflow.core.model import Snapshot, Status
from overflow.errors import BadInput, Fault, HelpdeskAway, Refused, Throttled, Unauthorised
from overflow.helpdesks.gate import OPEN, is_urgent
from overflow.helpdesks.port import Desired, Event, Full, Hint, Nothing, Page

TOKEN = "let-me-in"


class FakeDesk:
    """``is_versioned`` as Request Tracker, else as django-helpdesk: no comparable version."""

    def __init__(self, *, is_versioned: bool = True, page_size: int = 3) -> None:
        self.is_versioned = is_versioned
        self.page_size = page_size
        self.tickets: dict[str, Snapshot] = {}
        self.notes: list[tuple[str, str, str]] = []
        self.replies: list[tuple[str, str, str]] = []
        self.calls: list[str] = []
        self.changes: list[str] = []
        self.delay = 0.0
        self.fault: Callable[[str, str], Fault | None] = lambda call, ticket_id: None
        """Asked before every call: an error to raise instead of doing it."""
        self.lost_answer: Callable[[str, str], bool] = lambda call, ticket_id: False
        """Asked after every call: it was done, and the caller hears nothing of it."""
        self.ignores: Callable[[str], bool] = lambda ticket_id: False
        """Writes to these tickets are answered well and not done."""
        self.forgotten: str | None = None
        """The cursor of a walk that it does not take any more."""
        self.is_closed = False
        self.gate = OPEN
        self.named: Sequence[str] | None = None
        """The groups that it says it has; None: it cannot say."""
        self._lock = threading.RLock()
        self._clock = 0

    # --- people ---------------------------------------------------------------------------------

    def create(self, ticket_id: str, **facts) -> Snapshot:
        given = {
            "status": Status.OPEN,
            "group": "shop",
            "assignee": None,
            "channel": "email",
            "language": "en",
            "created": SystemClock().now(),
        }
        with self._lock:
            self.tickets[ticket_id] = Snapshot(id=ticket_id, **(given | facts))
            return self.touch(ticket_id)

    def touch(self, ticket_id: str, **facts) -> Snapshot:
        """Somebody changed something."""
        with self._lock:
            self._clock += 1
            version = self._clock if self.is_versioned else None
            ticket = replace(self.tickets[ticket_id], version=version, **facts)
            self.tickets[ticket_id] = ticket
            self.changes.append(ticket_id)
            return ticket

    def webhook(self, ticket_id: str, *, is_new: bool = False, delivery: str = "") -> bytes:
        """What this helpdesk would send about the ticket now."""
        ticket = self.tickets[ticket_id]
        facts = {name: getattr(ticket, name) for name in Snapshot.__slots__}
        facts["tags"] = sorted(ticket.tags)
        return json.dumps({"ticket": facts, "is_new": is_new, "delivery": delivery}).encode()

    # --- the port -------------------------------------------------------------------------------

    def receive(self, headers: Mapping[str, str], body: bytes, token: str, now: float) -> Event:
        if token != TOKEN:
            raise Unauthorised("not verified")
        try:
            told = json.loads(body)
        except ValueError:
            raise BadInput("the body is no JSON") from None
        if "hint" in told:
            return Hint(told["hint"], told.get("delivery", ""))
        if "ticket" not in told:
            return Nothing("not about a ticket")
        facts = told["ticket"]
        facts["tags"] = frozenset(facts["tags"])
        facts["status"] = Status(facts["status"])
        return Full(Snapshot(**facts), told["delivery"], told["is_new"])

    def read(self, ticket_id: str) -> Snapshot | None:
        with self._call("read", ticket_id):
            return self.tickets.get(ticket_id)

    def write(self, seen: Snapshot, desired: Desired) -> None:
        with self._call("write", seen.id):
            if not self.ignores(seen.id):
                self.change(seen, desired)

    def change(self, seen: Snapshot, desired: Desired) -> None:
        """What a write does."""
        facts: dict[str, object] = {}
        if desired.group is not None and desired.group != seen.group:
            facts |= {"group": desired.group, "assignee": None}
        tags = seen.tags | {desired.tag} if desired.is_tagged else seen.tags - {desired.tag}
        if tags != seen.tags:
            facts["tags"] = tags
        if desired.reason_field is not None and desired.reason != seen.reason:
            facts["reason"] = desired.reason
        if facts:
            self.touch(seen.id, **facts)

    def add_note(self, ticket_id: str, text: str, reference: str) -> None:
        with self._call("add_note", ticket_id):
            self.notes.append((ticket_id, text, reference))
            self.touch(ticket_id)

    def has_note(self, ticket_id: str, reference: str) -> bool:
        with self._call("has_note", ticket_id):
            said = self.notes + self.replies
            return any(on == ticket_id and reference == ref for on, _, ref in said)

    def reply(self, ticket_id: str, text: str, reference: str) -> None:
        with self._call("reply", ticket_id):
            self.replies.append((ticket_id, text, reference))
            ticket = self.tickets[ticket_id]
            self.touch(ticket_id, answered=ticket.answered or ticket.created + 60.0)

    def set_status(self, ticket_id: str, status: Status) -> None:
        with self._call("set_status", ticket_id):
            if not self.ignores(ticket_id):
                self.touch(ticket_id, status=status)

    def walk_open(self, cursor: str) -> Page:
        with self._call("walk_open", ""):
            if cursor and cursor == self.forgotten:
                raise Refused("GET tickets: the helpdesk answered 400.")
            ids = sorted(i for i, t in self.tickets.items() if not t.status.is_ended and i > cursor)
            shown = ids[: self.page_size]
            last = len(ids) <= self.page_size
            return Page([self.tickets[i] for i in shown], shown[-1] if shown else cursor, last)

    def changed_since(self, cursor: str) -> Page:
        with self._call("changed_since", ""):
            since = int(cursor) if cursor else len(self.changes)
            ids = list(dict.fromkeys(self.changes[since : since + self.page_size]))
            end = min(since + self.page_size, len(self.changes))
            return Page(
                [self.tickets[i] for i in ids if i in self.tickets],
                str(end),
                end == len(self.changes),
            )

    def groups(self) -> Sequence[str] | None:
        with self._call("groups", ""):
            return self.named

    def close(self) -> None:
        self.is_closed = True

    def _call(self, call: str, ticket_id: str) -> _Call:
        return _Call(self, call, ticket_id)


class _Call:
    """One request: it may fail, take its time, or be done without the caller hearing of it."""

    def __init__(self, desk: FakeDesk, call: str, ticket_id: str) -> None:
        self._desk = desk
        self._call = call
        self._ticket_id = ticket_id

    def __enter__(self) -> None:
        self._desk.gate.enter(is_urgent=is_urgent())
        if self._desk.delay:
            time.sleep(self._desk.delay)
        self._desk.calls.append(f"{self._call} {self._ticket_id}".strip())
        fault = self._desk.fault(self._call, self._ticket_id)
        if fault is not None:
            self._desk.gate.left(_status(fault), {})
            raise fault
        self._desk._lock.acquire()

    def __exit__(self, kind, error, trace) -> None:
        self._desk._lock.release()
        is_lost = kind is None and self._desk.lost_answer(self._call, self._ticket_id)
        self._desk.gate.left(None if is_lost else 200, {})
        if is_lost:
            raise HelpdeskAway(f"{self._call}: the helpdesk took too long.")


def _status(fault: Fault) -> int | None:
    """What a helpdesk answers in such a case; None: nothing."""
    match fault:
        case Throttled():
            return 429
        case HelpdeskAway():
            return 412 if fault.retry_after == 0.0 else None
        case _:
            return 400
