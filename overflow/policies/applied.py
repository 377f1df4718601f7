"""Whether the stored policy is the one that a file put there.

``overflow policy apply`` leaves in the stored document the digest of the rest of it. Whoever
changes the policy elsewhere, through the API, makes the two disagree, and then the file no longer
wins by itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

import orjson

from overflow.policies.plain import Document

FIELD: Final = "applied"


def marked(document: Mapping[str, Any]) -> Document:
    """The document as ``apply`` stores it."""
    return {**document, FIELD: _digest(document)}


def unmarked(document: Mapping[str, Any]) -> Document:
    """The document as people write it."""
    return {name: value for name, value in document.items() if name != FIELD}


def is_as_applied(document: Mapping[str, Any]) -> bool:
    """Whether nobody has changed the stored document since a file was applied."""
    return document.get(FIELD) == _digest(document)


def is_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two documents say the same about a shop."""
    return _digest(one) == _digest(other)


def _digest(document: Mapping[str, Any]) -> str:
    """Of everything but the mark and the shop's name, which the URL says too."""
    rest = {name: value for name, value in document.items() if name not in {FIELD, "shop"}}
    return hashlib.sha256(orjson.dumps(rest, option=orjson.OPT_SORT_KEYS)).hexdigest()
