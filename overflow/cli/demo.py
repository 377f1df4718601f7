"""``overflow demo``: a peak, played against a helpdesk."""

from __future__ import annotations

import sys

import click
from rich.console import Console

from overflow import log
from overflow.clock import SystemClock
from overflow.demo.helpdesks import HELPDESKS, TICKETS
from overflow.demo.peak import peak
from overflow.demo.play import play
from overflow.demo.stage import Stopped

WIDTH = 100
"""Columns where nothing tells how wide it is."""
DISAGREES = 1
INTERRUPTED = 130


@click.command()
@click.option(
    "--helpdesk", type=click.Choice(list(HELPDESKS)), default="sandbox", show_default=True
)
@click.option("--seconds", type=click.FloatRange(5, 3600), default=60.0, show_default=True)
@click.option(
    "--tickets",
    type=click.IntRange(1, 100_000),
    help=f"Customers who write; {TICKETS} a minute where not said.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Who writes when.")
def command(helpdesk: str, seconds: float, tickets: int | None, seed: int) -> None:
    """Play a shop's busy hour in a minute, and show every decision with its main reason.

    Everything but the customers and agents is real: store, API, worker, and a helpdesk that
    speaks HTTP and signs its webhooks. Exit status 0 when helpdesk and service agree on every
    ticket at the end, 1 when they do not.
    """
    log.configure("warning", "console")
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)
    count = tickets or max(1, round(TICKETS * seconds / 60))
    try:
        agree = play(helpdesk, peak(seconds, count, seed), console, SystemClock())
    except Stopped:
        sys.exit(INTERRUPTED)
    sys.exit(0 if agree else DISAGREES)
