"""Which of what is due is begun now, and what of it together.

Nobody waits for company: where nothing is under way, what is due is begun at once, be it one ticket
or many. Company gathers by itself meanwhile, and is begun when that ends, or has taken a while;
what a drain leaves to its successor is still under way.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Final

from overflow.flows.drain.due import Due, Owing, Parted
from overflow.helpdesks.port import Bulk

Piece = tuple[Due, ...]


LOOKED_FOR: Final = 3
"""Times that a ticket is looked for in a list before it is asked for by itself: in a rush it stands
behind others that changed, and in front of them when those are done."""


class Gathering:
    """Remembers when the last piece was begun, and who has to be worked on alone.

    ``owing`` are those that only a note is to be posted of: they need no company.
    """

    def __init__(self) -> None:
        self.alone: set[str] = set()
        self.owing: list[Owing] = []
        self._unfound: Counter[str] = Counter()
        self.is_rush = False
        """The drain before this one handed over: there was more to do than it could."""
        self._begun = -math.inf

    def is_on(self, bulk: Bulk, lanes: int, *, is_busy: bool, now: float) -> bool:
        """Whether what is due waits for those that are under way in so many lanes."""
        is_soon = now - self._begun < bulk.gathers
        return lanes >= bulk.lanes or ((is_busy or self.is_rush) and is_soon)

    def parted(self, parted: Parted) -> None:
        """A piece has ended so."""
        self.owing += parted.owing
        self._unfound.update(parted.unfound)
        self.alone |= parted.alone
        self.alone |= {i for i in parted.unfound if self._unfound[i] >= LOOKED_FOR}

    def pieces(self, dues: Sequence[Due], bulk: Bulk, lanes: int, now: float) -> list[Piece]:
        """What is to be begun: as many full pieces as there are lanes for, else what there is.

        In company are those that changed one after the other, for so they stand in the helpdesk's
        lists. Those that have to be are alone, whatever else is under way. They come last, for they
        may be many, and are begun only as far as there are threads.
        """
        company = [due for due in dues if due.id not in self.alone]
        company = sorted(company[: bulk.most * (bulk.lanes - lanes)], key=_marked)
        parts = [tuple(company[at : at + bulk.most]) for at in range(0, len(company), bulk.most)]
        begun = [part for part in parts if len(part) == bulk.most] or parts
        if begun:
            self._begun = now
        return begun + [(due,) for due in dues if due.id in self.alone]


def _marked(due: Due) -> float:
    return max(mark.stamp for mark in (due.read, due.write) if mark is not None)
