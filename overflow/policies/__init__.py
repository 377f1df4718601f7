"""One shop's policy: from YAML to a checked document to the core's ``Policy``.

The stored form is the plain document, as JSON. Reading it again gives the same policy, so that a
process that meets another version can build it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from marshmallow import ValidationError

from overflow.core.model import Policy
from overflow.errors import Invalid, by_path
from overflow.policies import rules
from overflow.policies.build import policy_of
from overflow.policies.plain import Document, plain
from overflow.policies.schema import PolicySection
from overflow.policies.text import document
from overflow.policies.values import Name

__all__ = ["Document", "build", "check", "document", "load"]


def load(text: str, shop: str | None = None, version: int = 0) -> Policy:
    """The policy that a YAML text describes; without ``shop`` the text has to name it.

    Raises ``Invalid`` with every fault by its path.
    """
    return build(document(text), shop, version)


def build(document: Mapping[str, object], shop: str | None = None, version: int = 0) -> Policy:
    """The policy of a document; without ``shop`` the document has to name it.

    Raises ``Invalid`` with every fault by its path.
    """
    data, faults = _read(document, shop)
    if faults:
        raise Invalid("the policy has faults", faults)
    return policy_of(data, shop or str(data["shop"]), version)


def check(document: Mapping[str, object], shop: str | None = None) -> dict[str, list[str]]:
    """Every fault of a document by its path (``partners.1.hours``); empty when there is none."""
    return _read(document, shop)[1]


def _read(
    document: Mapping[str, object], shop: str | None
) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """What could be read, and every fault."""
    try:
        given = plain(document)
    except Invalid as error:
        return {}, {path: list(texts) for path, texts in error.faults.items()}
    try:
        data, faults = cast("dict[str, Any]", PolicySection().load(given)), {}
    except ValidationError as error:
        data, faults = cast("dict[str, Any]", error.valid_data), by_path(error.messages)
    wrong_in_itself = tuple(faults)
    for path, text in rules.faults(data):
        if not any(f"{known}.".startswith(f"{path}.") for known in wrong_in_itself):
            faults.setdefault(path, []).append(text)
    if "shop" not in given and shop is None:
        faults["shop"] = ["is missing"]
    elif shop is not None and not Name.pattern.fullmatch(shop):
        faults["shop"] = [f"{shop[:40]!r} {Name.wanted}"]
    elif shop is not None and data.get("shop", shop) != shop:
        faults["shop"] = [f"is another one than {shop}"]
    return data, faults
