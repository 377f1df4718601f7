"""``overflow keys``: make, list, rotate and revoke API keys.

A key is printed once, when it is made or rotated; the store keeps a hash.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import click
import orjson

from overflow.api.moments import iso
from overflow.cli import current_settings
from overflow.clock import SystemClock
from overflow.errors import Invalid
from overflow.store.connect import StoreClient, connect
from overflow.store.keyring import OPERATOR, Key, Keyring
from overflow.store.policies import Policies

_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def command() -> None:
    """Make, rotate and revoke API keys."""


@command.command()
@click.option("--operator", is_flag=True, help="For those who run the service: every shop.")
@click.option("--shop", help="For this shop.")
@click.option("--partner", help="For this partner of the shop only.")
@click.option("--name", default="", help="Who has it, for the list.")
@_JSON
def create(
    shop: str | None, partner: str | None, name: str, *, operator: bool, as_json: bool
) -> None:
    """Make a key and print it, once."""
    scope = _scope(shop, partner, is_operator=operator)
    with _store() as client:
        key, token = Keyring(client).create(name or scope, (scope,), SystemClock().now())
        unknown = shop and _unknown(Policies(client), shop, partner)
    _show_token(key, token, as_json=as_json)
    if unknown:
        click.echo(f"{unknown}: `overflow keys revoke {key.id}` if that is a slip", err=True)


@command.command(name="list")
@_JSON
def list_keys(*, as_json: bool) -> None:
    """List all keys, the oldest first."""
    with _keyring() as keyring:
        keys = keyring.list()
    if as_json:
        _print_json([_told(key) for key in keys])
        return
    for key in keys:
        state = f"revoked {iso(key.revoked)}" if key.revoked else "in use"
        scopes = " ".join(key.scopes)
        click.echo(f"{key.id}  {scopes:<32}  made {iso(key.created)}  {state}  {key.name}")
    if not keys:
        click.echo("no keys; `overflow keys create` makes one", err=True)


@command.command()
@click.argument("key_id")
@click.option(
    "--keep",
    type=click.FloatRange(0, 30 * 86_400),
    default=3600.0,
    show_default=True,
    metavar="SECONDS",
    help="The old secret is good for so long.",
)
@_JSON
def rotate(key_id: str, keep: float, *, as_json: bool) -> None:
    """Give a key a new secret and print it, once."""
    with _keyring() as keyring:
        key, token = keyring.rotate(key_id, SystemClock().now(), keep)
    _show_token(key, token, as_json=as_json)


@command.command()
@click.argument("key_id")
@_JSON
def revoke(key_id: str, *, as_json: bool) -> None:
    """Make a key good for nothing, within seconds."""
    with _keyring() as keyring:
        key = keyring.revoke(key_id, SystemClock().now())
    if as_json:
        _print_json(_told(key))
    else:
        click.echo(f"{key.id}: revoked")


def _scope(shop: str | None, partner: str | None, *, is_operator: bool) -> str:
    """The scope that the options name. Raises ``Invalid`` with every fault."""
    faults: dict[str, list[str]] = {}
    if is_operator == (shop is not None):
        faults["--operator, --shop"] = ["give one of the two"]
    if partner is not None and shop is None:
        faults["--partner"] = ["needs --shop"]
    for option, name in (("--shop", shop), ("--partner", partner)):
        if name is not None and not _NAME.fullmatch(name):
            faults[option] = ["must be up to 32 of a-z, 0-9, - and _, a letter first"]
    if faults:
        raise Invalid("no key was made", faults)
    if is_operator:
        return OPERATOR
    return f"shop:{shop}" if partner is None else f"partner:{shop}:{partner}"


def _unknown(policies: Policies, shop: str, partner: str | None) -> str:
    """What of the scope there is not yet; a key may well be made before its shop."""
    found = policies.get(shop)
    if found is None:
        return f"there is no shop {shop} yet"
    names = {each["name"] for each in found[1].get("partners") or ()}
    return "" if partner is None or partner in names else f"{shop} has no partner {partner} yet"


@contextmanager
def _store() -> Iterator[StoreClient]:
    client = connect(current_settings().store_url)
    try:
        yield client
    finally:
        client.close()


@contextmanager
def _keyring() -> Iterator[Keyring]:
    with _store() as client:
        yield Keyring(client)


def _show_token(key: Key, token: str, *, as_json: bool) -> None:
    if as_json:
        _print_json({**_told(key), "token": token})
    else:
        click.echo(
            f"{key.id} ({' '.join(key.scopes)}): keep it safe, it is not shown again", err=True
        )
        click.echo(token)


def _told(key: Key) -> dict[str, Any]:
    """What may be said of a key: nothing about its secret."""
    return {
        "id": key.id,
        "name": key.name,
        "scopes": list(key.scopes),
        "created": iso(key.created),
        "previous_until": iso(key.previous_until) if key.previous_until else None,
        "revoked": iso(key.revoked) if key.revoked else None,
    }


def _print_json(said: object) -> None:
    click.echo(orjson.dumps(said, option=orjson.OPT_INDENT_2))
