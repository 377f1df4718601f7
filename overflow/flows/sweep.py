"""Looking again, every few seconds: what no event says by itself.

Claims that ended; tickets that are at risk by now, or left untouched by a partner; pressure where
nothing arrives any more; dead letters of a helpdesk that answers again; what the job queue lost.
A sweep that runs out of time goes on, with the next job, where it stopped.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final, NamedTuple

from overflow.clock import monotonic
from overflow.core import lifecycle
from overflow.core.lifecycle import Change, Drop, Keep
from overflow.core.model import Mode
from overflow.core.review import review_queue
from overflow.errors import Busy
from overflow.flows.alone import alone
from overflow.flows.drain.failing import ANSWERS, OUTAGE
from overflow.flows.reviewing import Reviewing
from overflow.flows.routing.carry import carry
from overflow.flows.routing.errand import IMPORTED, Along, Errand, View
from overflow.flows.services import Services
from overflow.jobs import Task
from overflow.store import keys

LEASE: Final = 12.0
"""Seconds; longer than a sweep takes, and short, for while a killed process holds it nobody sweeps.
Should two sweep after all, they decide the same and commit it once."""
PRUNED_EVERY: Final = 1800.0
"""Seconds between two times that old days and old journal entries are thrown away."""
SWEPT: Final = "swept"
"""When a sweep last came to its end."""
LETTERS: Final = 5000
"""Dead letters looked at and retried at once; an outage of hours leaves many times that."""


class Swept(NamedTuple):
    """What a sweep did (tickets)."""

    is_whole: bool
    """False: another process sweeps, or it ran out of time and goes on with the next job."""
    moved: int = 0
    expired: int = 0


def run(services: Services, shop: str) -> Swept:
    """One sweep over one shop. Raises ``Unknown`` without a policy, and ``StoreAway``."""
    swept = alone(services, shop, "sweep", LEASE, lambda _: _swept(services, shop))
    return Swept(is_whole=False) if swept is None else swept


def swept_at(services: Services, shop: str) -> float | None:
    """When a sweep last came to its end (epoch seconds); None: none has yet."""
    at = services.progress.get(shop, SWEPT)
    return None if at is None else float(at)


def _swept(services: Services, shop: str) -> Swept:
    until = monotonic() + services.pace.budget
    services.book.policy(shop)
    expired = _expire_claims(services, shop)
    _let_pressure_go(services, shop)
    reviewing = Reviewing(services, shop, until)
    is_whole = reviewing.run()
    _revive(services, shop)
    _prune(services, shop)
    nudge(services, shop)
    if is_whole:
        services.progress.put(shop, SWEPT, str(services.clock.now()))
    else:
        services.jobs.ensure(Task.SWEEP, shop)
    return Swept(is_whole, reviewing.moved, expired)


def _expire_claims(services: Services, shop: str) -> int:
    due = services.tickets.claims_due(shop, services.clock.now())
    found = services.tickets.get_many(shop, due)

    def step(view: View) -> Change:
        prior = view.prior
        if prior is None:
            return Drop("same")
        free = lifecycle.expire(prior, view.now)
        return Drop("same") if free is prior else Keep(free, None, ("claim_expired",))

    for ticket_id, record in found.items():
        with suppress(Busy):  # looked at again within seconds
            carry(services, shop, Errand(ticket_id, step, Along("sweep")), record)
    return len(found)


def _let_pressure_go(services: Services, shop: str) -> None:
    """Turn pressure off in queues where no ticket comes that would do it."""
    now = services.clock.now()
    situation = services.situations.get(shop, now)
    policy = services.book.policy(shop, situation.policy_version)
    if policy.mode is Mode.OFF or IMPORTED not in situation.seen:
        return
    for queue, pressure in situation.pressure.items():
        after = review_queue(queue, situation, policy, now) if pressure.on else None
        if after is not None and not after.on:
            services.situations.press(shop, queue, after, pressure.rev)


def _revive(services: Services, shop: str) -> None:
    """Try again what was given up because the helpdesk was away, once it answers."""
    now = services.clock.now()
    answered = services.situations.recent(shop, now).seen.get(ANSWERS, 0.0)
    cursor = ""
    while True:
        letters, cursor = services.marks.dead(shop, cursor, LETTERS)
        ids = [each.id for each in letters if each.error.startswith(OUTAGE) and each.at < answered]
        services.marks.retry_dead(shop, now, ids)
        if not cursor:
            return


def _prune(services: Services, shop: str) -> None:
    now = services.clock.now()
    last = services.progress.get(shop, "pruned")
    if last is None or now - float(last) > PRUNED_EVERY:
        services.upkeep.prune(shop, now)
        services.progress.put(shop, "pruned", str(now))


def nudge(services: Services, shop: str) -> bool:
    """Ask for a drain if something is due and nobody drains the shop; whether it was asked for.

    The job queue may have lost the one that was asked for when it became due.
    """
    now = services.clock.now()
    is_due = services.marks.dirty_due(shop, now, 1) or services.marks.to_read_due(shop, now, 1)
    if not is_due or services.leases.is_held(keys.drain_lease(shop)):
        return False
    return services.jobs.ask_for_drain(shop)
