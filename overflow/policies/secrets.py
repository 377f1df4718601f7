"""Credentials in a document: references to where they are found, never what they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from marshmallow import ValidationError

from overflow.policies.values import Reference, Value

_MOST: Final = 4
_REFERENCE: Final = Reference()


class References(Value[tuple[str, ...]]):
    """One reference, or some while one secret is replaced by another."""

    kind = "reference or a list of some"

    def read(self, value: object) -> tuple[str, ...]:
        if not isinstance(value, list):
            return (_REFERENCE.read(value),)
        if not 1 <= len(value) <= _MOST:
            raise ValidationError(f"must have 1 to {_MOST} entries")
        faults: dict[str | int, list[str]] = {}
        for i, one in enumerate(value):
            try:
                _REFERENCE.read(one)
            except ValidationError as fault:
                faults[i] = [str(text) for text in fault.messages]
        if faults:
            raise ValidationError(faults)
        return tuple(value)


def flattened(secrets: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    """(path in the document, reference) of each."""
    return [
        (f"helpdesk.secrets.{name}", one) for name, several in secrets.items() for one in several
    ]
