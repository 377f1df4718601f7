"""The raw body of a request, read once and never past its limit."""

from __future__ import annotations

from typing import Final

from flask import request

from overflow.errors import TooLarge

LARGEST: Final = 1_048_576
"""Bytes of a body that are taken."""
CUT_OFF: Final = LARGEST + 1
"""Bytes after which reading ends. Werkzeug cuts a body without a length off silently: one byte more
than is taken tells the one that is too large."""


def raw() -> bytes:
    """The body as it came. Raises ``TooLarge``."""
    body = request.get_data()
    if len(body) > LARGEST:
        raise TooLarge(f"the body is larger than {LARGEST} bytes")
    return body
