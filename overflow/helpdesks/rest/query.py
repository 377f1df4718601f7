"""JMESPath as the described helpdesk uses it: compiled when the file is checked, never before.

https://jmespath.org/specification.html
"""

from __future__ import annotations

from typing import Any, Final

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions
from marshmallow import ValidationError, fields

from overflow.errors import BadInput

LONGEST: Final = 500
"""Characters of one expression."""
_SLIPS: Final = (JMESPathError, ArithmeticError, AttributeError, LookupError, TypeError)
"""What the library raises, and what slips through it where data has a kind it did not expect."""
_KNOWN: Final = frozenset(Functions.FUNCTION_TABLE)


class Query:
    """One expression. Thread-safe."""

    def __init__(self, text: str) -> None:
        """Raises ``ValueError`` with what is wrong, in one line."""
        if len(text) > LONGEST:
            raise ValueError(f"is longer than {LONGEST} characters")
        try:
            self._compiled = jmespath.compile(text)
            unknown = sorted(_functions(self._compiled.parsed) - _KNOWN)
        except JMESPathError as fault:
            raise ValueError(f"is no JMESPath: {_first_line(fault)}") from None
        except (RecursionError, *_SLIPS, ValueError) as fault:
            raise ValueError(f"is no JMESPath: {type(fault).__name__}") from None
        if unknown:
            raise ValueError(f"names a function that JMESPath does not have: {unknown[0]}()")
        self.text = text

    def of(self, document: object) -> object:
        """What it finds; None: nothing. ``BadInput`` where it does not fit what it is asked of."""
        try:
            return self._compiled.search(document)
        except (RecursionError, *_SLIPS, ValueError) as fault:
            raise BadInput(f"{self.text} does not fit: {type(fault).__name__}.") from None

    def holds(self, document: object) -> bool:
        """Whether it finds something that is true by JMESPath's rules: not empty, false or null."""
        found = self.of(document)
        return found is not None and found is not False and found not in ("", [], {})

    def __repr__(self) -> str:
        return f"Query({self.text!r})"


class Expression(fields.Field[Query]):
    """An option that is a JMESPath expression."""

    default_error_messages = {  # noqa: RUF012  marshmallow's way
        "required": "is missing",
        "null": "is empty",
    }

    def _deserialize(self, value: object, *_args: object, **_kwargs: object) -> Query:
        if not isinstance(value, str) or not value.strip():
            raise ValidationError("has to be a JMESPath expression, such as ticket.id")
        try:
            return Query(value)
        except ValueError as fault:
            raise ValidationError(str(fault)) from None


def _functions(node: Any) -> set[str]:  # noqa: ANN401  the library's syntax tree
    """The names of all functions that an expression calls."""
    if not isinstance(node, dict):
        return set()
    own = {str(node["value"])} if node.get("type") == "function_expression" else set()
    return own.union(*map(_functions, node.get("children", ())))


def _first_line(fault: JMESPathError) -> str:
    return str(fault).strip().partition("\n")[0].rstrip(":.")[:200]
