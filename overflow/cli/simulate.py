"""``overflow simulate``: what a policy would do on given days, before it does it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click
import orjson
from rich.console import Console

from overflow.cli.simulate_progress import Progress
from overflow.cli.simulate_table import table
from overflow.errors import BadInput, Invalid
from overflow.simulate.contenders import maker
from overflow.simulate.measure import Run, run
from overflow.simulate.report import REFERENCES, noted, report
from overflow.simulate.scenario import Scenario
from overflow.simulate.scenario_file import read_scenarios, unknown_fields
from overflow.simulate.summary import row
from overflow.simulate.truth import Truth

DAYS: Final = 20
WIDTH: Final = 160
"""Columns where nothing tells how wide it is."""


@click.command()
@click.option(
    "--scenarios",
    "file",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Days to play, as docs/simulation.md describes them.",
)
@click.option("--only", multiple=True, metavar="NAME", help="This scenario; may be repeated.")
@click.option(
    "--policy",
    "policies",
    multiple=True,
    metavar="NAME",
    default=("auto",),
    show_default=True,
    help="auto, never, always, backlog, no-free-slot, estimated-wait, stationary or threshold:K; "
    "may be repeated.",
)
@click.option(
    "--late/--no-late",
    default=False,
    show_default=True,
    help="Whether tickets that wait may overflow late.",
)
@click.option("--days", type=click.IntRange(1), default=DAYS, show_default=True)
@click.option(
    "--half-width",
    type=click.FloatRange(0, min_open=True),
    metavar="PERCENT",
    help="Stop sooner: when the interval of cost ÷ optimum is no wider than this to each side.",
)
@click.option(
    "--seed", type=click.IntRange(0), default=1, show_default=True, help="The same luck again."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON: a list, one object each.")
@click.option(
    "--report",
    "page",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    metavar="FILE.html",
    help="Also write a page with pictures, the usual rules beside the policies asked for.",
)
def command(  # noqa: PLR0913  one parameter an option
    file: Path,
    only: tuple[str, ...],
    policies: tuple[str, ...],
    days: int,
    half_width: float | None,
    seed: int,
    page: Path | None,
    *,
    late: bool,
    as_json: bool,
) -> None:
    """Simulate days under a policy, and compare its cost with the best that was possible.

    That is the known-rate optimum: the best of all policies that decide at arrival and know the
    true rates, solved exactly. Policies play the same days with the same luck.
    """
    scenarios = _chosen(file, only, policies, page)
    others = [name for name in REFERENCES if name not in policies] if page else []
    width = None if half_width is None else half_width / 100.0
    runs: list[Run] = []
    with Progress(Console(stderr=True), len(scenarios) * (len(policies) + len(others))) as progress:
        for scenario in scenarios:
            truth, moments = Truth(scenario), noted(scenario) if page else ()
            for policy in (*policies, *others):
                progress.begin(f"{scenario.name}, {policy}", days)
                runs.append(
                    run(
                        scenario,
                        policy,
                        late=late,
                        days=days,
                        seed=seed,
                        half_width=width,
                        on_day=progress.day,
                        truth=truth,
                        moments=moments,
                    )
                )
                progress.end()
    if page is not None:
        write(page, report(runs, policies))
    _show([run for run in runs if run.policy in policies], as_json=as_json)


def _chosen(
    file: Path, only: Sequence[str], policies: Sequence[str], page: Path | None
) -> list[Scenario]:
    """The scenarios asked for; every fault of file and options at once."""
    faults: dict[str, list[str]] = {}
    scenarios: list[Scenario] = []
    try:
        scenarios = read_scenarios(file)
    except Invalid as error:
        faults |= {f"{file}: {path}": list(texts) for path, texts in error.faults.items()}
    except BadInput as error:
        faults[""] = [error.message]
    else:
        known = [scenario.name for scenario in scenarios]
        names = ", ".join(known)
        missing = [f"{file} has no scenario {name}: {names}" for name in only if name not in known]
        if missing:
            faults["--only"] = missing
        for path in unknown_fields(file):
            click.echo(f"{file}: {path}: not known, ignored", err=True)
    if wrong := [text for policy in policies for text in _wrong(policy)]:
        faults["--policy"] = wrong
    if page is not None and not page.parent.is_dir():
        faults["--report"] = [f"there is no directory {page.parent}"]
    if faults:
        raise Invalid("nothing can be simulated", faults)
    return [scenario for scenario in scenarios if not only or scenario.name in only]


def _wrong(policy: str) -> list[str]:
    try:
        maker(policy)
    except BadInput as error:
        return [error.message]
    return []


def write(file: Path, text: str) -> None:
    """Raises ``BadInput`` where that cannot be."""
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"--report {file}: cannot be written: {error.strerror}") from None
    click.echo(f"{file}: written", err=True)


def _show(runs: Sequence[Run], *, as_json: bool) -> None:
    rows = [row(run) for run in runs]
    if as_json:
        click.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2))
        return
    width = None if sys.stdout.isatty() else WIDTH
    Console(highlight=False, width=width).print(table(rows))
