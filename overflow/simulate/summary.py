"""What a run is told as: the figures of ``overflow simulate``."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final

import numpy as np

from overflow.simulate.interval import Interval, interval
from overflow.simulate.measure import Run

_MS: Final = 1000.0
_HOUR: Final = 60.0


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
        "service_level_ci95": _bounds(level(run)),
        "goal": goal(run),
        "method": run.method,
        "regret": float(np.mean(run.regrets)) if run.method == "regret" else None,
        "offered": _total(run, "offered") / run.days,
        "late_share": share(run, "late"),
        "flips_an_hour": flips(run),
        "refused_share": share(run, "refused"),
        "lost_share": share(run, "lost"),
        "breached_share": share(run, "breached"),
        **_waits(run),
    }


def share(run: Run, count: str) -> float:
    """Of all tickets that came, 0..1; ``count`` is a count of ``Outcome``."""
    return _total(run, count) / max(1, _total(run, "offered"))


def level(run: Run) -> Interval:
    """Share answered in time, 0..1, with the interval of a ratio of two means (linearised)."""
    found = share(run, "in_time")
    days = [(outcome.in_time, outcome.offered) for outcome in run.outcomes]
    offered = max(1e-9, sum(came for _, came in days) / len(days))
    gaps = np.array([(answered - found * came) / offered for answered, came in days])
    return Interval(found, interval(gaps).half)


def goal(run: Run) -> float | None:
    """The share that the planner keeps to; None: it goes by cost."""
    return run.scenario.goal if run.scenario.is_by_goal else None


def is_met(run: Run) -> bool:
    """Whether the goal is reached, or missed by no more than chance."""
    wanted = goal(run)
    return wanted is None or level(run).high >= wanted


def flips(run: Run) -> float:
    """How often an hour a ticket is decided otherwise than the one before it."""
    turns = sum(
        one.overflow != other.overflow
        for outcome in run.outcomes
        for one, other in pairwise(outcome.decisions)
    )
    return turns * _HOUR / (run.days * run.scenario.horizon)


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
