"""What a replay came to, as tables for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rich.console import Console

from overflow.api.moments import iso
from overflow.cli.tables import plain
from overflow.flows.foresight.replaying import Redecided
from overflow.simulate.replay.compare import HAPPENED, OTHER, Compared
from overflow.simulate.replay.page import NAMES, notes, partners, rows, share
from overflow.simulate.replay.result import Moved, Sums

MOST: Final = 20
"""Tickets that are shown one by one; JSON has all."""


def of_redecided(found: Redecided, console: Console) -> None:
    """The same, different, and left out with why."""
    console.print(f"{found.same} decisions came out the same, {found.different} otherwise.")
    for why, n in found.left_out.items():
        console.print(f"  not decided again: {n} {why}")
    if found.listed:
        table = plain("entry", "ticket", "then", "differs in")
        for each in found.listed[:MOST]:
            table.add_row(each.entry, each.ticket, each.was, ", ".join(each.paths))
        console.print(table)


def of_comparison(compared: Compared, console: Console) -> None:
    """What happened, beside both replays: in all, by channel, by hour, by partner, by ticket."""
    past = compared.past
    console.print(
        f"{compared.tickets} tickets of {compared.policy.shop} from {iso(past.start)} to "
        f"{iso(past.end)}; own policy: version {compared.own_version}."
    )
    for line in notes(compared):
        console.print(f"  {line}")
    console.print()
    table = plain("", *(NAMES[name] for name in compared.totals))
    for row in rows(compared.totals.values()):
        table.add_row(*row)
    console.print(table)
    _groups("channel", compared.by_channel, console)
    _groups(f"hour of arrival, {compared.policy.zone}", compared.by_hour, console)
    _moved(compared.moved, console)


def _groups(what: str, groups: Mapping[str, Mapping[str, Sums]], console: Console) -> None:
    handed = partners(each for row in groups.values() for each in row.values())
    heads = [head for partner in handed for head in (f"to {partner}", "")]
    table = plain(what, "tickets", "service level", "", "cost, EUR", "", *heads)
    for name, row in groups.items():
        then, other = row[HAPPENED], row[OTHER]
        table.add_row(
            name,
            str(then.offered),
            share(then.service_level),
            f"-> {share(other.service_level)}",
            f"{then.cost:,.2f}",
            f"-> {other.cost:,.2f}",
            *(cell for partner in handed for cell in _volume(partner, then, other)),
        )
    console.print()
    console.print(table)


def _volume(partner: str, then: Sums, other: Sums) -> tuple[str, str]:
    return str(then.volumes.get(partner, 0)), f"-> {other.volumes.get(partner, 0)}"


def _moved(moved: list[Moved], console: Console) -> None:
    console.print()
    console.print(f"{len(moved)} tickets would have had another team.")
    if moved:
        table = plain("ticket", "arrived", "channel", "from", "to", "why")
        for each in moved[:MOST]:
            why = each.why or "as it was left"
            table.add_row(
                each.ticket, iso(each.arrived), each.channel, each.was, f"-> {each.to}", why
            )
        console.print(table)
    if len(moved) > MOST:
        console.print(f"{len(moved) - MOST} more: --json has all.")
