"""What a trial of a helpdesk is told to do, and what it says of each step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from overflow.core.model import Snapshot
from overflow.errors import Fault
from overflow.helpdesks.rest.calls import Call

_MEND: Final[Mapping[int, str]] = {
    0: "check `url`, and whether this machine may reach it",
    401: "check `auth`, its secrets, and what the API's user may do",
    403: "check `auth`, its secrets, and what the API's user may do",
    404: "check `url`, and path and method of the request",
    405: "check `url`, and path and method of the request",
    429: "the helpdesk wants fewer requests: wait, and set `limit`",
    2: "hold the answer against the expressions in the file",
    3: "the helpdesk sends us elsewhere: give that address as `url`",
    4: "check the body, query and headers of the request",
    5: "the helpdesk failed by itself: try again, then look at its log",
}
"""By the status of the last answer, or by its first digit; 0: there was no answer."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be tried."""

    ticket: str
    reference: str
    """An id of this trial, which notes carry."""
    is_writing: bool = False
    """Note, tag, reason, group and status are tried, too."""
    is_replying: bool = False
    """And a public answer, which the customer gets."""
    tag: str = "overflow"
    group: str = ""
    """Moved there and back; empty: not moved."""
    reason_field: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was tried."""

    name: str
    is_good: bool
    told: str
    """What was found, or what is wrong."""
    mend: str = ""
    calls: tuple[Call, ...] = ()
    """What was asked meanwhile, where it can be told."""


class Differs(Fault):
    """A step that went through and did not do what it should."""

    def __init__(self, message: str, mend: str) -> None:
        super().__init__(message)
        self.mend = mend


def shown(seen: Snapshot) -> str:
    """A ticket in one line, without anything a customer wrote."""
    facts = {
        "group": seen.group,
        "assignee": seen.assignee,
        "channel": seen.channel,
        "language": seen.language,
        "tags": ", ".join(sorted(seen.tags)),
        "reason": seen.reason,
        "answered": "yes" if seen.answered else "",
        "version": seen.version,
    }
    told = [f"{name} {value}" for name, value in facts.items() if value not in {None, ""}]
    return "; ".join([seen.status.value, *told])


def how_to_mend(status: int) -> str:
    """What to look at after an answer with this status; 0: there was none."""
    return _MEND.get(status) or _MEND.get(status // 100, "see the message")
