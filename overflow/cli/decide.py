"""``overflow decide``: what a policy would do with a ticket, without a service or a store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import orjson
from marshmallow import ValidationError

from overflow.api.schemas.preview import PreviewedSchema, PreviewSchema
from overflow.cli.options import policy_of
from overflow.cli.tables import of_decision, show
from overflow.clock import SystemClock
from overflow.core.decision import headline, trace_of
from overflow.errors import Invalid, by_path, unreadable
from overflow.flows.foresight.preview import supposed

Faults = dict[str, list[str]]


@click.command()
@click.argument("policy_file", metavar="POLICY", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--ticket",
    required=True,
    metavar="JSON",
    help='The ticket, such as \'{"channel": "chat", "language": "de"}\', or @FILE.',
)
@click.option(
    "--situation",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="JSON as `GET /v1/shops/SHOP/situation` answers, or parts of it; nobody waits where "
    "nothing is said.",
)
@click.option("--at", metavar="TIME", help="When, such as 2026-11-20T09:15:00Z; now if not said.")
@click.option("--shop", help="The shop, where the file does not name it.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole trace as JSON.")
def command(
    policy_file: Path,
    ticket: str,
    situation: Path | None,
    at: str | None,
    shop: str | None,
    *,
    as_json: bool,
) -> None:
    """Say what a policy would decide about a ticket, and why: every team, every reason."""
    faults: Faults = {}
    policy = policy_of(policy_file, shop, faults)
    given = _given(ticket, situation, at, faults)
    if faults or policy is None:
        raise Invalid("nothing can be decided", faults)
    try:
        made = supposed(policy, given, None, SystemClock().now())
    except Invalid as error:
        raise Invalid(error.message, _placed(error.faults, situation)) from None
    if as_json:
        told = PreviewedSchema().dump(trace_of(made))
        click.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2))
        return
    click.echo(headline(made))
    for table in of_decision(made):
        click.echo()
        show(table)


def _given(ticket: str, situation: Path | None, at: str | None, faults: Faults) -> dict[str, Any]:
    """What is asked, as the API would take it; every fault is added."""
    body: dict[str, Any] = {}
    try:
        text = Path(ticket[1:]).read_bytes() if ticket.startswith("@") else ticket.encode()
        body["ticket"] = orjson.loads(text)
    except (OSError, ValueError) as error:
        faults["--ticket"] = [_why(error)]
        body["ticket"] = {}
    if situation is not None:
        try:
            body["situation"] = orjson.loads(situation.read_bytes())
        except (OSError, ValueError) as error:
            faults[str(situation)] = [_why(error)]
    if at is not None:
        body["at"] = at
    try:
        loaded: dict[str, Any] = PreviewSchema().load(body)
    except ValidationError as error:
        faults |= _placed(by_path(error.messages), situation)
        return {}
    return loaded


def _why(error: OSError | ValueError) -> str:
    if isinstance(error, orjson.JSONDecodeError):
        return f"is no JSON: {error}"
    return unreadable(error)


def _placed(faults: Any, situation: Path | None) -> Faults:  # noqa: ANN401  by path
    """The faults under the option or file where they are to be mended."""
    placed: Faults = {}
    for path, texts in faults.items():
        part, _, rest = path.partition(".")
        where = str(situation) if part == "situation" and situation else f"--{part}"
        said = [str(text).rstrip(".") for text in texts]
        placed.setdefault(f"{where}: {rest}".rstrip(": "), []).extend(said)
    return placed
