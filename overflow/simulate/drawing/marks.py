"""What stands in a chart: lines, bands, rules. A tone (1 to 6, 0 is grey) is colour and dashes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from overflow.simulate.drawing.axis import Axis


@dataclass(frozen=True, slots=True)
class Line:
    """Points joined by lines, or held until the next (``steps``); None is a gap."""

    name: str
    points: Sequence[tuple[float, float | None]]
    tone: int = 1
    steps: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """Between two values at each x: (x, low, high)."""

    name: str
    points: Sequence[tuple[float, float, float]]
    tone: int = 1


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across at one x, with its name beside it."""

    name: str
    at: float


Mark = Line | Band | Rule


@dataclass(frozen=True, slots=True)
class Frame:
    """The rectangle of a picture that the data stand in."""

    x: Axis
    y: Axis
    left: float
    top: float
    width: float
    height: float

    def place(self, x: float, y: float) -> tuple[float, float]:
        return (
            self.left + self.width * self.x.share(x),
            self.top + self.height * (1.0 - self.y.share(y)),
        )


def drawn(mark: Mark, frame: Frame) -> str:
    """The mark as SVG."""
    match mark:
        case Line():
            path = " ".join(_pieces(mark, frame))
            return f'<path class="line tone{mark.tone}" d="{path}"/>' if path else ""
        case Band():
            return _band(mark, frame)
        case Rule():
            x, top = frame.place(mark.at, frame.y.high)
            is_right = frame.x.share(mark.at) > 0.7  # noqa: PLR2004  else its name would be cut off
            side = ("end", -6) if is_right else ("start", 6)
            return (
                f'<path class="rule" d="M{x:.1f} {top:.1f}v{frame.height:.1f}"/>'
                f'<text class="name" x="{x + side[1]:.1f}" y="{top + frame.height - 8:.1f}" '
                f'text-anchor="{side[0]}">{escape(mark.name)}</text>'
            )


def _pieces(line: Line, frame: Frame) -> Iterator[str]:
    """One path for each stretch without a gap; points that change nothing are left out."""
    for stretch in _stretches(line.points):
        places = [frame.place(x, y) for x, y in stretch]
        yield _stepped(places) if line.steps else _joined(places)


def _stretches(points: Iterable[tuple[float, float | None]]) -> Iterator[list[tuple[float, float]]]:
    stretch: list[tuple[float, float]] = []
    for x, y in points:
        if y is not None:
            stretch.append((x, y))
        elif stretch:
            yield stretch
            stretch = []
    if stretch:
        yield stretch


def _joined(places: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)


def _stepped(places: Sequence[tuple[float, float]]) -> str:
    path, level = f"M{places[0][0]:.1f} {places[0][1]:.1f}", places[0][1]
    for x, y in places[1:]:
        if abs(y - level) > 0.05:  # noqa: PLR2004  of a pixel
            path += f"H{x:.1f}V{y:.1f}"
            level = y
    return f"{path}H{places[-1][0]:.1f}"


def _band(band: Band, frame: Frame) -> str:
    upper = [frame.place(x, high) for x, _, high in band.points]
    lower = [frame.place(x, low) for x, low, _ in reversed(band.points)]
    path = _joined([*upper, *lower])
    return f'<path class="band tone{band.tone}" d="{path}Z"/>'
