"""Decisions as they are told outside: times readable, other partners' terms left out."""

from __future__ import annotations

from collections.abc import Mapping
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

    ``team`` empty: the whole trace.
    """
    if trace is None or not team:
        return None if trace is None else dict(trace)
    seen = [
        {name: value for name, value in test.items() if name != "cost"}
        for test in trace.get("teams", ())
        if test.get("team") in {team, HOME}
    ]
    told = {name: value for name, value in trace.items() if name != "along"}
    return {**told, "teams": seen}


def concerns(trace: Mapping[str, Any], team: str) -> bool:
    """Whether a decision says nothing of partners other than this one; always for none."""
    return not team or {trace.get("team"), trace.get("holder", HOME)} <= {team, HOME}


def _moment(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return iso(value) if value else None
    return value
