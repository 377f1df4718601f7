"""A mean time (work on a ticket, patience), learned from the last weeks.

``events`` ended in ``time`` spent by all, those included whose end nobody saw. For exponential
times with mean m that is Poisson with mean ``time`` / m, so a Gamma prior on the rate 1 / m stays
one (conjugate; Gelman et al., Bayesian Data Analysis, 2.6):

    Gamma(weight, weight x prior)  ->  Gamma(weight + events, weight x prior + time)

and the mean time is 1 / the mean rate. The prior counts like ``weight`` events that took just as
long as it says. Older days count less, by half every ``HALF_LIFE`` days. What today shows is kept
apart until the day is over, for the planner weighs it by itself (``overflow.core.factor``).
"""

from __future__ import annotations

from typing import Final, NamedTuple

HALF_LIFE: Final = 14.0
"""Days."""
WIDEST: Final = 10.0
"""A learned time is never more than so many times the prior, nor less than that part of it."""


class Seen(NamedTuple):
    """What was counted."""

    events: float = 0.0
    time: float = 0.0
    """Seconds spent, summed over tickets."""

    def plus(self, other: Seen) -> Seen:
        """Both together."""
        return Seen(self.events + other.events, self.time + other.time)

    def faded(self, share: float) -> Seen:
        """Counting less."""
        return Seen(self.events * share, self.time * share)


class Lesson(NamedTuple):
    """What earlier days taught, and what today shows; plain numbers, so JSON keeps it."""

    day: int = 0
    """Today, as a number of days."""
    past: Seen = Seen()
    today: Seen = Seen()

    @property
    def samples(self) -> float:
        """Events that count, today's included."""
        return self.past.events + self.today.events

    def learned(self, new: Seen, day: int) -> Lesson:
        """With what came since; on a new day the one before becomes past."""
        if day <= self.day:  # a clock that goes back makes no new day
            return self._replace(today=self.today.plus(new))
        share = 0.5 ** ((day - self.day) / HALF_LIFE)
        return Lesson(day, self.past.plus(self.today).faded(share), new)

    def over(self) -> Lesson:
        """Today so far counts as past: what is made of it begins anew."""
        return self._replace(past=self.past.plus(self.today), today=Seen())


def lesson_from(data: list[float | list[float]]) -> Lesson:
    """What a lesson is after a way through JSON."""
    day, past, today = data
    return Lesson(int(day), Seen(*past), Seen(*today))  # type: ignore[arg-type,misc]


def mean_time(seen: Seen, prior: float | None, weight: float) -> float | None:
    """Seconds; without a prior None below ``weight`` events (and for events that took no time)."""
    if prior is None:
        return seen.time / seen.events if seen.events >= weight and seen.time > 0 else None
    found = (weight * prior + seen.time) / (weight + seen.events)
    return min(WIDEST * prior, max(prior / WIDEST, found))
