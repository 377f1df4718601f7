"""What lifts a channel's expected arrivals now and later: peaks of the calendar and signals."""

from __future__ import annotations

from typing import Literal, NamedTuple

from overflow.core.arrivals import signals
from overflow.core.model import Policy, Situation
from overflow.core.trace import Input


class Cause(NamedTuple):
    """One peak or signal that lifts a channel."""

    kind: Literal["peak", "signal"]
    name: str
    factor: float
    until: float
    """When it is over (epoch seconds)."""


class Lift(NamedTuple):
    """What the usual arrivals of a channel are multiplied by, and why."""

    factor: float = 1.0
    causes: tuple[Cause, ...] = ()


NO_LIFT = Lift()


def lift(
    channel: str, at: float, policy: Policy, situation: Situation, *, with_peaks: bool = True
) -> Lift:
    """The product of the peaks and signals that stand then, each cause once.

    Signals are those of the situation; ``with_peaks`` is false where the peaks are in the figures
    already.
    """
    causes = [*_peaks(channel, at, policy)] if with_peaks and policy.calendar.peaks else []
    if situation.signals and policy.signals:
        given = signals.lifted(channel, at, situation.signals, policy.signals)
        causes += [Cause("signal", *one) for one in given]
    if not causes:
        return NO_LIFT
    factor = 1.0
    for cause in causes:
        factor *= cause.factor
    return Lift(factor, tuple(causes))


def inputs(channel: str, at: float, policy: Policy, situation: Situation) -> tuple[Input, ...]:
    """The same as a trace names it: what stands, how old it is, what it does."""
    if not policy.calendar.peaks and not situation.signals:
        return ()
    return tuple(
        _input(cause, at, situation) for cause in lift(channel, at, policy, situation).causes
    )


def _peaks(channel: str, at: float, policy: Policy) -> list[Cause]:
    return [
        Cause("peak", peak.name, factor, until)
        for peak, factor, until in policy.calendar.lifted(channel, at)
    ]


def _input(cause: Cause, at: float, situation: Situation) -> Input:
    given = situation.signals.get(cause.name) if cause.kind == "signal" else None
    age = None if given is None else max(0.0, at - given.at)
    limit = None if given is None else max(0.0, cause.until - given.at)
    told = "" if given is None or given.value is None else f" {given.value:g}"
    effect = f"expected arrivals x{cause.factor:.3g}"
    return Input(f"{cause.kind}: {cause.name}{told}", age, limit, effect)
