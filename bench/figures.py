"""Percentiles and tables."""

from collections.abc import Iterable, Sequence


def quantile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that at least so large a share of the values does not exceed."""
    at = min(len(ordered) - 1, max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1))
    return ordered[at]


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print it as Markdown."""
    cells = [list(head), *([shown(value) for value in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    print(f"\n{title}\n")
    for number, row in enumerate(cells):
        print("| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |")
        if not number:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")
    print(flush=True)


def shown(value: object) -> str:
    """Three significant digits or so."""
    match value:
        case float() if abs(value) >= 100:
            return f"{value:,.0f}"
        case float() if abs(value) >= 10:
            return f"{value:.1f}"
        case float():
            return f"{value:.2f}"
        case int():
            return f"{value:,}"
        case _:
            return str(value)


def verdict(value: float, goal: float, *, is_least: bool = False) -> str:
    """The goal beside the value, and whether it is reached."""
    is_reached = value >= goal if is_least else value <= goal
    return f"{'>=' if is_least else '<='} {goal:g}: {'reached' if is_reached else 'MISSED'}"
