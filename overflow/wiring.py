"""The one place where the parts meet: from settings to services."""

from __future__ import annotations

from typing import Final

from redis import Redis

from overflow import jobs
from overflow.clock import Clock, SystemClock
from overflow.flows.book import PolicyBook
from overflow.flows.desks import Desks
from overflow.flows.services import Pace, Services
from overflow.flows.turnstile import PATIENCE
from overflow.settings import Settings, resolve_secret
from overflow.store.connect import HASTY, PATIENT, connect, require_durable
from overflow.store.differences import Differences
from overflow.store.forecasts import Forecasts
from overflow.store.journal import Journal
from overflow.store.keyring import Keyring
from overflow.store.leases import Leases
from overflow.store.marks import Marks
from overflow.store.policies import Policies
from overflow.store.progress import Progress
from overflow.store.requests import Requests
from overflow.store.situations import Situations
from overflow.store.store_clock import StoreClock
from overflow.store.tallies import Tallies
from overflow.store.throttle import Throttle
from overflow.store.tickets import Tickets
from overflow.store.upkeep import Upkeep

__all__ = ["Services", "assemble", "build"]

SOON: Final = 3.0
"""Seconds that a call of an API waits where a helpdesk allows few, for it holds a thread."""


def build(settings: Settings, *, is_worker: bool = False, pace: Pace | None = None) -> Services:
    """Everything this process works with.

    Raises ``Refused`` for a store that could lose what was acknowledged, unless the settings
    accept that in words, and ``StoreAway`` when it does not answer.
    """
    store = connect(settings.store_url, retries=PATIENT if is_worker else HASTY)
    require_durable(store, settings.accept_data_loss)
    clock, throttle = StoreClock(store, SystemClock()), Throttle(store)
    patience = PATIENCE if is_worker else SOON
    return assemble(
        settings,
        store=store,
        queue=jobs.connect(settings.queue_url or settings.store_url),
        clock=clock,
        throttle=throttle,
        desks=Desks.resolving(resolve_secret, clock, throttle, patience=patience),
        pace=pace or Pace(),
    )


def assemble(
    settings: Settings,
    *,
    store: Redis,
    queue: Redis,
    clock: Clock,
    throttle: Throttle,
    desks: Desks,
    pace: Pace,
) -> Services:
    """The services that these parts make; tests bring some of their own."""
    situations, policies = Situations(store), Policies(store)
    return Services(
        settings=settings,
        clock=clock,
        redis=store,
        tickets=Tickets(store, situations),
        situations=situations,
        policies=policies,
        journal=Journal(store),
        marks=Marks(store),
        leases=Leases(store),
        tallies=Tallies(store),
        differences=Differences(store),
        forecasts=Forecasts(store),
        keyring=Keyring(store),
        requests=Requests(store),
        progress=Progress(store),
        upkeep=Upkeep(store, journal_days=settings.journal_days),
        book=PolicyBook(policies, clock),
        throttle=throttle,
        desks=desks,
        jobs=jobs.Jobs(queue, clock),
        pace=pace,
    )
