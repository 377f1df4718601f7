"""Walks of one shop: one process at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from overflow.clock import monotonic
from overflow.flows.services import Services
from overflow.helpdesks.gate import unless
from overflow.store import keys
from overflow.store.leases import Lease

T = TypeVar("T")


def alone(
    services: Services, shop: str, name: str, seconds: float, work: Callable[[Lease], T]
) -> T | None:
    """What the work comes to, done under the shop's lease of that name; None: another has it.

    The lease lasts ``seconds`` where the work does not renew it. A worker has other shops, too: who
    would wait longer for a turn at the helpdesk than the work may take gets ``Throttled``.
    """
    lease = services.leases.acquire(keys.shop_lease(shop, name), seconds)
    if lease is None:
        return None
    until = monotonic() + services.pace.budget + services.pace.turn
    try:
        with unless(lambda: monotonic() >= until):
            return work(lease)
    finally:
        lease.release()
