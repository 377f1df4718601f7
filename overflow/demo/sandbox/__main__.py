"""The sandbox as a process of its own: ``python -m overflow.demo.sandbox --help``."""

from __future__ import annotations

import signal
import threading

import click

from overflow.demo.sandbox.server import GROUPS, Sandbox
from overflow.settings import resolve_secret


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8090, show_default=True, help="0 takes a free one.")
@click.option(
    "--secret-env",
    default="OVERFLOW_SANDBOX_WEBHOOK",
    show_default=True,
    help="The variable that holds the whsec_ secret of both directions.",
)
@click.option("--webhook-url", default="", help="Where its webhooks go.")
@click.option("--group", "groups", multiple=True, default=GROUPS, help="First: of new tickets.")
@click.option("--latency", default=0.0, help="Seconds that each call takes.")
def main(
    *,
    host: str,
    port: int,
    secret_env: str,
    webhook_url: str,
    groups: tuple[str, ...],
    latency: float,
) -> None:
    """Run a small helpdesk that speaks the standard protocol, until it is told to end."""
    secret = resolve_secret(f"env:{secret_env}")
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    sandbox = Sandbox(secret, webhook_url=webhook_url, groups=groups, host=host, port=port)
    sandbox.faults.latency = latency
    with sandbox:
        click.echo(f"sandbox helpdesk at {sandbox.url}")
        ended.wait()


if __name__ == "__main__":
    main()
