"""``overflow store``: does what the store counts of a shop fit its tickets, and make it fit.

Every commit keeps both in step. This is the second opinion, for after a store was restored or
changed by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import click
import orjson

from overflow.cli import current_settings
from overflow.cli.places import require_store
from overflow.flows.services import Services
from overflow.wiring import build

FAULTY: Final = 1
"""Exit status where something does not fit."""
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def command() -> None:
    """Look whether a shop's counters fit its tickets, and make them fit."""


@command.command()
@click.argument("shop")
@_JSON
def audit(shop: str, *, as_json: bool) -> None:
    """Hold the counters, lists and marks of SHOP against its tickets.

    Reads every ticket and changes nothing. What is committed meanwhile shows up as a fault: look
    again before you believe one. Exit status: 0 all fits, 1 something does not.
    """
    with _of(shop) as services:
        faults = services.upkeep.audit(shop)
    _print(faults, "does not fit", as_json=as_json)
    if faults:
        click.get_current_context().exit(FAULTY)


@command.command()
@click.argument("shop")
@_JSON
def rebuild(shop: str, *, as_json: bool) -> None:
    """Make the counters, lists and marks of SHOP what its tickets say.

    All at once, or not at all: it begins again when a commit falls meanwhile, so stop API and
    workers before, or do it while the shop is quiet. Tickets, journal and tallies stay as they are.
    """
    with _of(shop) as services:
        faults = services.upkeep.rebuild(shop, services.clock.now())
    _print(faults, "mended", as_json=as_json)


@contextmanager
def _of(shop: str) -> Iterator[Services]:
    settings = current_settings()
    require_store(settings)
    services = build(settings)
    try:
        services.book.policy(shop)
        yield services
    finally:
        services.close()


def _print(faults: list[str], what: str, *, as_json: bool) -> None:
    if as_json:
        click.echo(orjson.dumps(faults, option=orjson.OPT_INDENT_2))
        return
    for fault in faults:
        click.echo(f"{what}: {fault}")
    if not faults:
        click.echo("all fits")
