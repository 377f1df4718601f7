"""``overflow connect``: set a shop's helpdesk up, and see a round trip on a test ticket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import click

from overflow import log
from overflow.cli import current_settings
from overflow.cli.places import require_store
from overflow.core.model import Policy
from overflow.errors import BadInput, Invalid
from overflow.flows.roundtrip import RoundTrip
from overflow.helpdesks.gate import urgent
from overflow.helpdesks.http import url_fault
from overflow.helpdesks.setup import Outcome, Step, Vault, checks, setup_of, steps
from overflow.settings import resolve_secret
from overflow.wiring import build

UNFINISHED: Final = 1
"""Exit status when something failed or waits for a person."""
_SHOP = click.option("--shop", required=True, help="The shop; its policy has to be applied.")
_URL = click.option("--url", required=True, help="Where the helpdesk reaches this service.")
_TICKET = click.option("--ticket", metavar="ID", help="A ticket for the round trip, not a new one.")
_WAIT = click.option(
    "--wait",
    type=click.FloatRange(0.0, 3600.0),
    default=60.0,
    show_default=True,
    help="Seconds for which a webhook is waited for.",
)
_DRY = click.option("--dry-run", is_flag=True, help="Only look: nothing is made, nothing is tried.")
_YES = click.option("--yes", is_flag=True, help="Replace what a file of a secret holds.")
_SHOW = click.option("--show-secrets", is_flag=True, help="Print secrets where one is asked for.")


@click.command()
@click.argument("vendor", required=False)
@_SHOP
@_URL
@_TICKET
@_WAIT
@_DRY
@_YES
@_SHOW
def command(
    vendor: str | None,
    shop: str,
    url: str,
    ticket: str | None,
    wait: float,
    *,
    dry_run: bool,
    yes: bool,
    show_secrets: bool,
) -> None:
    """Set a shop's helpdesk up: what is there stays, what is missing is made or told.

    Ends with a round trip on a test ticket through the running service. Exit status 0 only if that
    was seen, 1 where something failed or waits for a person. Run it again as often as you like.
    """
    if fault := url_fault(url):
        raise Invalid("there are faults", {"--url": [fault]})
    settings = current_settings()
    require_store(settings)
    services = build(settings)
    try:
        policy = services.book.policy(shop)
        _agree(vendor, policy)
        vault = Vault(
            policy.helpdesk.secrets, resolve_secret, may_replace=yes, is_open=show_secrets
        )
        setup = setup_of(policy, services.desks.of(policy), vault, url)
        with urgent():
            is_done = _told(checks(setup) if dry_run else steps(setup), is_masked=not show_secrets)
            if is_done and not dry_run:
                is_done = _travelled(RoundTrip(services, shop, setup, wait), ticket)
    finally:
        services.close()
    if not is_done:
        click.echo(f"{shop} is not connected yet: see above; then run this again", err=True)
        click.get_current_context().exit(UNFINISHED)
    if dry_run:
        click.echo("only looked; without --dry-run a round trip is made")
    else:
        click.echo(f"{shop} is connected: the round trip was seen")


def _agree(vendor: str | None, policy: Policy) -> None:
    connector = policy.helpdesk.connector
    if vendor not in {None, connector}:
        raise BadInput(f"the policy of {policy.shop} says `connector: {connector}`, not {vendor}")


def _travelled(trip: RoundTrip, ticket: str | None) -> bool:
    click.echo("round trip")
    return _told(trip.run(ticket), is_masked=True)


def _told(found: Iterable[Step], *, is_masked: bool) -> bool:
    """Whether nothing is left to be done; each step is printed as it ends."""
    is_done = True
    for step in found:
        is_done &= step.is_settled
        for line in _lines(step):
            click.echo(log.masked(line) if is_masked else line)
    return is_done


def _lines(step: Step) -> Iterator[str]:
    first, *others = step.text.splitlines()
    took = "" if step.seconds is None else f" ({step.seconds:.1f} s)"
    outcome = "FAILED" if step.outcome is Outcome.FAILED else step.outcome.value
    yield f"{outcome:9} {step.name}: {first}{took}"
    yield from (f"{'':9} {line}" for line in others)
