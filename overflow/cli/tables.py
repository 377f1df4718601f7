"""Tables for a terminal: a decision's teams and reasons."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Final

from rich.console import Console
from rich.table import Table

from overflow.core.decision import Check, Decision, Measure, Reason, TeamTest
from overflow.core.phrases import duration, share

WIDTH: Final = 140
"""Columns where nothing tells how wide it is."""
_ASKED: Final = {
    Reason.CLOSED: "open",
    Reason.CHANNEL: "channel",
    Reason.LANGUAGE: "language",
    Reason.FULL: "room",
    Reason.DAILY_LIMIT: "today",
    Reason.SWITCHED_OFF: "switched on",
    Reason.MOVE_LIMIT: "moves",
    Reason.REFUSED: "has not refused",
}
"""What each test asks, so that "yes" is good."""


def of_decision(made: Decision) -> Iterator[Table]:
    """Teams by reasons, what each choice would mean, and what it rests on."""
    trace = made.trace
    teams = (trace.home, *trace.partners)
    yield _tests(made.team, teams)
    yield _inputs(made)


def _tests(chosen: str, teams: tuple[TeamTest, ...]) -> Table:
    table = plain("", *(f"{test.team}{' *' if test.team == chosen else ''}" for test in teams))
    for number, check in enumerate(teams[0].checks):
        cells = [_check(test.checks[number]) for test in teams]
        table.add_row(_ASKED.get(check.reason, check.reason.value), *cells)
    table.add_row("relief", *("" if t.relief is None else _relief(t.relief) for t in teams))
    table.add_section()
    table.add_row("expected wait", *(_measure(test.wait, duration) for test in teams))
    table.add_row("chance of a late answer", *(_measure(test.breach, share) for test in teams))
    costs = ["unknown" if test.cost is None else f"EUR {test.cost:.2f}" for test in teams]
    table.add_row("expected cost", *costs)
    return table


def _inputs(made: Decision) -> Table:
    table = plain("rests on", "age", "effect")
    for name, age, _, effect in made.trace.inputs:
        table.add_row(name, "" if age is None else duration(age), effect)
    return table


def _check(check: Check) -> str:
    said = "yes" if check.is_passed else "NO"
    numbers = ""
    if check.have is not None and check.limit is not None:
        numbers = f"{check.have:g} of {check.limit:g}"
    note = ", ".join(part for part in (numbers, check.note) if part)
    return f"{said} ({note})" if note else said


def _relief(check: Check) -> str:
    return "yes" if check.is_passed else "NO"


def _measure(measure: Measure, word: Callable[[float], str]) -> str:
    if measure.value is None:
        return f"unknown: {measure.method}"
    return word(measure.value)


def show(table: Table) -> None:
    """Print a table, as wide as the terminal or, where there is none, as ``WIDTH``."""
    Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH).print(table)


def plain(*columns: str) -> Table:
    """A table as this command line prints them: no colours needed to read it."""
    table = Table(box=None, pad_edge=False, show_edge=False, header_style="bold")
    for name in columns:
        table.add_column(name, overflow="fold")
    return table
