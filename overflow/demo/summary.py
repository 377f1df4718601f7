"""What the play came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from overflow.demo.agreement import Difference
from overflow.demo.service import Json
from overflow.demo.story import STYLES

WORDS: Final[Mapping[str, str]] = {
    "keep": "kept",
    "overflow": "overflowed",
    "late_overflow": "overflowed late",
    "recall": "taken back",
    "returned": "returned",
    "accept": "left where it was",
}
MOST_SHOWN: Final = 20
"""Differences that are printed."""
TEAMS: Final = ("inhouse", "daytime", "nightowl")


class Result(NamedTuple):
    """All there is to tell."""

    decisions: Sequence[Json]
    tickets: Sequence[Json]
    """As the service has them at the end."""
    differences: Sequence[Difference]
    dead_letters: int
    in_step_after: float
    """Seconds after the end until nothing was left to write or read."""
    lost: str
    """The ticket whose webhook was lost; empty: none was."""
    setbacks: int
    """How often something did not work for an actor, who tried again or let it be."""
    delays: Sequence[float]
    """Seconds from a decision until all of it stood in the helpdesk, sorted."""


def show(result: Result, console: Console) -> None:
    """Print it."""
    console.print("\n[underline]Decisions, and why[/]")
    console.print(_decisions(result.decisions))
    console.print("\n[underline]Tickets, by who has them in the end[/]")
    console.print(_teams(result.tickets))
    console.print()
    _lost(result, console)
    if delays := result.delays:
        half, worst = delays[len(delays) // 2], delays[-1]
        console.print(
            f"Moves stood in the helpdesk after {half:.1f} s (median), {worst:.1f} s at most."
        )
    console.print(
        f"In step {result.in_step_after:.1f} s after the end; dead letters: {result.dead_letters}."
    )
    if result.setbacks:
        console.print(f"Calls of agents that failed, and were tried again: {result.setbacks}.")
    for ticket, what in result.differences[:MOST_SHOWN]:
        console.print(Text(f"  ticket {ticket}: {what}", "red"), soft_wrap=True)
    count = len(result.tickets)
    wrong = len({difference.ticket for difference in result.differences})
    verdict = (
        Text(f"NO, not on {wrong} of {count} tickets", "bold red")
        if wrong
        else Text(f"yes, on all {count} tickets", "bold green")
    )
    console.print(Text("Helpdesk and service agree: ").append_text(verdict))


def _decisions(decisions: Iterable[Json]) -> Table:
    """How many of each outcome, and why."""
    reasons: dict[str, Counter[str]] = {word: Counter() for word in WORDS}
    for decision in decisions:
        reasons[decision["outcome"]][decision["reason"]] += 1
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold", min_width=17)
    table.add_column(justify="right", style="bold")
    table.add_column(overflow="fold")
    for outcome, why in reasons.items():
        if why:
            told = ", ".join(f"{reason} {count}" for reason, count in why.most_common())
            table.add_row(Text(WORDS[outcome], STYLES[outcome]), str(why.total()), told)
    return table


def _teams(tickets: Sequence[Json]) -> Table:
    """Who answered what, and how much of it late."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(min_width=17)
    for name in ("tickets", "answered", "late", "solved", "still open"):
        table.add_column(name, justify="right")
    for team in TEAMS:
        table.add_row(team, *_figures([t for t in tickets if t["team"] == team]))
    table.add_row("together", *_figures(tickets), style="bold")
    return table


def _figures(tickets: Sequence[Json]) -> Iterator[str]:
    answered = [ticket for ticket in tickets if ticket["answered_at"]]
    solved = sum(ticket["standing"] == "ended" for ticket in tickets)
    late = sum(is_late(ticket) for ticket in answered)
    for count in (len(tickets), len(answered), late, solved, len(tickets) - solved):
        yield str(count)


def is_late(ticket: Json) -> bool:
    """Whether it was answered after its target."""
    return bool(ticket["due_at"]) and _at(ticket["answered_at"]) > _at(ticket["due_at"])


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _lost(result: Result, console: Console) -> None:
    if not result.lost:
        return
    found = [decision for decision in result.decisions if decision["ticket"] == result.lost]
    words = "found by asking the helpdesk what has changed" if found else "NOT FOUND"
    console.print(f"The ticket whose webhook was lost ({result.lost}): {words}.")
