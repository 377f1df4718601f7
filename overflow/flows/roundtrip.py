"""A round trip on a test ticket: the service writes into the helpdesk and hears of it again.

What is written (a tag, a note, the reason) is read back through the shop's own connector. That the
service hears is seen in the store: its tallies of webhooks tell which came and whether they were
verified, so that a helpdesk that does not reach the service is told from one whose secret differs.
On a busy shop one of those may have been about another ticket: it came the same way all the same.

A ticket that is made for it says in its subject what it is, stays with the shop's own team (the
policy's tag ``keep_here``) and is solved at the end; one that a person named is left open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeVar

from overflow.clock import monotonic, new_id
from overflow.core.model import HOME, Mode, Policy, Record, Snapshot, Status
from overflow.errors import Fault, HelpdeskAway, Refused
from overflow.flows.health import is_worker_alive
from overflow.flows.route import mark_to_read
from overflow.flows.services import Services
from overflow.helpdesks.port import Desired
from overflow.helpdesks.setup import TEST_TAG, Setup
from overflow.helpdesks.setup.step import Finding, Step, failed, left_out, made, there

T = TypeVar("T")

SUBJECT: Final = "Overflow: test of the connection, please leave it alone"
REASON: Final = "overflow tries this field"
_TRIES: Final = 5
_BEAT: Final = 0.25
"""Seconds between two looks into the store."""
_GRACE: Final = 3.0
"""Seconds for which a good webhook is waited for, once a refused one has come."""
_STILL: Final = {
    Mode.OBSERVE: ". The service observes, and moves no ticket",
    Mode.OFF: ". The service is off, and moves no ticket",
}
_REFUSED: Final = {
    "unauthorised": "bore a wrong signature or secret: the service and the helpdesk hold different "
    "ones under helpdesk.secrets",
    "invalid": "made no sense: is it the default body, or the one that was told?",
}


class RoundTrip:
    """One trip; ``setup`` is that of the shop's helpdesk, ``wait`` seconds are waited for it."""

    def __init__(self, services: Services, shop: str, setup: Setup, wait: float) -> None:
        self._services, self._shop, self._setup, self._wait = services, shop, setup, wait
        self._policy: Policy = services.book.policy(shop)
        self._desk = services.desks.of(self._policy)
        self._reference = f"ov-test-{new_id(4)}"
        self._ticket = ""

    def run(self, ticket: str | None) -> Iterator[Step]:
        """Step by step, on a new ticket where none is named; without one nothing more is tried."""
        before = self._deliveries()
        first = _timed("test ticket", lambda: self._begin(ticket))
        yield first
        if not first.is_settled:
            return
        yield _timed("group", self._group)
        yield _timed("tag", lambda: self._tag(is_tagged=True))
        yield _timed("note", self._note)
        yield _timed("reason field", lambda: self._reason(REASON))
        yield _timed("webhook", lambda: self._heard(before))
        yield _timed("service", self._known)
        yield _timed("reason field emptied", lambda: self._reason(""))
        yield _timed("tag taken off", lambda: self._tag(is_tagged=False))
        if ticket is None:
            yield _timed("end", self._end)

    # --- in the helpdesk ------------------------------------------------------------------------

    def _begin(self, ticket: str | None) -> Finding:
        if ticket is None:
            self._ticket = self._setup.new_ticket(SUBJECT, [self._policy.words.keep_here])
            return made(f"{self._ticket}, “{SUBJECT}”")
        self._ticket = ticket
        seen = self._seen()
        if seen.status.is_ended or seen.is_frozen:
            return failed(f"{ticket} is {seen.status.value}: name one that is open")
        return there(f"{ticket}, {seen.status.value}")

    def _group(self) -> Finding:
        group = self._seen().group
        known = self._desk.groups()
        if group is not None and known is not None and group not in known:
            return failed(f"it stands in {group}, for which the policy has no name")
        return there(f"it stands in {group or 'none'}")

    def _tag(self, *, is_tagged: bool) -> Finding:
        self._make(lambda seen: (TEST_TAG in seen.tags) == is_tagged, is_tagged=is_tagged)
        return there(f"{TEST_TAG} is {'on' if is_tagged else 'off'}")

    def _note(self) -> Finding:
        text = f"overflow tries whether it can write notes. [{self._reference}]"
        self._desk.add_note(self._ticket, text, self._reference)
        if not self._desk.has_note(self._ticket, self._reference):
            return failed("the note was posted, and is not found again")
        return there(f"it stands there as {self._reference}, and stays")

    def _reason(self, text: str) -> Finding:
        field = self._policy.words.reason_field
        if field is None:
            return left_out("the policy names no words.reason_field")
        self._make(lambda seen: (seen.reason or "") == text, field=field, reason=text)
        return there(f"{field} shows {text!r}")

    def _end(self) -> Finding:
        try:
            self._desk.set_status(self._ticket, Status.SOLVED)
        except Refused as fault:
            return left_out(f"solve {self._ticket} by hand: {fault.message}")
        return there(f"{self._ticket} is solved")

    def _make(
        self,
        is_shown: Callable[[Snapshot], bool],
        *,
        is_tagged: bool | None = None,
        field: str | None = None,
        reason: str = "",
    ) -> None:
        """Write it, and see that it stands there; again where somebody else was faster."""
        for _ in range(_TRIES):
            seen = self._seen()
            if is_shown(seen):
                return
            tagged = TEST_TAG in seen.tags if is_tagged is None else is_tagged
            try:
                self._desk.write(seen, Desired(None, TEST_TAG, tagged, field, reason))
            except HelpdeskAway as away:
                if away.retry_after != 0.0:
                    raise
        raise Refused("the helpdesk takes the change, and a read does not show it")

    def _seen(self) -> Snapshot:
        seen = self._desk.read(self._ticket)
        if seen is None:
            raise Refused(f"the helpdesk has no ticket {self._ticket}")
        return seen

    # --- in the service -------------------------------------------------------------------------

    def _heard(self, before: Mapping[str, int]) -> Finding:
        if self._is_polled_only():
            return left_out("the file describes none: what happens is seen by polling")

        def come() -> dict[str, int]:
            new = {name: n - before.get(name, 0) for name, n in self._deliveries().items()}
            return {name: n for name, n in new.items() if n > 0}

        def verified() -> dict[str, int]:
            return {name: n for name, n in come().items() if name not in _REFUSED}

        self._awaited(come)
        if found := self._awaited(verified, _GRACE if come() else 0.0):
            told = ", ".join(f"{n} {name}" for name, n in sorted(found.items()))
            return there(f"the service heard of it ({told})")
        for name, n in come().items():
            return failed(f"{n} reached the service and {_REFUSED[name]}")
        return failed(
            f"the service is not reached: no webhook came within {self._wait:g} s. Does the "
            f"helpdesk reach the address, and does it send? {self._setup.unheard}"
        )

    def _known(self) -> Finding:
        """A webhook may have been passed over for being about our own change: so it is read."""
        if not is_worker_alive(self._services):
            return failed("no worker lives: `overflow run` starts one, and /healthz shows it")
        mark_to_read(self._services, self._shop, self._ticket)
        marks = self._services.marks
        if not self._awaited(lambda: not marks.is_due(self._shop, "read", self._ticket)):
            return failed(f"no worker has read the ticket within {self._wait:g} s: see /healthz")
        if marks.is_dead(self._shop, "read", self._ticket):
            return failed("the worker cannot read the ticket: the dead letters say why")
        record = self._services.tickets.get(self._shop, self._ticket)
        return there(_told(record, self._policy.mode))

    def _awaited(self, look: Callable[[], T], seconds: float | None = None) -> T:
        """What is found, as soon as it is something, or after ``wait`` seconds."""
        until = monotonic() + (self._wait if seconds is None else min(seconds, self._wait))
        while not (found := look()) and monotonic() < until:
            self._services.clock.sleep(_BEAT)
        return found

    def _deliveries(self) -> dict[str, int]:
        """What came of the webhooks of this shop until now."""
        prefix = f"webhook/{self._policy.helpdesk.connector}/"
        totals = self._services.tallies.totals(self._shop)
        return {k.removeprefix(prefix): n for k, n in totals.items() if k.startswith(prefix)}

    def _is_polled_only(self) -> bool:
        helpdesk = self._policy.helpdesk
        return helpdesk.connector == "rest" and "webhook" not in helpdesk.options


def _told(record: Record | None, mode: Mode) -> str:
    if record is None:
        return "a worker has read it; for a ticket that an agent began there is nothing to decide"
    holder = "the shop's own team" if record.team == HOME else record.team
    return f"a worker has read it; {holder} has it{_STILL.get(mode, '')}"


def _timed(name: str, attempt: Callable[[], Finding]) -> Step:
    began = monotonic()
    try:
        finding = attempt()
    except Fault as fault:
        finding = failed(fault.message)
    return Step(name, finding.outcome, finding.text, monotonic() - began)
