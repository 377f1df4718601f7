"""``overflow simulate``: what a policy would do on given days, before it does it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import click
import orjson
from rich.console import Console

from overflow.cli.simulate_input import Asked, days_of
from overflow.cli.simulate_progress import Progress
from overflow.cli.simulate_table import table
from overflow.errors import BadInput
from overflow.simulate.measure import Run, run
from overflow.simulate.report import REFERENCES, noted, report
from overflow.simulate.report_seats import said
from overflow.simulate.scenario import Scenario
from overflow.simulate.seats import Seats, numbers, sweep
from overflow.simulate.summary import row
from overflow.simulate.truth import Truth

DAYS: Final = 20
WIDTH: Final = 160
"""Columns where nothing tells how wide it is."""
_FILE: Final = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.option("--scenarios", type=_FILE, help="Days to play, as docs/simulation.md describes them.")
@click.option("--only", multiple=True, metavar="NAME", help="This scenario; may be repeated.")
@click.option("--policy-file", type=_FILE, help="Instead: the days that a shop's policy ...")
@click.option("--forecast", type=_FILE, help="... and a forecast (CSV) make. Needs --interval.")
@click.option("--interval", type=float, metavar="SECONDS", help="That each of its rows holds.")
@click.option("--channel", "channels", multiple=True, help="Only this one; may be repeated.")
@click.option(
    "--seat-price",
    type=click.FloatRange(0),
    default=0.0,
    metavar="EUROS",
    help="Of a partner's seat an hour, used or not, besides the price of a ticket.",
)
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
def command(  # noqa: PLR0913, PLR0917  one parameter an option
    scenarios: Path | None,
    only: tuple[str, ...],
    policy_file: Path | None,
    forecast: Path | None,
    interval: float | None,
    channels: tuple[str, ...],
    seat_price: float,
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

    The days come from a scenario file, or from a shop's policy and a forecast. The report of the
    latter also tells how many partner seats are worth it.
    """
    asked = Asked(scenarios, only, policy_file, forecast, interval, channels, policies, page)
    chosen = days_of(asked)
    width = None if half_width is None else half_width / 100.0
    others = [name for name in REFERENCES if name not in policies] if page else []
    with_seats = [day for day in chosen if page and policy_file and day.partner_slots]
    total = len(chosen) * (len(policies) + len(others)) + len(with_seats)
    with Progress(Console(stderr=True), total) as progress:
        play = _Play(progress, days, seed, late=late)
        runs = [
            one
            for day in chosen
            for one in play.all(day, (*policies, *others), width, has_page=page is not None)
        ]
        seats = {day.name: play.seats(day, policies[0], seat_price) for day in with_seats}
    if page is not None:
        _write(page, report(runs, policies, seats))
    _show([run for run in runs if run.policy in policies], seats, as_json=as_json)


class _Play:
    """Plays scenarios, and says how far it is."""

    def __init__(self, progress: Progress, days: int, seed: int, *, late: bool) -> None:
        self._progress, self._days, self._seed, self._late = progress, days, seed, late

    def all(
        self,
        scenario: Scenario,
        policies: Sequence[str],
        half_width: float | None,
        *,
        has_page: bool,
    ) -> Iterator[Run]:
        """The same days under each policy; for a page with what it draws."""
        truth, moments = Truth(scenario), noted(scenario) if has_page else ()
        for policy in policies:
            self._progress.begin(f"{scenario.name}, {policy}", self._days)
            yield run(
                scenario,
                policy,
                late=self._late,
                days=self._days,
                seed=self._seed,
                half_width=half_width,
                on_day=self._progress.day,
                truth=truth,
                moments=moments,
            )
            self._progress.end()

    def seats(self, scenario: Scenario, policy: str, hourly: float) -> list[Seats]:
        """The same with more and more partner seats, each at so many euros an hour."""
        tries = len(numbers(scenario.partner_slots or 0))
        self._progress.begin(f"{scenario.name}, seats", self._days * tries)
        found = sweep(
            scenario,
            policy,
            late=self._late,
            days=self._days,
            seed=self._seed,
            hourly=hourly,
            on_day=self._progress.day,
        )
        self._progress.end()
        return found


def _write(file: Path, text: str) -> None:
    """Raises ``BadInput`` where that cannot be."""
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"--report {file}: cannot be written: {error.strerror}") from None
    click.echo(f"{file}: written", err=True)


def _show(runs: Sequence[Run], seats: Mapping[str, Sequence[Seats]], *, as_json: bool) -> None:
    rows = [row(run) for run in runs]
    if as_json:
        for told in rows:
            if told["scenario"] in seats:
                told["seats"] = [each.plain() for each in seats[told["scenario"]]]
        click.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2))
        return
    width = None if sys.stdout.isatty() else WIDTH
    Console(highlight=False, width=width).print(table(rows))
    for name, goal in _goals(runs):
        if name in seats:
            click.echo(f"{name}: {said(seats[name], goal)}")


def _goals(runs: Sequence[Run]) -> list[tuple[str, float]]:
    found: dict[str, Scenario] = {run.scenario.name: run.scenario for run in runs}
    return [(name, each.goal) for name, each in found.items() if each.goal is not None]
