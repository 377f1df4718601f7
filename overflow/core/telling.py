"""A trace as plain data, ready for JSON."""

from __future__ import annotations

import math
from typing import Final

from overflow.core import planned
from overflow.core.model import Levels
from overflow.core.trace import Check, Measure, Planned, Reason, TeamTest, Trace


def plain(trace: Trace) -> dict[str, object]:
    """The trace as plain data, ready for JSON."""
    levels = trace.levels
    return {
        "mode": trace.mode.value,
        "channel": trace.channel,
        "language": trace.language,
        "topic": trace.topic,
        "holder": trace.holder,
        "asked": trace.asked,
        "due": _moment(trace.due),
        "measures": {
            "backlog": _measured(trace.backlog, levels.backlog),
            "expected_wait": _measured(trace.wait, levels.expected_wait),
            "breach_probability": _measured(trace.breach, levels.breach),
        },
        "line": {name: _number(value) for name, value in trace.line._asdict().items()},
        "pressure": {
            "on": trace.after.on,
            "since": trace.after.since,
            "measure": trace.after.measure,
            "was_on": trace.before.on,
            "hold": levels.hold,
        },
        "plan": _plan(trace.plan),
        "teams": [_team(test) for test in (trace.home, *trace.partners)],
        "inputs": [
            {"name": name, "age": _number(age), "limit": _number(limit), "effect": effect}
            for name, age, limit, effect in trace.inputs
        ],
    }


def _plan(plan: Planned | None) -> dict[str, object] | None:
    if plan is None:
        return None
    said = {"level": planned.told(plan.level), "have": _number(plan.have), "age": _number(plan.age)}
    if plan.end is not None:
        said["end"] = planned.told(plan.end)
    if plan.leaves_from is not None:
        said |= {"place": _number(plan.place), "leaves_from": planned.told(plan.leaves_from)}
    return {**said, ("method" if plan.counts else "unknown"): plan.method}


def _team(test: TeamTest) -> dict[str, object]:
    told: dict[str, object] = {
        "team": test.team,
        "is_able": test.is_able,
        "failed": [_CODES[reason] for reason in test.failed],
        "tests": {_CODES[check.reason]: _check(check) for check in test.checks},
        "breach_probability": _measured(test.breach, None),
        "expected_wait": _measured(test.wait, None),
        "cost": _number(test.cost),
    }
    if test.relief is not None:
        told["relief"] = _check(test.relief)
    if Reason.CLOSED in test.failed:
        told["opens_at"] = test.opens_at
    return told


_CODES: Final = {reason: reason.value for reason in Reason}
"""Every decision names some thirty of them."""


def _check(check: Check) -> dict[str, object]:
    _, is_passed, have, limit, note = check
    told: dict[str, object] = {"passed": is_passed}
    if have is not None:
        told["have"] = _number(have)
    if limit is not None:
        told["limit"] = _number(limit)
    if note:
        told["note"] = note
    return told


def _measured(measure: Measure, levels: Levels | None) -> dict[str, object]:
    if measure.value is None:
        told: dict[str, object] = {"value": None, "unknown": measure.method}
    else:
        told = {"value": _number(measure.value), "method": measure.method}
    if levels is not None:
        told["start"], told["stop"] = levels.start, levels.stop
    return told


def _moment(at: float | None) -> float | None:
    """As it is: what was decided can be decided again. JSON has no infinity."""
    return at if at is None or math.isfinite(at) else None


def _number(value: float | None) -> float | None:
    """Six digits after the point are enough for a reader; JSON has no infinity."""
    if value is None or type(value) is int:
        return value
    return round(value, 6) if math.isfinite(value) else None
