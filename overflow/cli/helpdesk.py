"""``overflow helpdesk``: check a file that describes a helpdesk, and try it on a test ticket."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import click
import orjson

from overflow import log
from overflow.cli import FAULTY
from overflow.cli.walk import walk
from overflow.clock import SystemClock, new_id
from overflow.core.model import HelpdeskConfig, Words
from overflow.errors import Invalid
from overflow.helpdesks import check_options, open_helpdesk
from overflow.helpdesks.rest.calls import Call
from overflow.helpdesks.rest.connector import RestHelpdesk
from overflow.helpdesks.rest.options import RestOptions, secrets_needed
from overflow.helpdesks.rest.probe import Probe
from overflow.helpdesks.rest.steps import Step, Wanted
from overflow.policies.folder import in_file, read_file
from overflow.settings import resolve_secret

_FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
_URL = click.option("--url", help="The helpdesk's address, where the file does not say it.")
_SOME_URL: Final = "https://desk.example"
_TOLD: Final = 400
"""Characters of a request or an answer that are printed."""
_CANNOT: Final = {
    "webhook": "it is only polled: what happens is seen within a minute",
    "changed": "all that is open is walked over instead of what has changed",
    "groups": "a group that is missing in the helpdesk is not noticed beforehand",
    "unassign": "an assignee stays, unless the move itself clears him",
    "field": "policies cannot name words.reason_field",
    "reply": "the partner's agents cannot answer through the API",
    "status": "the partner's agents cannot set a status through the API",
}
"""What it means that the file lacks something that it may lack."""


class _Described(NamedTuple):
    """A helpdesk as a file gives it: by itself, or as part of a policy."""

    connector: str
    options: Mapping[str, Any]
    secrets: Mapping[str, Sequence[str]]
    words: Words
    path: str
    """What stands before the paths of faults."""


@click.group()
def command() -> None:
    """Check a file that describes a helpdesk, try it, and walk over a shop's."""


command.add_command(walk)


@command.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
def check(files: tuple[Path, ...]) -> None:
    """Name every fault of every file, with its path; a policy's helpdesk is checked as well."""
    faults: dict[str, list[str]] = {}
    for file in files:
        try:
            described = _read(file, _SOME_URL, {})
            _check(described, with_secrets=bool(described.path))
        except Invalid as error:
            faults |= in_file(file, error)
        else:
            for line in _summary(file, described):
                click.echo(line)
    if faults:
        raise Invalid("there are faults", faults)


@command.command()
@_FILE
@click.option("--ticket", required=True, metavar="ID", help="A ticket that is there for testing.")
@_URL
@click.option(
    "--secret",
    "secrets",
    multiple=True,
    metavar="NAME=REFERENCE",
    help="Where a secret is found: token=env:NAME or token=file:/path. A policy says that itself.",
)
@click.option(
    "--write",
    is_flag=True,
    help="Also change the ticket: a note (it stays), tag, reason, status, each taken back.",
)
@click.option("--group", default="", help="With --write: move it there and back. Unassigns it.")
@click.option("--field", help="With --write: the field that takes the reason.")
@click.option("--tag", help="With --write: the tag; `overflow` if not said.")
@click.option("--reply", is_flag=True, help="Also send a public answer. THE CUSTOMER GETS IT.")
def probe(  # noqa: PLR0913  one parameter an option
    file: Path,
    ticket: str,
    url: str | None,
    secrets: tuple[str, ...],
    group: str,
    field: str | None,
    tag: str | None,
    *,
    write: bool,
    reply: bool,
) -> None:
    """Try a helpdesk step by step on a test ticket. Only looks, unless told to --write."""
    references = _references(secrets)
    try:
        described = _read(file, url, references)
        _check(described, with_secrets=True)
    except Invalid as error:
        raise Invalid(error.message, in_file(file, error)) from None
    words = described.words
    wanted = Wanted(
        ticket=ticket,
        reference=f"ov-probe-{new_id(4)}",
        is_writing=write,
        is_replying=reply,
        tag=tag or words.tag,
        group=group,
        reason_field=field or words.reason_field,
    )
    failed = _probed(described, wanted)
    if failed:
        click.echo(f"{failed} of the steps failed", err=True)
        click.get_current_context().exit(FAULTY)
    if not write:
        click.echo("only looked; --write tries to change the ticket as well")


def _probed(described: _Described, wanted: Wanted) -> int:
    """How many steps failed, each printed as it ends."""
    secrets = {name: tuple(references) for name, references in described.secrets.items()}
    config = HelpdeskConfig(described.connector, described.options, secrets)
    desk = open_helpdesk(config, described.words, resolve_secret, SystemClock())
    trial, failed = Probe(desk, wanted), 0
    if isinstance(desk, RestHelpdesk):
        desk.watched_by(trial.calls.append)
    try:
        for step in trial.run():
            failed += not step.is_good
            for line in _lines(step):
                click.echo(line)
    finally:
        desk.close()
    return failed


def _lines(step: Step) -> Iterator[str]:
    yield f"{'ok    ' if step.is_good else 'FAILED'}  {step.name}: {_plain(step.told)}"
    if step.is_good:
        return
    for call in step.calls[-2:]:
        yield from _told(call)
    yield f"          to mend it: {step.mend}"


def _told(call: Call) -> Iterator[str]:
    """What was sent, without what the login adds, and what came back."""
    request = call.request
    body = request.content or (b"" if request.json is None else orjson.dumps(request.json))
    sent = f"{request.method} {request.path} {body.decode(errors='replace')}"
    yield f"          sent: {_plain(sent)}"
    if call.reply is None:
        yield "          came back: nothing"
        return
    answer = call.reply.body[: _TOLD * 4].decode(errors="replace")
    yield f"          came back: {call.reply.status} {_plain(answer)}"


def _plain(text: str) -> str:
    told = " ".join(log.masked(text).split())
    return told if len(told) <= _TOLD else f"{told[:_TOLD]} ..."


def _read(file: Path, url: str | None, references: Mapping[str, Sequence[str]]) -> _Described:
    """A policy, or a file that describes a helpdesk; ``Invalid`` where it cannot be read."""
    found = read_file(file)
    if "helpdesk" not in found:
        options = {**({"url": url} if url and "url" not in found else {}), **found}
        return _Described("rest", options, references, Words(), "")
    desk = found["helpdesk"] if isinstance(found["helpdesk"], dict) else {}
    words = found["words"] if isinstance(found.get("words"), dict) else {}
    named = {
        name: [told] if isinstance(told, str) else told
        for name, told in (desk.get("secrets") or {}).items()
    }
    return _Described(
        str(desk.get("connector", "")),
        desk.get("options") or {},
        {**named, **references},
        Words(**{name: words[name] for name in ("tag", "reason_field") if name in words}),
        "helpdesk.",
    )


def _check(described: _Described, *, with_secrets: bool) -> None:
    secrets = described.secrets if with_secrets else None
    found = check_options(described.connector, described.options, secrets)
    faults = {
        f"{described.path}{path}" if described.path else path.removeprefix("options."): texts
        for path, texts in found.items()
    }
    if faults:
        raise Invalid("there are faults", faults)


def _references(given: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for pair in given:
        name, is_pair, reference = pair.partition("=")
        if not is_pair or not name or not reference:
            raise Invalid("there are faults", {"--secret": ["has to be NAME=REFERENCE"]})
        found.setdefault(name, []).append(reference)
    return found


def _summary(file: Path, described: _Described) -> Iterator[str]:
    if described.connector != "rest":
        yield f"{file}: connector {described.connector}; no faults"
        return
    options: dict[str, Any] = RestOptions().load(dict(described.options))
    requests = options["requests"]
    count = sum(name != "details" for name in requests) + len(requests["details"])
    needed = ", ".join(sorted(secrets_needed(options))) or "none"
    yield f"{file}: {options['name']}, {count} requests, secrets: {needed}; no faults"
    for name, meaning in _CANNOT.items():
        if name not in (options if name == "webhook" else requests):
            where = name if name == "webhook" else f"requests.{name}"
            yield f"  without {where}: {meaning}"
    if options.get("webhook", {}).get("verify", {}).get("none"):
        yield "  webhook.verify.none: whoever knows the address can have tickets read"
