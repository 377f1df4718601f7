"""The main reason of a decision in words, with its numbers: one template a reason."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from string import Formatter
from typing import Final

from overflow.core import planned
from overflow.core.model import Cause, Levels
from overflow.core.trace import Measure, Reason, TeamTest, Trace

TEMPLATES: Final[Mapping[Reason, str]] = {
    Reason.NO_PRESSURE: "no pressure ({backlog} in the backlog at home, {wait} to wait)",
    Reason.BACKLOG: "pressure at home by its backlog of {backlog}{backlog_levels}",
    Reason.EXPECTED_WAIT: "pressure at home by an expected wait of {wait}{wait_levels}",
    Reason.BREACH: "its chance of a late answer at home is {breach}{breach_levels}{there}",
    Reason.CLOSED: "home is closed, and on {channel} nobody can wait",
    Reason.CLOSED_WOULD_BREACH: "home is closed, its chance of a late answer there is {breach}",
    Reason.CLOSED_FORCED: "home is closed, and the policy hands over everything then",
    Reason.CLOSED_CAN_WAIT: "home is closed, and it can wait (chance of a late answer {breach})",
    Reason.CLOSED_KEPT: "home is closed, and the policy keeps everything then",
    Reason.NOBODY_OPEN: "nobody is open",
    Reason.NO_PARTNER: "the policy names no partner",
    Reason.NO_RELIEF: "no partner would answer in time more probably ({breach} late at home)",
    Reason.PARTNER_CLOSED: "no partner that could take it is open",
    Reason.CHANNEL: "home does not answer on {channel}{nobody}",
    Reason.LANGUAGE: "home does not answer in {language}{nobody}",
    Reason.FULL: "{partner} is full{full}",
    Reason.DAILY_LIMIT: "{partner} has reached its daily limit{daily_limit}",
    Reason.SWITCHED_OFF: "{off}",
    Reason.MOVE_LIMIT: "it has been moved as often as the policy allows",
    Reason.REFUSED: "{partner} has returned it before",
    Reason.MANUAL: "a person moved it",
    Reason.PINNED_HOME: "a person asked to keep it",
    Reason.PINNED_PARTNER: "a person asked for it",
    Reason.RETURNED: "the partner gave it back",
    Reason.REOPENED: "it was reopened, and {team} handled it before",
    Reason.HELD: "it is held already",
    Reason.UNFIT: "{holder} does not answer on {channel} in {language}",
    Reason.UNTOUCHED: "nobody has begun to work on it{untouched}",
    Reason.HOME_FREE: "home is free again, and nobody has begun to work on it",
    Reason.PLAN: "{plan}",
    Reason.CROSSED: "somebody took it up meanwhile",
    Reason.OFF: "the service is off in this shop",
    Reason.CONTENDED: "others took the last free places meanwhile",
}


def why(reason: Reason, team: str, trace: Trace) -> str:
    """The main reason in words; no capital at its beginning, no full stop at its end."""
    slots = {name: SLOTS[name](reason, team, trace) for name in _NAMED[reason]}
    return TEMPLATES[reason].format(**slots)


def duration(seconds: float) -> str:
    """``40 s``, ``12 min``, ``5 h``, ``3 d``."""
    for unit, size, until in (("s", 1, 120), ("min", 60, 7200), ("h", 3600, 172800)):
        if seconds < until:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 86400:.0f} d"


def share(value: float) -> str:
    """``34 %``; no chance that is not certain is told as 0 or 100."""
    if 0 < value < 0.005:
        return "under 1 %"
    return "over 99 %" if 0.995 <= value < 1 else f"{100 * value:.0f} %"


def _count(value: float) -> str:
    return f"{value:.0f}"


def _figure(measure: Measure, word: Callable[[float], str]) -> str:
    return f"unknown: {measure.method}" if measure.value is None else word(measure.value)


def _levels(levels: Levels | None, word: Callable[[float], str]) -> str:
    if levels is None:
        return ""
    return f" (starts at {word(levels.start)}, ends below {word(levels.stop)})"


def _test(team: str, trace: Trace) -> TeamTest | None:
    return next((test for test in trace.partners if test.team == team), None)


def _there(team: str, trace: Trace) -> str:
    test = _test(team, trace)
    if test is None or test.breach.value is None:
        return ""
    return f", {share(test.breach.value)} there"


def _failing(reason: Reason, trace: Trace) -> TeamTest | None:
    """The partner that failed this test: the holder, else the one with the fewest others."""
    failing = [test for test in trace.partners if reason in test.failed]
    return min(
        failing, key=lambda test: (test.team != trace.holder, len(test.failed)), default=None
    )


def _nearest(reason: Reason, trace: Trace) -> str:
    test = _failing(reason, trace)
    return "the partner" if test is None else test.team


def _numbers(reason: Reason, trace: Trace) -> str:
    test = _failing(reason, trace)
    if test is None:
        return ""
    check = next(check for check in test.checks if check.reason is reason)
    if check.have is None or check.limit is None:
        return ""
    return f" ({check.have:.0f} of {check.limit:.0f}{check.note and f' {check.note}'})"


def _off(trace: Trace) -> str:
    """Which team is off, and what was said about it."""
    failing = _failing(Reason.SWITCHED_OFF, trace)
    test = trace.home if Reason.SWITCHED_OFF in trace.home.failed else failing
    if test is None:
        return "it is switched off"
    check = next(check for check in test.checks if check.reason is Reason.SWITCHED_OFF)
    name = "home" if test is trace.home else test.team
    return f"{name} is switched off ({check.note})"


def _plan(trace: Trace) -> str:
    plan = trace.plan
    if plan is None or plan.have is None:
        return "unknown at home, and the plan hands over nobody now"
    if trace.cause is Cause.LATE and plan.place is not None and plan.leaves_from is not None:
        return (
            f"number {_count(plan.place)} in the line{_left(trace)}, and the plan hands over "
            f"from {_count(math.ceil(plan.leaves_from))} on"
        )
    level = planned.told(plan.level)
    end = planned.told(plan.end)
    until = "on" if end is None else f"to {end - 1}"
    told = "nobody now" if level is None else f"from {level} {until}"
    return f"{_count(plan.have)} at home, and the plan hands over {told}"


def _left(trace: Trace) -> str:
    """The time until it is late."""
    if trace.due is None:
        return ""
    left = trace.due - trace.now
    return f" with {duration(left)} left" if left > 0 else ", late already"


def _untouched(trace: Trace) -> str:
    for name, age, limit, _ in trace.inputs:
        if name == "untouched" and age is not None and limit is not None:
            return f" for {duration(age)}, longer than {duration(limit)}"
    return ""


SLOTS: Final[Mapping[str, Callable[[Reason, str, Trace], str]]] = {
    "team": lambda _, team, trace: "home" if team == trace.home.team else team,
    "holder": lambda _, __, trace: trace.holder,
    "channel": lambda _, __, trace: trace.channel,
    "language": lambda _, __, trace: trace.language or "its language",
    "backlog": lambda _, __, trace: _figure(trace.backlog, _count),
    "wait": lambda _, __, trace: _figure(trace.wait, duration),
    "breach": lambda _, __, trace: _figure(trace.breach, share),
    "backlog_levels": lambda _, __, trace: _levels(trace.levels.backlog, _count),
    "wait_levels": lambda _, __, trace: _levels(trace.levels.expected_wait, duration),
    "breach_levels": lambda _, __, trace: _levels(trace.levels.breach, share),
    "there": lambda _, team, trace: _there(team, trace),
    "nobody": lambda _, team, trace: (
        ", and nobody else can take it" if team == trace.home.team else ""
    ),
    "partner": lambda reason, _, trace: _nearest(reason, trace),
    "full": lambda _, __, trace: _numbers(Reason.FULL, trace),
    "daily_limit": lambda _, __, trace: _numbers(Reason.DAILY_LIMIT, trace),
    "off": lambda _, __, trace: _off(trace),
    "plan": lambda _, __, trace: _plan(trace),
    "untouched": lambda _, __, trace: _untouched(trace),
}
"""What a template may name."""
_NAMED: Final[Mapping[Reason, tuple[str, ...]]] = {
    reason: tuple(name for _, name, _, _ in Formatter().parse(text) if name)
    for reason, text in TEMPLATES.items()
}
