"""A decision in short, as the journal keeps it, and written out again.

Every request makes one of these and hardly any is read, so writing costs little and reading puts
the words back. Nothing is rounded and nothing left out: ``written_out(shorten(d))`` is ``d``, and
stays so for what was shortened long ago: what is given up here needs another ``FORM``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from overflow.core.decision import Decision, Outcome
from overflow.core.model import Cause, Levels, Mode, Pressure, Thresholds
from overflow.core.trace import Check, Input, Line, Measure, Planned, Reason, TeamTest, Trace

Short: TypeAlias = list[Any]
"""Lists, texts, numbers and nulls only: JSON."""

FORM: Final = 1
"""The first element, so that a later form can be told from this one."""

_USUAL: Final = (
    Check(Reason.CLOSED, is_passed=True),
    Check(Reason.CLOSED, is_passed=False),
    Check(Reason.CHANNEL, is_passed=True),
    Check(Reason.LANGUAGE, is_passed=True),
    Check(Reason.FULL, is_passed=True, note="no limit"),
    Check(Reason.DAILY_LIMIT, is_passed=True, note="no limit"),
    Check(Reason.SWITCHED_OFF, is_passed=True),
    Check(Reason.REFUSED, is_passed=True),
    Check(Reason.REFUSED, is_passed=False, note="it returned this ticket"),
    Check(Reason.NO_RELIEF, is_passed=True, note="not compared"),
    Check(Reason.MOVE_LIMIT, is_passed=True, have=0, limit=1, note="out"),
    Check(Reason.MOVE_LIMIT, is_passed=True, have=0, limit=1, note="back"),
)
"""Written by their place here, most tests being one of them. Only ever longer at its end."""
_SAID: Final = len(Planned._fields) - len(Planned._field_defaults)
"""Of ``Planned`` what is written in any case."""
_PLACES: Final = {check: place for place, check in enumerate(_USUAL)}


def shorten(made: Decision) -> Short:
    """The decision and its whole trace as a list for JSON."""
    trace = made.trace
    return [
        FORM,
        made.ticket,
        made.at,
        made.cause.value,
        made.outcome.value,
        made.team,
        made.reason.value,
        made.queue,
        made.policy_version,
        made.situation_seq,
        made.epoch,
        made.pressure is not None,
        trace.now,
        trace.mode.value,
        trace.channel,
        trace.language,
        trace.topic,
        trace.holder,
        trace.asked,
        _number(trace.due),
        _measure(trace.backlog),
        _measure(trace.wait),
        _measure(trace.breach),
        [_number(value) for value in trace.line],
        _levels(trace.levels),
        [*trace.before],
        [*trace.after] if trace.after is not trace.before else None,
        [_team(test) for test in (trace.home, *trace.partners)],
        [(name, _number(age), _number(limit), effect) for name, age, limit, effect in trace.inputs],
        None if trace.plan is None else _plan(trace.plan),
    ]


def written_out(short: Sequence[Any]) -> Decision:
    """The decision that was shortened. Raises ``ValueError`` for anything else."""
    form, *rest = short
    if form != FORM:
        raise ValueError(f"a decision in the unknown form {form!r}")
    (ticket, at, cause, outcome, team, reason, queue, version, seq, epoch, has_pressed) = rest[:11]
    trace = _trace(Cause(cause), rest[11:])
    return Decision(
        ticket=ticket,
        at=at,
        cause=Cause(cause),
        outcome=Outcome(outcome),
        team=team,
        reason=Reason(reason),
        pressure=trace.after if has_pressed else None,
        queue=queue,
        policy_version=version,
        situation_seq=seq,
        trace=trace,
        epoch=epoch,
    )


def _trace(cause: Cause, rest: Sequence[Any]) -> Trace:
    (now, mode, channel, language, topic, holder, asked, due, backlog, wait, breach) = rest[:11]
    line, levels, before, after, (home, *partners), inputs, plan = rest[11:]
    pressure = Pressure(*before)
    return Trace(
        now=now,
        cause=cause,
        mode=Mode(mode),
        channel=channel,
        language=language,
        topic=topic,
        holder=holder,
        asked=asked,
        due=_value(due),
        backlog=_measured(backlog),
        wait=_measured(wait),
        breach=_measured(breach),
        line=Line._make(map(_value, line)),
        levels=_thresholds(*levels),
        before=pressure,
        after=pressure if after is None else Pressure(*after),
        home=_tested(home),
        partners=tuple(_tested(each) for each in partners),
        inputs=tuple(Input(name, _value(a), _value(b), effect) for name, a, b, effect in inputs),
        plan=None if plan is None else Planned(*plan),
    )


def _plan(plan: Planned) -> Short:
    """Without what the plan says nothing of, at its end."""
    said = [*plan]
    while said[-1] is None and len(said) > _SAID:
        said.pop()
    return said


def _team(test: TeamTest) -> tuple[Any, ...]:
    return (
        test.team,
        [_check(check) for check in test.checks],
        _measure(test.breach),
        _measure(test.wait),
        _number(test.cost),
        None if test.relief is None else _check(test.relief),
        test.opens_at,
    )


def _tested(short: Sequence[Any]) -> TeamTest:
    team, checks, breach, wait, cost, relief, opens_at = short
    tests = tuple(_checked(check) for check in checks)
    return TeamTest(
        team=team,
        checks=tests,
        failed=tuple(check.reason for check in tests if not check.is_passed),
        breach=_measured(breach),
        wait=_measured(wait),
        cost=_value(cost),
        relief=None if relief is None else _checked(relief),
        opens_at=opens_at,
    )


def _check(check: Check) -> int | tuple[Any, ...]:
    place = _PLACES.get(check)
    if place is not None:
        return place
    reason, is_passed, have, limit, note = check
    return reason.value, is_passed, _number(have), _number(limit), note


def _checked(short: int | Sequence[Any]) -> Check:
    if isinstance(short, int):
        return _USUAL[short]
    reason, is_passed, have, limit, note = short
    return Check(Reason(reason), is_passed, _value(have), _value(limit), note)


def _measure(measure: Measure) -> tuple[Any, str]:
    value, method = measure
    return _number(value), method


def _measured(short: Sequence[Any]) -> Measure:
    value, method = short
    return Measure(_value(value), method)


def _levels(levels: Thresholds) -> Short:
    of = [levels.backlog, levels.expected_wait, levels.breach]
    return [*[None if each is None else (each.start, each.stop) for each in of], levels.hold]


def _thresholds(
    backlog: Sequence[float] | None,
    wait: Sequence[float] | None,
    breach: Sequence[float] | None,
    hold: float,
) -> Thresholds:
    return Thresholds(_level(backlog), _level(wait), _level(breach), hold)


def _level(short: Sequence[float] | None) -> Levels | None:
    return None if short is None else Levels(*short)


def _number(value: float | None) -> float | str | None:
    """JSON has no infinity: it is written as a text."""
    return value if value is None or value < math.inf else "inf"


def _value(short: float | str | None) -> float | None:
    return math.inf if isinstance(short, str) else short
