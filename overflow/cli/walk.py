"""``overflow helpdesk walk``: compare all that is open in a shop's helpdesk, now."""

from __future__ import annotations

from typing import Any

import click
import orjson

from overflow.cli.options import API, KEY, place

_TOLD = {
    "asked": "asked for at {asked}; it begins with the next poll, within seconds",
    "walking": "walking since {begun}",
    "ended": "the last one ended at {ended}",
    "none": "none so far",
}


@click.command()
@click.argument("shop")
@click.option("--show", is_flag=True, help="Only say how it stands: ask for none.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@API
@KEY
def walk(shop: str, api: str | None, key: str, *, show: bool, as_json: bool) -> None:
    """Compare all that is open in the SHOP's helpdesk with what the service has, now.

    That happens every ten minutes by itself. Whatever differs is read again.
    """
    with place(api, key) as there:
        told = there.walk(shop, is_asked=not show)
    if as_json:
        click.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2))
    else:
        _print(shop, told)


def _print(shop: str, told: dict[str, Any]) -> None:
    click.echo(f"{shop}: {_TOLD[told['state']].format(**told)}")
    if told["state"] in {"walking", "ended"}:
        counts = "  pages: {pages}, open tickets: {tickets}, differences: {differences}"
        click.echo(counts.format(**told))
    if told["missing_groups"]:
        names = ", ".join(told["missing_groups"])
        click.echo(f"  no walk begins while the helpdesk lacks groups of the policy: {names}")
