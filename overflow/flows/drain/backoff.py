"""How long to leave a helpdesk alone after it failed."""

from __future__ import annotations

import zlib

from overflow.core.model import Retries


def delay(retries: Retries, ticket_id: str, attempt: int, retry_after: float | None) -> float:
    """Seconds until the next try after failed attempt number ``attempt`` (1 is the first).

    Exponential with full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter", 2015),
    never less than what the helpdesk asked for. The jitter is drawn from the ticket and the
    attempt, so that tickets which failed together do not come back together and yet the same
    history always gives the same times.
    """
    ceiling = min(retries.longest, retries.first * 2.0 ** min(attempt - 1, 30))
    share = zlib.crc32(f"{ticket_id}:{attempt}".encode()) / 2**32
    if retry_after is None:
        return ceiling * share
    return retry_after + min(ceiling, retries.first) * share
