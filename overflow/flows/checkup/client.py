"""Asks without a login whether anybody is there."""

from __future__ import annotations

from contextlib import closing
from typing import Final

from overflow.helpdesks.http import HelpdeskHttp

TIMEOUT: Final = 5.0
"""Seconds."""


def nobody(url: str) -> closing[HelpdeskHttp]:
    """A client that has no login."""
    return closing(HelpdeskHttp(url, timeout=TIMEOUT))
