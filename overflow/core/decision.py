"""A decision, and how it is told: as plain data and as one sentence."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from overflow.core import phrases, telling
from overflow.core.model import HOME, Cause, Pressure
from overflow.core.trace import Check, Input, Line, Measure, Reason, TeamTest, Trace
from overflow.core.values import dataclass

__all__ = [
    "Check",
    "Decision",
    "Input",
    "Line",
    "Measure",
    "Outcome",
    "Reason",
    "TeamTest",
    "Trace",
    "headline",
    "stays",
    "trace_of",
]


class Outcome(StrEnum):
    """What becomes of the ticket: stable public codes."""

    KEEP = "keep"
    """Home has it and keeps it."""
    OVERFLOW = "overflow"
    """To a partner, at once."""
    LATE = "late_overflow"
    """To a partner, after it waited at home."""
    RECALL = "recall"
    """Taken back home by the service; counted against the move limit."""
    RETURN_HOME = "returned"
    """Back home because the partner or a person wants it so; not counted."""
    ACCEPT = "accept"
    """Whoever holds it goes on holding it."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Who holds a ticket from now on, and why."""

    ticket: str
    at: float
    cause: Cause
    outcome: Outcome
    team: str
    reason: Reason
    """The main one; the trace has all."""
    pressure: Pressure | None
    """The queue's new pressure; None: unchanged."""
    queue: str
    policy_version: int
    situation_seq: int
    trace: Trace
    epoch: int = 0
    """The run of observing it was made in."""

    @property
    def is_move(self) -> bool:
        """The ticket goes to another team than holds it."""
        return self.team != self.trace.holder


def stays(decision: Decision, reason: Reason = Reason.CONTENDED) -> Decision:
    """The same decision with the ticket left where it may stay.

    For a commit that lost the partner's last slot as often as there are partners. The holder goes
    on holding it; what was returned or reopened goes home.
    """
    holder = decision.trace.holder
    if holder != HOME and decision.cause not in {Cause.RETURNED, Cause.REOPENED}:
        return replace(decision, outcome=Outcome.ACCEPT, team=holder, reason=reason)
    outcome = Outcome.KEEP if holder == HOME else Outcome.RETURN_HOME
    return replace(decision, outcome=outcome, team=HOME, reason=reason)


def trace_of(decision: Decision) -> dict[str, object]:
    """The decision and its whole trace as plain data, ready for JSON.

    Times are epoch seconds; figures that are unknown are null, with the reason beside them.
    """
    return {
        "ticket": decision.ticket,
        "at": decision.at,
        "cause": decision.cause.value,
        "outcome": decision.outcome.value,
        "team": decision.team,
        "reason": decision.reason.value,
        "headline": headline(decision),
        "queue": decision.queue,
        "policy_version": decision.policy_version,
        "situation_seq": decision.situation_seq,
        **telling.plain(decision.trace),
    }


def headline(decision: Decision) -> str:
    """One plain sentence: what becomes of the ticket, and the main reason with its numbers."""
    why = phrases.why(decision.reason, decision.team, decision.trace)
    match decision.outcome:
        case Outcome.KEEP:
            return f"Kept: {why}."
        case Outcome.OVERFLOW:
            return f"To {decision.team}: {why}."
        case Outcome.LATE:
            return f"To {decision.team}, after waiting at home: {why}."
        case Outcome.RECALL:
            return f"Taken back from {decision.trace.holder}: {why}."
        case Outcome.RETURN_HOME:
            return f"Back home from {decision.trace.holder}: {why}."
        case Outcome.ACCEPT:
            return f"Stays with {decision.team}: {why}."
