"""What has to happen again and again, put on the job queue by one process at a time.

Every worker process has a thread for it; a lease on the store's own time lets one of them work. If
that one is killed, another takes over when the lease has ended.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from typing import Final, NamedTuple

import structlog

from overflow.clock import monotonic
from overflow.errors import Fault, StoreAway
from overflow.flows.foresight import shadow
from overflow.flows.planner.planning import is_wanted
from overflow.flows.polling.imports import is_imported
from overflow.flows.services import Services
from overflow.flows.sweep import nudge
from overflow.jobs import MOST_WAITING, Task
from overflow.store import keys
from overflow.store.leases import Lease

LEASE: Final = 8.0
"""Seconds."""
LOOK: Final = 0.5
"""Seconds between two looks at what is due."""


class Every(NamedTuple):
    """How often (seconds)."""

    nudge: float = 2.0
    """Drains that the job queue lost; also the longest a retry waits after it became due."""
    sweep: float = 15.0
    reconcile: float = 20.0
    import_open: float = 5.0
    plan: float = 15.0
    shadow: float = 5.0


class Ticker:
    """Puts jobs for every shop on the queue while it has the lease."""

    def __init__(self, services: Services, every: Every | None = None) -> None:
        self._services = services
        self._every = every or Every()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ticks", daemon=True)
        self._lease: Lease | None = None
        self._done: dict[tuple[str, str], float] = {}
        self._log = structlog.get_logger("overflow.ticks")

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """End, and let another process have the lease at once."""
        self._stopping.set()
        self._thread.join(5.0)

    def step(self) -> bool:
        """Put on the queue what is due; whether this process has the lease."""
        if not self._is_ours():
            return False
        is_busy = self._services.jobs.waiting() > MOST_WAITING
        for shop in self._services.policies.shops():
            for what in self._due(shop):
                if not is_busy:
                    self._try_to_put(what, shop)
        return True

    def _run(self) -> None:
        while not self._stopping.wait(LOOK):
            try:
                self.step()
            except Fault as fault:
                self._log.warning("ticks are late", why=fault.message)
            except Exception:  # noqa: BLE001  a bug in one tick must not end all others
                self._log.exception("a tick failed")
        if self._lease is not None:
            self._let_go(self._lease)

    def _is_ours(self) -> bool:
        if self._lease is not None and self._lease.renew(LEASE):
            return True
        self._lease = self._services.leases.acquire(keys.lease("ticks"), LEASE)
        return self._lease is not None

    def _let_go(self, lease: Lease) -> None:
        try:
            lease.release()
        except Fault as fault:
            self._log.info("the lease on ticks ends by itself", why=fault.message)

    def _due(self, shop: str) -> Iterator[str]:
        now = monotonic()
        for what, seconds in self._every._asdict().items():
            if now - self._done.get((what, shop), -math.inf) >= seconds:
                self._done[what, shop] = now
                yield what

    def _try_to_put(self, what: str, shop: str) -> None:
        try:
            self._put(what, shop)
        except StoreAway:
            raise
        except Exception:  # noqa: BLE001  what is wrong with one shop must not hold up the others
            self._log.exception("a tick failed", what=what, shop=shop)

    def _put(self, what: str, shop: str) -> None:
        match what:
            case "nudge":
                nudge(self._services, shop)
            case "sweep":
                self._services.jobs.ensure(Task.SWEEP, shop)
            case "reconcile":
                self._services.jobs.ensure(Task.RECONCILE, shop)
            case "shadow":
                if shadow.is_wanted(self._services, shop):
                    self._services.jobs.ensure(Task.SHADOW, shop)
            case "plan":
                if is_wanted(self._services, shop):
                    self._services.jobs.ensure(Task.PLAN, shop)
            case _:
                if not is_imported(self._services, shop):
                    self._services.jobs.ensure(Task.IMPORT, shop)
