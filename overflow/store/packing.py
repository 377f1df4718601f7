"""A decision and the situation it was made from, packed for the journal.

They repeat themselves and are kept for weeks. A small window costs little there, and spares every
commit the quarter of a megabyte that zlib works in by default.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Final

_WINDOW: Final = -13
"""8 KiB, without zlib's own header."""
_FRESH: Final = zlib.compressobj(1, zlib.DEFLATED, _WINDOW, 6)
"""Copied for every text, which is quicker than to begin anew."""
_SEPARATOR: Final = b"\0"
"""In neither JSON nor names nor the values of a situation."""


def pack(said: bytes, at: int, raw: Sequence[bytes]) -> bytes:
    """What is said (JSON), and a situation: when it was taken (microseconds), its stored form."""
    packer = _FRESH.copy()
    return packer.compress(_SEPARATOR.join((said, b"%d" % at, *raw))) + packer.flush()


def unpack(packed: bytes) -> tuple[bytes, int, list[bytes]]:
    """The same three again."""
    said, at, *raw = zlib.decompress(packed, _WINDOW).split(_SEPARATOR)
    return said, int(at), raw
