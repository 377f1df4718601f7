"""Pictures of one scenario's day: load and capacity, thresholds and queue, waits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from overflow.core.optimum.bellman import NEVER
from overflow.simulate.drawing.axis import axis, clock_axis
from overflow.simulate.drawing.chart import chart
from overflow.simulate.drawing.marks import Band, Line, Mark, Rule
from overflow.simulate.measure import Run
from overflow.simulate.scenario import Scenario
from overflow.simulate.told import Points, Steps

_TALL: Final = 300.0
_SHOWN: Final = 3
"""Policies whose waits are drawn, besides those that were asked for."""
_LONG: Final = 0.99
"""Share of waits that the picture reaches to."""


def load_chart(scenario: Scenario) -> str:
    """Work that comes, as it is and as the service was told, against the slots."""
    told, horizon = scenario.told(), scenario.horizon
    marks: list[Mark] = [
        Line("slots on shift", _held(scenario.slots, horizon), 1, steps=True),
        Line("work that comes", _scaled(scenario.rate, scenario.handle_time, horizon), 2),
    ]
    if told.roster != scenario.roster:
        marks.append(Line("slots as planned", _held(told.slots, horizon), 3, steps=True))
    if (told.forecast, told.handle_time) != (scenario.rate, scenario.handle_time):
        foretold = _scaled(told.forecast, told.handle_time, horizon)
        marks.append(Line("work as foretold", foretold, 4))
    heights = [y for mark in marks if isinstance(mark, Line) for _, y in mark.points if y]
    note = (
        "Work that comes is arrivals a minute times minutes of work on each: the slots that would "
        "be busy if nobody waited or left."
    )
    batch = f" {scenario.batch0} tickets wait at opening besides." if scenario.batch0 else ""
    return chart(
        "Load against capacity",
        clock_axis(horizon),
        axis("slots", heights, whole=True),
        marks,
        note=note + batch,
        height=_TALL,
    )


def levels_chart(run: Run) -> str:
    """From how many in the system on tickets overflow, and how many there were."""
    scenario = run.scenario
    times, counts = _counts(run)
    marks: list[Mark] = []
    if len(times):
        low, middle, high = np.quantile(counts, [0.1, 0.5, 0.9], axis=0)
        zipped = zip(times.tolist(), low.tolist(), high.tolist(), strict=True)
        marks.append(Band("in the system, 8 days of 10", list(zipped), 6))
        points: list[tuple[float, float | None]] = [*zip(times, middle, strict=True)]
        marks.append(Line("in the system, the middle day", points, 6))
    marks.append(Line("slots", _held(scenario.slots, scenario.horizon), 0, steps=True))
    marks.append(Line("threshold of the optimum", _optimal(run), 2, steps=True))
    if own := _own(run, times):
        marks.append(Line(f"threshold of {run.policy}, the middle day", own, 1, steps=True))
    heights = [y for mark in marks if isinstance(mark, Line) for _, y in mark.points if y]
    heights += [high for mark in marks if isinstance(mark, Band) for _, _, high in mark.points]
    return chart(
        "Thresholds over the day",
        clock_axis(scenario.horizon),
        axis("tickets in the system", heights, whole=True),
        marks,
        note="A ticket overflows when as many are in the system, waiting and in service, as the "
        "threshold says. Where it has a gap nothing overflows.",
        height=_TALL + 40,
    )


def waits_chart(runs: Sequence[Run], asked: Sequence[str]) -> str:
    """What share of the tickets kept is answered within how long."""
    shown = [run for run in runs if run.policy in asked]
    others = [run for run in runs if run.policy not in asked and _waits(run).size]
    shown += sorted(others, key=lambda run: run.cost.mean)[:_SHOWN]
    found = [(run, np.sort(_waits(run))) for run in shown if _waits(run).size]
    if not found:
        return ""
    target = runs[0].scenario.target
    longest = max(float(np.quantile(waits, _LONG)) for _, waits in found)
    reach = max(longest, 1.5 * target, 1e-3)
    unit, name = (60.0, "hours") if reach > 180 else (1.0, "minutes")  # noqa: PLR2004
    if reach < 2:  # noqa: PLR2004  minutes
        unit, name = 1.0 / 60.0, "seconds"
    x = axis(f"{name} until the first answer", [reach / unit], high=reach / unit)
    marks: list[Mark] = [
        Line(run.policy, _shares(waits / unit, x.high), tone)
        for tone, (run, waits) in enumerate(found[:6], 1)
    ]
    marks.append(Rule("target", target / unit))
    return chart(
        "Waits of the tickets kept",
        x,
        axis("% answered by then", [0.0, 100.0], high=100.0),
        marks,
        note="Of the tickets answered at home. Those that gave up or were lost are not among them.",
        height=_TALL,
    )


def _counts(run: Run) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Times, and numbers in the system by day and time."""
    times = np.array(run.moments, dtype=np.float64)
    days = [[m.waiting + m.wip for m in outcome.moments] for outcome in run.outcomes]
    most = min((len(day) for day in days), default=0)
    return times[:most], np.array([day[:most] for day in days], dtype=np.float64)


def _own(run: Run, times: NDArray[np.float64]) -> list[tuple[float, float | None]]:
    """The policy's thresholds on the middle day, where it says them."""
    days = [[m.level for m in outcome.moments[: len(times)]] for outcome in run.outcomes]
    if not days or any(level is None for day in days for level in day):
        return []
    middle = np.quantile(np.array(days, dtype=np.float64), 0.5, axis=0, method="lower")
    return [(t, None if k >= NEVER else k) for t, k in zip(times.tolist(), middle, strict=True)]


def _optimal(run: Run) -> list[tuple[float, float | None]]:
    solution = run.truth.solution
    levels = [None if level >= NEVER else float(level) for level in solution.levels]
    return [*zip(solution.times.tolist(), levels, strict=True)]


def _waits(run: Run) -> NDArray[np.float64]:
    return np.concatenate([np.asarray(outcome.waits) for outcome in run.outcomes])


def _shares(waits: NDArray[np.float64], reach: float) -> list[tuple[float, float | None]]:
    """Percent answered by then, at a hundred times."""
    at = np.linspace(0.0, reach, 121)
    shares = np.searchsorted(waits, at, side="right") / len(waits) * 100.0
    return [*zip(at.tolist(), shares.tolist(), strict=True)]


def _held(steps: Steps, horizon: float) -> list[tuple[float, float | None]]:
    inside = [(start, float(value)) for start, value in steps if start < horizon]
    return [*inside, (horizon, inside[-1][1])]


def _scaled(points: Points, factor: float, horizon: float) -> list[tuple[float, float | None]]:
    """Within the day, constant beyond the given points."""
    times = [t for t, _ in points]
    ends = [0.0] if times[0] > 0 else []
    found = [(t, points[0][1]) for t in ends] + [(t, rate) for t, rate in points if t <= horizon]
    if found[-1][0] < horizon:
        rates = [rate for _, rate in points]
        found.append((horizon, float(np.interp(horizon, times, rates))))
    return [(t, rate * factor) for t, rate in found]
