"""``overflow forecast``: show what is expected to arrive, upload a forecast, withdraw it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import click
import orjson

from overflow.api.schemas.forecast import MOST_HOURS, ForecastSchema, shown
from overflow.cli import current_settings
from overflow.cli.places import require_store
from overflow.cli.tables import plain, show
from overflow.core.arrivals.expected import Expected, Forecast
from overflow.errors import Invalid
from overflow.flows.planner import forecasting, uploads
from overflow.flows.planner.uploads import Upload
from overflow.flows.services import Services
from overflow.wiring import build

_SECONDS: Final = {"15m": 900.0, "30m": 1800.0, "1h": 3600.0, "1d": 86400.0}
_HOUR: Final = 3600


@click.group()
def command() -> None:
    """Show, upload and withdraw forecasts of what will arrive."""


@command.command(name="show")
@click.argument("shop")
@click.option("--hours", type=click.IntRange(1, MOST_HOURS), default=24, show_default=True)
@click.option("--queue", help="Only this one, such as chat.de.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, by quarters of an hour.")
def show_forecast(shop: str, hours: int, queue: str | None, *, as_json: bool) -> None:
    """Show the coming hours: tickets expected, where the figures come from, what lifts them."""
    with _services() as services:
        forecast, now = forecasting.forecast(services, shop), services.clock.now()
    if as_json:
        told = ForecastSchema().dump(shown(forecast, now, hours, queue))
        click.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2))
        return
    names = [name for name in forecast.queues if queue in {None, name}]
    if not names:
        click.echo("nothing is known yet: no whole day was counted, and nothing is uploaded")
    for name in names:
        _show_queue(name, forecast, now, hours)


@command.command()
@click.argument("shop")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--interval", type=click.Choice(list(_SECONDS)), required=True, help="Of each row.")
@click.option("--has-peaks", is_flag=True, help="The policy's peaks are in it already.")
def upload(shop: str, file: Path, interval: str, *, has_peaks: bool) -> None:
    """Upload a table: queue or channel, at, arrivals, separated by commas or semicolons."""
    try:
        rows = uploads.of_csv(file.read_text("utf-8"))
    except UnicodeDecodeError:
        raise Invalid("no text", {str(file): ["is no text in UTF-8"]}) from None
    given = Upload(rows, _SECONDS[interval], has_peaks, "the command line")
    with _services() as services:
        taken = forecasting.upload(services, shop, given)
    for name, each in sorted(taken.intervals.items()):
        total = sum(one.arrivals for one in each)
        click.echo(f"{shop}: {name}: {total:g} tickets from now on, intervals: {len(each)}")


@command.command()
@click.argument("shop")
def withdraw(shop: str) -> None:
    """Withdraw what was uploaded: the shop's own history counts again."""
    with _services() as services:
        forecasting.withdraw(services, shop)
    click.echo(f"{shop}: the shop's own history counts")


@contextmanager
def _services() -> Iterator[Services]:
    settings = current_settings()
    require_store(settings)
    services = build(settings)
    try:
        yield services
    finally:
        services.close()


def _show_queue(name: str, forecast: Forecast, now: float, hours: int) -> None:
    """One line an hour, on the shop's clock."""
    zone = ZoneInfo(forecast.policy.zone)
    table = plain(name, "tickets", "usual", "from", "lifted by")
    quarters = forecast.quarters(name, now - now % 900, now + hours * _HOUR)
    for hour, inside in groupby(quarters, lambda each: int(each.start // _HOUR)):
        several = list(inside)
        table.add_row(
            f"{datetime.fromtimestamp(hour * _HOUR, zone):%a %d %b %H:%M}",
            f"{sum(each.arrivals for each in several):.1f}",
            f"{sum(each.usual for each in several):.1f}",
            _source(several[0]),
            ", ".join(f"{c.name} x{c.factor:.2g}" for c in several[0].lift.causes),
        )
    show(table)


def _source(each: Expected) -> str:
    if each.source == "uploaded":
        return "uploaded"
    days = f"{each.days} days" if each.days != 1 else "1 day"
    return each.stand_in or days
