"""Waits promised, waits kept: what a decision expected, and what came of it at the first answer.

A ticket's record keeps the wait that was expected when its holder got it, with the method. It is
compared with the first answer that this holder gives. One that was moved before, or ended without
an answer, is neither kept nor broken; such are counted apart, for those that wait longest are moved
most.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal, NamedTuple

from overflow.core.decision import Decision
from overflow.core.forecast import AFTER, LINE, USUAL
from overflow.core.model import HOME, Record
from overflow.core.trace import Measure

_CODES: Final = {LINE: "line", AFTER: "after_opening", USUAL: "usual"}
OTHER: Final = "other"
METHODS: Final = (*_CODES.values(), OTHER)
"""Stable public codes: place in the line, the same after the next opening, a partner's usual
answer time, anything else."""


class Promise(NamedTuple):
    """A wait that was given out."""

    method: str
    seconds: float
    at: float
    """When it was given (epoch seconds)."""


class Ending(NamedTuple):
    """What came of a promise."""

    method: str
    outcome: Literal["sooner", "later", "moved", "unanswered"]
    promised: float
    """Seconds."""
    waited: float | None
    """Seconds from the promise to the first answer; None: there was none from this holder."""


def given(record: Record, decision: Decision, team: str) -> str:
    """What ``Record.promised`` is once ``team`` holds the ticket by that decision.

    The first promise of a holder stands. Empty: an unknown wait, or nothing to wait for any more.
    """
    if record.promised and team == record.team:
        return record.promised
    if record.answered or record.status.is_ended:
        return ""
    wait = _wait(decision, team)
    if wait is None or wait.value is None:
        return ""
    method = _CODES.get(wait.method, OTHER)
    return f"{method} {wait.value:.5g} {max(0.0, decision.at - record.arrived):.8g}"


def promise(record: Record) -> Promise | None:
    """The promise that stands."""
    if not record.promised:
        return None
    method, seconds, after = record.promised.split(" ")
    return Promise(method, float(seconds), record.arrived + float(after))


def closed(prior: Record | None, record: Record) -> Record:
    """Without a promise that is over: answered, ended, or moved by somebody else."""
    if not record.promised:
        return record
    is_moved = prior is not None and prior.team != record.team
    is_stale = is_moved and prior is not None and prior.promised == record.promised
    is_over = bool(record.answered) or record.status.is_ended or is_stale
    return replace(record, promised="") if is_over else record


def ending(prior: Record | None, record: Record) -> Ending | None:
    """What came of the promise that stood before; None: there was none, or it stands."""
    stood = promise(prior) if prior is not None else None
    if prior is None or stood is None or record.promised == prior.promised:
        return None
    if record.team != prior.team:
        return Ending(stood.method, "moved", stood.seconds, None)
    if not record.answered:
        return Ending(stood.method, "unanswered", stood.seconds, None)
    waited = max(0.0, record.answered - stood.at)
    outcome: Literal["sooner", "later"] = "later" if waited > stood.seconds else "sooner"
    return Ending(stood.method, outcome, stood.seconds, waited)


def _wait(decision: Decision, team: str) -> Measure | None:
    trace = decision.trace
    if team == HOME:
        return trace.home.wait
    return next((test.wait for test in trace.partners if test.team == team), None)
