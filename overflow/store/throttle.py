"""One throttle a shop for all processes: how much its helpdesk is asked, and whether at all.

A small hash holds it, brought up to date by whoever asks, on the store's own time:

    tokens at            calls that may go out at once, as of when; below 0: owed
    said remaining       what the helpdesk's headers say it allows, and is left
    slow slow_until      calls a second that make do with what is left, until all are there again
    learned pace         what a 429 taught where no budget is known; calls of the last minute
    cut cut_at           the share of the budget that a 429 left, growing since
    rest                 until when nothing goes out, for the helpdesk said so
    fails open pause     failures in a row; until when the breaker is open, and for how long it was
    probe closed         until when one call may try it; when it closed last
    turn                 urgent calls since one that was not

Some calls of a helpdesk have a limit of their own: a *part*, which has a hash like this beside it
and keeps the tallies of its calls there, for they are counted with all others.

What was learned belongs to one helpdesk: a shop that changes to another begins anew. A hash that is
not used for a day is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Literal, NamedTuple

import redis

from overflow.helpdesks.limits import Budget, Told
from overflow.store import keys
from overflow.store.scripts import Argument, Lua
from overflow.store.situation_codec import from_micro, to_micro

LEARNED: Final = Budget(0, 60.0)
"""No budget is known; what a 429 teaches is counted by the minute."""

Outcome = Literal["ok", "failed", "limited"]


class Rank(IntEnum):
    """Who goes before whom."""

    LATER = 0
    """Nobody waits for it."""
    URGENT = 1
    """Somebody does."""
    MOVE = 2
    """It moves a ticket that was read a moment ago."""


class Answer(IntEnum):
    """What becomes of a call that wants to go out."""

    GO = 1
    WAIT = 0
    """Ask again after the wait; its place in line is kept."""
    NO = -1
    """The wait is longer than it takes."""


class Breaker(IntEnum):
    """Whether the helpdesk is spoken to."""

    CLOSED = 0
    OPEN = 1
    HALF_OPEN = 2
    """One call may try."""


@dataclass(frozen=True, slots=True)
class State:
    """A shop's throttle as it stands."""

    breaker: Breaker
    rest: float
    """Seconds for which nothing goes out; 0: something may."""
    rate: float | None
    """Calls a second at present; None: any number."""
    budget: int
    """Calls in the budget's seconds, as the helpdesk or the options say; 0: none is known."""
    remaining: int | None
    """What the helpdesk last said is left of them; None: it does not say."""
    failures: int
    """In a row."""

    @property
    def is_calm(self) -> bool:
        """Nothing limits calls, and none failed."""
        return not (self.breaker or self.rest or self.failures) and self.rate is None


class Whose(NamedTuple):
    """Whose throttle it is."""

    shop: str
    desk: str = ""
    """Any name of its helpdesk, another one where it is another."""
    part: str = ""
    """Of its calls; empty: all."""


class Asked(NamedTuple):
    """The answer to a call that wants to go out."""

    answer: Answer
    wait: float
    """Seconds."""
    state: State


class Throttle:
    """The throttles of all shops. Raises ``StoreAway``."""

    def __init__(self, client: redis.Redis, now: Callable[[], float] | None = None) -> None:
        """``now`` takes the place of the store's own time, where a test makes its time."""
        self._enter = Lua(client, "enter")
        self._leave = Lua(client, "leave")
        self._now = now

    def enter(
        self,
        of: Whose,
        budget: Budget | None,
        *,
        rank: Rank,
        most: float,
        call: str = "",
        count: int = 1,
    ) -> Asked:
        """Whether ``count`` calls may go out now, or after a wait of ``most`` seconds at most.

        ``call`` is any id, the same when it asks again.
        """
        return self._asked(of, budget, [int(rank), call, to_micro(most), count])

    def state(self, of: Whose, budget: Budget | None) -> State:
        """How it stands; nothing changes."""
        return self._asked(of, budget, [0, "", 0, 0]).state

    def left(
        self,
        of: Whose,
        budget: Budget | None,
        outcome: Outcome,
        told: Told,
        retry_after: float | None = None,
    ) -> None:
        """What came of a call; ``retry_after`` in seconds, where the helpdesk named them."""
        known = budget or LEARNED
        args: list[Argument] = [
            self._time(),
            known.calls,
            known.seconds,
            outcome,
            _micro(retry_after),
            "" if told.limit is None else told.limit,
            "" if told.remaining is None else told.remaining,
            _micro(told.reset),
            told.cost,
        ]
        self._leave([keys.throttle(*of), keys.totals(of.shop)], args)

    def _asked(self, of: Whose, budget: Budget | None, args: list[Argument]) -> Asked:
        own = keys.throttle(*of)
        names = [
            own,
            own if of.part else keys.totals(of.shop),
            *(keys.throttle_line(*of, rank.name.lower()) for rank in Rank),
        ]
        known = budget or LEARNED
        budgeted = [known.calls, known.seconds, int(known.is_firm), int(known.is_leaky)]
        code, wait, breaker, rest, rate, calls, remaining, failures = self._enter(
            names, [self._time(), *budgeted, *args]
        )
        state = State(
            Breaker(breaker),
            from_micro(rest),
            None if rate < 0 else rate / 1000,
            calls,
            None if remaining < 0 else remaining,
            failures,
        )
        return Asked(Answer(code), from_micro(wait), state)

    def _time(self) -> Argument:
        return "" if self._now is None else to_micro(self._now())


def _micro(seconds: float | None) -> Argument:
    return "" if seconds is None else to_micro(seconds)
