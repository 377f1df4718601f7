"""The channels everybody knows, with what holds for them until a policy says otherwise."""

from __future__ import annotations

from collections.abc import Collection
from types import MappingProxyType
from typing import Final

from overflow.core.model import Channel, Target

_MINUTE: Final = 60.0
_HOUR: Final = 3600.0

BUILT_IN: Final = MappingProxyType(
    {
        channel.name: channel
        for channel in (
            # The customer waits on the line: 80 % in 20 s is the trade's usual promise on phones.
            Channel("phone", live=True, target=Target(20.0), patience=2 * _MINUTE),
            Channel("chat", live=True, target=Target(2 * _MINUTE), patience=4 * _MINUTE),
            Channel("video", live=True, target=Target(_MINUTE), patience=2 * _MINUTE),
            # The customer comes back later.
            Channel("email", live=False, target=Target(24 * _HOUR)),
            Channel("form", live=False, target=Target(24 * _HOUR)),
            Channel("whatsapp", live=False, target=Target(_HOUR)),
            Channel("messenger", live=False, target=Target(_HOUR)),
            # Others read along.
            Channel("facebook", live=False, target=Target(2 * _HOUR)),
            Channel("instagram", live=False, target=Target(2 * _HOUR)),
            Channel("x", live=False, target=Target(2 * _HOUR)),
        )
    }
)
"""Name -> channel, without handle time and thresholds: those only the shop knows."""


def usual_channel(channels: Collection[str]) -> str | None:
    """The one of a ticket that does not say, where that goes without saying."""
    if "email" in channels:
        return "email"
    return next(iter(channels)) if len(channels) == 1 else None
