"""What is counted of a channel at home, since the beginning."""

from __future__ import annotations

from typing import NamedTuple


class AtHome(NamedTuple):
    """What was counted of a channel at home since the beginning."""

    handled: float = 0
    handled_time: float = 0.0
    """Seconds."""
    gave_up: float = 0
    waited: float = 0.0
    """Seconds."""
    answers: float = 0

    def since(self, before: AtHome) -> AtHome:
        """What came; nothing where less is counted than before: the store was made anew."""
        new = [now - then for now, then in zip(self, before, strict=True)]
        return AtHome(*new) if min(new) >= 0 else AtHome()
