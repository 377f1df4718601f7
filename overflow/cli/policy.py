"""``overflow policy``: check, explain and apply policy files, show what is stored."""

from __future__ import annotations

from pathlib import Path

import click
import yaml

from overflow import policies
from overflow.cli.options import API, FILE, KEY, SHOP, place, read
from overflow.cli.shadow import shadow
from overflow.clock import SystemClock
from overflow.core.model import Policy
from overflow.errors import Conflict, Fault, Invalid
from overflow.flows.book import missing
from overflow.policies.applied import is_as_applied, is_same, marked, unmarked
from overflow.policies.explain import explain
from overflow.policies.folder import in_file, read_file
from overflow.policies.plain import Document
from overflow.policies.reference import reference
from overflow.policies.warnings import warnings
from overflow.settings import resolve_secret

_FILES = click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False)
)


@click.group()
def command() -> None:
    """Check, explain and apply policies."""


command.add_command(shadow)


@command.command()
@_FILES
@SHOP
@click.option("--secrets", is_flag=True, help="Also see whether every secret can be found here.")
def check(files: tuple[Path, ...], shop: str | None, *, secrets: bool) -> None:
    """Name every fault of every file, with its path."""
    faults: dict[str, list[str]] = {}
    for file in files:
        try:
            policy = _policy(read_file(file), shop)
            if secrets:
                _find_secrets(policy)
        except Invalid as error:
            faults |= in_file(file, error)
        else:
            click.echo(f"{file}: {_summary(policy)}; no faults")
            _warn(policy)
    if faults:
        raise Invalid("there are faults", faults)


@command.command(name="explain")
@FILE
@SHOP
def explain_file(file: Path, shop: str | None) -> None:
    """Say in plain sentences what a policy will do."""
    click.echo(explain(read(file, shop)[1], SystemClock().now()), nl=False)


@command.command()
@FILE
@SHOP
@click.option(
    "--expect", type=click.IntRange(0), help="Only if this is the stored version (0: none)."
)
@click.option("--force", is_flag=True, help="Even if it was changed by the API since.")
@API
@KEY
def apply(
    file: Path, shop: str | None, expect: int | None, api: str | None, key: str, *, force: bool
) -> None:
    """Store a policy as the shop's next version; the first one creates the shop.

    A version that came from the API wins over the file: it is only replaced when it is named by
    --expect, or with --force.
    """
    document, policy = read(file, shop)
    with place(api, key) as there:
        stored = there.get(policy.shop)
        version, present = stored or (0, {})
        if stored is not None and is_same(document, present):
            click.echo(f"{policy.shop}: unchanged, version {version}")
            return
        if expect is None and not force:
            _refuse_to_overwrite(policy.shop, version, present)
        made = there.put(policy.shop, marked(document), version if expect is None else expect)
    click.echo(f"{policy.shop}: {f'version {made}' if version else f'created, version {made}'}")
    for name in _taken_out(present, policy):
        click.echo(
            f"  partner {name} is taken out: it keeps what it holds until that ends or is moved"
        )
    _warn(policy)


@command.command()
@click.argument("shop")
@click.option("--version", type=click.IntRange(1), help="Another than the present version.")
@API
@KEY
def show(shop: str, version: int | None, api: str | None, key: str) -> None:
    """Print a stored policy as YAML."""
    with place(api, key) as there:
        stored = there.get(shop, version)
    if stored is None:
        raise missing(shop, version)
    click.echo(f"# version {stored[0]}")
    document = {"shop": shop, **unmarked(stored[1])}
    click.echo(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), nl=False)


@command.command(name="reference")
def print_reference() -> None:
    """Print the description of every field (docs/policy.md)."""
    click.echo(reference(), nl=False)


def _policy(document: Document, shop: str | None) -> Policy:
    return policies.build(document, shop)


def _taken_out(before: Document, policy: Policy) -> list[str]:
    """Partners of the version before that are no longer named."""
    names = [str(partner.get("name")) for partner in before.get("partners", ())]
    return [name for name in names if policy.team(name) is None]


def _refuse_to_overwrite(shop: str, version: int, present: Document) -> None:
    if version and not is_as_applied(present):
        raise Conflict(
            f"{shop}: version {version} was not put there by a file; see it with `overflow policy "
            f"show {shop}`, take its changes over, then apply with --expect {version}"
        )


def _find_secrets(policy: Policy) -> None:
    faults: dict[str, list[str]] = {}
    for name, references in policy.helpdesk.secrets.items():
        for reference_ in references:
            try:
                resolve_secret(reference_)
            except Fault as fault:
                faults.setdefault(f"helpdesk.secrets.{name}", []).append(fault.message)
    if faults:
        raise Invalid("secrets are missing", faults)


def _summary(policy: Policy) -> str:
    count = len(policy.partners)
    partners = f"{count} partner" if count == 1 else f"{count} partners"
    return f"shop {policy.shop}, {policy.mode}, {partners}, {len(policy.channels)} channels"


def _warn(policy: Policy) -> None:
    for text in warnings(policy, SystemClock().now()):
        click.echo(f"  worth a look: {text}")
