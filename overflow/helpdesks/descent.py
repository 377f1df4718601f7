"""A walk from the newest change back to where the last one began, for lists that only go that way.

What changes during the walk comes to the front and pushes the others back: they are seen twice,
and what has come to the front is seen by the next walk, which begins before this one did.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from overflow.helpdesks.keyset import OVERLAP

_CURSOR: Final = re.compile(r"([0-9]{1,12})\.([0-9]{0,12})\.(.{0,2000})", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Descent:
    """A cursor: ``since.begun.page``; times are epoch seconds of the helpdesk's clock."""

    since: int
    begun: int = 0
    """When this walk began; 0: it has not."""
    page: str = ""
    """The helpdesk's own word for the page; empty: the first."""

    @classmethod
    def parse(cls, cursor: str) -> Descent | None:
        """None for what is no cursor of ours."""
        found = _CURSOR.fullmatch(cursor)
        return None if found is None else cls(int(found[1]), int(found[2] or 0), found[3])

    @classmethod
    def from_now(cls, now: int) -> Descent:
        return cls(now - OVERLAP)

    def __str__(self) -> str:
        return f"{self.since}.{self.begun or ''}.{self.page}"

    def then(self, sent_at: int, following: str, oldest: float) -> Descent:
        """After a page that was sent at ``sent_at`` and ends with a change at ``oldest``.

        ``following``: the next page, empty where there is none. The walk is over, which shows by
        ``begun``, where there is none or the page reaches back far enough.
        """
        begun = self.begun or sent_at
        if following and oldest >= self.since:
            return Descent(self.since, begun, following)
        return Descent(max(self.since, begun - OVERLAP))
