"""A bar for each name, with the interval that it is sure to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from overflow.simulate.drawing.axis import Axis
from overflow.simulate.drawing.chart import WIDTH, figure, svg

_NAMES: Final = 150.0
_VALUES: Final = 150.0
_ROW: Final = 30.0
_TOP: Final = 26.0
_BOTTOM: Final = 40.0
_EDGE: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Bar:
    """A value with what is written beside it; ``low`` to ``high``: its interval, where known."""

    name: str
    value: float
    text: str
    low: float | None = None
    high: float | None = None
    tone: int = 1


def bars(
    title: str,
    axis: Axis,
    shown: Sequence[Bar],
    *,
    rule: tuple[float, str] | None = None,
    note: str = "",
) -> str:
    """A figure; bars begin at the axis' low end, ``rule`` is a value to hold them against.

    A bar beyond the axis ends in an arrow; its text says how far it goes.
    """
    height = _TOP + _ROW * len(shown) + _BOTTOM
    parts = [*_ticks(axis, height), *_rows(axis, shown)]
    if rule is not None:
        parts.append(_rule(axis, rule, height))
    return figure(title, svg(title, WIDTH, height, "".join(parts)), note=note)


def _x(axis: Axis, value: float) -> float:
    return _NAMES + (WIDTH - _NAMES - _VALUES) * axis.share(value)


def _ticks(axis: Axis, height: float) -> Iterator[str]:
    bottom = height - _BOTTOM
    for tick in axis.ticks:
        x = _x(axis, tick)
        yield f'<path class="grid" d="M{x:.1f} {_TOP:.1f}V{bottom:.1f}"/>'
        yield (
            f'<text x="{x:.1f}" y="{bottom + 18:.1f}" text-anchor="middle">'
            f"{escape(axis.text(tick))}</text>"
        )
    yield (
        f'<text class="title" x="{WIDTH - _VALUES:.1f}" y="{height - 4:.1f}" '
        f'text-anchor="end">{escape(axis.title)}</text>'
    )


def _rows(axis: Axis, shown: Sequence[Bar]) -> Iterator[str]:
    for place, bar in enumerate(shown):
        y = _TOP + _ROW * (place + 0.5)
        begin, end = _NAMES, _x(axis, bar.value)
        yield (
            f'<text x="{begin - 10:.1f}" y="{y + 4:.1f}" text-anchor="end">'
            f"{escape(bar.name)}</text>"
        )
        is_beyond = bar.value > axis.high + _EDGE
        tip = f"H{end - 9:.1f}L{end:.1f} {y:.1f}L{end - 9:.1f} {y + 9:.1f}" if is_beyond else ""
        shape = tip or f"H{max(begin, end):.1f}V{y + 9:.1f}"
        yield f'<path class="bar tone{bar.tone}" d="M{begin:.1f} {y - 9:.1f}{shape}H{begin:.1f}Z"/>'
        if not is_beyond:
            yield _whisker(axis, bar, y)
        yield (
            f'<text class="value" x="{WIDTH - _VALUES + 12:.1f}" y="{y + 4:.1f}">'
            f"{escape(bar.text)}</text>"
        )


def _whisker(axis: Axis, bar: Bar, y: float) -> str:
    if bar.low is None or bar.high is None:
        return ""
    low, high = _x(axis, bar.low), _x(axis, bar.high)
    return (
        f'<path class="whisker" d="M{low:.1f} {y:.1f}H{high:.1f}'
        f'M{low:.1f} {y - 4:.1f}v8M{high:.1f} {y - 4:.1f}v8"/>'
    )


def _rule(axis: Axis, rule: tuple[float, str], height: float) -> str:
    x = _x(axis, rule[0])
    return (
        f'<path class="rule" d="M{x:.1f} {_TOP - 4:.1f}V{height - _BOTTOM:.1f}"/>'
        f'<text class="name" x="{x:.1f}" y="{_TOP - 10:.1f}" text-anchor="middle">'
        f"{escape(rule[1])}</text>"
    )
