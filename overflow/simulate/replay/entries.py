"""A recorded decision, read back from its journal entry, and made again.

Every decision's entry holds the situation it was made from, the ticket, and the version of the
policy. So the same pure functions give the same decision again, with every figure of its trace.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from overflow.core.decide import decide
from overflow.core.decision import Decision, Reason, stays, trace_of
from overflow.core.model import Cause, Policy, Situation, Ticket
from overflow.core.retold import ticket_of
from overflow.core.review import review
from overflow.store.journal import Entry
from overflow.store.situation_codec import from_micro

WAITING: Final = frozenset({Cause.LATE, Cause.UNTOUCHED})
"""What the sweep decides: by ``core.review``, everything else by ``core.decide``."""

BY_PERSON: Final = "moved by a person"
IMPORTED: Final = "taken over by the first walk"
NOT_KEPT: Final = "its situation is kept no more"
NO_POLICY: Final = "its policy version is kept no more"


class Recorded(NamedTuple):
    """A decision of ours as the journal has it."""

    entry: str
    """The entry's id."""
    told: Mapping[str, Any]
    """The decision with its trace, as plain data."""
    ticket: Ticket
    at: float
    version: int
    """Of the policy it was made by."""
    source: Entry

    def situations(self) -> Iterator[Situation]:
        """What it was made from.

        Twice where the shop's day began between the situation and the decision: the counts of the
        day are those of either.
        """
        taken = self.source.taken
        if taken is None:
            return
        first = self.source.situation(self.at)
        second = self.source.situation(taken[0])
        if first is not None:
            yield first
        if second is not None and first is not None and second.today != first.today:
            yield second

    @property
    def situation(self) -> Situation:
        """What it was made from, its day that of the decision."""
        return next(self.situations())


def recorded(entry: Entry) -> Recorded | str:
    """The decision that an entry holds; else, in words, why none can be made again.

    Empty words: the entry is about no decision.
    """
    events = entry.data.get("events", ())
    if entry.kind != "decision":
        return IMPORTED if "imported" in events else ""
    if "moved_by_person" in events:
        return BY_PERSON
    if entry.taken is None:
        return NOT_KEPT
    told = entry.data["decision"]
    ticket = ticket_of(told, entry.data.get("ticket", {}), arrival(entry) or told["at"])
    return Recorded(entry.id, told, ticket, told["at"], told["policy_version"], entry)


def arrival(entry: Entry) -> float | None:
    """When the ticket arrived; None where the entry does not say."""
    arrived, _, tallies = entry.fields.get("q", b"").partition(b" ")
    return from_micro(int(arrived)) if tallies else None


def again(one: Recorded, policy: Policy) -> Decision | None:
    """The decision, made again by its own policy; None: nothing would be done by now.

    A ticket that lost the partner's last place stays again.
    """
    made = None
    for situation in one.situations():
        made = _decided(one.ticket, situation, policy, one.at)
        if made is not None and one.told["reason"] == Reason.CONTENDED:
            made = replace(stays(made), pressure=None)
        if made is not None and trace_of(made) == one.told:
            break
    return made


def _decided(ticket: Ticket, situation: Situation, policy: Policy, at: float) -> Decision | None:
    judge = review if ticket.cause in WAITING else decide
    return judge(ticket, situation, policy, at)


def differences(one: Recorded, made: Decision | None) -> list[str]:
    """The places, as dotted paths, in which the new decision is not the recorded one."""
    if made is None:
        return ["outcome"]
    return list(_unlike(trace_of(made), one.told, ""))


def _unlike(one: Any, other: Any, path: str) -> Iterator[str]:  # noqa: ANN401  any JSON
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for name in sorted({*one, *other}):
            yield from _unlike(one.get(name), other.get(name), f"{path}.{name}".lstrip("."))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from _unlike(left, right, f"{path}.{place}")
    elif one != other:
        yield path
