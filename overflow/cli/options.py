"""What several commands ask for: a policy file, a shop, and where policies are stored."""

from __future__ import annotations

from pathlib import Path

import click

from overflow import policies
from overflow.cli import current_settings
from overflow.cli.places import Api, Place, Store
from overflow.core.model import Policy
from overflow.errors import Invalid
from overflow.policies.folder import in_file, read_file
from overflow.policies.plain import Document
from overflow.settings import resolve_secret

FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
SHOP = click.option("--shop", help="The shop, where the file does not name it.")
API = click.option("--api", metavar="URL", help="Ask a running service instead of its store.")
KEY = click.option(
    "--key",
    metavar="REFERENCE",
    default="env:OVERFLOW_API_KEY",
    show_default=True,
    help="Where the API key is found: env:NAME or file:/path.",
)


def read(file: Path, shop: str | None) -> tuple[Document, Policy]:
    """The document of a file and its policy. Raises ``Invalid`` with every fault, by file."""
    try:
        document = read_file(file)
        return document, policies.build(document, shop)
    except Invalid as error:
        raise Invalid(error.message, in_file(file, error)) from None


def policy_of(file: Path, shop: str | None, faults: dict[str, list[str]]) -> Policy | None:
    """The policy of a file; None where it has faults, which are added."""
    try:
        return policies.build(read_file(file), shop)
    except Invalid as error:
        faults |= in_file(file, error)
        return None


def place(api: str | None, key: str) -> Place:
    """The running service at that URL, else the store of the settings."""
    settings = current_settings()
    return Store(settings) if api is None else Api(api, resolve_secret(key))
