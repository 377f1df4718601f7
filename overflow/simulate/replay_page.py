"""A replay as one page that needs nothing from anywhere else: tables, and bars by the hour."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

from overflow.simulate.replay_compare import HAPPENED, OTHER, OWN, Compared
from overflow.simulate.replay_result import Moved, Sums

_NAMES: Final = {HAPPENED: "happened", OWN: "own policy, replayed", OTHER: "this policy, replayed"}
_STYLES: Final = {HAPPENED: "was", OWN: "own", OTHER: "new"}
_YEAR: Final = re.compile(r"^\d{4}-")
_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 960, 220, 56, 34
MOST: Final = 500
"""Tickets that the page lists."""
_CSS: Final = """
:root { color-scheme: light dark; --ink: #1d2430; --paper: #fff; --soft: #d9dee6;
  --was: #8a94a6; --own: #4f86c6; --new: #d9822b; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --paper: #14181f; --soft: #343c49; } }
@media print { :root { --ink: #000; --paper: #fff; --soft: #bbb; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .15rem .8rem .15rem 0; vertical-align: top; }
th:first-child, td:first-child, td.text, th.text { text-align: left; }
thead th { border-bottom: 1px solid var(--soft); }
svg { width: 100%; height: auto; } svg text { fill: var(--ink); font-size: 12px; }
.axis { stroke: var(--soft); } .was { fill: var(--was); } .own { fill: var(--own); }
.new { fill: var(--new); } .key { display: inline-block; width: .8em; height: .8em;
  margin: 0 .3em 0 1em; } span.was { background: var(--was); } span.own { background: var(--own); }
span.new { background: var(--new); }
"""
_ROWS: Final[tuple[tuple[str, Callable[[Sums], str]], ...]] = (
    ("tickets", lambda each: f"{each.offered}"),
    ("answered in time", lambda each: f"{each.in_time}"),
    ("answered late", lambda each: f"{each.late}"),
    ("gave up", lambda each: f"{each.abandoned}"),
    ("overdue, unanswered", lambda each: f"{each.unanswered}"),
    ("not due yet", lambda each: f"{each.open}"),
    ("service level", lambda each: share(each.service_level)),
    ("overflowed", lambda each: f"{each.overflowed}"),
    ("cost, EUR", lambda each: f"{each.cost:.2f}"),
)


def rows(totals: Iterable[Sums]) -> Iterator[tuple[str, ...]]:
    """Label and one cell a column: the figures, and the volume of each partner."""
    columns = list(totals)
    for label, shown in _ROWS:
        yield (label, *(shown(each) for each in columns))
    for partner in sorted({name for each in columns for name in each.volumes}):
        yield (f"to {partner}", *(str(each.volumes.get(partner, 0)) for each in columns))


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
    for why, n in sorted(compared.past.left_out.items()):
        yield f"left out: {n} {why}"
    yield (
        f"in the own policy's replay {compared.moved_by_replay} tickets have another team than "
        "they really had: that is the replay's error"
    )


def share(value: float | None) -> str:
    """``81.3 %``."""
    return "none" if value is None else f"{100 * value:.1f} %"


def page(compared: Compared) -> str:
    """The page, HTML."""
    shop, past = escape(compared.policy.shop), compared.past
    zone = ZoneInfo(compared.policy.zone)
    since, until = (f"{datetime.fromtimestamp(at, zone):%Y-%m-%d %H:%M}" for at in _span(compared))
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="en"><head><meta charset="utf-8"><title>Replay of {shop}</title>',
            '<meta name="viewport" content="width=device-width">',
            f"<style>{_CSS}</style></head><body>",
            f"<h1>{shop}, replayed under another policy</h1>",
            f"<p>{len(past.cases)} tickets from {since} to {until} ({escape(str(zone))}).",
            f"Own policy: version {compared.own_version}.</p>",
            _table(("", *_NAMES.values()), rows(compared.totals.values())),
            *_bars("Service level by hour of arrival, %", compared.by_hour, _level),
            *_bars("Tickets overflowed by hour of arrival", compared.by_hour, _overflowed),
            *_bars("Cost by hour of arrival, EUR", compared.by_hour, _cost),
            *_bars("Service level by channel, %", compared.by_channel, _level),
            *_bars("Cost by channel, EUR", compared.by_channel, _cost),
            f"<h2>{len(compared.moved)} tickets would have had another team</h2>",
            _moved(compared.moved, zone),
            "<h2>What this rests on</h2><ul>",
            *(f"<li>{escape(line)}</li>" for line in notes(compared)),
            "</ul></body></html>",
        ]
    )


def _span(compared: Compared) -> tuple[float, float]:
    return compared.past.start, compared.past.end


def _level(each: Sums) -> float | None:
    return None if each.service_level is None else 100 * each.service_level


def _overflowed(each: Sums) -> float | None:
    return float(each.overflowed)


def _cost(each: Sums) -> float | None:
    return each.cost


def _bars(
    title: str, groups: dict[str, dict[str, Sums]], value: Callable[[Sums], float | None]
) -> Iterator[str]:
    """A picture: a group of bars for each group, a bar for each column."""
    yield f"<h2>{escape(title)}</h2><p>"
    yield from (f'<span class="key {_STYLES[n]}"></span>{_NAMES[n]}' for n in _NAMES)
    yield f'</p><svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}">'
    values = {group: {n: value(row[n]) for n in row} for group, row in groups.items()}
    top = _top(max((v or 0.0 for row in values.values() for v in row.values()), default=0.0))
    yield from _axis(top)
    wide = (_WIDTH - _LEFT) / max(1, len(values))
    every = max(1, len(values) // 12)
    for number, (group, row) in enumerate(values.items()):
        left = _LEFT + number * wide
        yield from _group(group, row, left, wide, top)
        if number % every == 0:
            middle = left + wide / 2
            label = escape(_YEAR.sub("", group))
            yield f'<text x="{middle:.1f}" y="{_HEIGHT - 12}" text-anchor="middle">{label}</text>'
    yield "</svg>"


def _group(
    group: str, row: dict[str, float | None], left: float, wide: float, top: float
) -> Iterator[str]:
    bar = min(26.0, 0.8 * wide / max(1, len(row)))
    begin = left + (wide - bar * len(row)) / 2
    for place, (name, found) in enumerate(row.items()):
        if found is not None:
            high = (_HEIGHT - _BOTTOM - 10) * found / top
            yield (
                f'<rect class="{_STYLES[name]}" x="{begin + place * bar:.1f}" '
                f'y="{_HEIGHT - _BOTTOM - high:.1f}" width="{bar * 0.92:.1f}" '
                f'height="{high:.1f}"><title>{escape(group)}, {_NAMES[name]}: {found:g}</title>'
                "</rect>"
            )


def _axis(top: float) -> Iterator[str]:
    for part in range(5):
        y = _HEIGHT - _BOTTOM - (_HEIGHT - _BOTTOM - 10) * part / 4
        yield f'<line class="axis" x1="{_LEFT}" x2="{_WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{top * part / 4:g}</text>'


def _top(most: float) -> float:
    """The end of an axis: a round number that is not below."""
    size = 1.0
    while size * 10 < most:
        size *= 10
    return next((size * n for n in (1, 2, 4, 6, 8, 10) if size * n >= most), size * 10)


def _moved(moved: list[Moved], zone: ZoneInfo) -> str:
    shown = (
        (
            each.ticket,
            f"{datetime.fromtimestamp(each.arrived, zone):%m-%d %H:%M}",
            each.channel,
            each.was,
            each.to,
            each.why or "as it was left",
        )
        for each in moved[:MOST]
    )
    return _table(("ticket", "arrived", "channel", "from", "to", "why"), shown, is_text=True)


def _table(head: Iterable[str], body: Iterable[Iterable[str]], *, is_text: bool = False) -> str:
    kind = ' class="text"' if is_text else ""
    lines = ["<table><thead><tr>", *(f"<th{kind}>{escape(cell)}</th>" for cell in head)]
    lines.append("</tr></thead><tbody>")
    for row in body:
        lines += ["<tr>", *(f"<td{kind}>{escape(cell)}</td>" for cell in row), "</tr>"]
    return "".join([*lines, "</tbody></table>"])
