"""A replay as one page that needs nothing from anywhere else: tables, and lines by the hour."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from html import escape
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from overflow.simulate.drawing.axis import Axis, axis
from overflow.simulate.drawing.bars import Bar, bars
from overflow.simulate.drawing.chart import chart
from overflow.simulate.drawing.marks import Line
from overflow.simulate.drawing.page import page as whole_page
from overflow.simulate.drawing.page import paragraph, section, table
from overflow.simulate.replay.compare import HAPPENED, OTHER, OWN, Compared
from overflow.simulate.replay.result import Moved, Sums

NAMES: Final = {HAPPENED: "happened", OWN: "own policy, replayed", OTHER: "this policy, replayed"}
"""Columns as people read them."""
_TONES: Final = {HAPPENED: 0, OWN: 1, OTHER: 2}
MOST: Final = 500
"""Tickets that the page lists."""
_MOST_TICKS: Final = 7
_YEAR: Final = re.compile(r"^\d{4}-")
_ROWS: Final[tuple[tuple[str, Callable[[Sums], str]], ...]] = (
    ("tickets", lambda each: f"{each.offered}"),
    ("answered in time", lambda each: f"{each.in_time}"),
    ("answered late", lambda each: f"{each.late}"),
    ("gave up", lambda each: f"{each.abandoned}"),
    ("overdue, unanswered", lambda each: f"{each.unanswered}"),
    ("not due yet", lambda each: f"{each.open}"),
    ("service level", lambda each: share(each.service_level)),
    ("overflowed", lambda each: f"{each.overflowed}"),
    ("cost, EUR", lambda each: f"{each.cost:,.2f}"),
)
Groups = dict[str, dict[str, Sums]]
Value = Callable[[Sums], float | None]


class _Shown(NamedTuple):
    """A figure that is drawn, by hour and by channel."""

    title: str
    unit: str
    value: Value
    text: Callable[[float], str]
    high: float | None = None

    def axis(self, values: list[float]) -> Axis:
        """The one that it is drawn on; of tickets there are no halves."""
        return axis(self.unit, values, high=self.high, whole=self.unit == "tickets")


def rows(totals: Iterable[Sums]) -> Iterator[tuple[str, ...]]:
    """Label and one cell a column: the figures, and the volume of each partner."""
    columns = list(totals)
    for label, shown in _ROWS:
        yield (label, *(shown(each) for each in columns))
    for partner in partners(columns):
        yield (f"to {partner}", *(str(each.volumes.get(partner, 0)) for each in columns))


def partners(columns: Iterable[Sums]) -> list[str]:
    """Those that were handed tickets in any of the columns."""
    return sorted({name for each in columns for name in each.volumes})


def notes(compared: Compared) -> Iterator[str]:
    """What was seen and what was drawn, what is left out, and how good the replay is."""
    used = compared.seen
    for what in ("work", "patience", "partner's answer"):
        seen, drawn = used.get(f"{what} seen", 0), used.get(f"{what} drawn", 0)
        if seen or drawn:
            yield (
                f"{what}: {seen} as seen, {drawn} drawn (seed {compared.seed}) in this policy's "
                "replay"
            )
    for channel, origin in compared.handle_times.items():
        yield f"mean work on {channel}: {origin}"
    yield from _of_plans(compared.taught)
    for why, n in sorted(compared.past.left_out.items()):
        yield f"left out: {n} {why}"
    yield (
        f"tickets that have another team in the own policy's replay than they really had: "
        f"{compared.moved_by_replay}; that is the replay's error"
    )


def _of_plans(taught: dict[str, dict[str, float]] | None) -> Iterator[str]:
    """What a replayed planner knew, and what of the live one's knowledge is not kept."""
    if taught is None:
        return
    yield (
        "plans: made every 10 minutes, by the forecast that is known today; all agents declared "
        "or on shift are taken to be there. What the live planner knew, when the period began, of "
        "that same day, and which agents were really there, is not in the journal"
    )
    for channel, samples in taught.items():
        yield (
            f"taught about {channel} before the period: {samples['handle_time']:.0f} times of "
            f"work, {samples['patience']:.0f} who gave up (older ones count less)"
        )


def share(value: float | None) -> str:
    """``81.3 %``."""
    return "none" if value is None else f"{100 * value:.1f} %"


def page(compared: Compared) -> str:
    """The page, HTML."""
    past, zone = compared.past, ZoneInfo(compared.policy.zone)
    since, until = (
        f"{datetime.fromtimestamp(at, zone):%Y-%m-%d %H:%M}" for at in (past.start, past.end)
    )
    lead = (
        f"{compared.tickets} tickets from {since} to {until} ({zone}). The own policy is version "
        f"{compared.own_version}. Where its replay is unlike what happened, that is the replay's "
        "error; a difference of that size means nothing."
    )
    heads = ("", *NAMES.values())
    return whole_page(
        f"{compared.policy.shop}, replayed under another policy",
        lead,
        section("In all", table(heads, list(rows(compared.totals.values())), strong=(6, 8))),
        section("By hour of arrival", *_by_hour(compared.by_hour)),
        section("By channel", *_by_channel(compared.by_channel)),
        section("What this rests on", *(paragraph(line) for line in notes(compared))),
        section(
            f"{len(compared.moved)} tickets would have had another team",
            _moved(compared.moved, zone),
        ),
    )


def _level(each: Sums) -> float | None:
    return None if each.service_level is None else 100 * each.service_level


def _by_hour(groups: Groups) -> Iterator[str]:
    hours = _hours(list(groups))
    for shown in _shown(groups):
        yield _chart(shown, groups, hours)


def _shown(groups: Groups) -> Iterator[_Shown]:
    """What is drawn: service level, cost, and the volume of each partner."""
    yield _Shown("Service level", "answered in time, %", _level, lambda y: f"{y:.1f} %", 100.0)
    yield _Shown("Cost", "EUR", lambda each: each.cost, lambda y: f"{y:,.2f}")
    for partner in partners(each for row in groups.values() for each in row.values()):
        yield _Shown(f"To {partner}", "tickets", _volume(partner), lambda y: f"{y:.0f}")


def _volume(partner: str) -> Value:
    return lambda each: float(each.volumes.get(partner, 0))


def _hours(names: list[str]) -> Axis:
    """The groups side by side, those that fit named; an hour goes until the next one."""
    every = max(1, -(-len(names) // _MOST_TICKS))
    labels = [_YEAR.sub("", name) for name in names]

    def text(place: float) -> str:
        return labels[round(place)] if round(place) < len(labels) else ""

    ticks = tuple(float(place) for place in range(0, len(names), every))
    return Axis("hour of arrival", 0.0, float(max(1, len(names))), ticks, text)


def _chart(shown: _Shown, groups: Groups, hours: Axis) -> str:
    lines = []
    for name, label in NAMES.items():
        values = [shown.value(row[name]) for row in groups.values()]
        points = [(float(place), found) for place, found in enumerate(values)]
        points.append((float(len(values)), values[-1] if values else None))
        lines.append(Line(label, points, tone=_TONES[name], steps=True))
    everything = [y for line in lines for _, y in line.points if y is not None]
    return chart(shown.title, hours, shown.axis(everything), lines, height=230.0)


def _by_channel(groups: Groups) -> Iterator[str]:
    for shown in _shown(groups):
        yield _bars(shown, groups)


def _bars(shown: _Shown, groups: Groups) -> str:
    found = [
        Bar(channel if name == HAPPENED else "", y, shown.text(y), tone=_TONES[name])
        for channel, row in groups.items()
        for name in NAMES
        if (y := shown.value(row[name])) is not None
    ]
    note = "From top to bottom: what happened, the own policy's replay, this policy's."
    return bars(shown.title, shown.axis([bar.value for bar in found]), found, note=note)


def _moved(moved: list[Moved], zone: ZoneInfo) -> str:
    """One by one; words, which stand to the left and are broken."""
    more = f"{len(moved) - MOST} more are in the JSON." if len(moved) > MOST else ""
    entries = "".join(f"<li>{_told(each, zone)}</li>" for each in moved[:MOST])
    return f"<ul>{entries}</ul>{paragraph(more) if more else ''}"


def _told(each: Moved, zone: ZoneInfo) -> str:
    at = f"{datetime.fromtimestamp(each.arrived, zone):%m-%d %H:%M}"
    who = f"<b>{escape(each.ticket)}</b>, {escape(each.channel)}, {at}"
    why = escape(each.why or "As it was left.")
    return f"{who}: from {escape(each.was)} to <b>{escape(each.to)}</b>. {why}"
