"""Decisions as they are told outside: times readable, other partners left out."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

from overflow.api.moments import iso
from overflow.core.model import HOME

_MOMENTS: Final = frozenset({"at", "due", "since", "until", "opens_at", "arrived", "held_since"})


def plain(value: Any) -> Any:  # noqa: ANN401  any JSON
    """The same with every moment in ISO 8601; a moment of 0 is null: there is none."""
    if isinstance(value, Mapping):
        return {
            name: _moment(inner) if name in _MOMENTS else plain(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value


def for_team(trace: Mapping[str, Any] | None, team: str) -> dict[str, Any] | None:
    """A trace as one partner may see it: its own tests and home's, and nobody's money.

    None when it says who else held or got the ticket. ``team`` empty: the whole trace.
    """
    if trace is None or not team:
        return None if trace is None else dict(trace)
    if not {trace.get("team"), trace.get("holder", HOME)} <= {team, HOME}:
        return None
    tests = trace.get("teams", ())
    seen = [
        {name: value for name, value in test.items() if name != "cost"}
        for test in tests
        if test.get("team") in {team, HOME}
    ]
    others = {test.get("team", "") for test in tests} - {team, HOME}
    told = {name: value for name, value in trace.items() if name != "along"}
    return {**told, "headline": _without(others, trace.get("headline", "")), "teams": seen}


def _without(others: Collection[str], headline: str) -> str:
    """The sentence, unless it tells of one of these: of partners only who cannot take it is."""
    names = "|".join(map(re.escape, others))
    if not others or not re.search(rf"(?<![\w-])({names})(?![\w-])", headline):
        return headline
    return f"{headline.partition(':')[0]}: no partner could take it."


def _moment(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return iso(value) if value else None
    return value
