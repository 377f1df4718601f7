"""A round trip on a test ticket: the service writes into the helpdesk and hears of it again.

What is written (a tag, a note, the reason) is read back through the shop's own connector, and taken
back at the end but for the note.

A ticket that is made for it says in its subject what it is, stays with the shop's own team (the
policy's tag ``keep_here``) and is solved at the end; one that a person named keeps its status.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from overflow.clock import monotonic, new_id
from overflow.core.model import Policy, Snapshot, Status
from overflow.errors import Fault, HelpdeskAway, Refused
from overflow.flows.polling.hearing import Hearing
from overflow.flows.services import Services
from overflow.helpdesks.port import Desired
from overflow.helpdesks.setup import TEST_TAG, Setup
from overflow.helpdesks.setup.step import Result, Step, failed, left_out, made, there

SUBJECT: Final = "Overflow: test of the connection, please leave it alone"
REASON: Final = "overflow tries this field"
_TRIES: Final = 5


class RoundTrip:
    """One trip; ``setup`` is that of the shop's helpdesk, ``wait`` seconds are waited for it."""

    def __init__(self, services: Services, shop: str, setup: Setup, wait: float) -> None:
        self._policy: Policy = services.book.policy(shop)
        self._desk = services.desks.of(self._policy)
        self._setup = setup
        self._hearing = Hearing(services, self._policy, wait)
        self._reference = f"ov-test-{new_id(4)}"
        self._ticket, self._reason_before = "", ""

    def run(self, ticket: str | None) -> Iterator[Step]:
        """Step by step, on a new ticket where none is named; without one nothing more is tried."""
        first = _timed("test ticket", lambda: self._begin(ticket))
        yield first
        if not first.is_settled:
            return
        yield _timed("group", self._group)
        yield _timed("tag", lambda: self._tag(is_tagged=True))
        yield _timed("note", self._note)
        yield _timed("reason field", lambda: self._reason(REASON))
        yield _timed("webhook", lambda: self._hearing.of_webhooks(self._setup.unheard))
        yield _timed("service", lambda: self._hearing.of_a_read(self._ticket))
        yield _timed("reason as before", lambda: self._reason(self._reason_before))
        yield _timed("tag taken off", lambda: self._tag(is_tagged=False))
        if ticket is None:
            yield _timed("end", self._end)

    def _begin(self, ticket: str | None) -> Result:
        if ticket is None:
            self._ticket = self._setup.new_ticket(SUBJECT, [self._policy.words.keep_here])
            return made(f"{self._ticket}, “{SUBJECT}”")
        self._ticket = ticket
        seen = self._seen()
        self._reason_before = seen.reason or ""
        if seen.status.is_ended or seen.is_frozen:
            return failed(f"{ticket} is {seen.status.value}: name one that is open")
        return there(f"{ticket}, {seen.status.value}")

    def _group(self) -> Result:
        group, known = self._seen().group, self._desk.groups()
        if group is not None and known is not None and group not in known:
            return failed(f"it stands in {group}, for which the policy has no name")
        return there(f"it stands in {group or 'none'}")

    def _tag(self, *, is_tagged: bool) -> Result:
        self._make(lambda seen: (TEST_TAG in seen.tags) == is_tagged, is_tagged=is_tagged)
        return there(f"{TEST_TAG} is {'on' if is_tagged else 'off'}")

    def _note(self) -> Result:
        text = f"overflow tries whether it can write notes. [{self._reference}]"
        self._desk.add_note(self._ticket, text, self._reference)
        if not self._desk.has_note(self._ticket, self._reference):
            return failed("the note was posted, and is not found again")
        return there(f"it stands there as {self._reference}, and stays")

    def _reason(self, text: str) -> Result:
        field = self._policy.words.reason_field
        if field is None:
            return left_out("the policy names no words.reason_field")
        self._make(lambda seen: (seen.reason or "") == text, reason_field=field, reason=text)
        return there(f"{field} shows {text!r}")

    def _end(self) -> Result:
        try:
            self._desk.set_status(self._ticket, Status.SOLVED)
        except Refused as fault:
            return left_out(f"solve {self._ticket} by hand: {fault.message}")
        return there(f"{self._ticket} is solved")

    def _make(self, is_shown: Callable[[Snapshot], bool], **changes: object) -> None:
        """Write it, and see that it stands there; again where somebody else was faster."""
        for _ in range(_TRIES):
            seen = self._seen()
            if is_shown(seen):
                return
            usual = Desired(None, TEST_TAG, TEST_TAG in seen.tags, None, "")
            try:
                self._desk.write(seen, replace(usual, **changes))  # type: ignore[arg-type]
            except HelpdeskAway as away:
                if away.retry_after != 0.0:
                    raise
        raise Refused("the helpdesk takes the change, and a read does not show it")

    def _seen(self) -> Snapshot:
        seen = self._desk.read(self._ticket)
        if seen is None:
            raise Refused(f"the helpdesk has no ticket {self._ticket}")
        return seen


def _timed(name: str, attempt: Callable[[], Result]) -> Step:
    began = monotonic()
    try:
        finding = attempt()
    except Fault as fault:
        finding = failed(fault.message)
    return Step(name, finding.outcome, finding.text, monotonic() - began)
