"""What a run is told as: the figures of ``overflow simulate``."""

from __future__ import annotations

from typing import Any

import numpy as np

from overflow.simulate.interval import Interval
from overflow.simulate.measure import Run

_MS = 1000.0


def row(run: Run) -> dict[str, Any]:
    """The run as JSON: euros and tickets a day, shares 0..1 of all offered, minutes, milliseconds.

    Intervals are [low, high], of 95 %; of a single day they are not known.
    """
    cost, ratio = run.cost, run.ratio
    took = np.concatenate([outcome.seconds for outcome in run.outcomes] or [[]])
    return {
        "scenario": run.scenario.name,
        "policy": run.policy,
        "late": run.late,
        "days": run.days,
        "cost_mean": cost.mean,
        "cost_ci95": _bounds(cost),
        "optimum": run.truth.optimum,
        "ratio": ratio.mean,
        "ratio_ci95": _bounds(ratio),
        "overflow_share": share(run, "overflowed"),
        "service_level": share(run, "in_time"),
        "abandoned_share": share(run, "abandoned"),
        "decision_ms_p99": _quantile(took, 0.99, _MS),
        "decision_ms_p50": _quantile(took, 0.5, _MS),
        "method": run.method,
        "regret": float(np.mean(run.regrets)) if run.method == "regret" else None,
        "offered": _total(run, "offered") / run.days,
        "late_share": share(run, "late"),
        "refused_share": share(run, "refused"),
        "lost_share": share(run, "lost"),
        "breached_share": share(run, "breached"),
        **_waits(run),
    }


def share(run: Run, count: str) -> float:
    """Of all tickets that came, 0..1; ``count`` is a count of ``Outcome``."""
    return _total(run, count) / max(1, _total(run, "offered"))


def _waits(run: Run) -> dict[str, float | None]:
    """Minutes until the first answer, of those who got one at home."""
    waits = np.concatenate([outcome.waits for outcome in run.outcomes] or [[]])
    return {
        "wait_mean": float(waits.mean()) if waits.size else None,
        "wait_p50": _quantile(waits, 0.5),
        "wait_p90": _quantile(waits, 0.9),
        "wait_p99": _quantile(waits, 0.99),
    }


def _total(run: Run, count: str) -> int:
    return sum(getattr(outcome, count) for outcome in run.outcomes)


def _bounds(interval: Interval) -> list[float]:
    return [interval.low, interval.high]


def _quantile(values: Any, share: float, scale: float = 1.0) -> float | None:  # noqa: ANN401
    return float(np.quantile(values, share)) * scale if len(values) else None
