"""Who writes when: a shop's busy hour in a minute, drawn from a seed.

One second stands for a minute. The shop is still closed when it begins, then opens, then more is
asked of it than it can do, then it gets quieter.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Final, NamedTuple

OPENS: Final = 0.13
"""Share of the time after which the shop opens."""
ENDS: Final = 0.88
"""Share of the time after which nobody writes any more."""


class Phase(NamedTuple):
    """A stretch of the play, until a share of its time has passed."""

    until: float
    rush: float
    """How much is written, compared with the other phases."""
    title: str


PHASES: Final = (
    Phase(OPENS, 0.7, "the shop is still closed"),
    Phase(0.30, 0.8, "the shop opens"),
    Phase(0.58, 2.3, "the peak"),
    Phase(ENDS, 0.5, "the peak is over"),
)
CHANNELS: Final = {
    "email": 32,
    "chat": 26,
    "form": 14,
    "whatsapp": 12,
    "phone": 9,
    "instagram": 7,
}
"""Shares in percent."""
LANGUAGES: Final = {"de": 68, "en": 20, "nl": 6, "fr": 6}
FIRST: Final = (("form", "de"), ("chat", "de"), ("email", "de"), ("phone", "en"), ("chat", "fr"))
"""Those who come first are the same in every play, so that each shows what happens when closed."""


class Arrival(NamedTuple):
    """A customer writes, so many seconds after the beginning."""

    at: float
    channel: str
    language: str


class Peak(NamedTuple):
    """The whole play."""

    seconds: float
    arrivals: tuple[Arrival, ...]
    """In order of time."""
    speed: float
    """Tickets a second in the mean, compared with 5: what staffing and limits are scaled by."""
    seed: int

    def phases(self) -> Iterator[tuple[float, str]]:
        """When each begins, seconds after the beginning, and what it is called."""
        begins = (0.0, *(phase.until for phase in PHASES))
        for begin, phase in zip(begins, PHASES, strict=False):
            yield begin * self.seconds, phase.title


def peak(seconds: float, tickets: int, seed: int) -> Peak:
    """So many tickets within so many seconds; the same for the same seed."""
    chance = random.Random(seed)
    moments = sorted(_moment(chance) * seconds for _ in range(tickets))
    arrivals = [Arrival(at, _drawn(CHANNELS, chance), _drawn(LANGUAGES, chance)) for at in moments]
    for number, (channel, language) in enumerate(FIRST[:tickets]):
        at = arrivals[number].at if number else min(arrivals[0].at, 0.02 * seconds)
        arrivals[number] = Arrival(at, channel, language)
    return Peak(seconds, tuple(arrivals), tickets / seconds / 5, seed)


def _moment(chance: random.Random) -> float:
    """A share of the time, after the phases' rush."""
    begins = (0.0, *(phase.until for phase in PHASES))
    weights = [
        (phase.until - begin) * phase.rush for begin, phase in zip(begins, PHASES, strict=False)
    ]
    number = chance.choices(range(len(PHASES)), weights)[0]
    return chance.uniform(begins[number], PHASES[number].until)


def _drawn(shares: dict[str, int], chance: random.Random) -> str:
    return chance.choices(list(shares), list(shares.values()))[0]
