"""Whether the groups that the policy names are still there in the helpdesk.

A group that was renamed there looks like people who move every ticket out of it. So before a walk
compares all that is open, it is looked whether the groups of all teams are there by name.
"""

from __future__ import annotations

from typing import Final

import orjson
import structlog

from overflow.errors import HelpdeskAway, Refused
from overflow.flows.services import Services
from overflow.helpdesks.port import Helpdesk

MISSING: Final = "missing_groups"
"""Under this name is kept which groups were missing when last looked for."""


def look_for(services: Services, shop: str, desk: Helpdesk) -> list[str]:
    """The groups of the policy that the helpdesk does not have; none where it cannot say."""
    try:
        there = desk.groups()
    except (HelpdeskAway, Refused):
        return missing(services, shop)  # what is asked of it next will tell more
    named = wanted(services, shop)
    absent = sorted(named.difference(named if there is None else there))
    if absent:
        log = structlog.get_logger("overflow.groups")
        log.warning("groups are missing: was one renamed?", shop=shop, groups=absent)
        services.progress.put(shop, MISSING, orjson.dumps(absent).decode())
    else:
        services.progress.drop(shop, MISSING)
    return absent


def wanted(services: Services, shop: str) -> set[str]:
    """Home's, where the policy names one, and those of partners that may get or have tickets."""
    policy = services.book.policy(shop)
    held = services.situations.get(shop, services.clock.now()).held
    groups = [p.group for p in policy.partners if p.enabled or held.get((p.name, "*"))]
    return {group for group in (policy.home.group, *groups) if group}


def missing(services: Services, shop: str) -> list[str]:
    """What the last look for them has missed."""
    found: list[str] = orjson.loads(services.progress.get(shop, MISSING) or "[]")
    return found
