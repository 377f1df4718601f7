"""``overflow replay``: a recorded period decided again, or played under another policy."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import click
import orjson
from rich.console import Console

from overflow.api.moments import epoch
from overflow.api.told import plain
from overflow.cli import current_settings
from overflow.cli.options import policy_of
from overflow.cli.places import require_store
from overflow.cli.replay_tables import of_comparison, of_redecided
from overflow.clock import SystemClock
from overflow.core.model import Policy
from overflow.errors import Invalid
from overflow.flows.foresight import replaying
from overflow.flows.services import Services
from overflow.simulate.replay.page import page
from overflow.wiring import build

DAY: Final = 86_400.0
DIFFERS: Final = 1
"""Exit status when a decision came out otherwise under its own policy."""
Faults = dict[str, list[str]]


@click.command()
@click.option("--shop", required=True, help="Whose journal.")
@click.option("--from", "start", metavar="TIME", help="A day before --to if not said.")
@click.option("--to", "end", metavar="TIME", help="Such as 2026-11-20T09:15:00Z; now if not said.")
@click.option(
    "--policy-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Play the period under this policy; without it everything is decided again as it was.",
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="For draws.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    help="Also write a page with pictures; needs --policy-file.",
)
def command(
    shop: str,
    start: str | None,
    end: str | None,
    policy_file: Path | None,
    seed: int,
    report: Path | None,
    *,
    as_json: bool,
) -> None:
    """Replay a shop's journal.

    Without a policy file every decision of the period is made again by the policy that made it,
    from the situation that its entry holds; exit status 1 if one comes out otherwise.

    With one, arrivals stay as they were and everything after them is played anew: who would have
    had which ticket, with which service level and at what cost.
    """
    faults: Faults = {}
    period = _period(start, end, faults)
    policy = policy_of(policy_file, shop, faults) if policy_file else None
    if report is not None and policy_file is None:
        faults["--report"] = ["needs --policy-file"]
    if faults:
        raise Invalid("nothing can be replayed", faults)
    settings = current_settings()
    require_store(settings)
    services = build(settings)
    try:
        if policy is None:
            _redecide(services, shop, period, as_json=as_json)
        else:
            _compare(services, shop, period, policy, seed, report, as_json=as_json)
    finally:
        services.close()


def _redecide(services: Services, shop: str, period: tuple[float, float], *, as_json: bool) -> None:
    with Console(stderr=True).status("deciding again ..."):
        found = replaying.redecide(services, shop, *period)
    if as_json:
        _print({"shop": shop, "from": period[0], "to": period[1], **asdict(found)})
    else:
        of_redecided(found, _console())
    if found.different:
        sys.exit(DIFFERS)


def _compare(
    services: Services,
    shop: str,
    period: tuple[float, float],
    policy: Policy,
    seed: int,
    report: Path | None,
    *,
    as_json: bool,
) -> None:
    with Console(stderr=True).status("reading the journal and playing it anew ..."):
        compared = replaying.compare(services, shop, period, policy, seed)
    if report is not None:
        report.write_text(page(compared), encoding="utf-8")
    if as_json:
        _print(compared.plain())
    else:
        of_comparison(compared, _console())
    if report is not None:
        click.echo(f"{report}: written", err=True)


def _print(told: dict[str, Any]) -> None:
    moments = {name: told[name] for name in ("from", "to")}
    told = {**told, **{name: plain({"at": at})["at"] for name, at in moments.items()}}
    for moved in told.get("moved", ()):
        moved["arrived"] = plain({"at": moved["arrived"]})["at"]
    click.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2))


def _period(start: str | None, end: str | None, faults: Faults) -> tuple[float, float]:
    until = SystemClock().now() if end is None else _moment("--to", end, faults)
    since = until - DAY if start is None else _moment("--from", start, faults)
    if not faults and until < since:
        faults["--to"] = ["is before --from"]
    return since, until


def _moment(option: str, text: str, faults: Faults) -> float:
    try:
        return epoch(text)
    except (ValueError, OverflowError):
        faults[option] = ["must be a time such as 2026-11-20T09:15:02Z"]
        return 0.0


def _console() -> Console:
    return Console(highlight=False, width=None if sys.stdout.isatty() else 140)
