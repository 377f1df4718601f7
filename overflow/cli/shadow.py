"""``overflow policy shadow``: a second policy beside the live one, which moves nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import orjson

from overflow.cli.options import API, FILE, KEY, SHOP, place, read
from overflow.cli.tables import plain, show
from overflow.errors import Unknown


@click.group()
def shadow() -> None:
    """Have a second policy decide beside the live one; nothing is moved."""


@shadow.command()
@FILE
@SHOP
@API
@KEY
def apply(file: Path, shop: str | None, api: str | None, key: str) -> None:
    """Let this policy decide beside the live one from now on."""
    document, policy = read(file, shop)
    with place(api, key) as there:
        there.put_shadow(policy.shop, document)
    click.echo(f"{policy.shop}: {file} decides beside the live policy from now on")


@shadow.command()
@click.argument("shop")
@API
@KEY
def clear(shop: str, api: str | None, key: str) -> None:
    """Have none decide any more; what it found is forgotten."""
    with place(api, key) as there:
        there.drop_shadow(shop)
    click.echo(f"{shop}: no policy decides beside the live one")


@shadow.command(name="show")
@click.argument("shop")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@API
@KEY
def show_differences(shop: str, limit: int, api: str | None, key: str, *, as_json: bool) -> None:
    """Show how often it differed, and the latest differences."""
    with place(api, key) as there:
        told = there.shadow(shop, limit)
    if told is None:
        raise Unknown(f"shop {shop} has no shadow policy, or there is no such shop")
    if as_json:
        click.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2))
    else:
        _print(told)


def _print(told: dict[str, Any]) -> None:
    click.echo(
        f"{told['decided']} decisions since {told['since']}, another team in {told['different']}."
    )
    if not told["decided"]:
        click.echo("  It decides what the live policy decides, which is nothing during the import.")
    if told["left_out"]:
        click.echo(f"  left out: {told['left_out']} whose situation or policy is kept no more")
    if told["teams"]:
        counts = plain("channel", "live", "shadow", "decisions")
        for each in told["teams"]:
            shadow_team = each["shadow_team"]
            counts.add_row(each["channel"], each["team"], shadow_team, str(each["decisions"]))
        show(counts)
    if told["items"]:
        listed = plain("at", "ticket", "queue", "live", "shadow")
        for each in told["items"]:
            live, other = each["live"], each["shadow"]
            why = other["headline"] or f"Stays with {other['team']}."
            listed.add_row(each["at"], each["ticket"], each["queue"], live["headline"], why)
        click.echo()
        show(listed)
