"""From a step to its commit: the decision it asks for, and all that is written along with it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, NamedTuple

from overflow.core import lifecycle, waits
from overflow.core.decision import Decision, Outcome, Reason, stays
from overflow.core.learning.ends import wait_over
from overflow.core.lifecycle import Keep
from overflow.core.model import HOME, Cause, Mode, Record, Status, Ticket
from overflow.core.retold import beyond
from overflow.core.shorthand import shorten
from overflow.flows.routing import counts
from overflow.flows.routing.errand import Errand, Routed, View
from overflow.store.commits import ENTRY, Answer, Basis, Commit

MOVED: Final = "moved_by_person"
"""The event that is a decision of somebody else's."""
LONGEST_WORK: Final = 8 * 3600.0
"""Seconds of work on one ticket above which somebody just forgot to close it: not measured."""


class Draft(NamedTuple):
    """What to commit, and what will have come of it then."""

    commit: Commit
    outcome: str
    decision: Decision | None


def draft(errand: Errand, change: Keep, view: View, *, is_last: bool) -> Draft | None:
    """The commit that this change needs; None: it was decided that nothing is to be done.

    ``is_last``: the store refused as often as there are candidates, so the ticket is left where
    it may stay.
    """
    record, ticket, made = change.record, None, None
    if change.cause is not None and view.policy.mode is not Mode.OFF and not view.is_importing:
        ticket = lifecycle.ticket_of(
            record, change.cause, view.policy, ahead=errand.ahead, epoch=view.situation.epoch
        )
        made = errand.decide(ticket, view.situation, view.policy, view.now)
        if made is None:
            return None
        if is_last:
            made = replace(stays(made), pressure=None)
        record = lifecycle.settle(record, made, view.policy, view.now)
    record = waits.closed(view.prior, record)
    outcome = _outcome(view, made)
    handled = _handled(view, record)
    commit = Commit(
        record=record,
        prior_rev=view.prior.rev if view.prior is not None else 0,
        now=view.now,
        basis=Basis.of(view.situation, made.queue) if made and not is_last else None,
        takes=_takes(made, record) if made and not is_last else "",
        pressure=made.pressure if made else None,
        kind=_kind(change, made),
        journal=_told(errand, change, view, made, ticket),
        situation=view.situation if made else None,
        tallies=(
            *_tallies(errand, change, view.prior, record, made, outcome),
            *counts.handled(view.prior, handled),
            *counts.waited(view.prior, wait_over(view.prior, record, view.policy, view.now)),
        ),
        cohort=_cohort(view.prior, record),
        handled=handled,
        heard="helpdesk" if errand.is_heard else "",
        delivery=errand.along.delivery,
        answer=_answer(errand, Routed(outcome, record, made, ENTRY)),
        read=errand.read,
    )
    return Draft(commit, outcome, made)


def _outcome(view: View, made: Decision | None) -> str:
    if made is not None:
        return "decided"
    if view.prior is not None:
        return "updated"
    return "imported" if view.is_importing else "accepted"


def _takes(made: Decision, record: Record) -> str:
    """The partner whose limits the commit has to respect: one that gets the ticket by us."""
    is_given = made.outcome in {Outcome.OVERFLOW, Outcome.LATE} or made.cause is Cause.REOPENED
    return record.team if is_given and record.team != HOME else ""


def _kind(change: Keep, made: Decision | None) -> str:
    """Of the journal entry. A person's move is a decision too, just not one of ours."""
    if made is not None or MOVED in change.events:
        return "decision"
    return "event" if change.events else ""


def _told(
    errand: Errand, change: Keep, view: View, made: Decision | None, ticket: Ticket | None
) -> dict[str, object] | None:
    """What the journal entry says; None: nothing beyond what the store notes by itself."""
    if made is None and not change.events and not errand.along.facts:
        return None
    told: dict[str, object] = {"source": errand.along.source, **errand.along.facts}
    if change.events:
        told["events"] = list(change.events)
    if made is not None:
        told["decision"] = shorten(made)
        if ticket is not None and (rest := beyond(ticket)):
            told["ticket"] = rest
    elif MOVED in change.events:
        told["decision"] = _by_hand(change.record, view)
    return told


def _by_hand(record: Record, view: View) -> dict[str, object]:
    """A person's move, told like a decision: nothing was tested or weighed."""
    holder = view.prior.team if view.prior is not None else HOME
    is_there = record.team == holder
    outcome = Outcome.RETURN_HOME if record.team == HOME else Outcome.OVERFLOW
    return {
        "ticket": record.id,
        "at": view.now,
        "cause": Cause.ASKED.value,
        "outcome": (Outcome.ACCEPT if is_there else outcome).value,
        "team": record.team,
        "reason": Reason.MANUAL.value,
        "headline": f"Moved to {record.team} by a person.",
        "queue": record.queue,
        "policy_version": view.policy.version,
        "situation_seq": view.situation.seq,
        "mode": view.policy.mode.value,
        "channel": record.channel,
        "language": record.language,
        "topic": record.topic,
        "asked": "",
        "holder": holder,
        "due": record.due or None,
        "measures": {},
        "pressure": {},
        "line": {},
        "teams": [],
        "inputs": [],
    }


def _tallies(
    errand: Errand,
    change: Keep,
    prior: Record | None,
    record: Record,
    made: Decision | None,
    outcome: str,
) -> tuple[str, ...]:
    names = [counts.event(event, record) for event in change.events]
    if made is not None:
        names.append(counts.decision(made, record.channel))
        names += counts.flaps(made, prior)
    if errand.along.tally:
        names.append(f"{errand.along.tally}/{outcome}")
    names += counts.waits(prior, record)
    return tuple(names)


def _cohort(prior: Record | None, record: Record) -> tuple[str, ...]:
    """What is counted where the ticket arrived."""
    names = [] if prior is not None else [counts.offered(record), counts.arrived(record)]
    if record.answered and not (prior is not None and prior.answered):
        names.append(counts.answered(record))
    if record.status.is_ended and not (prior is not None and prior.status.is_ended):
        names.append(counts.ended(record))
    return tuple(names)


def _handled(view: View, record: Record) -> float | None:
    """Seconds somebody worked on it: on a live channel until it ended, else until its answer.

    Elsewhere a ticket stays wip while nobody looks at it, so the end would measure waiting.
    """
    prior = view.prior
    if prior is None or not prior.wip_since or prior.status is not Status.OPEN:
        return None
    channel = view.policy.channels.get(prior.channel)
    is_live = channel is not None and channel.live
    is_done = record.status.is_ended if is_live else bool(record.answered and not prior.answered)
    worked = view.now - prior.wip_since
    return worked if is_done and 0.0 < worked <= LONGEST_WORK else None


def _answer(errand: Errand, routed: Routed) -> Answer | None:
    if errand.along.turn is None or errand.along.render is None:
        return None
    return errand.along.turn.answer(errand.along.render(routed))
