"""``overflow openapi``: print the API's description, which ``make api`` writes to a file."""

from __future__ import annotations

import click

from overflow.api.docs import document
from overflow.app import describe


@click.command()
def command() -> None:
    """Print the API's description (OpenAPI 3.1, JSON)."""
    click.echo(document(describe()), nl=False)
