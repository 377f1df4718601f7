"""``overflow policy shadow``: a second policy beside the live one, which moves nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import orjson

from overflow import policies
from overflow.cli import current_settings
from overflow.cli.places import Api, Place, Store
from overflow.cli.tables import plain, show
from overflow.errors import Invalid, Unknown
from overflow.policies.folder import in_file, read_file
from overflow.policies.plain import Document
from overflow.settings import resolve_secret

_API = click.option("--api", metavar="URL", help="Ask a running service instead of its store.")
_KEY = click.option(
    "--key",
    metavar="REFERENCE",
    default="env:OVERFLOW_API_KEY",
    show_default=True,
    help="Where the API key is found: env:NAME or file:/path.",
)


@click.group()
def shadow() -> None:
    """Have a second policy decide beside the live one; nothing is moved."""


@shadow.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--shop", help="The shop, where the file does not name it.")
@_API
@_KEY
def apply(file: Path, shop: str | None, api: str | None, key: str) -> None:
    """Let this policy decide beside the live one from now on."""
    document, name = _read(file, shop)
    with _place(api, key) as place:
        place.put_shadow(name, document)
    click.echo(f"{name}: {file} decides beside the live policy from now on")


@shadow.command()
@click.argument("shop")
@_API
@_KEY
def clear(shop: str, api: str | None, key: str) -> None:
    """Have none decide any more; what it found is forgotten."""
    with _place(api, key) as place:
        place.drop_shadow(shop)
    click.echo(f"{shop}: no policy decides beside the live one")


@shadow.command(name="show")
@click.argument("shop")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@_API
@_KEY
def show_differences(shop: str, limit: int, api: str | None, key: str, *, as_json: bool) -> None:
    """Show how often it differed, and the latest differences."""
    with _place(api, key) as place:
        told = place.shadow(shop, limit)
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


def _read(file: Path, shop: str | None) -> tuple[Document, str]:
    try:
        document = read_file(file)
        return document, policies.build(document, shop).shop
    except Invalid as error:
        raise Invalid(error.message, in_file(file, error)) from None


def _place(api: str | None, key: str) -> Place:
    settings = current_settings()
    return Store(settings) if api is None else Api(api, resolve_secret(key))
