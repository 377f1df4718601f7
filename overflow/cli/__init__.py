"""The command line: ``overflow COMMAND``, one command a file.

``overflow/cli/NAME.py`` holds a click command called ``command`` and is imported only when it is
asked for. To add one: write the file and its line in ``COMMANDS``. A command raises the errors of
``overflow.errors``; they are printed here, one line a fault, with exit status 2.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import click

from overflow import __version__, log
from overflow.errors import Conflict, Fault, Invalid
from overflow.settings import Settings, load, without_numerical_threads

COMMANDS: Final[Mapping[str, str]] = {
    "connect": "Set a shop's helpdesk up, and see a round trip on a test ticket.",
    "decide": "Say what a policy would decide about a ticket.",
    "demo": "Play a peak against a sandbox helpdesk and show every decision.",
    "doctor": "Look whether all is well with a shop, and say what to do.",
    "forecast": "Show, upload and withdraw forecasts of what will arrive.",
    "helpdesk": "Check a file that describes a helpdesk, try it, and walk over a shop's.",
    "keys": "Make, rotate and revoke API keys.",
    "openapi": "Print the API's description.",
    "policy": "Check, explain and apply policies.",
    "replay": "Decide a recorded period again, or play it under another policy.",
    "run": "Serve: API and workers, with an embedded store if none is set.",
    "simulate": "Play days under a policy, and compare its cost with the best possible.",
    "store": "Look whether a shop's counters fit its tickets, and make them fit.",
}
"""Every command, as ``overflow --help`` lists it."""

FAULTY: Final = 2
"""Exit status when what was given is wrong or cannot be done."""


class Commands(click.Group):
    """The group: its commands are loaded when they are asked for."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        without_numerical_threads()
        command: click.Command = importlib.import_module(f"overflow.cli.{cmd_name}").command
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  click's signature
        try:
            return super().invoke(ctx)
        except Fault as fault:
            said = list(lines(fault))
        except click.UsageError as error:
            of = (error.ctx or ctx).command_path
            said = [_plain(f"{of}: {error.format_message()} See {of} --help.")]
        click.echo("\n".join(said), err=True)
        return ctx.exit(FAULTY)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--settings",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A settings file, KEY=VALUE a line; the environment (OVERFLOW_...) wins over it.",
)
@click.version_option(__version__, prog_name="overflow", message="%(prog)s %(version)s")
def main(settings: Path | None) -> None:
    """Route a shop's surplus of tickets to a partner team, inside the shop's own helpdesk."""
    del settings  # read by `current_settings`, when a command needs them


def current_settings() -> Settings:
    """The settings of this run; from then on everything is logged as they say.

    Raises ``Invalid`` with every fault.
    """
    context = click.get_current_context()
    settings = load(context.find_root().params.get("settings"))
    log.configure(settings.log_level, settings.log_format)
    return settings


def lines(fault: Fault) -> Iterator[str]:
    """What to print of a fault, without secrets: one line for each thing to mend."""
    if isinstance(fault, Invalid) and fault.faults:
        for path, texts in fault.faults.items():
            yield from (_plain(f"{path}: {text}" if path else text) for text in texts)
    elif isinstance(fault, Conflict) and fault.facts:
        facts = ", ".join(f"{name} {value}" for name, value in fault.facts.items())
        yield _plain(f"{fault.message} ({facts})")
    else:
        yield _plain(fault.message)


def _plain(text: str) -> str:
    return " ".join(log.masked(text).split())
