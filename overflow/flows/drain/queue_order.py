"""What is worked on first, when more is due than the helpdesk takes at once.

First what a decision waits for, then what is nearest to its due time, and what is late already
after what can still be in time. Every fifth place goes to whoever has waited longest, so that
nobody starves.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from overflow.flows.drain.due import Due
from overflow.flows.services import Services
from overflow.store.marks import Mark

CANDIDATES: Final = 500
"""Tickets that have been due longest, of which the most pressing are begun first."""
TURN: Final = 5
"""Of so many places one goes by age."""


def most_pressing(services: Services, shop: str, limit: int) -> list[Due]:
    """What is due now; the most pressing first where it is more than ``limit``.

    A ticket to be read and written is one.
    """
    now, most = services.clock.now(), max(limit, CANDIDATES)
    writes = services.marks.dirty_due(shop, now, most)
    reads = services.marks.to_read_due(shop, now, most)
    marks: dict[str, list[Mark | None]] = {mark.id: [mark, None] for mark in writes}
    for mark in reads:
        marks.setdefault(mark.id, [None, None])[1] = mark
    dues = [Due(ticket_id, write, read) for ticket_id, (write, read) in marks.items()]
    if len(dues) <= limit:
        return dues
    return in_order(dues, services.tickets.answer_by(shop, marks), now)


def in_order(dues: Sequence[Due], answer_by: Mapping[str, float], now: float) -> list[Due]:
    """All of them, each ticket once, the most pressing first.

    ``answer_by`` has the due times of first answers, by ticket; without one it is not pressing.
    """
    by_age = iter(sorted(dues, key=_since))
    pressing = iter(sorted(dues, key=lambda due: _rank(due, answer_by.get(due.id, 0.0), now)))
    placed: dict[str, Due] = {}
    while len(placed) < len(dues):
        line = by_age if len(placed) % TURN == TURN - 1 else pressing
        due = next(each for each in line if each.id not in placed)
        placed[due.id] = due
    return list(placed.values())


def _rank(due: Due, answer_by: float, now: float) -> tuple[int, float]:
    if due.read is not None:
        return 0, _since(due)
    if answer_by > now:
        return 1, answer_by
    return (2, answer_by) if answer_by else (3, _since(due))


def _since(due: Due) -> float:
    """Since when it is due."""
    return min((mark.stamp for mark in (due.read, due.write) if mark is not None), default=math.inf)
