"""How each vendor's webhooks are verified, as the tests of all of them need it.

``signed(vendor, body, now)`` gives headers and token for a body; ``covered`` are the headers whose
every byte counts, with ``body`` where the body does.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime

from overflow.clock import SystemClock
from overflow.core.model import HelpdeskConfig, Words
from overflow.helpdesks import open_helpdesk

SECRET = "dummy-secret-not-real"
NOW = 1_795_166_103.0  # 2026-11-20T09:15:03Z
COVERED = {
    "zendesk": ("x-zendesk-webhook-signature", "x-zendesk-webhook-signature-timestamp", "body"),
    "freshdesk": ("authorization", "token"),
    "gorgias": ("x-overflow-secret", "token"),
    "zammad": ("x-hub-signature", "body"),
    "chatwoot": ("x-chatwoot-signature", "x-chatwoot-timestamp", "body"),
}
OPTIONS = {"chatwoot": {"account": 1}, "gorgias": {"user": 9}}


def desk(vendor, *secrets, **options):
    """The connector, not connected to anything."""
    config = HelpdeskConfig(
        vendor,
        {
            "url": "https://desk.example",
            "groups": {"shop": 1},
            **OPTIONS.get(vendor, {}),
            **options,
        },
        {"token": ("t",), "webhook": secrets or ("older", SECRET)},
    )
    return open_helpdesk(config, Words(), str, SystemClock())


def signed(vendor, body, now=NOW, secret=SECRET):
    """Headers and token as the vendor would send them."""

    def mac(algorithm, text):
        return hmac.new(secret.encode(), text, algorithm)

    stamp = str(int(now))
    match vendor:
        case "zendesk":
            at = f"{datetime.fromtimestamp(now, UTC):%Y-%m-%dT%H:%M:%SZ}"
            digest = base64.b64encode(mac(hashlib.sha256, at.encode() + body).digest()).decode()
            name = "x-zendesk-webhook-signature"
            return {name: digest, f"{name}-timestamp": at}, ""
        case "zammad":
            return {"x-hub-signature": f"sha1={mac(hashlib.sha1, body).hexdigest()}"}, ""
        case "chatwoot":
            digest = mac(hashlib.sha256, stamp.encode() + b"." + body).hexdigest()
            return {"x-chatwoot-signature": f"sha256={digest}", "x-chatwoot-timestamp": stamp}, ""
        case "freshdesk":
            login = base64.b64encode(f"overflow:{secret}".encode()).decode()
            return {"authorization": f"Basic {login}"}, secret
        case "gorgias":
            return {"x-overflow-secret": secret}, secret
