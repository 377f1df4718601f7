"""Builders with sound defaults: name only what a test is about.

The shop: home open Monday to Friday 09:00-17:00 in Amsterdam with three agents; ``lumen`` (Dutch,
German, English; always open; 2 euros) and ``castor`` (German, English; 08:00-20:00; 3 euros) for
chat, e-mail and phone. ``NOON`` is a Wednesday, 12:00 there.
"""

from datetime import UTC, datetime
from types import MappingProxyType

from overflow.core.hours import ALWAYS_OPEN, Hours, parse_hours
from overflow.core.model import (
    HOME,
    Cause,
    Channel,
    Costs,
    HelpdeskConfig,
    Home,
    Levels,
    Mode,
    Partner,
    Policy,
    Record,
    Shift,
    Situation,
    Snapshot,
    Status,
    Target,
    Thresholds,
    Ticket,
)

ZONE = "Europe/Amsterdam"
NOON = datetime(2026, 9, 16, 10, tzinfo=UTC).timestamp()
NIGHT = NOON + 10 * 3600
"""22:00 the same day: home and castor are closed, lumen is open."""
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
NOBODY = parse_hours("off", ZONE)

CHAT = Channel(
    "chat",
    live=True,
    target=Target(120.0),
    patience=400.0,
    handle_time=600.0,
    thresholds=Thresholds(
        backlog=Levels(20, 14),
        expected_wait=Levels(120, 60),
        breach=Levels(0.5, 0.3),
        hold=300.0,
    ),
)
EMAIL = Channel(
    "email",
    live=False,
    target=Target(4 * HOUR),
    handle_time=480.0,
    thresholds=Thresholds(breach=Levels(0.4, 0.2), hold=600.0),
)
PHONE = Channel(
    "phone",
    live=True,
    target=Target(30.0),
    patience=120.0,
    handle_time=240.0,
    thresholds=Thresholds(backlog=Levels(8, 5), hold=60.0),
)


def hours(text: str) -> Hours:
    return parse_hours(text, ZONE)


OFFICE = hours("Mo-Fr 09:00-17:00")


def home(**changes) -> Home:
    given = {
        "hours": OFFICE,
        "shifts": (Shift(ALWAYS_OPEN, 3),),
        "concurrency": {"chat": 4, "phone": 1, "email": 1},
        "languages": frozenset({"nl", "de", "en"}),
        "channels": frozenset({"chat", "email", "phone"}),
        "group": "inhouse",
    }
    return Home(**given | changes)


def partner(name: str = "lumen", **changes) -> Partner:
    given = {
        "group": f"grp-{name}",
        "hours": ALWAYS_OPEN,
        "languages": frozenset({"nl", "de", "en"}),
        "channels": frozenset({"chat", "email", "phone"}),
        "capacity": {"chat": 12, "email": 40, "phone": 3},
        "total_capacity": None,
        "daily_limit": None,
        "price": 2.0,
        "answer_time": 60.0,
    }
    return Partner(name, **given | changes)


def castor(**changes) -> Partner:
    given = {
        "hours": hours("08:00-20:00"),
        "languages": frozenset({"de", "en"}),
        "price": 3.0,
        "answer_time": 45.0,
    }
    return partner("castor", **given | changes)


def policy(**changes) -> Policy:
    """``channels`` may be an iterable of Channel."""
    channels = changes.pop("channels", (CHAT, EMAIL, PHONE))
    given = {
        "shop": "lamps",
        "version": 1,
        "zone": ZONE,
        "mode": Mode.LIVE,
        "helpdesk": HelpdeskConfig("standard", {}, {}),
        "home": home(),
        "partners": (partner(), castor()),
        "channels": MappingProxyType({channel.name: channel for channel in channels}),
        "costs": Costs(kept=0.3, breach=4.0, lost=6.0),
    }
    return Policy(**given | changes)


def situation(at: float = NOON, **changes) -> Situation:
    given = {
        "at": at,
        "seq": 1,
        "policy_version": 1,
        "loads": {},
        "held": {},
        "today": {},
        "handed": {},
        "pressure": {},
        "handle_time": {},
        "declared": {},
        "switched_off": {},
        "seen": {"helpdesk": at - 5},
        "virtual": {},
    }
    return Situation(**given | changes)


def ticket(**changes) -> Ticket:
    """A German chat that has just come."""
    given = {
        "id": "7",
        "channel": "chat",
        "language": "de",
        "topic": "",
        "arrived": NOON,
        "due": NOON + 120.0,
        "cause": Cause.NEW,
    }
    return Ticket(**given | changes)


def email(**changes) -> Ticket:
    """A German e-mail that has just come."""
    arrived = changes.get("arrived", NOON)
    given = {"channel": "email", "due": arrived + EMAIL.target.seconds}
    return ticket(**given | changes)


def snapshot(**changes) -> Snapshot:
    given = {
        "id": "7",
        "status": Status.OPEN,
        "group": "inhouse",
        "assignee": None,
        "channel": "chat",
        "language": "de",
        "created": NOON,
        "version": 1,
    }
    return Snapshot(**given | changes)


def record(**changes) -> Record:
    """A German chat that stands at home, untouched and in step."""
    given = {
        "id": "7",
        "channel": "chat",
        "language": "de",
        "topic": "",
        "priority": 0,
        "status": Status.OPEN,
        "team": HOME,
        "assignee": "",
        "arrived": NOON,
        "due": NOON + 120.0,
        "answered": 0.0,
        "rev": 1,
        "version": 1,
        "desired_rev": 0,
        "confirmed_rev": 0,
        "desired_group": "inhouse",
        "confirmed_group": "inhouse",
        "observed_group": "inhouse",
        "origin_group": "inhouse",
        "held_since": NOON,
        "queue": "chat.de",
    }
    return Record(**given | changes)
