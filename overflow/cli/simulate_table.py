"""The figures of a simulation as a table for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isnan
from typing import Any, Final

from rich.table import Table

from overflow.simulate.wording import minutes, percent

Row = Mapping[str, Any]


def table(rows: Sequence[Row]) -> Table:
    """One line a run; intervals are of 95 %, waits those at home."""
    found = Table(box=None, pad_edge=False, header_style="bold")
    found.add_column("scenario", no_wrap=True)
    found.add_column("policy", no_wrap=True)
    for title, _ in _COLUMNS:
        found.add_column(title, justify="right", no_wrap=True)
    for row in rows:
        policy = f"{row['policy']}, late" if row["late"] else row["policy"]
        found.add_row(row["scenario"], policy, *(text(row) for _, text in _COLUMNS))
    return found


def _with_half(row: Row, what: str, digits: int) -> str:
    mean = row["cost_mean"] if what == "cost" else row["ratio"]
    if isnan(mean):  # nothing can be spent: there is no ratio
        return "-"
    half = row[f"{what}_ci95"][1] - mean
    return (
        f"{mean:,.{digits}f} ± {half:,.{digits}f}" if half < float("inf") else f"{mean:.{digits}f}"
    )


def _in_time(row: Row) -> str:
    goal = "" if row["goal"] is None else f" (goal {percent(row['goal'])})"
    return f"{percent(row['service_level'])}{goal}"


def _overflow(row: Row) -> str:
    late = f" ({percent(row['late_share'])} late)" if row["late"] else ""
    return f"{percent(row['overflow_share'])}{late}"


def _milliseconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f} ms"


_COLUMNS: Final[tuple[tuple[str, Callable[[Row], str]], ...]] = (
    ("days", lambda row: str(row["days"])),
    ("cost, € a day", lambda row: _with_half(row, "cost", 1)),
    ("optimum", lambda row: f"{row['optimum']:,.1f}"),
    ("cost ÷ optimum", lambda row: _with_half(row, "ratio", 4)),
    ("overflow", _overflow),
    ("in time", _in_time),
    ("gave up", lambda row: percent(row["abandoned_share"])),
    ("wait 50 / 90 %", lambda row: f"{minutes(row['wait_p50'])} / {minutes(row['wait_p90'])}"),
    ("decision p99", lambda row: _milliseconds(row["decision_ms_p99"])),
)
