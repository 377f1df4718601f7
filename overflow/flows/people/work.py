"""What agents of a partner do with a ticket, and what the shop's people decide by hand."""

from __future__ import annotations

from typing import Final, Literal

from overflow.core import lifecycle
from overflow.core.lifecycle import Change, Drop, Keep
from overflow.core.model import HOME, Cause, Mode, Record
from overflow.errors import Busy, Conflict, Invalid
from overflow.flows.people.who import By, permitted, visible
from overflow.flows.people.writing import note, reply, set_status
from overflow.flows.routing.carry import carry
from overflow.flows.routing.errand import Along, Errand, Step, View
from overflow.flows.services import Services

__all__ = [
    "By",
    "ask",
    "claim",
    "give_back",
    "move",
    "note",
    "release",
    "reply",
    "set_status",
]

CLAIM: Final = 900.0
"""Seconds a claim lasts where nothing is said."""
LONGEST_CLAIM: Final = 8 * 3600.0
LONGEST_REASON: Final = 200
"""Characters of a reason that are kept."""


def claim(
    services: Services, shop: str, ticket_id: str, by: By, *, seconds: float | None = None
) -> Record:
    """Claim it for so long, or prolong one's claim.

    Raises ``Conflict`` with ``claimed_by`` and ``until`` when somebody else works on it.
    """
    lasting = CLAIM if seconds is None else seconds
    if not 0 < lasting <= LONGEST_CLAIM:
        raise Invalid(
            "a claim lasts too long or not at all",
            {"seconds": [f"has to be above 0 and at most {LONGEST_CLAIM:.0f}"]},
        )

    def step(view: View) -> Change:
        prior = permitted(view.prior, ticket_id, by)
        until = view.now + lasting
        return Keep(lifecycle.claim(prior, by.agent, until, view.now), None, ("claimed",))

    return _carried(services, shop, ticket_id, step, by)


def release(services: Services, shop: str, ticket_id: str, by: By) -> Record:
    """Give up one's claim; without one nothing happens."""

    def step(view: View) -> Change:
        prior = permitted(view.prior, ticket_id, by)
        freed = lifecycle.release(prior, by.agent, view.now)
        return Drop("same") if freed is prior else Keep(freed, None, ("released",))

    return _carried(services, shop, ticket_id, step, by)


def give_back(services: Services, shop: str, ticket_id: str, by: By, *, reason: str) -> Record:
    """The partner that holds it does not want it: decided again, never for that partner.

    Raises ``Conflict`` when no partner holds it or another agent works on it.
    """

    def step(view: View) -> Change:
        prior = permitted(view.prior, ticket_id, by)
        _must_write(view)
        if prior.team == HOME:
            raise Conflict(f"ticket {prior.id} is held by no partner", team=HOME)
        free = lifecycle.release(prior, by.agent, view.now)
        returned = lifecycle.give_back(free, by.team or prior.team)
        return Keep(returned, Cause.RETURNED, ("returned",))

    return _carried(services, shop, ticket_id, step, by, reason)


def move(
    services: Services, shop: str, ticket_id: str, by: By, *, to: str, reason: str = ""
) -> Record:
    """A person's move: carried out, not counted, not undone by the service."""

    def step(view: View) -> Change:
        prior = permitted(view.prior, ticket_id, by)
        _must_write(view)
        moved = lifecycle.moved_by_person(prior, to, view.policy, view.now)
        return Keep(moved, None, ("moved_by_person",))

    return _carried(services, shop, ticket_id, step, by, reason)


def ask(
    services: Services, shop: str, ticket_id: str, by: By, *, to: Literal["home", "partner"]
) -> Record:
    """A person wants it handed to a partner, or kept here: decided like the same wish by tag."""

    def step(view: View) -> Change:
        prior = permitted(view.prior, ticket_id, by)
        if prior.status.is_ended:
            raise Conflict(f"ticket {prior.id} has ended", status_of_ticket=prior.status.value)
        _must_write(view)
        return Keep(lifecycle.ask(prior, to), Cause.ASKED, ("asked",))

    return _carried(services, shop, ticket_id, step, by)


def _must_write(view: View) -> None:
    """What a person wants has to be written into the helpdesk, which only a live shop does."""
    if view.policy.mode is not Mode.LIVE:
        mode = view.policy.mode.value
        raise Conflict(f"the shop is switched to {mode}: nothing is written", mode=mode)
    if view.is_importing:
        raise Busy("the first walk over the helpdesk has not ended", retry_after=5.0)


def _carried(
    services: Services, shop: str, ticket_id: str, step: Step, by: By, reason: str = ""
) -> Record:
    facts: dict[str, object] = {"agent": by.agent}
    if reason:
        facts["reason"] = reason[:LONGEST_REASON]
    along = Along("partner" if by.team else "person", facts=facts)
    prior = visible(services, shop, ticket_id, by)
    routed = carry(services, shop, Errand(ticket_id, step, along), prior)
    return permitted(routed.record, ticket_id, By(""))
