"""The dry run: what would be decided about a ticket. Nothing is written, anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, cast

from overflow.core import lifecycle
from overflow.core.changes import Keep
from overflow.core.decide import Verdict, decide, decision
from overflow.core.decision import Decision, Outcome, Reason
from overflow.core.model import (
    HOME,
    Cause,
    Mode,
    Policy,
    Record,
    Situation,
    Snapshot,
    Status,
    Ticket,
)
from overflow.core.review import review
from overflow.core.supposed import empty, laid_over, moved
from overflow.core.survey import survey
from overflow.errors import Invalid
from overflow.flows import views
from overflow.flows.services import Services
from overflow.store.situation_codec import local_day

Given = Mapping[str, Any]
"""As ``PreviewSchema`` loads it."""
LONGEST: Final = 366 * 86_400.0
"""Seconds that a moment of the ticket may lie from the decision."""
EARLIEST: Final = 946_684_800.0
"""The beginning of the year 2000."""
LATEST: Final = 4_102_444_800.0
"""The beginning of the year 2100."""
_WAITING: Final = frozenset({Cause.LATE, Cause.UNTOUCHED})


def preview(services: Services, shop: str, given: Given) -> Decision:
    """What the shop would decide about the ticket that is given, now or at the time given.

    ``situation``: figures laid over those of now. Raises ``Unknown`` for a shop without a policy
    and ``Invalid`` with every fault.
    """
    view = views.situation(services, shop)
    return supposed(view.policy, given, view.situation, services.clock.now())


def supposed(policy: Policy, given: Given, base: Situation | None, now: float) -> Decision:
    """The same from a policy alone; ``base`` None: nobody waits and nothing was measured."""
    over = given.get("situation") or {}
    at = _or(given.get("at"), _or(over.get("at"), now))
    _check(given, policy, at)
    situation = empty(policy, at) if base is None else _moved(base, at, policy.zone)
    situation = laid_over(situation, over, policy, at)
    ticket = _ticket(given["ticket"], policy, situation, at)
    return _decided(ticket, situation, policy, at)


def _moved(situation: Situation, at: float, zone: str) -> Situation:
    is_same_day = local_day(at, zone) == local_day(situation.at, zone)
    found = moved(situation, at)
    return found if is_same_day else replace(found, today={})


def _check(given: Given, policy: Policy, at: float) -> None:
    """Teams that nobody knows, and moments that have nothing to do with the decision's."""
    ticket, faults = given["ticket"], {}
    for field in ("team", "handled_by"):
        if ticket.get(field) and policy.team(ticket[field]) is None:
            faults[f"ticket.{field}"] = ["is no team of this shop"]
    for field in ("created_at", "due_at", "held_since"):
        if ticket.get(field) is not None and abs(ticket[field] - at) > LONGEST:
            faults[f"ticket.{field}"] = ["is more than a year from the time of the decision"]
    if not EARLIEST <= at <= LATEST:
        faults["at"] = ["has to be between the years 2000 and 2100"]
    if faults:
        raise Invalid("this cannot be supposed", faults)


def _ticket(given: Given, policy: Policy, situation: Situation, at: float) -> Ticket:
    """The ticket as it would stand before the decision."""
    record = _record(given, policy, at)
    cause = Cause(given["cause"])
    if cause in _WAITING:
        cause = Cause.LATE if record.team == HOME else Cause.UNTOUCHED
    ahead = given.get("ahead")
    return lifecycle.ticket_of(record, cause, policy, ahead=ahead, epoch=situation.epoch)


def _record(given: Given, policy: Policy, at: float) -> Record:
    created = _or(given.get("created_at"), at)
    seen = Snapshot(
        id=given["id"],
        status=Status.OPEN,
        group=given.get("group"),
        assignee=None,
        channel=given["channel"],
        language=given["language"],
        created=created,
        topic=given["topic"],
        tags=frozenset(given["tags"]),
    )
    # An open ticket at first sight is always kept.
    first = cast("Keep", lifecycle.observe(None, seen, policy, at, authoritative=True)).record
    return replace(
        first,
        team=given.get("team") or first.team,
        due=_or(given.get("due_at"), first.due),
        answered=created if given["is_answered"] else 0.0,
        moves_out=given["moves"].get("out", 0),
        moves_back=given["moves"].get("back", 0),
        refused_by=" ".join(sorted(given["refused_by"])),
        handled_by=given.get("handled_by") or "",
        held_since=_or(given.get("held_since"), created),
    )


def _or(given: float | None, otherwise: float) -> float:
    return otherwise if given is None else given


def _decided(ticket: Ticket, situation: Situation, policy: Policy, at: float) -> Decision:
    if ticket.cause not in _WAITING or policy.mode is Mode.OFF:
        return decide(ticket, situation, policy, at)
    return review(ticket, situation, policy, at) or _left(ticket, situation, policy, at)


def _left(ticket: Ticket, situation: Situation, policy: Policy, at: float) -> Decision:
    """The sweep looks at it and does nothing, which the journal would not mention."""
    outcome = Outcome.KEEP if ticket.team == HOME else Outcome.ACCEPT
    verdict = Verdict(outcome, ticket.team, Reason.HELD)
    return decision(survey(ticket, situation, policy, at), verdict)
