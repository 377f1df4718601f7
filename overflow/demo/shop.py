"""The shop that is played: six channels, its own team, and two partners.

A second stands for a minute, so the promises are short: a chat is to be answered within 8 s.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

SHOP: Final = "lamps"
HOME_GROUP: Final = "Service"
DAYTIME: Final = "daytime"
NIGHTOWL: Final = "nightowl"
GROUPS: Final[Mapping[str, str]] = {
    "inhouse": HOME_GROUP,
    DAYTIME: "Partner Day",
    NIGHTOWL: "Partner Night",
}
"""Team -> its group in the helpdesk."""
TAG: Final = "overflow"
AGENTS: Final = 10
"""At home, when 5 tickets come in a second."""
LANGUAGES: Final = ("de", "en")
"""Of the shop's own team."""
CONCURRENCY: Final[Mapping[str, int]] = {"chat": 3, "whatsapp": 4}
HANDLE_TIME: Final[Mapping[str, float]] = {
    "phone": 6.0,
    "chat": 9.0,
    "email": 3.0,
    "form": 3.0,
    "whatsapp": 8.0,
    "instagram": 3.0,
}
"""Seconds of work, at home as at the partners."""
LIVE: Final = frozenset({"phone", "chat"})
UNTOUCHED: Final = 10.0
"""Seconds after which an untouched ticket is taken back from a partner."""


def policy(helpdesk: Mapping[str, Any], words: Mapping[str, str], speed: float) -> dict[str, Any]:
    """The policy document; people and limits grow with the speed (1: 5 tickets a second)."""
    return {
        "shop": SHOP,
        "zone": "Europe/Berlin",
        "mode": "live",
        "helpdesk": dict(helpdesk),
        "inhouse": {
            "group": HOME_GROUP,
            "hours": "24/7",
            "agents": agents(speed),
            "concurrency": dict(CONCURRENCY),
            "languages": list(LANGUAGES),
        },
        "partners": _partners(speed),
        "channels": _channels(speed),
        "default": {"channel": "email", "language": "de"},
        "pressure": {"breach": {"start": 0.35, "stop": 0.15}, "hold": 3},
        "closed": "auto",
        "costs": {"kept": 1.80, "breach": 6.00, "lost": 15.00},
        "untouched": UNTOUCHED,
        "notes": {"language": "en"},
        "words": {"tag": TAG, **words},
    }


def agents(speed: float) -> int:
    """Who is there at home."""
    return max(2, round(AGENTS * speed))


def _partners(speed: float) -> list[dict[str, Any]]:
    def room(**channels: int) -> dict[str, int]:
        return {channel: max(1, round(n * speed)) for channel, n in channels.items()}

    return [
        {
            "name": DAYTIME,
            "group": GROUPS[DAYTIME],
            "hours": "24/7",
            "languages": ["de", "en", "nl"],
            "capacity": room(phone=3, chat=8, email=18, form=8, whatsapp=5),
            "price": 2.90,
            "answer_time": 2,
        },
        {
            "name": NIGHTOWL,
            "group": GROUPS[NIGHTOWL],
            "hours": "24/7",
            "languages": ["en", "de", "fr"],
            "capacity": room(phone=2, chat=5, email=6, form=3, whatsapp=2, instagram=3),
            "price": 4.20,
            "answer_time": 3,
        },
    ]


def _channels(speed: float) -> dict[str, Any]:
    def backlog(start: int, stop: int) -> dict[str, int]:
        return {"start": max(3, round(start * speed)), "stop": max(2, round(stop * speed))}

    return {
        "phone": {
            "target": {"time": 4},
            "patience": 20,
            "handle_time": HANDLE_TIME["phone"],
            "pressure": {"expected_wait": {"start": 2, "stop": 1}, "breach": "off"},
        },
        "chat": {
            "target": {"time": 8},
            "patience": 40,
            "handle_time": HANDLE_TIME["chat"],
            "pressure": {"expected_wait": {"start": 3, "stop": 1.5}},
        },
        "email": {
            "target": {"time": 60, "goal": 0.9},
            "handle_time": HANDLE_TIME["email"],
            "pressure": {"backlog": backlog(30, 22)},
        },
        "form": {"target": {"time": 6}, "handle_time": HANDLE_TIME["form"]},
        "whatsapp": {"target": {"time": 15}, "handle_time": HANDLE_TIME["whatsapp"]},
        "instagram": {"target": {"time": 20}, "handle_time": HANDLE_TIME["instagram"]},
    }
