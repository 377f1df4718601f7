"""The parts a flow works with. Made by ``overflow.wiring.build``; tests make their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import Final

import redis

from overflow.clock import Clock
from overflow.core.plan import Planner
from overflow.flows.book import PolicyBook
from overflow.flows.desks import Desks
from overflow.flows.drain.pieces import Gathering
from overflow.flows.drain.shares import Shares
from overflow.jobs import Jobs
from overflow.settings import Settings
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
from overflow.store.tallies import Tallies
from overflow.store.throttle import Throttle
from overflow.store.tickets import Tickets
from overflow.store.upkeep import Upkeep

ANSWERS: Final = 16
"""Answers of partners that may wait for helpdesks at a time, in one process: fewer than the API has
threads, so that webhooks always find a free one."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How eager the journeys are (seconds; numbers of tickets)."""

    threads: int = 48
    """Tickets of one shop that a drain works on at once."""
    slice: float = 8.0
    """A drain hands over to its successor after this long."""
    least_slice: float = 1.0
    """And after this long when other jobs wait for a thread."""
    linger: float = 0.4
    """A drain with nothing to do waits this long for more. Longer than ``jobs.THROTTLE``."""
    lease: float = 9.0
    """A lease that is not renewed ends after this long; its holder is taken for dead."""
    budget: float = 0.5
    """A sweep, poll or walk stops after this long and goes on with the next job."""
    turn: float = 3.0
    """And waits no longer than this for its turn at a helpdesk that allows few calls."""
    import_pause: float = 0.2
    """Between two pages of the first walk, so that the helpdesk's people notice nothing."""


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a flow may use; one a process, shared by its threads."""

    settings: Settings
    clock: Clock
    redis: redis.Redis
    tickets: Tickets
    situations: Situations
    policies: Policies
    journal: Journal
    marks: Marks
    leases: Leases
    tallies: Tallies
    differences: Differences
    forecasts: Forecasts
    keyring: Keyring
    requests: Requests
    progress: Progress
    upkeep: Upkeep
    book: PolicyBook
    throttle: Throttle
    desks: Desks
    jobs: Jobs
    pace: Pace = field(default_factory=Pace)
    answers: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(ANSWERS))
    """Taken by whoever has an answer written through, for as long as that takes."""
    planner: Planner = field(default_factory=Planner)
    """Remembers what this process has solved."""
    gatherings: dict[str, Gathering] = field(default_factory=dict)
    """By shop, of a drain that handed over: its successor goes on with it."""

    shares: Shares = field(default_factory=Shares)
    """Of the drains that this process runs at once."""

    def close(self) -> None:
        """Give all connections back."""
        self.desks.close()
        self.jobs.close()
        self.redis.close()
