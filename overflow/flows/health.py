"""Is the service well: store, workers, and how far the helpdesks are behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from overflow.errors import StoreAway
from overflow.flows.polling import groups
from overflow.flows.routing.errand import IMPORTED
from overflow.flows.services import Services

SILENT: Final = 45.0
"""Seconds after which a worker that says nothing is taken for dead."""
FORGOTTEN: Final = 3600.0
"""Seconds after which a dead worker is no longer mentioned."""
LATE: Final = 120.0
"""Seconds that a ticket may wait to be written or read before something is wrong."""


@dataclass(frozen=True, slots=True)
class Health:
    """Whether all is well, and the figures."""

    is_healthy: bool
    details: dict[str, Any]


def check(services: Services) -> Health:
    """Everything at once; never raises for a store that is away."""
    try:
        return _checked(services)
    except StoreAway as away:
        return Health(
            is_healthy=False,
            details={"store": {"is_reachable": False, "error": away.message}},
        )


def is_ready(services: Services) -> bool:
    """The store answers, so events can be taken in."""
    try:
        return bool(services.redis.ping())
    except StoreAway:
        return False


def is_worker_alive(services: Services) -> bool:
    """A worker said that it lives."""
    now = services.clock.now()
    return any(now - at < SILENT for at in services.progress.beats().values())


def _checked(services: Services) -> Health:
    now = services.clock.now()
    workers = []
    for name, at in sorted(services.progress.beats().items()):
        if now - at > FORGOTTEN:
            services.progress.forget_worker(name)
        else:
            workers.append({"name": name, "age": now - at, "is_alive": now - at < SILENT})
    shops = {shop: _of_shop(services, shop, now) for shop in services.policies.shops()}
    is_alive = any(worker["is_alive"] for worker in workers)
    is_late = any(shop["lag"] > LATE for shop in shops.values())
    details = {
        "store": {"is_reachable": True},
        "workers": workers,
        "jobs_waiting": services.jobs.waiting(),
        "totals": _totals(list(shops.values())),
        "shops": shops,
    }
    return Health(is_healthy=is_alive and not is_late, details=details)


def _totals(shops: list[dict[str, Any]]) -> dict[str, Any]:
    """All shops together, for those who are not to know which there are."""
    return {
        "shops": len(shops),
        "not_imported": sum(not shop["is_imported"] for shop in shops),
        "missing_groups": sum(len(shop["missing_groups"]) for shop in shops),
        **{what: sum(shop[what] for shop in shops) for what in ("dirty", "to_read", "dead")},
        "lag": max((shop["lag"] for shop in shops), default=0.0),
    }


def _of_shop(services: Services, shop: str, now: float) -> dict[str, Any]:
    counts = services.marks.counts(shop)
    seen = services.situations.recent(shop, now, within=2.0).seen
    oldest = [at for at in (counts.oldest_dirty, counts.oldest_to_read) if at]
    return {
        "dirty": counts.dirty,
        "to_read": counts.to_read,
        "dead": counts.dead,
        "lag": max((now - at for at in oldest), default=0.0),
        "is_imported": IMPORTED in seen,
        "missing_groups": groups.missing(services, shop),
        "inputs": {name: now - at for name, at in seen.items() if name != IMPORTED},
    }
