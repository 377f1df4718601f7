"""A queue's pressure: on as soon as any measure reaches its start level, off with hysteresis.

Off only when all known measures are below their stop levels and it has been on for at least the
hold. A measure that is unknown takes no part; when all that have levels are unknown, pressure
stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from overflow.core.model import Levels, Pressure, Thresholds
from overflow.core.trace import Measure, Reason


def step(
    before: Pressure,
    thresholds: Thresholds,
    backlog: Measure,
    wait: Measure,
    breach: Measure,
    now: float,
) -> Pressure:
    """The pressure after these measures; ``before`` itself when nothing changes.

    A change carries the next ``rev``. Tickets, seconds, chance 0..1.
    """
    measured = _measured(thresholds, backlog, wait, breach)
    if not before.on:
        for name, level, measure in measured:
            if measure.reaches(level.start):
                return Pressure(on=True, since=now, measure=name, rev=before.rev + 1)
        return before
    levels = list(measured)
    known = [(level, measure) for _, level, measure in levels if measure.value is not None]
    if levels and not known:
        return before
    if now - before.since < thresholds.hold:
        return before
    if any(measure.reaches(level.stop) for level, measure in known):
        return before
    return Pressure(on=False, since=now, measure=before.measure, rev=before.rev + 1)


def _measured(
    thresholds: Thresholds, backlog: Measure, wait: Measure, breach: Measure
) -> Iterator[tuple[str, Levels, Measure]]:
    """The measures that have levels."""
    if thresholds.backlog is not None:
        yield Reason.BACKLOG.value, thresholds.backlog, backlog
    if thresholds.expected_wait is not None:
        yield Reason.EXPECTED_WAIT.value, thresholds.expected_wait, wait
    if thresholds.breach is not None:
        yield "breach", thresholds.breach, breach


def reason(pressure: Pressure) -> Reason:
    """The main reason of what is done because of it."""
    match pressure.measure:
        case "backlog":
            return Reason.BACKLOG
        case "expected_wait":
            return Reason.EXPECTED_WAIT
        case _:
            return Reason.BREACH
