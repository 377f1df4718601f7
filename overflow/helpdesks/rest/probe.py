"""Trying a helpdesk step by step on a test ticket, and saying of each step what came of it.

Looking comes first. What changes the ticket is only done when it is asked for, each change is read
back, and then taken back; what cannot be taken back (a note, an answer, an assignee) is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from overflow.core.model import Snapshot, Status
from overflow.errors import Fault, Refused
from overflow.helpdesks.port import Desired, Helpdesk
from overflow.helpdesks.rest.calls import Call
from overflow.helpdesks.rest.steps import Differs, Step, Wanted, how_to_mend, shown

MOST_PAGES: Final = 200
"""Of changes that are gone through to find the test ticket."""


@dataclass
class Probe:
    """Tries one helpdesk. ``calls`` is to be filled by whoever watches its calls."""

    desk: Helpdesk
    wanted: Wanted
    calls: list[Call] = field(default_factory=list)

    def run(self) -> Iterator[Step]:
        """Step after step; after a ticket that cannot be read there is nothing more to try."""
        seen: list[Snapshot] = []
        first = self._step("read the test ticket", lambda: self._read(seen))
        yield first
        if not first.is_good:
            return
        cursor: list[str] = []
        yield self._step("list the groups", lambda: self._groups(seen[0]))
        yield self._step("list what is open", lambda: self._open(seen[0]))
        yield self._step("ask what has changed", lambda: self._begin(cursor))
        yield self._step("look for a note that is not there", self._no_note)
        if self.wanted.is_writing:
            yield from self._written(seen[0], cursor)
        if self.wanted.is_replying:
            yield self._step("answer the customer", self._reply)

    def _written(self, seen: Snapshot, cursor: Sequence[str]) -> Iterator[Step]:
        wanted = self.wanted
        yield self._step("post an internal note", self._note)
        yield self._step("put the tag on, and off again", lambda: self._tag(seen))
        if wanted.reason_field:
            yield self._step("write the reason, and empty it", lambda: self._reason(seen))
        if wanted.group:
            yield self._step(f"move it to {wanted.group}, and back", lambda: self._move(seen))
        yield self._step("set its status to pending, and back", lambda: self._status(seen))
        if cursor:
            yield self._step("find it among what has changed", lambda: self._find(cursor[0]))

    def _step(self, name: str, attempt: Callable[[], str]) -> Step:
        self.calls.clear()
        try:
            told = attempt()
        except Fault as fault:
            mend = self._mend(fault)
            return Step(name, is_good=False, told=fault.message, mend=mend, calls=self._made())
        return Step(name, is_good=True, told=told, calls=self._made())

    def _made(self) -> tuple[Call, ...]:
        return tuple(self.calls)

    def _mend(self, fault: Fault) -> str:
        if isinstance(fault, Differs):
            return fault.mend
        last = self.calls[-1] if self.calls else None
        status = last.reply.status if last and last.reply else 0
        return how_to_mend(status) if last else "the message says what is missing in the file"

    # --- looking --------------------------------------------------------------------------------

    def _read(self, into: list[Snapshot]) -> str:
        seen = self.desk.read(self.wanted.ticket)
        if seen is None:
            raise Differs(
                f"the helpdesk has no ticket {self.wanted.ticket}",
                "check the number, requests.read.path, and what requests.read.missing and "
                "ticket.is_ticket say of the answer",
            )
        into.append(seen)
        return shown(seen)

    def _groups(self, seen: Snapshot) -> str:
        groups = self.desk.groups()
        if groups is None:
            return "the helpdesk cannot say; names are taken as the policy has them"
        for name in filter(None, (seen.group, self.wanted.group)):
            if name not in groups:
                raise Differs(
                    f"{name} is not among {', '.join(groups) or 'none'}",
                    "check `groups`, requests.groups.items and ticket.group: all have to call a "
                    "group the same",
                )
        return ", ".join(groups)

    def _open(self, seen: Snapshot) -> str:
        page = self.desk.walk_open("")
        found = {ticket.id: ticket for ticket in page.tickets}
        more = "" if page.is_last else ", and there are more pages"
        listed = found.get(seen.id)
        if listed is not None and _differs(listed, seen):
            raise Differs(
                f"the list shows {shown(listed)}, a read shows {shown(seen)}",
                "ask for the same fields in requests.open as in requests.read, or say "
                "`partial: true` there",
            )
        if listed is None and page.is_last and not seen.status.is_ended:
            raise Differs(
                f"{len(found)} tickets, and the test ticket, which is open, is not among them",
                "check the filter and requests.open.items",
            )
        return f"{len(found)} tickets on the first page{more}"

    def _begin(self, into: list[str]) -> str:
        into.append(self.desk.changed_since("").cursor)
        page = self.desk.changed_since(into[0])
        return f"{len(page.tickets)} tickets in the last moments"

    def _no_note(self) -> str:
        if self.desk.has_note(self.wanted.ticket, f"{self.wanted.reference}-none"):
            raise Differs(
                "a note is found that was never posted",
                "check requests.find_note: it has to find the texts of notes, or, where it says "
                "`is_search`, nothing for what is not there",
            )
        return "none is found"

    # --- changing -------------------------------------------------------------------------------

    def _note(self) -> str:
        reference = self.wanted.reference
        text = f"overflow tries whether it can write notes. [{reference}]"
        self.desk.add_note(self.wanted.ticket, text, reference)
        if not self.desk.has_note(self.wanted.ticket, reference):
            raise Differs(
                "the note was posted, and it is not found again",
                "check requests.note and requests.find_note: a note that is not found may be "
                "posted twice",
            )
        return f"it stands there as {reference}, and stays"

    def _tag(self, seen: Snapshot) -> str:
        had = self.wanted.tag in seen.tags
        self._make(seen, is_tagged=not had)
        self._make(seen, is_tagged=had)
        return f"{self.wanted.tag}: {'off and on' if had else 'on and off'} again"

    def _reason(self, seen: Snapshot) -> str:
        named = self.wanted.reason_field
        self._make(seen, reason_field=named, reason="overflow tries this field")
        self._make(seen, reason_field=named, reason=seen.reason or "")
        return f"{named} takes a text and gives it up"

    def _move(self, seen: Snapshot) -> str:
        self._make(seen, group=self.wanted.group)
        after = self._seen()
        self._make(seen, group=seen.group)
        if after.assignee is not None:
            raise Differs(
                f"it moved, and is still assigned to {after.assignee}",
                "check requests.unassign, or ticket.nobody if that is nobody",
            )
        freed = f"; {seen.assignee} no longer owns it" if seen.assignee else ""
        return f"there and back in {seen.group}{freed}"

    def _make(self, before: Snapshot, **changes: object) -> None:
        """Write it, and see that it stands there."""
        usual = Desired(None, self.wanted.tag, self.wanted.tag in before.tags, None, "")
        desired = replace(usual, **changes)  # type: ignore[arg-type]
        self.desk.write(self._seen(), desired)
        seen = self._seen()
        faults = {
            "group": desired.group not in {None, seen.group},
            "tags": desired.is_tagged != (desired.tag in seen.tags),
            "reason": desired.reason_field is not None and desired.reason != (seen.reason or ""),
        }
        for what in [name for name, is_wrong in faults.items() if is_wrong]:
            raise Differs(
                f"the helpdesk took the change, and a read shows {shown(seen)}",
                f"check the request that writes it, ticket.{what}, and whether the answer says "
                "that it failed: then `success` has to see that",
            )

    def _status(self, seen: Snapshot) -> str:
        if seen.status is not Status.OPEN:
            raise Differs(
                f"the test ticket is {seen.status.value}", "try it on a ticket that is open"
            )
        for status in (Status.PENDING, Status.OPEN):
            self.desk.set_status(seen.id, status)
            now = self._seen().status
            if now is not status and not (status is Status.PENDING and now is Status.ON_HOLD):
                raise Differs(
                    f"it was set to {status.value}, and a read shows {now.value}",
                    "check requests.status, statuses.write and statuses.read",
                )
        return "it was pending, and is open"

    def _find(self, cursor: str) -> str:
        for _ in range(MOST_PAGES):
            page = self.desk.changed_since(cursor)
            if self.wanted.ticket in {ticket.id for ticket in page.tickets}:
                return "it is found"
            if page.is_last:
                break
            cursor = page.cursor
        raise Differs(
            "it was changed, and is not among what has changed",
            "check requests.changed: its filter, `times.write` and `times.zone`, and an `overlap` "
            "longer than the helpdesk's index needs",
        )

    def _reply(self) -> str:
        reference = f"{self.wanted.reference}-a"
        text = f"This is a test of the connection to our helpdesk. ({reference})"
        self.desk.reply(self.wanted.ticket, text, reference)
        if self._seen().answered is None:
            raise Differs(
                "the answer was posted, and the ticket does not show that it was answered",
                "check ticket.answered, or requests.answers",
            )
        return "it stands there, and the customer has it"

    def _seen(self) -> Snapshot:
        seen = self.desk.read(self.wanted.ticket)
        if seen is None:
            raise Refused("The helpdesk no longer has the ticket.")
        return seen


def _differs(listed: Snapshot, seen: Snapshot) -> bool:
    """Whether a list shows another state than a read; a list may lack versions."""
    return replace(listed, version=None) != replace(seen, version=None)
