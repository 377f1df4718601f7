"""The one way a ticket changes: look, decide, commit, and again when somebody was faster.

An ``Errand`` says what shall become of a ticket, seen from what stands (its ``step``, a pure
function made of ``core.lifecycle``). ``carry`` makes the decision that the step asks for, commits
both in one atomic step, and begins again with what the store gives back when that is not what the
step was made from. In the usual case this is one store call.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from overflow.core.lifecycle import Drop, ReadAgain
from overflow.core.model import Record
from overflow.errors import Busy, Conflict, StoreAway
from overflow.flows.routing.draft import Draft, draft
from overflow.flows.routing.errand import Errand, Routed, View
from overflow.flows.services import Services
from overflow.store.commits import Changed, Committed, Full, Outdated, Overtaken, Seen

ATTEMPTS: Final = 12
"""Commits tried for one errand before it is put off; each failed one was somebody's success."""
STALE: Final = 4
"""Decisions made from what was no longer so before the ticket stays where it may."""


def carry(  # noqa: C901  one case for each answer of the store
    services: Services, shop: str, errand: Errand, prior: Record | None
) -> Routed:
    """Carry the errand out; ``prior`` is what is thought to stand.

    Raises what the step raises, ``Busy`` when others were faster every time, ``StoreAway``, and
    ``Conflict`` for a request under an Idempotency-Key that lost its turn.
    """
    refused = stale = 0
    for _ in range(ATTEMPTS):
        view = _view(services, shop, prior)
        is_last = refused > len(view.policy.partners) or stale > STALE
        drafted = _drafted(errand, view, is_last=is_last)
        if isinstance(drafted, Routed):
            return drafted
        result = services.tickets.commit(shop, drafted.commit)
        match result:
            case Committed():
                if result.wakes:
                    wake(services, shop)
                return Routed(drafted.outcome, result.record, drafted.decision, result.entry)
            case Changed():
                if errand.is_read:
                    return Routed("read_again", result.record)
                prior = result.record
            case Outdated():
                stale += 1
            case Full():
                refused += 1
                count(services, shop, f"contended/{result.team}/{result.limit}")
            case Seen():
                return Routed("duplicate", result.record)
            case Overtaken():
                raise Conflict("another request with this Idempotency-Key has taken over")
    raise Busy(f"ticket {errand.ticket_id}: others were faster {ATTEMPTS} times", retry_after=1.0)


def _view(services: Services, shop: str, prior: Record | None) -> View:
    now = services.clock.now()
    situation = services.situations.recent(shop, now)
    policy = services.book.policy(shop, situation.policy_version)
    return View(prior, situation, policy, now)


def _drafted(errand: Errand, view: View, *, is_last: bool) -> Draft | Routed:
    """What to commit, or what came of it when there is nothing to commit."""
    change = errand.step(view)
    if isinstance(change, Drop):
        return Routed(change.why, view.prior)
    if isinstance(change, ReadAgain):
        return Routed("read_again", view.prior)
    return draft(errand, change, view, is_last=is_last) or Routed("same", view.prior)


def wake(services: Services, shop: str) -> None:
    """Ask for the shop's drain, whose lease is free; the ticks ask again if this gets lost."""
    if not services.jobs.is_asked(shop):
        services.jobs.ask_for_drain(shop)


def count(services: Services, shop: str, *names: str) -> None:
    """Count what no commit goes with; not worth failing for."""
    with suppress(StoreAway):
        services.tallies.add(shop, names, services.clock.now())
