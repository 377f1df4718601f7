"""Shops and the versions of their policies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from overflow import policies
from overflow.errors import Unknown
from overflow.flows.book import missing
from overflow.flows.routing.errand import IMPORTED
from overflow.flows.services import Services
from overflow.jobs import Task
from overflow.policies.plain import plain


def put_policy(
    services: Services,
    shop: str,
    document: Mapping[str, Any],
    *,
    expected: int | None = None,
    origin: str = "api",
) -> int:
    """Store the document as the next version, effective within seconds; returns its number.

    The first version creates the shop. Raises ``Invalid`` with every fault, ``Conflict`` (412)
    when ``expected`` (0: none) is not the present version.
    """
    kept = plain(document)
    policy = policies.build(kept, shop)
    version = services.policies.put(shop, kept, policy, expected)
    services.book.forget(shop)
    services.situations.forget(shop)
    services.journal.append(shop, "policy", {"version": version, "origin": origin})
    if IMPORTED not in services.situations.get(shop, services.clock.now()).seen:
        services.jobs.ensure(Task.IMPORT, shop)
    return version


def get_policy(
    services: Services, shop: str, version: int | None = None
) -> tuple[int, dict[str, Any]]:
    """A version of the document as it is stored, by default the present one.

    ``Unknown`` when there is none.
    """
    found = services.policies.get(shop, version)
    if found is None:
        raise missing(shop, version)
    return found


def versions(services: Services, shop: str) -> list[int]:
    """The numbers of all versions, oldest first; ``Unknown`` when there is none."""
    found = services.policies.versions(shop)
    if not found:
        raise Unknown(f"there is no shop {shop!r}")
    return found


def shops(services: Services) -> list[str]:
    """Every shop that has a policy, sorted."""
    return services.policies.shops()
