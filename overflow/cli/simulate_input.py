"""What ``overflow simulate`` is to play: every fault of files and options at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import click

from overflow import policies
from overflow.clock import SystemClock
from overflow.core.arrivals.expected import Forecast, Uploaded
from overflow.core.model import Policy
from overflow.core.supposed import empty
from overflow.errors import BadInput, Invalid, unreadable
from overflow.flows.planner import uploads
from overflow.policies.folder import in_file, read_file
from overflow.simulate.contenders import maker
from overflow.simulate.from_policy import scenarios_of
from overflow.simulate.scenario import Scenario
from overflow.simulate.scenario_file import read_scenarios, unknown_fields

_BACK: Final = 200 * 86_400.0
"""Seconds: a forecast may be so old, for what it foretold can still be played."""
Faults = dict[str, list[str]]


class Asked(NamedTuple):
    """The options that say what to play."""

    scenarios: Path | None
    only: Sequence[str]
    policy_file: Path | None
    forecast: Path | None
    interval: float | None
    channels: Sequence[str]
    policies: Sequence[str]
    page: Path | None


def days_of(asked: Asked) -> list[Scenario]:
    """The scenarios to play. Raises ``Invalid`` with every fault."""
    faults: Faults = {}
    if (asked.scenarios is None) == (asked.policy_file is None):
        faults["--scenarios"] = ["say either this or --policy-file with --forecast"]
        found: list[Scenario] = []
    elif asked.scenarios is not None:
        found = _of_file(asked.scenarios, faults)
    else:
        found = _of_policy(asked, faults)
    for text in (_wrong(policy) for policy in asked.policies):
        if text:
            faults.setdefault("--policy", []).append(text)
    if asked.page is not None and not asked.page.parent.is_dir():
        faults["--report"] = [f"there is no directory {asked.page.parent}"]
    if found:
        faults |= _missing(asked.only, found)
    if faults:
        raise Invalid("nothing can be simulated", faults)
    return [scenario for scenario in found if not asked.only or scenario.name in asked.only]


def _missing(only: Sequence[str], found: Sequence[Scenario]) -> Faults:
    known = [scenario.name for scenario in found]
    missing = [name for name in only if name not in known]
    if not missing:
        return {}
    return {"--only": [f"there is no scenario {name}: {', '.join(known)}" for name in missing]}


def _wrong(policy: str) -> str:
    try:
        maker(policy)
    except BadInput as error:
        return error.message.removeprefix("--policy: ")
    return ""


def _of_file(file: Path, faults: Faults) -> list[Scenario]:
    try:
        found = read_scenarios(file)
    except Invalid as error:
        faults |= in_file(file, error)
        return []
    except BadInput as error:
        faults[""] = [error.message]
        return []
    for path in unknown_fields(file):
        click.echo(f"{file}: {path}: not known, ignored", err=True)
    return found


def _of_policy(asked: Asked, faults: Faults) -> list[Scenario]:
    policy = _policy(asked.policy_file, faults)
    if asked.forecast is None:
        faults["--forecast"] = ["is missing: what is expected to arrive?"]
    if asked.interval is None:
        faults["--interval"] = ["is missing: how many seconds does each row of the forecast hold?"]
    if policy is None or asked.forecast is None or asked.interval is None:
        return []
    try:
        given = _uploaded(asked.forecast, asked.interval, policy)
    except Invalid as error:
        faults |= in_file(asked.forecast, error)
        return []
    begin, until = _covered(given)
    forecast = Forecast(policy, empty(policy, begin), None, given)
    try:
        return scenarios_of(policy, forecast, begin, until, asked.channels)
    except Invalid as error:
        faults |= {where: list(said) for where, said in error.faults.items()}
        return []


def _uploaded(file: Path, interval: float, policy: Policy) -> Uploaded:
    """Raises ``Invalid`` by line."""
    now = SystemClock().now() - _BACK
    try:
        rows = uploads.of_csv(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        text = unreadable(error)
        raise Invalid("no forecast", {"": [text]}) from None
    intervals, faults = uploads.read(rows, interval, policy, now)
    if faults:
        raise Invalid("the forecast has faults", faults)
    return Uploaded(now, intervals)


def _covered(given: Uploaded) -> tuple[float, float]:
    """From the first row's beginning until the last one's end."""
    rows = [each for intervals in given.intervals.values() for each in intervals]
    return min(each.start for each in rows), max(each.start + each.seconds for each in rows)


def _policy(file: Path | None, faults: Faults) -> Policy | None:
    if file is None:
        return None
    try:
        return policies.build(read_file(file))
    except Invalid as error:
        faults |= in_file(file, error)
        return None
