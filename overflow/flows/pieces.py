"""Which of what is due is begun now, and what of it together.

Nobody waits for company: where nothing is under way, what is due is begun at once, be it one ticket
or many. Company gathers by itself meanwhile, and is begun when that ends, or has taken a while.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from overflow.flows.attend import Due

LANES: Final = 4
"""Pieces of several tickets under way at once; Zendesk, which takes fewest, queues 30 jobs."""
GATHER: Final = 2.0
"""Seconds after which another piece is begun though the one before is still under way."""

Piece = tuple[Due, ...]


class Gathering:
    """Remembers when the last piece was begun, and who has to be worked on alone."""

    def __init__(self) -> None:
        self.alone: set[str] = set()
        self._begun = -math.inf

    def is_on(self, lanes: int, now: float) -> bool:
        """Whether what is due waits for those that are under way in so many lanes."""
        return lanes >= LANES or (lanes > 0 and now - self._begun < GATHER)

    def pieces(self, dues: Sequence[Due], most: int, lanes: int, now: float) -> list[Piece]:
        """What is to be begun: each piece at most ``most`` tickets; only full ones beside others.

        Those that have to be are alone, whatever else is under way.
        """
        company = [due for due in dues if due.id not in self.alone]
        parts = [tuple(company[at : at + most]) for at in range(0, len(company), most)]
        begun = [part for part in parts if len(part) == most] or parts
        begun = begun[: LANES - lanes]
        if begun:
            self._begun = now
        return [(due,) for due in dues if due.id in self.alone] + begun
