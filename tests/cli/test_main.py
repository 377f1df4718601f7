"""The group of commands: what it lists, how it fails."""

import os

import click
import pytest
from click.testing import CliRunner

from overflow import __version__
from overflow.cli import COMMANDS, lines, main
from overflow.errors import BadInput, Conflict, Invalid, NotNow


def run(*args):
    return CliRunner().invoke(main, args, prog_name="overflow")


def test_help_lists_every_command():
    result = run("--help")
    assert result.exit_code == 0
    assert all(
        name in result.stdout and text[:30] in result.stdout for name, text in COMMANDS.items()
    )


def test_it_says_its_version():
    assert run("--version").stdout == f"overflow {__version__}\n"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["polcy"], "overflow: No such command 'polcy'. See overflow --help."),
        (["decide"], "overflow decide: Missing argument 'POLICY'. See overflow decide --help."),
        (["keys", "create", "--x"], "overflow keys create: No such option '--x'."),
    ],
)
def test_what_is_no_use_of_it_is_said_in_one_line(args, said):
    result = run(*args)
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith(said)


@pytest.mark.parametrize(
    ("fault", "printed"),
    [
        (
            Invalid("faults", {"a.0": ["is x", "is y"], "": ["is z"]}),
            ["a.0: is x", "a.0: is y", "is z"],
        ),
        (Conflict("taken", version=3), ["taken (version 3)"]),
        (Conflict("taken"), ["taken"]),
        (NotNow("later"), ["later"]),
        (BadInput("several\n lines\t"), ["several lines"]),
        (BadInput("key ovf_s3cr3t"), ["key ovf_***"]),
    ],
)
def test_a_fault_is_printed_in_lines_that_can_be_acted_on(fault, printed):
    assert list(lines(fault)) == printed


def test_faults_of_the_settings_end_any_command_that_needs_them(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "environ", os.environ.copy())  # noqa: TID251  the file changes it
    file = tmp_path / "overflow.env"
    file.write_text("OVERFLOW_WORKERS=none\n???\n")
    result = run("--settings", str(file), "policy", "show", "lamps")
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        f"{file}:2: is no KEY=VALUE",
        "OVERFLOW_WORKERS: is no whole number from 1 to 256",
    ]


def test_what_is_no_fault_of_ours_is_not_swallowed(monkeypatch):
    @click.command()
    def broken():
        raise ZeroDivisionError

    monkeypatch.setattr("overflow.cli.policy.command", broken)
    result = run("policy")
    assert isinstance(result.exception, ZeroDivisionError)
