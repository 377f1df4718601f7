"""What came of one thing that a helpdesk is set up with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Final, NamedTuple


class Outcome(StrEnum):
    """Of one step."""

    THERE = "there"
    """As it should be; nothing was changed."""
    MADE = "made"
    """It was not there, and is by now."""
    LEFT_OUT = "left out"
    """The policy does not ask for it, or this helpdesk cannot have it."""
    MISSING = "missing"
    """Not there: setting up makes it."""
    UNSEEN = "unseen"
    """The helpdesk shows it to nobody: the text says what a person has to have put there."""
    BY_HAND = "by hand"
    """It waits for a person; the text says exactly for what."""
    FAILED = "failed"


SETTLED: Final = frozenset({Outcome.THERE, Outcome.MADE, Outcome.LEFT_OUT, Outcome.UNSEEN})


class Result(NamedTuple):
    """What was found, or made, or has to be done."""

    outcome: Outcome
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was looked at or done."""

    name: str
    outcome: Outcome
    text: str
    """For people; several lines where a person has to do something."""
    seconds: float | None = None
    """How long it took, where that is of interest."""

    @property
    def is_settled(self) -> bool:
        """Nothing is known to be left undone."""
        return self.outcome in SETTLED


there: Final = partial(Result, Outcome.THERE)
made: Final = partial(Result, Outcome.MADE)
left_out: Final = partial(Result, Outcome.LEFT_OUT)
missing: Final = partial(Result, Outcome.MISSING)
unseen: Final = partial(Result, Outcome.UNSEEN)
by_hand: Final = partial(Result, Outcome.BY_HAND)
failed: Final = partial(Result, Outcome.FAILED)
