"""The field that a set-up makes for the reason, which a policy names by its number."""

from __future__ import annotations

from typing import Final

FIELD: Final = "Overflow reason"
"""What people see it called."""


def unused(number: object) -> str:
    """What is to be done with one that the policy does not name yet."""
    return f'“{FIELD}” is {number}; put `reason_field: "{number}"` into the policy\'s words'
