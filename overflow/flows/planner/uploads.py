"""The rows of an uploaded forecast: read, and every fault named by its place."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from io import StringIO
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from overflow.core.arrivals.expected import Interval
from overflow.core.arrivals.history import QUARTER
from overflow.core.model import Policy
from overflow.errors import Invalid

MOST_FAULTS: Final = 100
"""Faults that are named; the number of further ones is told."""
DAY: Final = 86400.0
MOST_ARRIVALS: Final = 1e6
_FURTHEST: Final = 400 * DAY
"""Seconds ahead."""
_HOUR: Final = 3600.0

Intervals = dict[str, tuple[Interval, ...]]
Faults = dict[str, list[str]]


class Row(NamedTuple):
    """A row as it came."""

    where: str
    """``rows.3`` or ``line 5``."""
    fields: Mapping[str, Any]


class Upload(NamedTuple):
    """A forecast as it came."""

    rows: Sequence[Row]
    interval: float
    """Seconds that each row holds."""
    has_peaks: bool = False
    by: str = ""
    faults: Mapping[str, list[str]] = MappingProxyType({})
    """Those of what stands beside the rows."""


class _Read(NamedTuple):
    where: str
    name: str
    at: float
    arrivals: float


def of_csv(text: str) -> list[Row]:
    """The rows of a table whose first line names its columns.

    Separated by commas, or by semicolons, as spreadsheets write them where the comma is decimal.
    Raises ``Invalid`` for a table without the columns that are needed.
    """
    lines = text.removeprefix("\ufeff")
    separator = ";" if ";" in lines.partition("\n")[0] else ","
    reader = csv.reader(StringIO(lines, newline=""), delimiter=separator)
    try:
        columns = [name.strip().casefold() for name in next(reader, [])]
        if not {"at", "arrivals"} <= set(columns) or {"queue", "channel"}.isdisjoint(columns):
            raise Invalid(
                "this forecast cannot be read",
                {"line 1": ["must name the columns: queue or channel, at, arrivals"]},
            )
        return [_row(reader.line_num, columns, cells, separator) for cells in reader if any(cells)]
    except csv.Error as error:
        where = f"line {reader.line_num}"
        raise Invalid("this forecast cannot be read", {where: [str(error)]}) from None


def _row(line: int, columns: list[str], cells: list[str], separator: str) -> Row:
    fields = {n: cell.strip() for n, cell in zip(columns, cells, strict=False) if cell.strip()}
    if separator == ";" and "arrivals" in fields:
        fields["arrivals"] = fields["arrivals"].replace(",", ".")
    return Row(f"line {line}", fields)


def of_json(rows: object) -> list[Row]:
    """The rows of a list of objects. Raises ``Invalid`` where it is none."""
    if not isinstance(rows, list):
        raise Invalid("this forecast cannot be read", {"rows": ["must be a list of rows"]})
    return [Row(f"rows.{i}", row if isinstance(row, Mapping) else {}) for i, row in enumerate(rows)]


def read(
    rows: Sequence[Row], interval: float, policy: Policy, now: float
) -> tuple[Intervals, Faults]:
    """Intervals by queue or channel, in order, as far as they are not over; and every fault."""
    faults = _Faults()
    if not (QUARTER <= interval <= DAY and interval % QUARTER == 0):
        faults.add("interval", f"must be a multiple of {QUARTER:g} s, at most a day")
        interval = QUARTER
    by_name: dict[str, list[_Read]] = {}
    for row in rows:
        found = _of(row, policy, now, faults)
        if found is not None:
            by_name.setdefault(found.name, []).append(found)
    for name in by_name:
        channel, dot, _ = name.partition(".")
        if dot and channel in by_name:
            faults.add("rows", f"has rows of {channel} and of {name}: its queues or the whole")
    made = {
        name: tuple(each for each in _intervals(name, rows, interval, faults) if _end(each) > now)
        for name, rows in by_name.items()
    }
    ahead = {name: each for name, each in made.items() if each}
    if not ahead and (not rows or not faults.told):
        faults.add("rows", "has none that is not over")
    return ahead, faults.told


class _Faults:
    """Collects faults, and only counts those beyond ``MOST_FAULTS``."""

    def __init__(self) -> None:
        self._told: Faults = {}
        self._count = 0

    def add(self, where: str, text: str) -> None:
        self._count += 1
        if self._count <= MOST_FAULTS:
            self._told.setdefault(where, []).append(text)

    @property
    def told(self) -> Faults:
        more = self._count - MOST_FAULTS
        return self._told | ({"more": [f"there are {more} more faults"]} if more > 0 else {})


def _of(row: Row, policy: Policy, now: float, faults: _Faults) -> _Read | None:
    others = sorted(map(str, row.fields.keys() - {"queue", "channel", "at", "arrivals"}))
    if row.where.startswith("rows.") and others:
        faults.add(f"{row.where}.{others[0]}", "is no field here")
    name = _name(row, policy, faults)
    at = _at(row, policy, now, faults)
    arrivals = _arrivals(row, faults)
    if name is None or at is None or arrivals is None:
        return None
    return _Read(row.where, name, at, arrivals)


def _name(row: Row, policy: Policy, faults: _Faults) -> str | None:
    queue, channel = row.fields.get("queue"), row.fields.get("channel")
    if (queue is None) == (channel is None):
        faults.add(row.where, "must name either a queue or a channel")
        return None
    field, name = ("queue", queue) if channel is None else ("channel", channel)
    known = policy.channels
    if isinstance(name, str) and field == "channel" and name in known:
        return name
    if isinstance(name, str) and field == "queue":
        first, dot, rest = name.partition(".")
        if first in known and dot and rest and len(name) <= 120 and name.isprintable():  # noqa: PLR2004  as queues of the API
            return name
    faults.add(f"{row.where}.{field}", f"is no {field} of this shop; channels: {', '.join(known)}")
    return None


def _at(row: Row, policy: Policy, now: float, faults: _Faults) -> float | None:
    """A moment with its offset, or on the shop's clock."""
    text, at = row.fields.get("at"), math.nan
    if isinstance(text, str):
        try:
            moment = datetime.fromisoformat(text.strip())
            zoned = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(policy.zone))
            at = zoned.timestamp()
        except (ValueError, OverflowError):
            at = math.nan
    if math.isnan(at):
        faults.add(f"{row.where}.at", "must be a time such as 2026-11-27T09:00 on the shop's clock")
    elif at % QUARTER:
        faults.add(f"{row.where}.at", "must be a whole quarter of an hour")
    elif at > now + _FURTHEST:
        faults.add(f"{row.where}.at", "is more than 400 days ahead")
    else:
        return at
    return None


def _arrivals(row: Row, faults: _Faults) -> float | None:
    given = row.fields.get("arrivals")
    try:
        number = float(given) if isinstance(given, int | float | str) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if isinstance(given, bool) or not 0 <= number <= MOST_ARRIVALS:
        faults.add(f"{row.where}.arrivals", "must be a number of tickets, 0 or more")
        return None
    return number


def _intervals(
    name: str, rows: list[_Read], interval: float, faults: _Faults
) -> Iterator[Interval]:
    """In order. A day may be an hour shorter than a day: the clocks change."""
    rows.sort(key=lambda row: row.at)
    shortest = DAY - _HOUR if interval == DAY else interval
    following = [row.at for row in rows[1:]] + [math.inf]
    for row, then in zip(rows, following, strict=True):
        if then - row.at < shortest:
            faults.add(f"{row.where}.at", f"the next row of {name} begins before this one ends")
        else:
            yield Interval(row.at, min(interval, then - row.at), row.arrivals)


def _end(interval: Interval) -> float:
    return interval.start + interval.seconds
