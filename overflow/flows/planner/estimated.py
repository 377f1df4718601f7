"""What the planner estimates, as metrics."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from overflow.flows.planner import planning
from overflow.flows.services import Services
from overflow.metrics import Sample

_FAMILIES: Final = {
    "demand": "overflow_estimated_demand",
    "handle_time": "overflow_estimated_handle_seconds",
    "patience": "overflow_estimated_patience_seconds",
    "agents": "overflow_estimated_agents",
}


def estimated(services: Services, shop: str) -> Iterator[Sample]:
    """Family, labels but for the shop, and value; nothing where nothing is planned."""
    for one in planning.plans(services, shop):
        for name, family in _FAMILIES.items():
            value = one.known.get(name)
            if value is not None:
                yield family, (one.channel,), value
        for name, grounds in one.learned.items():
            yield "overflow_estimate_samples", (one.channel, name), grounds["samples"] or 0.0
