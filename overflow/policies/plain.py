"""Documents made plain: what JSON can hold, with text as keys, and nothing else."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final, cast

from overflow.errors import Invalid

Document = dict[str, Any]

_DEEPEST: Final = 40
_LARGEST: Final = 2**53
_LONGEST_KEY: Final = 200


def plain(found: object) -> Document:
    """The same as new dicts and lists; numbers as keys become text.

    Raises ``Invalid`` by path for what JSON cannot hold, and when it is no mapping.
    """
    faults: dict[str, list[str]] = {}
    made = _plain(found, (), faults)
    if not isinstance(made, dict):
        faults.setdefault("", []).append("must be a mapping of fields to values")
    if faults:
        raise Invalid("the policy cannot be read", faults)
    return cast("Document", made)


def joined(path: tuple[object, ...]) -> str:
    """``("partners", 1, "hours")`` as ``partners.1.hours``."""
    return ".".join(str(part) for part in path)


def _plain(found: object, path: tuple[object, ...], faults: dict[str, list[str]]) -> object:
    if len(path) > _DEEPEST:
        faults[joined(path)] = ["is nested too deeply"]
    elif isinstance(found, Mapping):
        return _plain_mapping(found, path, faults)
    elif isinstance(found, list | tuple):
        return [_plain(item, (*path, i), faults) for i, item in enumerate(found)]
    elif why := _unfit(found):
        faults[joined(path)] = [why]
    return found


def _plain_mapping(
    found: Mapping[Any, object], path: tuple[object, ...], faults: dict[str, list[str]]
) -> Document:
    made: Document = {}
    for key, value in found.items():
        is_number = isinstance(key, int) and not isinstance(key, bool)
        name = str(key) if is_number else key
        if not isinstance(name, str) or len(name) > _LONGEST_KEY or _unfit(name):
            faults[joined(path)] = ["has a key that is no plain text"]
        elif name in made:
            faults[joined((*path, name))] = ["is given twice"]
        else:
            made[name] = _plain(value, (*path, name), faults)
    return made


def _unfit(found: object) -> str:
    """Why JSON cannot hold it; empty when it can."""
    match found:
        case None | bool():
            return ""
        case int() | float() if not math.isfinite(found) or abs(found) > _LARGEST:
            return "is a number that is too large"
        case int() | float():
            return ""
        case str():
            return "" if _is_text(found) else "holds characters that are no text"
        case _:
            return "is neither text nor number, true, false, a list or a mapping"


def _is_text(found: str) -> bool:
    try:
        found.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in found
