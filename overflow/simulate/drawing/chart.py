"""A chart: marks on two axes, its legend and what it shows, as a figure of HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from overflow.simulate.drawing.axis import Axis
from overflow.simulate.drawing.marks import Band, Frame, Line, Mark, Rule, drawn

WIDTH: Final = 760.0
HALF: Final = 440.0
LEFT: Final = 56.0
RIGHT: Final = 20.0
TOP: Final = 26.0
BOTTOM: Final = 42.0


def chart(
    title: str,
    x: Axis,
    y: Axis,
    marks: Sequence[Mark],
    *,
    note: str = "",
    height: float = 300.0,
    width: float = WIDTH,
) -> str:
    """The figure; ``note`` says under it what it shows, ``HALF`` of the width stands in a pair."""
    frame = Frame(x, y, LEFT, TOP, width - LEFT - RIGHT, height - TOP - BOTTOM)
    parts = [*_grid(frame), *(drawn(mark, frame) for mark in marks), *_titles(frame, height)]
    picture = svg(title, width, height, "".join(parts))
    return figure(title, picture, note=note, legend=legend(marks))


def svg(title: str, width: float, height: float, inside: str) -> str:
    """A picture that fits its column, and says what it is to who cannot see it."""
    return (
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{escape(title)}">'
        f"{inside}</svg>"
    )


def figure(title: str, picture: str, *, note: str = "", legend: str = "") -> str:
    """A picture with its title above and a note below."""
    below = f"<figcaption>{escape(note)}</figcaption>" if note else ""
    inside = f'{legend}<div class="picture">{picture}</div>{below}'
    return f"<figure><h3>{escape(title)}</h3>{inside}</figure>"


def legend(marks: Sequence[Mark]) -> str:
    """The names of lines and bands; of one alone the title says enough only if it has no name."""
    entries = [
        f'<li><svg viewBox="0 0 28 12" aria-hidden="true">{_sample(mark)}</svg>'
        f"{escape(mark.name)}</li>"
        for mark in marks
        if not isinstance(mark, Rule) and mark.name
    ]
    return f'<ul class="legend">{"".join(entries)}</ul>' if entries else ""


def _sample(mark: Line | Band) -> str:
    match mark:
        case Line():
            return f'<path class="line tone{mark.tone}" d="M0 6H28"/>'
        case Band():
            return f'<path class="band tone{mark.tone}" d="M0 1H28V11H0Z"/>'


def _grid(frame: Frame) -> Iterator[str]:
    bottom = frame.top + frame.height
    for tick in frame.y.ticks:
        _, y = frame.place(frame.x.low, tick)
        yield f'<path class="grid" d="M{frame.left:.1f} {y:.1f}h{frame.width:.1f}"/>'
        yield (
            f'<text x="{frame.left - 8:.1f}" y="{y + 4:.1f}" text-anchor="end">'
            f"{escape(frame.y.text(tick))}</text>"
        )
    for tick in frame.x.ticks:
        x, _ = frame.place(tick, frame.y.low)
        yield f'<path class="tick" d="M{x:.1f} {bottom:.1f}v5"/>'
        yield (
            f'<text x="{x:.1f}" y="{bottom + 19:.1f}" text-anchor="middle">'
            f"{escape(frame.x.text(tick))}</text>"
        )
    yield f'<path class="axis" d="M{frame.left:.1f} {bottom:.1f}h{frame.width:.1f}"/>'


def _titles(frame: Frame, height: float) -> Iterator[str]:
    yield f'<text class="title" x="0" y="12">{escape(frame.y.title)}</text>'
    yield (
        f'<text class="title" x="{frame.left + frame.width:.1f}" y="{height - 5:.1f}" '
        f'text-anchor="end">{escape(frame.x.title)}</text>'
    )
