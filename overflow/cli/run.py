"""``overflow run``: serve for real, on this machine."""

from __future__ import annotations

import click

from overflow.cli import current_settings
from overflow.clock import SystemClock
from overflow.serve.service import serve


@click.command()
def command() -> None:
    """Serve: API and workers, and the embedded store if OVERFLOW_REDIS_URL names none.

    Whatever dies is started again; SIGTERM or Ctrl-C ends everything in order. What is missing
    before tickets can be routed is said in one line each.
    """
    serve(current_settings(), SystemClock(), click.echo)
