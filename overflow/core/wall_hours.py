"""Opening hours read on the local wall clock: from OpenStreetMap's syntax to open intervals.

The package ``opening_hours`` evaluates the syntax, with neither a time zone nor a country: its
local times are naive, its own list of public holidays is never asked. Instead each ``PH`` is
written out. Within seven days in a row a weekday names one date, so for such a window ``PH`` is
replaced by the weekdays on which its holidays fall (``Su,PH`` becomes ``Su,Th,Fr``), and where
none falls it stays and matches nothing. The rest of the text keeps its meaning, whatever it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from opening_hours import OpeningHours, State
from opening_hours import ParserError as NotParsed  # type: ignore[attr-defined] # not in its stub

from overflow.core.public_holidays import Holidays

DAY = 86400
_UNIX_DAY = date(1970, 1, 1).toordinal()
_WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")

_COMMENT = r'"[^"]*"'
_WEEKDAY = r"(?i:mo|tu|we|th|fr|sa|su)"
_PH = re.compile(rf"{_COMMENT}|PH(?: ([+-])(\d+) days?)?")

_REFUSED = {
    r"\bSH\b": "school holidays (SH) are not known; name the dates instead",
    r"(?i)\bunknown\b": "'unknown' is neither open nor closed",
    r"(?i)\b(dawn|sunrise|sunset|dusk)\b": "hours by the sun need a place; write times",
    r"\d\d?:\d\d\+": "an open end ('+') says nothing about closing; write the closing time",
    rf"\bPH( [+-]\d+ days?)? {_WEEKDAY}|(\b{_WEEKDAY}|\]|days?) PH\b": (
        "'PH' beside a weekday can be read in two ways; write 'PH,Mo' for either of them"
    ),
}


def check(text: str) -> None:
    """Pass hours that can be evaluated without doubt.

    Raises ValueError saying what is wrong with others.
    """
    bare = re.sub(_COMMENT, "", text)
    for pattern, why in _REFUSED.items():
        if re.search(pattern, bare):
            raise ValueError(f"opening hours {text!r}: {why}")
    try:
        _compiled(text)
    except NotParsed as fault:
        raise ValueError(f"opening hours {text!r}: {_in_short(fault)}") from fault


def intervals(
    text: str, holidays: Holidays, first: date, days: int
) -> Iterator[tuple[float, float]]:
    """Open intervals of ``days`` local days from ``first``, in order; they may touch.

    Seconds on the wall clock, counted from 1970-01-01 00:00 of the same wall: no time zone yet.
    Hours over midnight belong to the day they begin on. A rule that takes a day (``PH off``) takes
    the calendar day, midnight to midnight, and no more, as everywhere in OpenStreetMap: the end of
    the night before falls away, the hours after the midnight that follows stay.
    """
    if "PH" not in re.sub(_COMMENT, "", text):
        yield from _open(text, first, days)
        return
    for offset in range(0, days, 6):
        day = first + timedelta(offset)
        week = _resolved(text, holidays, day - timedelta(1))
        yield from _open(week, day, min(6, days - offset))


def _open(text: str, first: date, days: int) -> Iterator[tuple[float, float]]:
    start = datetime.combine(first, time())
    for begin, end, state, _ in _compiled(text).intervals(start, start + timedelta(days)):
        if state == State.OPEN:
            yield _seconds(begin), _seconds(end)


def _resolved(text: str, holidays: Holidays, first: date) -> str:
    """The text with every ``PH`` as weekdays; good for ``first`` and the six days after it."""
    week = [first + timedelta(i) for i in range(7)]

    def weekdays(found: re.Match[str]) -> str:
        if not found[0].startswith("PH"):
            return found[0]
        shift = timedelta(int(f"{found[1]}{found[2]}") if found[1] else 0)
        names = [_WEEKDAYS[d.weekday()] for d in week if holidays.is_holiday(d - shift)]
        return ",".join(names) or found[0]

    return _PH.sub(weekdays, text)


@lru_cache(maxsize=4096)
def _compiled(text: str) -> OpeningHours:
    return OpeningHours(text)


def _seconds(wall: datetime) -> float:
    days = wall.toordinal() - _UNIX_DAY
    return float(days * DAY + wall.hour * 3600 + wall.minute * 60 + wall.second)


def _in_short(fault: Exception) -> str:
    """The parser's message without its drawing: ``character 4: expected ...``."""
    message = str(fault)
    place = re.search(r"-->\s*\d+:(\d+)", message)
    wanted = re.search(r"=\s*(.+)", message)
    return f"character {place[1]}: {wanted[1]}" if place and wanted else message
