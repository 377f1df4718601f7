"""Short visible references: how the service finds again what it has posted into a helpdesk."""

from __future__ import annotations

import hashlib
from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: nothing in it is taken for something else when read aloud."""
_LENGTH: Final = 6


def reference(*parts: str) -> str:
    """``ovf-7K2Q9M``: the same for the same parts, another for others.

    It is looked for on one ticket only, among the few notes of the service, so 30 bits are
    plenty.
    """
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    number = int.from_bytes(digest[:8], "big")
    return "ovf-" + "".join(_ALPHABET[number >> 5 * i & 31] for i in range(_LENGTH))
