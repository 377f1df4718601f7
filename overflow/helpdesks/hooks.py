"""When the webhook about a change may still come: each vendor sends again for another while.

What is known of that stands, with its sources, in the vendors' documentation and code: Zammad tries
five times within two minutes (app/jobs/trigger_webhook_job.rb), Chatwoot once
(lib/webhooks/trigger.rb), Freshdesk after 5, after another 30 and another 60 minutes, Zendesk and
Gorgias by no schedule that they promise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from overflow.core.model import HelpdeskConfig

USUAL: Final = 900.0
LONGEST: Final = 6000.0
"""Seconds; the longest of them all."""
_RESENT: Final[Mapping[str, float]] = {
    "chatwoot": 120.0,  # its own job queue may be behind
    "freshdesk": LONGEST,  # the last try comes after 95 minutes
    "standard": LONGEST,
    "zammad": 420.0,  # each try may take a minute
}


def patience(config: HelpdeskConfig) -> float | None:
    """Seconds after a change in which its webhook comes, if at all; None: there are no webhooks."""
    if config.connector == "rest" and "webhook" not in config.options:
        return None
    return _RESENT.get(config.connector, USUAL)
