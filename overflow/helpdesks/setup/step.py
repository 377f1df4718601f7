"""What came of one thing that a helpdesk is set up with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
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
    BY_HAND = "by hand"
    """It waits for a person; the text says exactly for what."""
    FAILED = "failed"


SETTLED: Final = frozenset({Outcome.THERE, Outcome.MADE, Outcome.LEFT_OUT})


class Finding(NamedTuple):
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
        """Nothing is left to be done."""
        return self.outcome in SETTLED


def there(text: str) -> Finding:
    return Finding(Outcome.THERE, text)


def made(text: str) -> Finding:
    return Finding(Outcome.MADE, text)


def left_out(text: str) -> Finding:
    return Finding(Outcome.LEFT_OUT, text)


def missing(text: str) -> Finding:
    return Finding(Outcome.MISSING, text)


def by_hand(text: str) -> Finding:
    return Finding(Outcome.BY_HAND, text)


def failed(text: str) -> Finding:
    return Finding(Outcome.FAILED, text)
