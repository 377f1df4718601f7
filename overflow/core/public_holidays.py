"""Which days are public holidays, for a country and as the shop sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from holidays import country_holidays


@dataclass(frozen=True, slots=True)
class Holidays:
    """The public holidays of a country (or part of it), less those struck, plus those added.

    ``country`` is an ISO 3166-1 code (``DE``), ``subdivision`` an ISO 3166-2 one without the
    country (``BY``). An empty country has no holidays of its own: only the added days count.
    The only source is the package ``holidays``, substitute days included.

    Raises ValueError for an unknown country or subdivision and for a day both added and struck.
    """

    country: str
    subdivision: str | None = None
    added: frozenset[date] = frozenset()
    struck: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if both := sorted(self.added & self.struck):
            raise ValueError(f"holidays: {both[0]} is both added and struck")
        if self.subdivision and not self.country:
            raise ValueError(f"holidays: subdivision {self.subdivision!r} without a country")
        _official(self.country, self.subdivision, 2000)

    def is_holiday(self, day: date) -> bool:
        if day in self.added:
            return True
        return day not in self.struck and day in _official(self.country, self.subdivision, day.year)


@lru_cache(maxsize=1024)
def _official(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    if not country:
        return frozenset()
    try:
        return frozenset(country_holidays(country, subdiv=subdivision, years=year))
    except NotImplementedError as unknown:
        raise ValueError(f"holidays: {unknown}") from unknown


NO_HOLIDAYS = Holidays("")
"""No day is a holiday."""
