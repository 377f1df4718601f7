"""Where a walk by time is: it goes on after the last thing seen, never at "page 7".

What changes during a walk moves to its end, so it is seen twice rather than not at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from overflow.clock import SystemClock
from overflow.helpdesks.http import Reply

OVERLAP: Final = 60
"""Seconds that a walk of changes begins before the last one did."""
_CURSOR: Final = re.compile(r"([0-9]{1,12})\.([0-9]{1,6})\.([0-9]{1,12})\.([0-9])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """A cursor: ``since.page.following.phase``; times are epoch seconds of the helpdesk's clock."""

    since: int = 0
    page: int = 1
    """Of what was changed at ``since`` or later."""
    following: int = 0
    """Where the next walk begins; 0: not known yet."""
    phase: int = 0

    @classmethod
    def parse(cls, cursor: str) -> Place | None:
        """None for what is no cursor of ours."""
        found = _CURSOR.fullmatch(cursor)
        return None if found is None else cls(*map(int, found.groups()))

    def __str__(self) -> str:
        return f"{self.since}.{self.page}.{self.following}.{self.phase}"

    def after(self, last: float) -> Place:
        """After a page whose last thing bears that time.

        A second earlier, for "since" may be meant without the second itself.
        """
        since = int(last) - 1
        if since > self.since:
            return Place(since, 1, self.following, self.phase)
        return Place(self.since, self.page + 1, self.following, self.phase)


def sent_at(reply: Reply) -> int:
    """When the helpdesk answered, by its own clock, epoch seconds.

    One that tells no time is taken to have answered now (RFC 9110, 6.6.1).
    """
    try:
        return int(parsedate_to_datetime(reply.headers["date"]).timestamp())
    except (KeyError, ValueError):
        return int(SystemClock().now())


def iso(seconds: float) -> str:
    """``2026-11-20T09:15:02Z``."""
    return f"{datetime.fromtimestamp(int(seconds), UTC):%Y-%m-%dT%H:%M:%S}Z"
