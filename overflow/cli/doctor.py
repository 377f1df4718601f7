"""``overflow doctor``: is all well with a shop, and what to do where it is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import click
import orjson

from overflow import log
from overflow.cli import current_settings
from overflow.cli.places import require_store
from overflow.cli.tables import plain, show
from overflow.clock import SystemClock
from overflow.errors import Invalid, StoreAway
from overflow.flows.checkup import Checked, Verdict, examine
from overflow.helpdesks.http import url_fault
from overflow.settings import Settings
from overflow.wiring import build

FAILED: Final = 1
"""Exit status where something has to be mended."""
_STORE: Final = (
    "does it run, and is OVERFLOW_REDIS_URL its address? `overflow run` starts an embedded one"
)


@click.command()
@click.argument("shop")
@click.option("--url", default="", help="The service's public address, as the helpdesk calls it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(shop: str, url: str, *, as_json: bool) -> None:
    """Look whether all is well with SHOP: its store, workers, webhooks, polling and helpdesk.

    Run it where the service runs, with its settings and secrets. Nothing is changed.
    Exit status: 0 nothing has to be mended, 1 something has to, 2 the question was wrong.
    """
    if url and (fault := url_fault(url)):
        raise Invalid("there are faults", {"--url": [fault]})
    settings = current_settings()
    require_store(settings)
    found = [_masked(checked) for checked in _checked(settings, shop, url)]
    if as_json:
        click.echo(orjson.dumps([each._asdict() for each in found], option=orjson.OPT_INDENT_2))
    else:
        _print(found)
    if any(each.outcome is Verdict.FAIL for each in found):
        click.get_current_context().exit(FAILED)


def _checked(settings: Settings, shop: str, url: str) -> Iterator[Checked]:
    try:
        services = build(settings)
        try:
            yield from examine(services, shop, url, SystemClock())
        finally:
            services.close()
    except StoreAway as away:
        yield Checked("store", Verdict.FAIL, away.message, _STORE)


def _masked(checked: Checked) -> Checked:
    return checked._replace(seen=log.masked(checked.seen), mend=log.masked(checked.mend))


def _print(found: list[Checked]) -> None:
    table = plain("check", "", "seen", "what to do")
    for each in found:
        is_ok = each.outcome is Verdict.OK
        outcome = each.outcome.value if is_ok else each.outcome.value.upper()
        table.add_row(each.check, outcome, each.seen, each.mend)
    show(table)
    count = {outcome: sum(each.outcome is outcome for each in found) for outcome in Verdict}
    click.echo(", ".join(f"{number} {outcome.value}" for outcome, number in count.items()))
