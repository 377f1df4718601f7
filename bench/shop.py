"""The shop that is measured: six channels in two languages, its own team, two partners."""

import base64
from typing import Any

from overflow.flows.routing.errand import IMPORTED
from overflow.policies import build
from overflow.store import keys
from overflow.store.connect import StoreClient
from overflow.store.policies import Policies
from overflow.store.situation_codec import to_micro
from overflow.store.situations import Situations

SHOP = "lamps"
HOME_GROUP = "Service"
GROUPS = {"inhouse": HOME_GROUP, "daytime": "Partner Day", "nightowl": "Partner Night"}
CHANNELS = ("phone", "chat", "whatsapp", "email", "form", "instagram")
LANGUAGES = ("de", "en")
QUEUES = tuple((channel, language) for channel in CHANNELS for language in LANGUAGES)
SECRET_NAME = "BENCH_WEBHOOK_SECRET"
SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes, ok").decode()

_ROOM = 1_000_000
_DAY = 86_400.0
# Agents come and go every other hour, so that any forecast meets changes of staff.
_EVEN_HOURS = ",".join(f"{hour:02}:00-{hour + 1:02}:00" for hour in range(0, 24, 2))


def events(shop: str = SHOP) -> str:
    """The path that its webhooks are sent to."""
    return f"/v1/shops/{shop}/events/standard"


def document(url: str = "http://127.0.0.1:9/api", **changes: Any) -> dict[str, Any]:
    """Phone, chat and whatsapp overflow under pressure, the others never have any."""
    given = {
        "shop": SHOP,
        "zone": "Europe/Berlin",
        "mode": "live",
        "helpdesk": {
            "connector": "standard",
            "options": {"url": url},
            "secrets": {"webhook": [f"env:{SECRET_NAME}"]},
        },
        "inhouse": {
            "group": HOME_GROUP,
            "hours": "24/7",
            "shifts": [{"hours": "24/7", "agents": 8}, {"hours": _EVEN_HOURS, "agents": 3}],
            "concurrency": {"chat": 3, "whatsapp": 4},
            "languages": list(LANGUAGES),
        },
        "partners": [_partner("daytime", 2.90), _partner("nightowl", 4.20)],
        "channels": {
            "phone": _channel("30s", "6m", patience="3m", start=2),
            "chat": _channel("1m", "9m", patience="4m", start=2),
            "whatsapp": _channel("30m", "8m", start=2),
            "email": _channel({"time": "4h", "clock": "business"}, "8m"),
            "form": _channel({"time": "4h", "clock": "business"}, "6m"),
            "instagram": _channel("1h", "4m"),
        },
        "default": {"channel": "email", "language": "de"},
        "pressure": {"backlog": "off", "expected_wait": "off", "breach": "off", "hold": "24h"},
        "closed": "auto",
        "costs": {"kept": 1.80, "breach": 6.00, "lost": 15.00},
        "breach_margin": "100%",
        "untouched": "24h",
        "notes": {"language": "de"},
    }
    return given | changes


def everything_overflows(url: str) -> dict[str, Any]:
    """Home is closed and the policy hands everything over then."""
    home = {"group": HOME_GROUP, "hours": "off", "agents": 8, "languages": list(LANGUAGES)}
    return document(url, inhouse=home, closed="overflow")


def open_shop(client: StoreClient, policy: dict[str, Any], now: float) -> None:
    """Store the policy of a shop whose first walk is done.

    The store takes commits made from a situation of up to a day, so that those prepared for the
    bare handler are taken; the service makes its own from fresh ones all the same.
    """
    Policies(client).put(SHOP, policy, build(policy, SHOP), 0)
    situations = Situations(client)
    for source in (IMPORTED, "helpdesk"):
        situations.heard(SHOP, source, now)
    client.hset(keys.situation(SHOP), "g", to_micro(_DAY))


def _partner(name: str, price: float) -> dict[str, Any]:
    return {
        "name": name,
        "group": GROUPS[name],
        "hours": "24/7",
        "languages": list(LANGUAGES),
        "capacity": dict.fromkeys(CHANNELS, _ROOM),
        "price": price,
        "answer_time": "15s",
    }


def _channel(
    target: Any, handle_time: str, *, patience: str = "", start: int = 0
) -> dict[str, Any]:
    known = {"target": target, "handle_time": handle_time}
    if patience:
        known["patience"] = patience
    if start:
        known["pressure"] = {"backlog": {"start": start, "stop": 1}}
    return known
