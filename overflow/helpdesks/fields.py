"""JSON from outside, read strictly, by hand and fast.

A value that makes no sense is a ``BadInput`` that names its path and what is expected there, and
never repeats the value. Null is the same as left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

import orjson

from overflow.errors import BadInput, Refused

MAX_INT: Final = 2**53 - 1
"""Larger integers are not the same in every JSON library."""
MOST_TEXTS: Final = 500
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_FROM, _TO = 1980, 2200
"""Years that a time can be of."""


class Form(NamedTuple):
    """What a text has to look like, for the machine and for people."""

    pattern: re.Pattern[str]
    about: str


IDENTITY: Final = Form(
    re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,127}"),
    "a number, or up to 128 letters, digits, '_', '.', ':' and '-'",
)
TEXT: Final = Form(
    re.compile(r"[^\x00-\x1f\x7f]{0,200}"),
    "a text of up to 200 characters without control characters",
)
NAME: Final = Form(
    re.compile(r"[A-Za-z0-9_-]{0,60}"), "a text of up to 60 letters, digits, '_' and '-'"
)
LANGUAGE: Final = Form(
    re.compile(r"([A-Za-z]{2,3}([-_][A-Za-z0-9_-]{1,30})?)?"), "a language such as de or pt-BR"
)


@dataclass(frozen=True, slots=True)
class Fields:
    """A JSON object with the path that leads to it."""

    values: Mapping[str, object]
    path: str = ""

    @classmethod
    def of(cls, value: object, path: str = "") -> Fields:
        if not isinstance(value, dict):
            raise BadInput(f"{path or 'the body'} has to be a JSON object.")
        return cls(value, path)

    @classmethod
    def parse(cls, body: bytes) -> Fields:
        try:
            return cls.of(orjson.loads(body))
        except orjson.JSONDecodeError:
            raise BadInput("the body has to be JSON.") from None

    def inner(self, name: str) -> Fields:
        return Fields.of(self.values.get(name), self.at(name))

    def at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def fault(self, name: str, expected: str) -> BadInput:
        return BadInput(f"{self.at(name)} has to be {expected}.")

    def identity(self, name: str = "id") -> str:
        value = self.values.get(name)
        text = str(value) if type(value) is int else value
        if not isinstance(text, str) or not IDENTITY.pattern.fullmatch(text):
            raise self.fault(name, IDENTITY.about)
        return text

    def text(self, name: str, form: Form) -> str:
        """Empty where it is left out."""
        value = self.values.get(name)
        if value is None:
            return ""
        if not isinstance(value, str) or not form.pattern.fullmatch(value):
            raise self.fault(name, form.about)
        return value

    def integer(self, name: str, least: int = 0) -> int | None:
        value = self.values.get(name)
        if value is None:
            return None
        if type(value) is not int or not least <= value <= MAX_INT:
            raise self.fault(name, f"a whole number from {least} to {MAX_INT}")
        return value

    def flag(self, name: str) -> bool:
        value = self.values.get(name)
        if value is not None and not isinstance(value, bool):
            raise self.fault(name, "true or false")
        return bool(value)

    def moment(self, name: str) -> int | None:
        """Microseconds since 1970, UTC."""
        value = self.values.get(name)
        if value is None:
            return None
        try:
            when = datetime.fromisoformat(value if isinstance(value, str) else "")
        except ValueError:
            when = datetime.min  # noqa: DTZ901  refused below for having no zone
        if when.tzinfo is None or not _FROM <= when.year < _TO:
            raise self.fault(name, "a time with its zone, such as 2026-11-20T09:15:02Z")
        return (when - _EPOCH) // _MICROSECOND

    def texts(self, name: str) -> list[str]:
        value = self.values.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or len(value) > MOST_TEXTS:
            raise self.fault(name, f"a list of at most {MOST_TEXTS} texts")
        if not all(isinstance(text, str) and TEXT.pattern.fullmatch(text) for text in value):
            raise self.fault(name, f"a list in which each is {TEXT.about}")
        return value


@contextmanager
def understood(asked: str) -> Iterator[None]:
    """Take an answer apart; one that makes no sense is ``Refused``, naming what was asked."""
    try:
        yield
    except BadInput as fault:
        raise Refused(f"{asked}: {fault.message}") from None
