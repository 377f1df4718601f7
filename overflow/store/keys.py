"""Every key of the store: one function, one sentence. Lua builds none of them.

All keys of a shop carry its name in braces, so that they live on one cluster slot and a script may
touch them together. Times in the store are integers of microseconds, scores included.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

SHOPS: Final = "overflow:shops"
"""SET of every shop that has, or once had, a policy."""

KEYRING: Final = "overflow:keys"
"""HASH key id -> JSON of an API key: hash of the secret, scopes, dates. Never the secret."""

HEARTBEATS: Final = "overflow:heartbeats"
"""HASH worker name -> when it last said that it lives."""


@lru_cache(maxsize=4096)
def _of(shop: str) -> str:
    return f"overflow:{{{shop}}}:"


def situation(shop: str) -> str:
    """HASH of everything a decision is made from; its fields are named in situation_codec.py."""
    return _of(shop) + "situation"


def ticket(shop: str, ticket_id: str) -> str:
    """HASH of one ticket; its fields are named in codec.py. Ended ones expire."""
    return _of(shop) + "t:" + ticket_id


def open_index(shop: str) -> str:
    """ZSET of every ticket not ended, all scores 0, members sorted as index.py makes them."""
    return _of(shop) + "open"


def claims(shop: str) -> str:
    """ZSET of claimed tickets, scored by when the claim ends."""
    return _of(shop) + "claims"


def dirty(shop: str) -> str:
    """ZSET of tickets to be written, scored by when that is due; +inf: a dead letter."""
    return _of(shop) + "dirty"


def to_read(shop: str) -> str:
    """ZSET of tickets to be read, scored by when that is due; +inf: a dead letter."""
    return _of(shop) + "toread"


def differences(shop: str) -> str:
    """ZSET of tickets that polling found to differ and nothing explains yet, scored by when."""
    return _of(shop) + "differences"


def tries(shop: str) -> str:
    """HASH of failures, ``w:ID`` writing and ``r:ID`` reading -> JSON: attempts, error, when."""
    return _of(shop) + "tries"


def journal(shop: str) -> str:
    """STREAM of everything that changed loads, tallies or a ticket's holder."""
    return _of(shop) + "journal"


def shape(shop: str, shape_id: str) -> str:
    """STRING names of the fields of situations that journal entries hold; expires."""
    return f"{_of(shop)}sh:{shape_id}"


def totals(shop: str) -> str:
    """HASH tally -> count since the beginning; only ever grows."""
    return _of(shop) + "totals"


def quarter(shop: str, number: int) -> str:
    """HASH tally -> count in one quarter of an hour, numbered since the epoch; expires."""
    return f"{_of(shop)}q:{number}"


def cohort(shop: str, number: int) -> str:
    """HASH tally -> count of the tickets that arrived in one quarter of an hour; expires."""
    return f"{_of(shop)}qa:{number}"


def forecast(shop: str) -> str:
    """HASH of the forecast: what usually arrives, and what was uploaded; both JSON."""
    return _of(shop) + "forecast"


def delivery(shop: str, delivery_id: str) -> str:
    """STRING that a sender's delivery was committed; expires after a day."""
    return _of(shop) + "dl:" + delivery_id


def idempotency(shop: str, owner: str, key: str) -> str:
    """HASH of a request under an Idempotency-Key of one API key: state, body hash, answer."""
    return f"{_of(shop)}idem:{owner}:{key}"


def policies(shop: str) -> str:
    """HASH version -> policy document as JSON; the current version is in the situation."""
    return _of(shop) + "policies"


def shadow(shop: str) -> str:
    """HASH of the policy that decides beside the live one, and how far it is; all JSON."""
    return _of(shop) + "shadow"


def shadow_differences(shop: str) -> str:
    """STREAM of the decisions in which the shadow differed, capped."""
    return _of(shop) + "shadow:differences"


def progress(shop: str) -> str:
    """HASH name -> where a walk or a poll of the helpdesk goes on."""
    return _of(shop) + "progress"


def throttle(shop: str, desk: str, part: str = "") -> str:
    """HASH of how much that helpdesk of the shop's may be asked, or of some calls; expires."""
    return f"{_of(shop)}throttle:{desk}:{part}"


def throttle_line(shop: str, desk: str, part: str, rank: str) -> str:
    """ZSET of the calls of a rank that wait for their turn, scored by when they came."""
    return f"{throttle(shop, desk, part)}:{rank}"


def drain_lease(shop: str) -> str:
    """STRING token of the process that drains the shop; expires."""
    return _of(shop) + "lease:drain"


def shop_lease(shop: str, name: str) -> str:
    """STRING token of the process that does the named thing for the shop; expires."""
    return _of(shop) + "lease:" + name


def lease(name: str) -> str:
    """STRING token of the process that does the named thing for all shops; expires."""
    return "overflow:lease:" + name


def tickets_of(shop: str) -> str:
    """Pattern of the keys of all tickets of a shop, for SCAN."""
    return _of(shop).replace("[", "\\[").replace("*", "\\*").replace("?", "\\?") + "t:*"
