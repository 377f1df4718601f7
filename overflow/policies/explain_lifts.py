"""Peaks and signals in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator

from overflow.core.arrivals.peaks import ALL, WHOLE_DAY, Factors, Peak
from overflow.core.arrivals.signals import SignalRule
from overflow.core.model import Policy
from overflow.policies.quantities import spoken
from overflow.policies.week import local


def explain_lifts(policy: Policy, now: float) -> str:
    """What raises the forecast; empty where nothing does."""
    return "\n".join([*_peaks(policy, now), *_signals(policy)])


def _peaks(policy: Policy, now: float) -> Iterator[str]:
    if policy.calendar.peaks:
        yield "Peaks, for which the forecast is changed beforehand; those that meet multiply:"
    for peak in policy.calendar.peaks:
        rule = "" if peak.on.text == peak.name.casefold() else f" ({peak.on.text})"
        yield f"  {peak.name}{rule}: {'; '.join(_peak(peak, policy, now))}."


def _peak(peak: Peak, policy: Policy, now: float) -> Iterator[str]:
    yield _factors(peak.lift)
    if peak.days > 1:
        yield f"{peak.days} days in a row"
    if peak.hours != WHOLE_DAY:
        yield f"from {_clock(peak.hours[0])} to {_clock(peak.hours[1])}"
    if peak.before:
        yield f"rises for {spoken(peak.before)} beforehand"
    if peak.after:
        yield f"falls back for {spoken(peak.after)} afterwards"
    span = policy.calendar.coming(peak, now)
    if span is not None:
        begins = local(span.begins, policy.zone)
        when = f"{begins:%a} {begins.day} {begins:%b %Y}"
        yield f"it stands since {when}" if span.begins <= now else f"next on {when}"


def _signals(policy: Policy) -> Iterator[str]:
    if policy.signals:
        yield "Signals that change the forecast when they are given:"
    for rule in policy.signals:
        yield f"  {_signal(rule)}."


def _signal(rule: SignalRule) -> str:
    return f"{rule.when}: {_factors(rule.lift)} for {spoken(rule.lasts)}"


def _factors(lift: Factors) -> str:
    return ", ".join(
        f"{'every channel' if name == ALL else name} x{factor:g}" for name, factor in lift
    )


def _clock(seconds: float) -> str:
    hours, rest = divmod(int(seconds), 3600)
    return f"{hours:02}:{rest // 60:02}"
